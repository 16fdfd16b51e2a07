//! What transformations answer: an outcome for each record, of which only what changed is written.

use std::borrow::Cow;
use std::sync::Arc;

use super::entries::{
    Entries, LastSchema, Tables, put_optional, read_name, read_optional, read_optional_i32,
};
use super::failure::{RecordFailure, put_failure, read_failure};
use super::reader::Reader;
use super::schema_reader::read_schema_table;
use super::source_reader::{read_record_count, read_schema, read_topics, start};
use super::value_reader::{read_headers, read_value};
use super::value_writer::{ValueBudget, put_headers, put_value};
use super::writer::put_varint;
use super::{BatchError, KIND_OUTCOMES, SchemaCache, outcome_flag as flag};
use crate::{ConnectHeaders, ConnectRecord, SchemaAndValue, SchemaRef};

/// Which parts of a record a transformation changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangedParts(u8);

impl ChangedParts {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The topic.
    pub const TOPIC: Self = Self(flag::TOPIC);
    /// The Kafka partition.
    pub const KAFKA_PARTITION: Self = Self(flag::KAFKA_PARTITION);
    /// The key or its schema.
    pub const KEY: Self = Self(flag::KEY);
    /// The value or its schema.
    pub const VALUE: Self = Self(flag::VALUE);
    /// The timestamp.
    pub const TIMESTAMP: Self = Self(flag::TIMESTAMP);
    /// The headers.
    pub const HEADERS: Self = Self(flag::HEADERS);

    /// Adds these.
    #[inline]
    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether all of these are among them.
    #[inline]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What became of a record. The parts that changed are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It stays as it was.
    Kept,
    /// Some of it changed.
    Changed(Box<Changes<'a>>),
    /// It is dropped.
    Dropped,
    /// It could not be done.
    Failed(RecordFailure),
}

/// The new parts of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// The topic, possibly none.
    pub topic: Option<Option<Cow<'a, str>>>,
    /// The Kafka partition, possibly none.
    pub kafka_partition: Option<Option<i32>>,
    /// The key with its schema.
    pub key: Option<SchemaAndValue<'a>>,
    /// The value with its schema.
    pub value: Option<SchemaAndValue<'a>>,
    /// The timestamp, possibly none.
    pub timestamp: Option<Option<i64>>,
    /// All headers.
    pub headers: Option<ConnectHeaders<'a>>,
}

impl<'a> Changes<'a> {
    /// Makes them.
    pub fn apply_to(self, record: &mut ConnectRecord<'a>) {
        if let Some(topic) = self.topic {
            record.topic = topic;
        }
        if let Some(partition) = self.kafka_partition {
            record.kafka_partition = partition;
        }
        if let Some(key) = self.key {
            (record.key_schema, record.key) = (key.schema, key.value);
        }
        if let Some(value) = self.value {
            (record.value_schema, record.value) = (value.schema, value.value);
        }
        if let Some(timestamp) = self.timestamp {
            record.timestamp = timestamp;
        }
        if let Some(headers) = self.headers {
            record.headers = headers;
        }
    }
}

impl Changes<'_> {
    /// The same without borrowing.
    pub fn into_owned(self) -> Changes<'static> {
        Changes {
            topic: self
                .topic
                .map(|topic| topic.map(|topic| Cow::Owned(topic.into_owned()))),
            kafka_partition: self.kafka_partition,
            key: self.key.map(SchemaAndValue::into_owned),
            value: self.value.map(SchemaAndValue::into_owned),
            timestamp: self.timestamp,
            headers: self.headers.map(ConnectHeaders::into_owned),
        }
    }
}

/// Collects the outcomes of a batch.
#[derive(Debug, Default)]
pub struct OutcomeBatchEncoder {
    entries: Entries,
    key_schema: LastSchema,
    value_schema: LastSchema,
}

impl OutcomeBatchEncoder {
    /// No outcome yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of outcomes so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no outcome yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next record stays as it was, or changed in these parts. On an error the batch is as
    /// before.
    #[inline]
    pub fn kept(
        &mut self,
        changed: ChangedParts,
        record: &ConnectRecord<'_>,
    ) -> Result<(), BatchError> {
        self.entries.check_room()?;
        if changed == ChangedParts::NONE {
            self.entries.out.push(0);
            return self.entries.end(Ok(()));
        }
        let put = self.put_changes(changed, record);
        match put {
            Ok((key, value)) => {
                self.entries.end(Ok(()))?;
                if let Some(reference) = key {
                    self.key_schema.set(record.key_schema.as_ref(), reference);
                }
                if let Some(reference) = value {
                    self.value_schema
                        .set(record.value_schema.as_ref(), reference);
                }
                Ok(())
            }
            Err(error) => self.entries.end(Err(error)),
        }
    }

