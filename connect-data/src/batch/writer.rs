//! Writes the primitive pieces of the format: varints, lengths, text.

use super::{BatchError, BatchLimits};

/// An unsigned number in base 128, low bits first.
#[inline]
pub(super) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A signed number: zigzag, then as unsigned.
#[inline]
pub(super) fn put_zigzag(out: &mut Vec<u8>, number: i64) {
    put_varint(out, (number as u64) << 1 ^ (number >> 63) as u64);
}

/// A length and so many bytes.
#[inline]
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// A name: text of bounded length.
#[inline]
pub(super) fn put_name(
    out: &mut Vec<u8>,
    what: &'static str,
    name: &str,
) -> Result<(), BatchError> {
    if name.len() > BatchLimits::NAME_BYTES_MAX {
        return Err(BatchError::NameTooLong {
            what,
            bytes: name.len(),
            max: BatchLimits::NAME_BYTES_MAX,
        });
    }
    put_bytes(out, name.as_bytes());
    Ok(())
}

/// The bytes that a varint takes.
pub(super) fn varint_len(number: u64) -> usize {
    (64 - (number | 1).leading_zeros() as usize).div_ceil(7)
}
