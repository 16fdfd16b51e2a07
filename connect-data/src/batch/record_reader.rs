//! Decodes batches of records for transformations and predicates, borrowing from the batch.

use std::borrow::Cow;
use std::sync::Arc;

use super::entries::{read_name, read_optional_i32};
use super::reader::Reader;
use super::record_writer::BEFORE_THE_FIRST;
use super::schema_reader::read_schema_table;
use super::sink_reader::read_timestamp_type;
use super::source_reader::{read_record_count, read_schema, read_topics, replace_value, start};
use super::value_reader::{read_headers, read_value};
use super::value_writer::ValueBudget;
use super::{BatchError, Direction, KIND_RECORDS, SchemaCache, record_flag as flag};
use crate::{ConnectHeaders, ConnectRecord, Consumed, SchemaRef, Value};

/// A batch of records whose tables were read and checked. Records are read, and checked, one by
/// one by [`RecordBatch::records`].
#[derive(Debug)]
pub struct RecordBatch<'a> {
    schemas: Arc<[SchemaRef]>,
    topics: Vec<&'a str>,
    direction: Direction,
    count: usize,
    records: Reader<'a>,
}

impl<'a> RecordBatch<'a> {
    /// Reads the tables.
    pub fn decode(bytes: &'a [u8], cache: &mut SchemaCache) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_RECORDS)?;
        let schemas = read_schema_table(&mut reader, cache)?;
        let topics = read_topics(&mut reader)?;
        let direction = match reader.byte("batch")? {
            0 => Direction::Source,
            1 => Direction::Consumed,
            found => {
                return Err(BatchError::UnknownCode {
                    what: "direction",
                    found,
                });
            }
        };
        let count = read_record_count(&mut reader)?;
        Ok(Self {
            schemas,
            topics,
            direction,
            count,
            records: reader,
        })
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Which way all of them go.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The records in order. Nothing follows an error. Bytes after the last record are an error
    /// that comes after it.
    pub fn records(&self) -> Records<'_, 'a> {
        Records {
            batch: self,
            reader: self.records,
            left: self.count,
            done: false,
            topic: None,
            kafka_partition: None,
            key_schema: None,
            value_schema: None,
            timestamp: 0,
            consumed: BEFORE_THE_FIRST,
        }
    }
}

/// Reads the records of a batch.
#[derive(Debug)]
pub struct Records<'b, 'a> {
    batch: &'b RecordBatch<'a>,
    reader: Reader<'a>,
    left: usize,
    done: bool,
    // What the record before had, whatever became of it since.
    topic: Option<&'a str>,
    kafka_partition: Option<i32>,
    key_schema: Option<&'b SchemaRef>,
    value_schema: Option<&'b SchemaRef>,
    /// The last timestamp of the batch so far.
    timestamp: i64,
    consumed: Consumed,
}

impl<'a> Records<'_, 'a> {
    /// Reads the next record into `place`, faster than the iterator. Whether there is one; nothing
    /// follows an error, after which `place` is of no use.
    #[inline]
    pub fn read_into(&mut self, place: &mut ConnectRecord<'a>) -> Result<bool, BatchError> {
        if self.left == 0 {
            return self.end().map(|()| false);
        }
        self.left -= 1;
        match self.read(place) {
            Ok(()) => Ok(true),
            Err(error) => {
                self.left = 0;
                self.done = true;
                Err(error)
            }
        }
    }

    #[cold]
    fn end(&mut self) -> Result<(), BatchError> {
        if std::mem::replace(&mut self.done, true) {
            Ok(())
        } else {
            self.reader.end("batch")
        }
    }

    #[inline]
    fn read(&mut self, record: &mut ConnectRecord<'a>) -> Result<(), BatchError> {
        let batch = self.batch;
        let reader = &mut self.reader;
        let flags = reader.byte("record")?;
        let has = |flag| flags & flag != 0;
        let is_consumed = batch.direction == Direction::Consumed;
        if !is_consumed && flags & (flag::NEXT_OFFSET | flag::SAME_TIMESTAMP_TYPE) != 0 {
            return Err(BatchError::UnknownCode {
                what: "set of flags of a record that was not consumed",
                found: flags,
            });
        }
        if !has(flag::SAME_TOPIC) {
            self.topic = read_name(reader, "topic", &batch.topics)?;
        }
        if !has(flag::SAME_PARTITION) {
            self.kafka_partition = read_optional_i32(reader, "kafka partition")?;
        }
        if is_consumed && !has(flag::NEXT_OFFSET) {
            let step = reader.zigzag("kafka offset")?;
            self.consumed.kafka_offset = self.consumed.kafka_offset.wrapping_add(step);
        } else if is_consumed {
            self.consumed.kafka_offset = self.consumed.kafka_offset.wrapping_add(1);
        }
        if !has(flag::SAME_SCHEMAS) {
            self.key_schema = read_schema(reader, &batch.schemas)?;
            self.value_schema = read_schema(reader, &batch.schemas)?;
        }
        record.topic = self.topic.map(Cow::Borrowed);
        record.kafka_partition = self.kafka_partition;
        put_schema(&mut record.key_schema, self.key_schema);
        put_schema(&mut record.value_schema, self.value_schema);
        record.timestamp = if has(flag::TIMESTAMP) {
            self.timestamp = self.timestamp.wrapping_add(reader.zigzag("timestamp")?);
            Some(self.timestamp)
        } else {
            None
        };
        if is_consumed && !has(flag::SAME_TIMESTAMP_TYPE) {
            self.consumed.timestamp_type = read_timestamp_type(reader)?;
        }
        record.consumed = is_consumed.then_some(self.consumed);
        let mut budget = ValueBudget::of_record();
        let key = if has(flag::KEY) {
            read_value(reader, &batch.schemas, self.key_schema, &mut budget)?
        } else {
            Value::Null
        };
        replace_value(&mut record.key, key);
        let value = read_value(reader, &batch.schemas, self.value_schema, &mut budget)?;
        replace_value(&mut record.value, value);
        if has(flag::HEADERS) {
            record.headers = read_headers(reader, &batch.schemas, &mut budget)?;
        } else if !record.headers.is_empty() {
            record.headers = ConnectHeaders::new();
        }
        Ok(())
    }
}

/// Puts a schema in the place of another, which usually is the same.
#[inline]
fn put_schema(place: &mut Option<SchemaRef>, schema: Option<&SchemaRef>) {
    let same = match (place.as_ref(), schema) {
        (None, None) => true,
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        _ => false,
    };
    if !same {
        *place = schema.cloned();
    }
}

impl<'a> Iterator for Records<'_, 'a> {
    type Item = Result<ConnectRecord<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = ConnectRecord::default();
        match self.read_into(&mut record) {
            Ok(false) => None,
            Err(error) => Some(Err(error)),
            Ok(true) => Some(Ok(record)),
        }
    }
}
