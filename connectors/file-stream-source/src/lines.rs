//! The buffer between the input and the records: bytes go in at the end, lines come out at the
//! start. Knows nothing of files and records. A line ends with `\n`, `\r` or `\r\n`; a `\r` that is
//! the last byte so far waits for the next one, and so does a line without an end.

use std::ops::Range;

use connect_sdk::ConnectError;
use memchr::memchr2;

/// Where a buffer starts: a page, since most files say little, and an idle connector is to cost
/// little. It doubles when it is full without a line, and after a read that filled it.
pub(crate) const CAPACITY: usize = 4 << 10;

/// How far full reads let a buffer grow.
pub(crate) const READ_BYTES: usize = 256 << 10;

/// LIMIT: half of what a batch may have, so that a line fits into one in any case, and little
/// enough for the memory of an instance.
pub(crate) const LINE_BYTES_MAX: usize = 32 << 20;

/// Bytes that were read and not yet taken as lines.
pub(crate) struct LineBuffer {
    bytes: Vec<u8>,
    cursor: Cursor,
    /// The capacity that the last read asks for.
    wanted: usize,
    /// How far reads alone let it grow.
    read_bytes: usize,
}

/// What of the buffer is in use. Apart from the bytes, so that lines can stay borrowed while it
/// moves on.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    /// Where the next line starts.
    start: usize,
    /// Up to where there is no end of a line, so that a long line is not searched again.
    searched: usize,
    /// Up to where there are bytes.
    end: usize,
}

/// A line found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its bytes in the buffer, without its end.
    pub(crate) bytes: Range<usize>,
    /// How many bytes it takes with its end.
    pub(crate) consumed: usize,
}

impl LineBuffer {
    /// A buffer that grows to `read_bytes` when there is much to read.
    pub(crate) fn growing(capacity: usize, read_bytes: usize) -> Self {
        Self {
            read_bytes,
            ..Self::new(capacity)
        }
    }

    /// A buffer that grows for long lines alone.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            wanted: 0,
            read_bytes: 0,
            bytes: vec![0; capacity.max(1)],
            cursor: Cursor {
                start: 0,
                searched: 0,
                end: 0,
            },
        }
    }

    /// The bytes and where the lines in it start; [`LineBuffer::advance`] puts the cursor back.
    pub(crate) fn lines(&self) -> (&[u8], Cursor) {
        (&self.bytes, self.cursor)
    }

    /// Gives up the lines before this cursor.
    pub(crate) fn advance(&mut self, cursor: Cursor) {
        self.cursor = cursor;
    }

    /// Room for more bytes, never empty. An error when there is a line too long.
    pub(crate) fn room(&mut self) -> Result<&mut [u8], ConnectError> {
        if self.wanted > self.bytes.len() {
            self.bytes.resize(self.wanted, 0);
        }
        let Cursor {
            start,
            searched,
            end,
        } = self.cursor;
        if start > 0 && end - start <= start {
            // What is left is moved to the front, at most once for each byte that was taken.
            self.bytes.copy_within(start..end, 0);
            self.cursor = Cursor {
                start: 0,
                searched: searched - start,
                end: end - start,
            };
        } else if end == self.bytes.len() {
            if end >= LINE_BYTES_MAX {
                return Err(ConnectError::data(format!(
                    "A line is longer than {LINE_BYTES_MAX} bytes"
                )));
            }
            self.bytes.resize((end * 2).min(LINE_BYTES_MAX), 0);
        }
        Ok(&mut self.bytes[self.cursor.end..])
    }

    /// Says how many bytes were put into the room.
    pub(crate) fn filled(&mut self, bytes: usize) {
        self.cursor.end += bytes;
        let length = self.bytes.len();
        if self.cursor.end == length {
            self.wanted = (length * 2).min(self.read_bytes);
        }
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl Cursor {
    /// The next line, if its end is there.
    #[inline]
    pub(crate) fn next_line(&mut self, bytes: &[u8]) -> Option<Line> {
        let found = memchr2(b'\n', b'\r', &bytes[self.searched..self.end]);
        let Some(found) = found else {
            self.searched = self.end;
            return None;
        };
        let line_end = self.searched + found;
        let mut next = line_end + 1;
        if bytes[line_end] == b'\r' {
            if next == self.end {
                self.searched = line_end;
                return None;
            }
            if bytes[next] == b'\n' {
                next += 1;
            }
        }
        let line = Line {
            bytes: self.start..line_end,
            consumed: next - self.start,
        };
        self.start = next;
        self.searched = next;
        Some(line)
    }
}

#[cfg(test)]
mod tests;
