//! Reads the primitive pieces of the format from untrusted bytes.

use super::{BatchError, BatchLimits, Counted};

/// What is left of the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    #[inline]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    pub fn byte(&mut self, what: &'static str) -> Result<u8, BatchError> {
        let Some((first, rest)) = self.rest.split_first() else {
            return Err(BatchError::Truncated { what });
        };
        self.rest = rest;
        Ok(*first)
    }

    #[inline]
    pub fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], BatchError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(BatchError::Truncated { what });
        };
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], BatchError> {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(BatchError::Truncated { what });
        };
        self.rest = rest;
        Ok(*taken)
    }

    #[inline]
    pub fn varint(&mut self, what: &'static str) -> Result<u64, BatchError> {
        match self.rest.split_first() {
            Some((first, rest)) if *first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*first))
            }
            _ => self.long_varint(what),
        }
    }

    fn long_varint(&mut self, what: &'static str) -> Result<u64, BatchError> {
        let mut number = u64::from(self.byte(what)? & 0x7f);
        for shift in (7..=63).step_by(7) {
            let byte = self.byte(what)?;
            // The tenth byte has room for one bit; a last byte of zero adds nothing.
            if byte == 0 || (shift == 63 && byte > 1) {
                return Err(BatchError::OverlongVarint);
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(BatchError::OverlongVarint)
    }

    #[inline]
    pub fn zigzag(&mut self, what: &'static str) -> Result<i64, BatchError> {
        let number = self.varint(what)?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    #[inline]
    pub fn zigzag_i32(&mut self, what: &'static str) -> Result<i32, BatchError> {
        let number = self.zigzag(what)?;
        i32::try_from(number).map_err(|_| BatchError::NumberOutOfRange { what, number })
    }

    /// The next byte, left where it is.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// A length and so many bytes.
    #[inline]
    pub fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], BatchError> {
        let length = self.varint(what)?;
        // A length beyond the address space is beyond the end too.
        self.take(usize::try_from(length).unwrap_or(usize::MAX), what)
    }

    /// A length and so many bytes of UTF-8.
    #[inline]
    pub fn text(&mut self, what: &'static str) -> Result<&'a str, BatchError> {
        match std::str::from_utf8(self.bytes(what)?) {
            Ok(text) => Ok(text),
            Err(_) => Err(BatchError::InvalidUtf8 { what }),
        }
    }

    /// Text of bounded length.
    #[inline]
    pub fn name(&mut self, what: &'static str) -> Result<&'a str, BatchError> {
        let name = self.text(what)?;
        if name.len() > BatchLimits::NAME_BYTES_MAX {
            let max = BatchLimits::NAME_BYTES_MAX;
            return Err(BatchError::NameTooLong {
                what,
                bytes: name.len(),
                max,
            });
        }
        Ok(name)
    }

    /// How many of something follow. Each takes at least one byte, so that more than the bytes
    /// left is refused before anything is made for them.
    #[inline]
    pub fn count(
        &mut self,
        counted: Counted,
        max: usize,
        what: &'static str,
    ) -> Result<usize, BatchError> {
        let count = self.varint(what)?;
        if count > max as u64 {
            return Err(BatchError::TooMany {
                what: counted,
                count,
                max,
            });
        }
        let count = count as usize;
        if count > self.remaining() {
            return Err(BatchError::Truncated { what });
        }
        Ok(count)
    }

    /// A reference to an entry of a table: 0 for none, else its index plus one.
    #[inline]
    pub fn reference(
        &mut self,
        what: &'static str,
        count: usize,
    ) -> Result<Option<u32>, BatchError> {
        match self.varint(what)? {
            0 => Ok(None),
            number if number <= count as u64 => Ok(Some(number as u32 - 1)),
            number => Err(BatchError::UnknownIndex {
                what,
                index: number - 1,
                count,
            }),
        }
    }

    /// Fails when bytes are left.
    pub fn end(&self, what: &'static str) -> Result<(), BatchError> {
        match self.remaining() {
            0 => Ok(()),
            bytes => Err(BatchError::TrailingBytes { what, bytes }),
        }
    }
}
