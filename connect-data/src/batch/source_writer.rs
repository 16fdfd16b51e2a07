//! Encodes batches of source records.

use super::offset_map::put_offset_after;
use super::schema_writer::SchemaTable;
use super::tables::{LastSchemas, PartitionTable, TopicTable};
use super::value_writer::{ValueBudget, plain_text, put_headers, put_last_value, put_value};
use super::writer::{Head, PlainHead, RecordBytes, put_varint, varint_len};
use super::{BatchError, BatchLimits, Counted, KIND_SOURCE, VERSION, source_flag as flag, tag};
use crate::{OffsetValue, SourceRecord};

/// Collects source records into a batch. What repeats from record to record costs a comparison.
#[derive(Debug, Default)]
pub struct SourceBatchEncoder {
    schemas: SchemaTable,
    topics: TopicTable,
    partitions: PartitionTable,
    records: RecordBytes,
    count: usize,
    previous: Coordinates,
    previous_schemas: LastSchemas,
}

/// What a record shares with the one before.
#[derive(Debug, Clone, Copy, Default)]
struct Coordinates {
    topic: u64,
    partition: u64,
    timestamp: i64,
}

impl SourceBatchEncoder {
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

    /// The bytes that [`SourceBatchEncoder::finish`] would give now.
    pub fn byte_len(&self) -> usize {
        2 + self.schemas.encoded_len()
            + self.topics.encoded_len()
            + self.partitions.encoded_len()
            + varint_len(self.count as u64)
            + self.records.len()
    }

    /// Adds a record. On an error the batch is as before; when [`BatchError::is_full`] and the
    /// batch is not empty, the record may fit the next batch.
    #[inline]
    pub fn push(&mut self, record: &SourceRecord<'_>) -> Result<(), BatchError> {
        if self.put_plain(record) {
            return Ok(());
        }
        self.push_any(record)
    }

    /// Writes the usual record: text alone, and everything but the offset as before. Whether the
    /// record is such a one, and surely fits.
    #[inline]
    fn put_plain(&mut self, record: &SourceRecord<'_>) -> bool {
        let value_schema = record.value_schema.as_ref();
        let Some(text) = plain_text(value_schema, &record.key, &record.value, &record.headers)
        else {
            return false;
        };
        let previous = self.previous;
        if record.kafka_partition.is_some()
            || !self.topics.is(previous.topic, record.topic.as_deref())
            || !self
                .partitions
                .is(previous.partition, record.source_partition.as_ref())
            || !self
                .previous_schemas
                .are(record.key_schema.as_ref(), value_schema)
            || self.count >= BatchLimits::RECORDS_MAX
        {
            return false;
        }
        let length = PlainHead::ROOM + text.len();
        if self.checked_len() + length > BatchLimits::BYTES_MAX {
            return false;
        }
        let room = self.records.room(length);
        let Some(mut head) = PlainHead::new(room) else {
            return false;
        };
        let mut flags = flag::SAME_TOPIC | flag::SAME_SOURCE_PARTITION | flag::SAME_SCHEMAS;
        if record.timestamp.is_some() {
            flags |= flag::TIMESTAMP;
        }
        if let Some(offset) = &record.source_offset {
            let Some((key, OffsetValue::Integer(value))) = offset.single() else {
                return false;
            };
            if key.len() > PlainHead::TEXT_MAX {
                return false;
            }
            head.byte(flags | flag::SOURCE_OFFSET);
            head.byte(key.len() as u8 + 11);
            head.byte(1);
            head.byte(key.len() as u8);
            head.text(key);
            head.byte(tag::INT64);
            head.fixed(value.to_le_bytes());
        } else {
            head.byte(flags);
        }
        if let Some(timestamp) = record.timestamp {
            head.zigzag(timestamp.wrapping_sub(previous.timestamp));
            self.previous.timestamp = timestamp;
        }
        head.byte(tag::STRING);
        head.varint(text.len() as u64);
        let at = head.len();
        room[at..][..text.len()].copy_from_slice(text.as_bytes());
        self.records.advance(at + text.len());
        self.count += 1;
        true
    }

    #[inline(never)]
    fn push_any(&mut self, record: &SourceRecord<'_>) -> Result<(), BatchError> {
        let max = BatchLimits::RECORDS_MAX;
        if self.count >= max {
            return Err(BatchError::TooMany {
                what: Counted::Records,
                count: max as u64 + 1,
                max,
            });
        }
        let put = self.put_record(record);
        if put.is_err() {
            self.schemas.roll_back();
            self.topics.roll_back();
            self.partitions.roll_back();
        }
        put
    }