    /// Writes an outcome; the references to the schemas of key and value, where these changed.
    fn put_changes(
        &mut self,
        changed: ChangedParts,
        record: &ConnectRecord<'_>,
    ) -> Result<(Option<u64>, Option<u64>), BatchError> {
        let Entries {
            schemas,
            topics,
            out,
            ..
        } = &mut self.entries;
        let has = |part| changed.contains(part);
        let mut budget = ValueBudget::of_record();
        out.push(changed.0);
        if has(ChangedParts::TOPIC) {
            let reference = topics.reference_to(record.topic.as_deref(), 0)?;
            put_varint(out, reference);
        }
        if has(ChangedParts::KAFKA_PARTITION) {
            put_optional(out, record.kafka_partition.map(i64::from));
        }
        let (mut key, mut value) = (None, None);
        if has(ChangedParts::KEY) {
            let schema = record.key_schema.as_ref();
            let (reference, _) = self.key_schema.reference_to(schemas, schema)?;
            put_varint(out, reference);
            put_value(out, schemas, schema, &record.key, &mut budget)?;
            key = Some(reference);
        }
        if has(ChangedParts::VALUE) {
            let schema = record.value_schema.as_ref();
            let (reference, _) = self.value_schema.reference_to(schemas, schema)?;
            put_varint(out, reference);
            put_value(out, schemas, schema, &record.value, &mut budget)?;
            value = Some(reference);
        }
        if has(ChangedParts::TIMESTAMP) {
            put_optional(out, record.timestamp);
        }
        if has(ChangedParts::HEADERS) {
            put_headers(out, schemas, &record.headers, &mut budget)?;
        }
        Ok((key, value))
    }

    /// The next record is dropped.
    pub fn dropped(&mut self) -> Result<(), BatchError> {
        self.entries.check_room()?;
        self.entries.out.push(flag::DROPPED);
        self.entries.end(Ok(()))
    }

    /// The next record could not be done.
    pub fn failed(&mut self, failure: &RecordFailure) -> Result<(), BatchError> {
        self.entries.check_room()?;
        self.entries.out.push(flag::FAILED);
        put_failure(&mut self.entries.out, failure);
        self.entries.end(Ok(()))
    }

    /// The batch, after which the encoder is empty again.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.entries
            .finish_into(KIND_OUTCOMES, Tables::SchemasAndTopics, &[], &mut out);
        self.key_schema = LastSchema::default();
        self.value_schema = LastSchema::default();
        out
    }
}

/// Outcomes whose tables were read and checked; they are read one by one.
#[derive(Debug)]
pub struct OutcomeBatch<'a> {
    schemas: Arc<[SchemaRef]>,
    topics: Vec<&'a str>,
    left: usize,
    reader: Reader<'a>,
}

impl<'a> OutcomeBatch<'a> {
    /// Reads the tables, of an answer to so many records.
    pub fn decode(
        bytes: &'a [u8],
        records: usize,
        cache: &mut SchemaCache,
    ) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_OUTCOMES)?;
        let schemas = read_schema_table(&mut reader, cache)?;
        let topics = read_topics(&mut reader)?;
        let left = read_record_count(&mut reader)?;
        check_answer(left, records)?;
        Ok(Self {
            schemas,
            topics,
            left,
            reader,
        })
    }

    /// The next outcome. Bytes after the last one are an error that comes after it.
    pub fn next_outcome(&mut self) -> Result<Option<Outcome<'a>>, BatchError> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.reader.end("batch").map(|()| None);
        };
        self.left = left;
        match self.reader.byte("outcome")? {
            0 => Ok(Some(Outcome::Kept)),
            flag::DROPPED => Ok(Some(Outcome::Dropped)),
            flag::FAILED => read_failure(&mut self.reader).map(|it| Some(Outcome::Failed(it))),
            flags if flags & !flag::CHANGES == 0 => {
                let changes = self.read_changes(ChangedParts(flags))?;
                Ok(Some(Outcome::Changed(Box::new(changes))))
            }
            found => Err(BatchError::UnknownCode {
                what: "set of flags of an outcome",
                found,
            }),
        }
    }

    fn read_changes(&mut self, changed: ChangedParts) -> Result<Changes<'a>, BatchError> {
        let has = |part| changed.contains(part);
        let mut budget = ValueBudget::of_record();
        let mut changes = Changes::default();
        if has(ChangedParts::TOPIC) {
            let topic = read_name(&mut self.reader, "topic", &self.topics)?;
            changes.topic = Some(topic.map(Cow::Borrowed));
        }
        if has(ChangedParts::KAFKA_PARTITION) {
            let partition = read_optional_i32(&mut self.reader, "kafka partition")?;
            changes.kafka_partition = Some(partition);
        }
        if has(ChangedParts::KEY) {
            changes.key = Some(self.read_part(&mut budget)?);
        }
        if has(ChangedParts::VALUE) {
            changes.value = Some(self.read_part(&mut budget)?);
        }
        if has(ChangedParts::TIMESTAMP) {
            changes.timestamp = Some(read_optional(&mut self.reader, "timestamp")?);
        }
        if has(ChangedParts::HEADERS) {
            let headers = read_headers(&mut self.reader, &self.schemas, &mut budget)?;
            changes.headers = Some(headers);
        }
        Ok(changes)
    }

    fn read_part(&mut self, budget: &mut ValueBudget) -> Result<SchemaAndValue<'a>, BatchError> {
        let schema = read_schema(&mut self.reader, &self.schemas)?;
        let value = read_value(&mut self.reader, &self.schemas, schema, budget)?;
        Ok(SchemaAndValue {
            schema: schema.cloned(),
            value,
        })
    }
}

/// Fails for an answer of another length than what it answers.
pub(super) fn check_answer(found: usize, expected: usize) -> Result<(), BatchError> {
    if found == expected {
        Ok(())
    } else {
        Err(BatchError::AnswerLength { expected, found })
    }
}
