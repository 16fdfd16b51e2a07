//! Source partitions and offsets in the batch.

use std::borrow::Cow;

use super::reader::Reader;
use super::writer::{Head, put_bytes, put_name, put_varint};
use super::{BatchError, BatchLimits, Counted, tag};
use crate::{OffsetMap, OffsetValue};

/// A source partition or offset in its encoded form. Offsets stay like this until a commit needs
/// the last one of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EncodedOffsetMap<'a>(&'a [u8]);

impl<'a> EncodedOffsetMap<'a> {
    /// Takes bytes from a batch, as [`EncodedOffsetMap::as_bytes`] gave them.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The encoded bytes.
    #[inline]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The entries. An error when the bytes are malformed: they were not looked at before.
    pub fn decode(&self) -> Result<OffsetMap<'a>, BatchError> {
        const WHAT: &str = "a source partition or offset";
        let mut reader = Reader::new(self.0);
        let count = reader.count(
            Counted::OffsetEntries,
            BatchLimits::OFFSET_ENTRIES_MAX,
            WHAT,
        )?;
        let mut map = OffsetMap::new();
        for _ in 0..count {
            let key = reader.name("key in a source partition or offset")?;
            if map.get(key).is_some() {
                return Err(BatchError::DuplicateOffsetKey {
                    key: key.to_owned(),
                });
            }
            let value = match reader.byte(WHAT)? {
                tag::NULL => OffsetValue::Null,
                tag::FALSE => OffsetValue::Boolean(false),
                tag::TRUE => OffsetValue::Boolean(true),
                tag::INT64 => OffsetValue::Integer(i64::from_le_bytes(reader.array(WHAT)?)),
                tag::FLOAT64 => OffsetValue::Float(f64::from_le_bytes(reader.array(WHAT)?)),
                tag::STRING => OffsetValue::Text(Cow::Borrowed(reader.text(WHAT)?)),
                tag::BYTES => OffsetValue::Bytes(Cow::Borrowed(reader.bytes(WHAT)?)),
                found => {
                    return Err(BatchError::UnknownCode {
                        what: "tag of an offset value",
                        found,
                    });
                }
            };
            map.push_new(Cow::Borrowed(key), value);
        }
        reader.end(WHAT)?;
        Ok(map)
    }
}

/// Writes the entries of a map.
pub(super) fn put_offset_map(out: &mut Vec<u8>, map: &OffsetMap<'_>) -> Result<(), BatchError> {
    if map.len() > BatchLimits::OFFSET_ENTRIES_MAX {
        return Err(BatchError::TooMany {
            what: Counted::OffsetEntries,
            count: map.len() as u64,
            max: BatchLimits::OFFSET_ENTRIES_MAX,
        });
    }
    put_varint(out, map.len() as u64);
    for (key, value) in map.iter() {
        put_name(out, "key in a source partition or offset", key)?;
        match value {
            OffsetValue::Null => out.push(tag::NULL),
            OffsetValue::Boolean(value) => out.push(if *value { tag::TRUE } else { tag::FALSE }),
            OffsetValue::Integer(value) => {
                out.push(tag::INT64);
                out.extend_from_slice(&value.to_le_bytes());
            }
            OffsetValue::Float(value) => {
                out.push(tag::FLOAT64);
                out.extend_from_slice(&value.to_le_bytes());
            }
            OffsetValue::Text(text) => {
                out.push(tag::STRING);
                put_bytes(out, text.as_bytes());
            }
            OffsetValue::Bytes(bytes) => {
                out.push(tag::BYTES);
                put_bytes(out, bytes);
            }
        }
    }
    Ok(())
}

/// Writes a map behind its length in bytes, after what was collected before.
#[inline(always)]
pub(super) fn put_offset_after(
    head: &mut Head,
    out: &mut Vec<u8>,
    map: &OffsetMap<'_>,
) -> Result<(), BatchError> {
    // The usual map: one position.
    if let Some((key, OffsetValue::Integer(value))) = map.single()
        && key.len() <= Head::TEXT_MAX
    {
        let length = key.len() as u8;
        head.byte(out, length + 11);
        head.byte(out, 1);
        head.byte(out, length);
        head.short_text(out, key);
        head.byte(out, tag::INT64);
        head.fixed(out, value.to_le_bytes());
        return Ok(());
    }
    head.close(out);
    put_sized_offset_map(out, map)?;
    *head = Head::open(out);
    Ok(())
}

/// Writes a map behind its length in bytes.
pub(super) fn put_sized_offset_map(
    out: &mut Vec<u8>,
    map: &OffsetMap<'_>,
) -> Result<(), BatchError> {
    let start = out.len();
    // One byte of length is enough for the usual map; a longer one is moved.
    out.push(0);
    put_offset_map(out, map)?;
    let length = out.len() - start - 1;
    if length < 0x80 {
        out[start] = length as u8;
    } else {
        let mut prefix = Vec::with_capacity(5);
        put_varint(&mut prefix, length as u64);
        out.splice(start..=start, prefix);
    }
    Ok(())
}
