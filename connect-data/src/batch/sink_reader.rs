//! Decodes batches of sink records, one record at a time, borrowing from the batch.

use std::borrow::Cow;
use std::sync::Arc;

use super::reader::Reader;
use super::schema_reader::read_schema_table;
use super::source_reader::{read_record_count, read_schema, read_topics, replace_value, start};
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
            has_topic: false,
            renamed: false,
            timestamp: 0,
            record: SinkRecord {
                kafka_offset: -1,
                ..SinkRecord::default()
            },
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
    /// Whether a record named its topic.
    has_topic: bool,
    /// Whether the original topic differs from the topic.
    renamed: bool,
    /// The last timestamp of the batch so far.
    timestamp: i64,
    /// The record that was read last; what the next one shares with it stays where it is.
    record: SinkRecord<'a>,
}

impl<'a> SinkRecords<'_, 'a> {
    /// The next record, without making a new one for each: faster than the iterator. Nothing
    /// follows an error.
    #[inline]
    pub fn next_record(&mut self) -> Result<Option<&SinkRecord<'a>>, BatchError> {
        if self.left == 0 {
            return self.end().map(|()| None);
        }
        self.left -= 1;
        match self.read() {
            Ok(()) => Ok(Some(&self.record)),
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
    fn read(&mut self) -> Result<(), BatchError> {
        let batch = self.batch;
        let reader = &mut self.reader;
        let record = &mut self.record;
        let flags = reader.byte("record")?;
        let has = |flag| flags & flag != 0;
        if !has(flag::SAME_TOPIC_PARTITION) {
            record.topic = Cow::Borrowed(read_topic(reader, &batch.topics)?);
            record.kafka_partition = reader.zigzag_i32("kafka partition")?;
            record.original_topic = record.topic.clone();
            self.has_topic = true;
        } else if !self.has_topic {
            let (what, index, count) = ("topic", 0, batch.topics.len());
            return Err(BatchError::UnknownIndex { what, index, count });
        }
        let step = if has(flag::NEXT_OFFSET) {
            1
        } else {
            reader.zigzag("kafka offset")?
        };
        record.kafka_offset = record.kafka_offset.wrapping_add(step);
        if !has(flag::SAME_SCHEMAS) {
            record.key_schema = read_schema(reader, &batch.schemas)?.cloned();
            record.value_schema = read_schema(reader, &batch.schemas)?.cloned();
        }
        record.timestamp = if has(flag::TIMESTAMP) {
            self.timestamp = self.timestamp.wrapping_add(reader.zigzag("timestamp")?);
            Some(self.timestamp)
        } else {
            None
        };
        if !has(flag::SAME_TIMESTAMP_TYPE) {
            record.timestamp_type = read_timestamp_type(reader)?;
        }
        if has(flag::ORIGINAL) {
            record.original_topic = Cow::Borrowed(read_topic(reader, &batch.topics)?);
            record.original_kafka_partition = reader.zigzag_i32("original kafka partition")?;
            record.original_kafka_offset = reader.zigzag("original kafka offset")?;
            self.renamed = true;
        } else {
            if self.renamed {
                record.original_topic = record.topic.clone();
                self.renamed = false;
            }
            record.original_kafka_partition = record.kafka_partition;
            record.original_kafka_offset = record.kafka_offset;
        }
        let mut budget = ValueBudget::of_record();
        let key = if has(flag::KEY) {
            read_value(
                reader,
                &batch.schemas,
                record.key_schema.as_ref(),
                &mut budget,
            )?
        } else {
            Value::Null
        };
        replace_value(&mut record.key, key);
        let schema = record.value_schema.as_ref();
        let value = read_value(reader, &batch.schemas, schema, &mut budget)?;
        replace_value(&mut record.value, value);
        if has(flag::HEADERS) {
            record.headers = read_headers(reader, &batch.schemas, &mut budget)?;
        } else if !record.headers.is_empty() {
            record.headers = ConnectHeaders::new();
        }
        Ok(())
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

pub(super) fn read_timestamp_type(reader: &mut Reader<'_>) -> Result<TimestampType, BatchError> {
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
        match self.next_record() {
            Ok(None) => return None,
            Err(error) => return Some(Err(error)),
            Ok(Some(_)) => {}
        }
        let record = &mut self.record;
        Some(Ok(SinkRecord {
            topic: record.topic.clone(),
            key_schema: record.key_schema.clone(),
            key: std::mem::take(&mut record.key),
            value_schema: record.value_schema.clone(),
            value: std::mem::take(&mut record.value),
            headers: std::mem::take(&mut record.headers),
            original_topic: record.original_topic.clone(),
            ..*record
        }))
    }
}
