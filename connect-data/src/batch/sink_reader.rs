//! Decodes batches of sink records, one record at a time, borrowing from the batch.

use std::borrow::Cow;
use std::sync::Arc;

use super::reader::Reader;
use super::schema_reader::read_schema_table;
use super::source_reader::{read_record_count, read_schema, read_topics, start};
use super::value_reader::{read_headers, read_value};
use super::value_writer::ValueBudget;
use super::{BatchError, KIND_SINK, SchemaCache, sink_flag as flag};
use crate::{ConnectHeaders, SchemaRef, SinkRecord, TimestampType, Value};

/// A batch of sink records whose tables were read and checked. Records are read, and checked, one
/// by one by [`SinkBatch::records`].
#[derive(Debug)]
pub struct SinkBatch<'a> {
    schemas: Arc<[SchemaRef]>,
    topics: Vec<&'a str>,
    count: usize,
    records: Reader<'a>,
}

impl<'a> SinkBatch<'a> {
    /// Reads the tables.
    pub fn decode(bytes: &'a [u8], cache: &mut SchemaCache) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_SINK)?;
        let schemas = read_schema_table(&mut reader, cache)?;
        let topics = read_topics(&mut reader)?;
        let count = read_record_count(&mut reader)?;
        Ok(Self {
            schemas,
            topics,
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

    /// The records in order. Nothing follows an error. Bytes after the last record are an error
    /// that comes after it.
    pub fn records(&self) -> SinkRecords<'_, 'a> {
        SinkRecords {
            batch: self,
            reader: self.records,
            left: self.count,
            done: false,
            topic: None,
            partition: 0,
            offset: -1,
            key_schema: None,
            value_schema: None,
            timestamp: 0,
            timestamp_type: TimestampType::NoTimestampType,
        }
    }
}

/// Reads the records of a batch.
#[derive(Debug)]
pub struct SinkRecords<'b, 'a> {
    batch: &'b SinkBatch<'a>,
    reader: Reader<'a>,
    left: usize,
    done: bool,
    topic: Option<&'a str>,
    partition: i32,
    offset: i64,
    key_schema: Option<&'b SchemaRef>,
    value_schema: Option<&'b SchemaRef>,
    timestamp: i64,
    timestamp_type: TimestampType,
}

impl<'a> SinkRecords<'_, 'a> {
    #[inline(always)]
    fn read(&mut self) -> Result<SinkRecord<'a>, BatchError> {
        let batch = self.batch;
        let reader = &mut self.reader;
        let flags = reader.byte("record")?;
        let has = |flag| flags & flag != 0;
        if !has(flag::SAME_TOPIC_PARTITION) {
            self.topic = Some(read_topic(reader, &batch.topics)?);
            self.partition = reader.zigzag_i32("kafka partition")?;
        }
        let count = batch.topics.len();
        let topic = self.topic.ok_or(BatchError::UnknownIndex {
            what: "topic",
            index: 0,
            count,
        })?;
        let step = if has(flag::NEXT_OFFSET) {
            1
        } else {
            reader.zigzag("kafka offset")?
        };
        self.offset = self.offset.wrapping_add(step);
        if !has(flag::SAME_SCHEMAS) {
            self.key_schema = read_schema(reader, &batch.schemas)?;
            self.value_schema = read_schema(reader, &batch.schemas)?;
        }
        let timestamp = if has(flag::TIMESTAMP) {
            self.timestamp = self.timestamp.wrapping_add(reader.zigzag("timestamp")?);
            Some(self.timestamp)
        } else {
            None
        };
        if !has(flag::SAME_TIMESTAMP_TYPE) {
            self.timestamp_type = read_timestamp_type(reader)?;
        }
        let original = if has(flag::ORIGINAL) {
            let topic = read_topic(reader, &batch.topics)?;
            let partition = reader.zigzag_i32("original kafka partition")?;
            (topic, partition, reader.zigzag("original kafka offset")?)
        } else {
            (topic, self.partition, self.offset)
        };
        let mut budget = ValueBudget::of_record();
        let key = if has(flag::KEY) {
            read_value(reader, &batch.schemas, self.key_schema, &mut budget)?
        } else {
            Value::Null
        };
        let value = read_value(reader, &batch.schemas, self.value_schema, &mut budget)?;
        let headers = if has(flag::HEADERS) {
            read_headers(reader, &batch.schemas, &mut budget)?
        } else {
            ConnectHeaders::new()
        };
        Ok(SinkRecord {
            topic: Cow::Borrowed(topic),
            kafka_partition: self.partition,
            key_schema: self.key_schema.cloned(),
            key,
            value_schema: self.value_schema.cloned(),
            value,
            timestamp,
            timestamp_type: self.timestamp_type,
            kafka_offset: self.offset,
            headers,
            original_topic: Cow::Borrowed(original.0),
            original_kafka_partition: original.1,
            original_kafka_offset: original.2,
        })
    }
}

/// The index of a topic, which a sink record always has.
fn read_topic<'a>(reader: &mut Reader<'_>, topics: &[&'a str]) -> Result<&'a str, BatchError> {
    let index = reader.varint("topic")?;
    let count = topics.len();
    usize::try_from(index)
        .ok()
        .and_then(|index| topics.get(index).copied())
        .ok_or(BatchError::UnknownIndex {
            what: "topic",
            index,
            count,
        })
}

fn read_timestamp_type(reader: &mut Reader<'_>) -> Result<TimestampType, BatchError> {
    match reader.byte("record")? {
        0 => Ok(TimestampType::NoTimestampType),
        1 => Ok(TimestampType::CreateTime),
        2 => Ok(TimestampType::LogAppendTime),
        found => Err(BatchError::UnknownCode {
            what: "timestamp type",
            found,
        }),
    }
}

impl<'a> Iterator for SinkRecords<'_, 'a> {
    type Item = Result<SinkRecord<'a>, BatchError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            if self.done {
                return None;
            }
            self.done = true;
            return self.reader.end("batch").err().map(Err);
        }
        self.left -= 1;
        match self.read() {
            Ok(record) => Some(Ok(record)),
            Err(error) => {
                self.left = 0;
                self.done = true;
                Some(Err(error))
            }
        }
    }
}
