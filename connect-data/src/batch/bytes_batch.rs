//! Batches of bytes: what converters are given to read, and what they wrote.

use super::data_batch::{Entry, EntryPlace, check_flags, read_header, read_topic};
use super::entries::{Entries, Tables};
use super::failure::{RecordFailure, put_failure, read_failure};
use super::outcome::check_answer;
use super::reader::Reader;
use super::source_reader::{read_record_count, read_topics, start};
use super::writer::{put_bytes, put_varint};
use super::{BatchError, KIND_BYTES, entry_flag as flag};

/// Collects bytes to convert, or bytes that were written.
#[derive(Debug, Default)]
pub struct BytesBatchEncoder {
    entries: Entries,
    /// References to the topic and header key of the entry before.
    previous: (u64, u64),
}

impl BytesBatchEncoder {
    /// No entry yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About the bytes of the batch so far.
    pub fn byte_len(&self) -> usize {
        self.entries.byte_len()
    }

    /// Adds bytes, or a null. On an error the batch is as before; when [`BatchError::is_full`] and
    /// the batch is not empty, the bytes may fit the next batch.
    #[inline]
    pub fn push(&mut self, place: EntryPlace<'_>, bytes: Option<&[u8]>) -> Result<(), BatchError> {
        self.entries.check_room()?;
        match self.put(place, bytes) {
            Ok(previous) => {
                self.entries.end(Ok(()))?;
                self.previous = previous;
                Ok(())
            }
            Err(error) => self.entries.end(Err(error)),
        }
    }

    #[inline]
    fn put(
        &mut self,
        place: EntryPlace<'_>,
        bytes: Option<&[u8]>,
    ) -> Result<(u64, u64), BatchError> {
        let Entries { topics, out, .. } = &mut self.entries;
        let topic = topics.reference_to(place.topic, self.previous.0)?;
        let header = topics.reference_to(place.header, self.previous.1)?;
        let set = |condition: bool, flag: u8| if condition { flag } else { 0 };
        out.push(
            set(topic == self.previous.0, flag::SAME_TOPIC)
                | set(bytes.is_some(), flag::PRESENT)
                | set(header == self.previous.1, flag::SAME_HEADER),
        );
        if topic != self.previous.0 {
            put_varint(out, topic);
        }
        if header != self.previous.1 {
            put_varint(out, header);
        }
        if let Some(bytes) = bytes {
            put_bytes(out, bytes);
        }
        Ok((topic, header))
    }

    /// The next entry could not be written.
    pub fn failed(&mut self, failure: &RecordFailure) -> Result<(), BatchError> {
        self.entries.check_room()?;
        self.entries
            .out
            .push(flag::FAILED | flag::SAME_TOPIC | flag::SAME_HEADER);
        put_failure(&mut self.entries.out, failure);
        self.entries.end(Ok(()))
    }

    /// The batch, after which the encoder is empty again.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.entries
            .finish_into(KIND_BYTES, Tables::Topics, &[], &mut out);
        self.previous = (0, 0);
        out
    }

    /// Drops all entries; memory is kept.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.previous = (0, 0);
    }
}

/// Bytes whose table was read and checked; its entries are read one by one.
#[derive(Debug)]
pub struct BytesBatch<'a> {
    topics: Vec<&'a str>,
    count: usize,
    left: usize,
    reader: Reader<'a>,
    place: EntryPlace<'a>,
    is_answer: bool,
}

impl<'a> BytesBatch<'a> {
    /// Reads the table of what is to be converted.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_BYTES)?;
        let topics = read_topics(&mut reader)?;
        let count = read_record_count(&mut reader)?;
        Ok(Self {
            topics,
            count,
            left: count,
            reader,
            place: EntryPlace::default(),
            is_answer: false,
        })
    }

    /// Reads the table of an answer to so many entries.
    pub fn decode_answer(bytes: &'a [u8], entries: usize) -> Result<Self, BatchError> {
        let mut batch = Self::decode(bytes)?;
        check_answer(batch.count, entries)?;
        batch.is_answer = true;
        Ok(batch)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The next entry. Bytes after the last one are an error that comes after it.
    #[inline]
    pub fn next_entry(&mut self) -> Result<Option<Entry<'a, Option<&'a [u8]>>>, BatchError> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.reader.end("batch").map(|()| None);
        };
        self.left = left;
        let flags = self.reader.byte("entry")?;
        check_flags(flags, flag::OF_BYTES, self.is_answer)?;
        if flags & flag::FAILED != 0 {
            let failure = read_failure(&mut self.reader)?;
            return Ok(Some((self.place, Err(failure))));
        }
        read_topic(&mut self.reader, flags, &self.topics, &mut self.place)?;
        read_header(&mut self.reader, flags, &self.topics, &mut self.place)?;
        let bytes = if flags & flag::PRESENT != 0 {
            Some(self.reader.bytes("bytes of an entry")?)
        } else {
            None
        };
        Ok(Some((self.place, Ok(bytes))))
    }
}
