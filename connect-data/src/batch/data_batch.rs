//! Batches of Connect data: what converters are given to write, and what they read.

use std::sync::Arc;

use super::entries::{Entries, LastSchema, Tables, read_name};
use super::failure::{RecordFailure, put_failure, read_failure};
use super::outcome::check_answer;
use super::reader::Reader;
use super::schema_reader::read_schema_table;
use super::source_reader::{read_record_count, read_topics, start};
use super::value_reader::read_value;
use super::value_writer::{ValueBudget, put_value};
use super::writer::put_varint;
use super::{BatchError, KIND_DATA, SchemaCache, entry_flag as flag};
use crate::{SchemaAndValue, SchemaRef, Value};

/// Which data an entry of a conversion is: the topic of its record, and the key of a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryPlace<'a> {
    /// The topic; none in answers.
    pub topic: Option<&'a str>,
    /// The key of the header; none for keys and values, and in answers.
    pub header: Option<&'a str>,
}

/// Collects data to convert, or data that was read.
#[derive(Debug, Default)]
pub struct DataBatchEncoder {
    entries: Entries,
    /// References to the topic and header key of the entry before.
    previous: (u64, u64),
    schema: LastSchema,
}

impl DataBatchEncoder {
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

    /// Adds a value. On an error the batch is as before; when [`BatchError::is_full`] and the batch
    /// is not empty, the value may fit the next batch.
    #[inline]
    pub fn push(
        &mut self,
        place: EntryPlace<'_>,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> Result<(), BatchError> {
        self.entries.check_room()?;
        let put = self.put(place, schema, value);
        match put {
            Ok((previous, reference)) => {
                self.entries.end(Ok(()))?;
                self.previous = previous;
                self.schema.set(schema, reference);
                Ok(())
            }
            Err(error) => self.entries.end(Err(error)),
        }
    }

    #[inline]
    fn put(
        &mut self,
        place: EntryPlace<'_>,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> Result<((u64, u64), u64), BatchError> {
        let Entries {
            schemas,
            topics,
            out,
            ..
        } = &mut self.entries;
        let topic = topics.reference_to(place.topic, self.previous.0)?;
        let header = topics.reference_to(place.header, self.previous.1)?;
        let (reference, same_schema) = self.schema.reference_to(schemas, schema)?;
        let set = |condition: bool, flag: u8| if condition { flag } else { 0 };
        out.push(
            set(topic == self.previous.0, flag::SAME_TOPIC)
                | set(same_schema, flag::SAME_SCHEMA)
                | set(header == self.previous.1, flag::SAME_HEADER),
        );
        if topic != self.previous.0 {
            put_varint(out, topic);
        }
        if !same_schema {
            put_varint(out, reference);
        }
        if header != self.previous.1 {
            put_varint(out, header);
        }
        put_value(out, schemas, schema, value, &mut ValueBudget::of_record())?;
        Ok(((topic, header), reference))
    }

    /// The next entry could not be read.
    pub fn failed(&mut self, failure: &RecordFailure) -> Result<(), BatchError> {
        self.entries.check_room()?;
        self.entries
            .out
            .push(flag::FAILED | flag::SAME_TOPIC | flag::SAME_SCHEMA | flag::SAME_HEADER);
        put_failure(&mut self.entries.out, failure);
        self.entries.end(Ok(()))
    }

    /// The batch, after which the encoder is empty again.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.entries
            .finish_into(KIND_DATA, Tables::SchemasAndTopics, &[], &mut out);
        self.previous = (0, 0);
        self.schema = LastSchema::default();
        out
    }

    /// Drops all entries; memory is kept.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.previous = (0, 0);
        self.schema = LastSchema::default();
    }
}

/// Data whose tables were read and checked; its entries are read one by one.
#[derive(Debug)]
pub struct DataBatch<'a> {
    schemas: Arc<[SchemaRef]>,
    topics: Vec<&'a str>,
    count: usize,
    left: usize,
    reader: Reader<'a>,
    place: EntryPlace<'a>,
    /// Index of the schema of the entry before.
    schema: Option<u32>,
    is_answer: bool,
}

/// An entry of a conversion, and what it is of.
pub type Entry<'a, T> = (EntryPlace<'a>, Result<T, RecordFailure>);

impl<'a> DataBatch<'a> {
    /// Reads the tables of what is to be converted.
    pub fn decode(bytes: &'a [u8], cache: &mut SchemaCache) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_DATA)?;
        let schemas = read_schema_table(&mut reader, cache)?;
        let topics = read_topics(&mut reader)?;
        let count = read_record_count(&mut reader)?;
        Ok(Self {
            schemas,
            topics,
            count,
            left: count,
            reader,
            place: EntryPlace::default(),
            schema: None,
            is_answer: false,
        })
    }

    /// Reads the tables of an answer to so many entries.
    pub fn decode_answer(
        bytes: &'a [u8],
        entries: usize,
        cache: &mut SchemaCache,
    ) -> Result<Self, BatchError> {
        let mut batch = Self::decode(bytes, cache)?;
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
    pub fn next_entry(&mut self) -> Result<Option<Entry<'a, SchemaAndValue<'a>>>, BatchError> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.reader.end("batch").map(|()| None);
        };
        self.left = left;
        let flags = self.reader.byte("entry")?;
        check_flags(flags, flag::OF_DATA, self.is_answer)?;
        if flags & flag::FAILED != 0 {
            let failure = read_failure(&mut self.reader)?;
            return Ok(Some((self.place, Err(failure))));
        }
        read_topic(&mut self.reader, flags, &self.topics, &mut self.place)?;
        if flags & flag::SAME_SCHEMA == 0 {
            self.schema = self.reader.reference("schema", self.schemas.len())?;
        }
        read_header(&mut self.reader, flags, &self.topics, &mut self.place)?;
        let schema = self.schema.map(|index| &self.schemas[index as usize]);
        let value = read_value(
            &mut self.reader,
            &self.schemas,
            schema,
            &mut ValueBudget::of_record(),
        )?;
        let schema = schema.cloned();
        Ok(Some((self.place, Ok(SchemaAndValue { schema, value }))))
    }
}

/// Fails for flags that this entry cannot have. Answers name no places.
pub(super) fn check_flags(flags: u8, known: u8, is_answer: bool) -> Result<(), BatchError> {
    const PLACE: u8 = flag::SAME_TOPIC | flag::SAME_HEADER;
    let failed = flags & flag::FAILED != 0;
    let right = if is_answer {
        flags & PLACE == PLACE && (!failed || flags & flag::PRESENT == 0)
    } else {
        !failed
    };
    if right && flags & !known == 0 {
        return Ok(());
    }
    Err(BatchError::UnknownCode {
        what: "set of flags of an entry",
        found: flags,
    })
}

/// The topic of an entry, where it is another one.
#[inline]
pub(super) fn read_topic<'a>(
    reader: &mut Reader<'_>,
    flags: u8,
    names: &[&'a str],
    place: &mut EntryPlace<'a>,
) -> Result<(), BatchError> {
    if flags & flag::SAME_TOPIC == 0 {
        place.topic = read_name(reader, "topic", names)?;
    }
    Ok(())
}

/// The header key of an entry, where it is another one.
#[inline]
pub(super) fn read_header<'a>(
    reader: &mut Reader<'_>,
    flags: u8,
    names: &[&'a str],
    place: &mut EntryPlace<'a>,
) -> Result<(), BatchError> {
    if flags & flag::SAME_HEADER == 0 {
        place.header = read_name(reader, "header key", names)?;
    }
    Ok(())
}