    #[inline]
    fn put_record(&mut self, record: &SourceRecord<'_>) -> Result<(), BatchError> {
        let (key_schema, value_schema) = (record.key_schema.as_ref(), record.value_schema.as_ref());
        let previous = self.previous;
        let topic = self
            .topics
            .reference_to(record.topic.as_deref(), previous.topic)?;
        let partition = self
            .partitions
            .reference_to(record.source_partition.as_ref(), previous.partition)?;
        let (schemas, same_schemas) =
            self.previous_schemas
                .references_to(&mut self.schemas, key_schema, value_schema)?;
        let timestamp = record.timestamp.unwrap_or(previous.timestamp);
        let out = self.records.open();

        let mut flags = flags_of(record);
        if topic == previous.topic {
            flags |= flag::SAME_TOPIC;
        }
        if partition == previous.partition {
            flags |= flag::SAME_SOURCE_PARTITION;
        }
        if same_schemas {
            flags |= flag::SAME_SCHEMAS;
        }
        let mut head = Head::open(out);
        head.byte(out, flags);
        if topic != previous.topic {
            head.varint(out, topic);
        }
        if partition != previous.partition {
            head.varint(out, partition);
        }
        if !same_schemas {
            head.varint(out, schemas.0);
            head.varint(out, schemas.1);
        }
        if let Some(offset) = &record.source_offset {
            put_offset_after(&mut head, out, offset)?;
        }
        if let Some(partition) = record.kafka_partition {
            head.zigzag(out, i64::from(partition));
        }
        if record.timestamp.is_some() {
            head.zigzag(out, timestamp.wrapping_sub(previous.timestamp));
        }
        let mut budget = ValueBudget::of_record();
        if !record.key.is_null() {
            head.close(out);
            put_value(out, &mut self.schemas, key_schema, &record.key, &mut budget)?;
            head = Head::open(out);
        }
        let value = (value_schema, &record.value);
        put_last_value(head, out, &mut self.schemas, value, &mut budget)?;
        if !record.headers.is_empty() {
            put_headers(out, &mut self.schemas, &record.headers, &mut budget)?;
        }
        let added = out.len();
        let (bytes, max) = (
            self.checked_len() - self.records.len() + added,
            BatchLimits::BYTES_MAX,
        );
        if bytes > max {
            return Err(BatchError::TooManyBytes { bytes, max });
        }

        // Nothing fails from here on.
        self.records.close();
        self.count += 1;
        self.previous = Coordinates {
            topic,
            partition,
            timestamp,
        };
        if !same_schemas {
            self.previous_schemas.set(key_schema, value_schema, schemas);
        }
        self.schemas.commit();
        self.topics.commit();
        self.partitions.commit();
        Ok(())
    }

    /// At least the bytes of the batch.
    #[inline(always)]
    fn checked_len(&self) -> usize {
        // Version, kind, and five counts and lengths of up to five bytes.
        27 + self.records.len()
            + self.schemas.byte_len()
            + self.topics.byte_len()
            + self.partitions.byte_len()
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
        out.extend_from_slice(&[VERSION, KIND_SOURCE]);
        self.schemas.put(out);
        self.topics.put(out);
        self.partitions.put(out);
        put_varint(out, self.count as u64);
        out.extend_from_slice(self.records.as_slice());
        self.clear();
    }

    /// Drops all records; memory is kept.
    pub fn clear(&mut self) {
        self.schemas.clear();
        self.topics.clear();
        self.partitions.clear();
        self.records.clear();
        self.count = 0;
        self.previous = Coordinates::default();
        self.previous_schemas = LastSchemas::default();
    }
}

/// The flags that depend on the record alone.
#[inline]
fn flags_of(record: &SourceRecord<'_>) -> u8 {
    let mut flags = 0;
    if record.source_offset.is_some() {
        flags |= flag::SOURCE_OFFSET;
    }
    if record.kafka_partition.is_some() {
        flags |= flag::KAFKA_PARTITION;
    }
    if record.timestamp.is_some() {
        flags |= flag::TIMESTAMP;
    }
    if !record.key.is_null() {
        flags |= flag::KEY;
    }
    if !record.headers.is_empty() {
        flags |= flag::HEADERS;
    }
    flags
}
