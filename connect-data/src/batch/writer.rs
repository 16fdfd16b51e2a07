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
#[inline(always)]
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

/// The records of the batch being written. Bytes behind their end stay initialized, from batch to
/// batch too, so that a plain record is written in its place with a single check of the room.
#[derive(Debug, Default)]
pub(super) struct RecordBytes {
    bytes: Vec<u8>,
    end: usize,
    /// How much is initialized at once: little while other records, which cut the bytes behind
    /// the end off, come in between.
    step: usize,
}

impl RecordBytes {
    /// The greatest step.
    const STEP_MAX: usize = 64 * 1024;
    /// The first step.
    const STEP_MIN: usize = 512;

    /// Bytes of the records.
    #[inline]
    pub fn len(&self) -> usize {
        self.end
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    /// Where a record is appended; it becomes part of the records by `close`.
    #[inline]
    pub fn open(&mut self) -> &mut Vec<u8> {
        self.bytes.truncate(self.end);
        self.step = Self::STEP_MIN;
        &mut self.bytes
    }

    /// Takes what was appended.
    #[inline]
    pub fn close(&mut self) {
        self.end = self.bytes.len();
    }

    /// The bytes behind the end, at least so many; what is written becomes part of the records by
    /// `advance`.
    #[inline(always)]
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        if self.bytes.len() - self.end < length {
            self.grow(length);
        }
        &mut self.bytes[self.end..]
    }

    /// Takes so many bytes behind the end.
    #[inline(always)]
    pub fn advance(&mut self, length: usize) {
        self.end += length;
    }

    #[cold]
    fn grow(&mut self, length: usize) {
        self.step = (2 * self.step).clamp(Self::STEP_MIN, Self::STEP_MAX);
        self.bytes.resize(self.end + length + self.step, 0);
    }

    pub fn clear(&mut self) {
        self.end = 0;
    }
}

/// Room for the small parts of a plain record, which are 43 bytes at most: flags 1, source offset
/// 28, timestamp 10, tag 1, length 3.
const PLAIN_HEAD: usize = 64;

/// The small parts of a plain record, at the start of its room.
pub(super) struct PlainHead<'r> {
    bytes: &'r mut [u8; PLAIN_HEAD],
    at: usize,
}

impl<'r> PlainHead<'r> {
    /// Bytes that the parts may take.
    pub const ROOM: usize = PLAIN_HEAD;
    /// The longest text that `text` takes.
    pub const TEXT_MAX: usize = 16;
    /// The longest text of a plain record, so that three bytes are enough for its length.
    pub const VALUE_MAX: usize = (1 << 21) - 1;

    /// None when the room is smaller than `ROOM`.
    #[inline(always)]
    pub fn new(room: &'r mut [u8]) -> Option<Self> {
        let bytes = room.first_chunk_mut()?;
        Some(Self { bytes, at: 0 })
    }

    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at += 1;
    }

    #[inline(always)]
    pub fn varint(&mut self, number: u64) {
        if number < 0x80 {
            self.byte(number as u8);
        } else {
            self.long_varint(number);
        }
    }

    fn long_varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    #[inline(always)]
    pub fn zigzag(&mut self, number: i64) {
        self.varint(zigzag(number));
    }

    #[inline(always)]
    pub fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes[self.at..][..N].copy_from_slice(&bytes);
        self.at += N;
    }

    /// Text of up to `TEXT_MAX` bytes, without a loop for the reasons of [`same_text`].
    #[inline(always)]
    pub fn text(&mut self, text: &str) {
        let text = text.as_bytes();
        let place = &mut self.bytes[self.at..][..text.len()];
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

    /// The bytes so far.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.at
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
