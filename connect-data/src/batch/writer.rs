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
    put_varint(out, zigzag(number));
}

/// Whether two texts are the same. Written out, without a loop for short ones, because in a guest
/// comparing memory goes byte by byte, and every turn of a loop looks at the time.
#[inline]
pub(super) fn same_text(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        8..=16 => {
            one.first_chunk::<8>() == other.first_chunk::<8>()
                && one.last_chunk::<8>() == other.last_chunk::<8>()
        }
        4..=7 => {
            one.first_chunk::<4>() == other.first_chunk::<4>()
                && one.last_chunk::<4>() == other.last_chunk::<4>()
        }
        0..=3 => one.iter().eq(other),
        17..=64 => {
            one.as_chunks::<8>().0 == other.as_chunks::<8>().0
                && one.last_chunk::<8>() == other.last_chunk::<8>()
        }
        _ => one == other,
    }
}

/// Room at the end of the output for the small parts of a record: appending them one by one would
/// check and update the output's length each time.
pub(super) struct Head {
    /// Where the next part goes.
    at: usize,
}

impl Head {
    /// The small parts take 62 bytes at most: flags 1, topic 2, partition 3, schemas 4, offset of
    /// one short key 28, Kafka partition 5, timestamp 10, tag and length of the value 6 in a
    /// source record; 58 in a sink record. More than 64 would not be made in line in a guest.
    const ROOM: usize = 64;
    /// The longest text that `short_text` takes.
    pub const TEXT_MAX: usize = 16;

    /// Makes room.
    #[inline]
    pub fn open(out: &mut Vec<u8>) -> Self {
        let at = out.len();
        out.extend_from_slice(&[0; Self::ROOM]);
        Self { at }
    }

    /// Gives back the room that was not used.
    #[inline]
    pub fn close(&self, out: &mut Vec<u8>) {
        out.truncate(self.at);
    }

    #[inline]
    pub fn byte(&mut self, out: &mut [u8], byte: u8) {
        out[self.at] = byte;
        self.at += 1;
    }

    #[inline]
    pub fn varint(&mut self, out: &mut [u8], number: u64) {
        if number < 0x80 {
            self.byte(out, number as u8);
        } else {
            self.long_varint(out, number);
        }
    }

    #[inline(never)]
    fn long_varint(&mut self, out: &mut [u8], mut number: u64) {
        while number >= 0x80 {
            self.byte(out, number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(out, number as u8);
    }

    #[inline]
    pub fn zigzag(&mut self, out: &mut [u8], number: i64) {
        self.varint(out, zigzag(number));
    }

    #[inline]
    pub fn fixed<const N: usize>(&mut self, out: &mut [u8], bytes: [u8; N]) {
        out[self.at..][..N].copy_from_slice(&bytes);
        self.at += N;
    }

    /// Text of up to `TEXT_MAX` bytes. Written out, without a loop, for the reasons of
    /// [`same_text`].
    #[inline]
    pub fn short_text(&mut self, out: &mut [u8], text: &str) {
        let text = text.as_bytes();
        let place = &mut out[self.at..][..text.len()];
        if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            place[..8].copy_from_slice(first);
            place[text.len() - 8..].copy_from_slice(last);
        } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>())
        {
            place[..4].copy_from_slice(first);
            place[text.len() - 4..].copy_from_slice(last);
        } else {
            place.copy_from_slice(text);
        }
        self.at += text.len();
    }
}

#[inline]
fn zigzag(number: i64) -> u64 {
    (number as u64) << 1 ^ (number >> 63) as u64
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
