//! Encodes batches of sink records.

use super::schema_writer::SchemaTable;
use super::tables::{LastSchemas, SchemaReferences, TopicTable};
use super::value_writer::{ValueBudget, put_headers, put_value};
use super::writer::{put_varint, put_zigzag, varint_len};
use super::{BatchError, BatchLimits, Counted, KIND_SINK, VERSION, sink_flag as flag};
use crate::{SinkRecord, TimestampType};

/// Collects sink records into a batch. What repeats from record to record costs a comparison.
#[derive(Debug, Default)]
pub struct SinkBatchEncoder {
    schemas: SchemaTable,
    topics: TopicTable,
    records: Vec<u8>,
    count: usize,
    previous: Coordinates,
    previous_schemas: LastSchemas,
}

/// What a record shares with the one before.
#[derive(Debug, Clone, Copy)]
struct Coordinates {
    topic: u64,
    partition: i32,
    offset: i64,
    schemas: SchemaReferences,
    timestamp: i64,
    timestamp_type: TimestampType,
}

impl Default for Coordinates {
    /// What the first record is compared with. No offset follows the one before zero.
    fn default() -> Self {
        Self {
            topic: 0,
            partition: 0,
            offset: -1,
            schemas: (0, 0),
            timestamp: 0,
            timestamp_type: TimestampType::NoTimestampType,
        }
    }
}

impl SinkBatchEncoder {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of records so far.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no record yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bytes that [`SinkBatchEncoder::finish`] would give now.
    pub fn byte_len(&self) -> usize {
        2 + self.schemas.encoded_len()
            + self.topics.encoded_len()
            + varint_len(self.count as u64)
            + self.records.len()
    }

    /// Adds a record. On an error the batch is as before; when [`BatchError::is_full`] and the
    /// batch is not empty, the record may fit the next batch.
    pub fn push(&mut self, record: &SinkRecord<'_>) -> Result<(), BatchError> {
        let max = BatchLimits::RECORDS_MAX;
        if self.count >= max {
            return Err(BatchError::TooMany {
                what: Counted::Records,
                count: max as u64 + 1,
                max,
            });
        }
        let start = self.records.len();
        let schemas = self.schemas.mark();
        let topics = self.topics.mark();
        match self
            .put_record(record)
            .and_then(|now| self.check_size().map(|()| now))
        {
            Ok(now) => {
                self.count += 1;
                self.previous = now;
                self.previous_schemas.set(
                    record.key_schema.as_ref(),
                    record.value_schema.as_ref(),
                    now.schemas,
                );
                Ok(())
            }
            Err(error) => {
                self.records.truncate(start);
                self.schemas.truncate(schemas);
                self.topics.truncate(topics);
                Err(error)
            }
        }
    }

    fn check_size(&self) -> Result<(), BatchError> {
        let max = BatchLimits::BYTES_MAX;
        // Version, kind, and five counts and lengths of up to five bytes.
        let bytes = 27 + self.records.len() + self.schemas.byte_len() + self.topics.byte_len();
        if bytes > max {
            return Err(BatchError::TooManyBytes { bytes, max });
        }
        Ok(())
    }

    #[inline]
    fn put_record(&mut self, record: &SinkRecord<'_>) -> Result<Coordinates, BatchError> {
        let Self {
            schemas,
            topics,
            records: out,
            previous,
            previous_schemas,
            ..
        } = self;
        let start = out.len();
        let mut flags = 0;
        out.push(0);

        let topic = topics.reference_to(Some(&record.topic), previous.topic)?;
        let partition = record.kafka_partition;
        if topic == previous.topic && partition == previous.partition {
            flags |= flag::SAME_TOPIC_PARTITION;
        } else {
            put_varint(out, topic - 1);
            put_zigzag(out, i64::from(partition));
        }
        let step = record.kafka_offset.wrapping_sub(previous.offset);
        if step == 1 {
            flags |= flag::NEXT_OFFSET;
        } else {
            put_zigzag(out, step);
        }
        let (key_schema, value_schema) = (record.key_schema.as_ref(), record.value_schema.as_ref());
        let (references, same) =
            previous_schemas.references_to(schemas, key_schema, value_schema)?;
        if same {
            flags |= flag::SAME_SCHEMAS;
        } else {
            put_varint(out, references.0);
            put_varint(out, references.1);
        }
        let timestamp = record.timestamp.unwrap_or(previous.timestamp);
        if record.timestamp.is_some() {
            flags |= flag::TIMESTAMP;
            put_zigzag(out, timestamp.wrapping_sub(previous.timestamp));
        }
        if record.timestamp_type == previous.timestamp_type {
            flags |= flag::SAME_TIMESTAMP_TYPE;
        } else {
            out.push(record.timestamp_type as u8);
        }
        if record.original_topic != record.topic
            || record.original_kafka_partition != partition
            || record.original_kafka_offset != record.kafka_offset
        {
            flags |= flag::ORIGINAL;
            let original = topics.reference_to(Some(&record.original_topic), topic)?;
            put_varint(out, original - 1);
            put_zigzag(out, i64::from(record.original_kafka_partition));
            put_zigzag(out, record.original_kafka_offset);
        }
        let mut budget = ValueBudget::of_record();
        if !record.key.is_null() {
            flags |= flag::KEY;
            put_value(out, schemas, key_schema, &record.key, &mut budget)?;
        }
        put_value(out, schemas, value_schema, &record.value, &mut budget)?;
        if !record.headers.is_empty() {
            flags |= flag::HEADERS;
            put_headers(out, schemas, &record.headers, &mut budget)?;
        }
        out[start] = flags;
        Ok(Coordinates {
            topic,
            partition,
            offset: record.kafka_offset,
            schemas: references,
            timestamp,
            timestamp_type: record.timestamp_type,
        })
    }

    /// The batch, after which the encoder is empty again.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.finish_into(&mut out);
        out
    }

    /// Appends the batch to `out`, after which the encoder is empty again.
    pub fn finish_into(&mut self, out: &mut Vec<u8>) {
        out.reserve_exact(self.byte_len());
        out.extend_from_slice(&[VERSION, KIND_SINK]);
        self.schemas.put(out);
        self.topics.put(out);
        put_varint(out, self.count as u64);
        out.extend_from_slice(&self.records);
        self.clear();
    }

    /// Drops all records; memory is kept.
    pub fn clear(&mut self) {
        self.schemas.truncate((0, 0));
        self.topics.truncate((0, 0));
        self.records.clear();
        self.count = 0;
        self.previous = Coordinates::default();
        self.previous_schemas = LastSchemas::default();
    }
}
