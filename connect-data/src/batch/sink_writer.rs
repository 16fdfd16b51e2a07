//! Encodes batches of sink records.

use super::schema_writer::SchemaTable;
use super::tables::{LastSchemas, TopicTable};
use super::value_writer::{ValueBudget, plain_text, put_headers, put_last_value, put_value};
use super::writer::{Head, PlainHead, RecordBytes, put_varint, same_text, varint_len};
use super::{BatchError, BatchLimits, Counted, KIND_SINK, VERSION, sink_flag as flag, tag};
use crate::{SinkRecord, TimestampType};

/// Collects sink records into a batch. What repeats from record to record costs a comparison.
#[derive(Debug, Default)]
pub struct SinkBatchEncoder {
    schemas: SchemaTable,
    topics: TopicTable,
    records: RecordBytes,
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
    #[inline]
    pub fn push(&mut self, record: &SinkRecord<'_>) -> Result<(), BatchError> {
        if self.put_plain(record) {
            return Ok(());
        }
        self.push_any(record)
    }

    /// Writes the usual record: text alone, at the next offset, and everything else as before.
    /// Whether the record is such a one, and surely fits.
    #[inline]
    fn put_plain(&mut self, record: &SinkRecord<'_>) -> bool {
        let value_schema = record.value_schema.as_ref();
        let Some(text) = plain_text(value_schema, &record.key, &record.value, &record.headers)
        else {
            return false;
        };
        let previous = self.previous;
        if record.kafka_offset.wrapping_sub(previous.offset) != 1
            || record.kafka_partition != previous.partition
            || record.timestamp_type != previous.timestamp_type
            || flags_of(record) & flag::ORIGINAL != 0
            || !self.topics.is(previous.topic, Some(&record.topic))
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
        const SAME: u8 = flag::SAME_TOPIC_PARTITION
            | flag::NEXT_OFFSET
            | flag::SAME_SCHEMAS
            | flag::SAME_TIMESTAMP_TYPE;
        self.previous.offset = record.kafka_offset;
        if let Some(timestamp) = record.timestamp {
            head.byte(SAME | flag::TIMESTAMP);
            head.zigzag(timestamp.wrapping_sub(previous.timestamp));
            self.previous.timestamp = timestamp;
        } else {
            head.byte(SAME);
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
    fn push_any(&mut self, record: &SinkRecord<'_>) -> Result<(), BatchError> {
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
        }
        put
    }

    #[inline]
    fn put_record(&mut self, record: &SinkRecord<'_>) -> Result<(), BatchError> {
        let (key_schema, value_schema) = (record.key_schema.as_ref(), record.value_schema.as_ref());
        let previous = self.previous;
        let topic = self
            .topics
            .reference_to(Some(&record.topic), previous.topic)?;
        let partition = record.kafka_partition;
        let same_topic_partition = topic == previous.topic && partition == previous.partition;
        let step = record.kafka_offset.wrapping_sub(previous.offset);
        let (schemas, same_schemas) =
            self.previous_schemas
                .references_to(&mut self.schemas, key_schema, value_schema)?;
        let timestamp = record.timestamp.unwrap_or(previous.timestamp);
        let same_timestamp_type = record.timestamp_type == previous.timestamp_type;
        let out = self.records.open();

        let mut flags = flags_of(record);
        if same_topic_partition {
            flags |= flag::SAME_TOPIC_PARTITION;
        }
        if step == 1 {
            flags |= flag::NEXT_OFFSET;
        }
        if same_schemas {
            flags |= flag::SAME_SCHEMAS;
        }
        if same_timestamp_type {
            flags |= flag::SAME_TIMESTAMP_TYPE;
        }
        let mut head = Head::open(out);
        head.byte(out, flags);
        if !same_topic_partition {
            head.varint(out, topic - 1);
            head.zigzag(out, i64::from(partition));
        }
        if step != 1 {
            head.zigzag(out, step);
        }
        if !same_schemas {
            head.varint(out, schemas.0);
            head.varint(out, schemas.1);
        }
        if record.timestamp.is_some() {
            head.zigzag(out, timestamp.wrapping_sub(previous.timestamp));
        }
        if !same_timestamp_type {
            head.byte(out, record.timestamp_type as u8);
        }
        if flags & flag::ORIGINAL != 0 {
            let original = self
                .topics
                .reference_to(Some(&record.original_topic), topic)?;
            head.varint(out, original - 1);
            head.zigzag(out, i64::from(record.original_kafka_partition));
            head.zigzag(out, record.original_kafka_offset);
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
            offset: record.kafka_offset,
            timestamp,
            timestamp_type: record.timestamp_type,
        };
        if !same_schemas {
            self.previous_schemas.set(key_schema, value_schema, schemas);
        }
        self.schemas.commit();
        self.topics.commit();
        Ok(())
    }

    /// At least the bytes of the batch.
    #[inline(always)]
    fn checked_len(&self) -> usize {
        // Version, kind, and five counts and lengths of up to five bytes.
        27 + self.records.len() + self.schemas.byte_len() + self.topics.byte_len()
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
        out.extend_from_slice(self.records.as_slice());
        self.clear();
    }

    /// Drops all records; memory is kept.
    pub fn clear(&mut self) {
        self.schemas.clear();
        self.topics.clear();
        self.records.clear();
        self.count = 0;
        self.previous = Coordinates::default();
        self.previous_schemas = LastSchemas::default();
    }
}

/// The flags that depend on the record alone.
#[inline]
fn flags_of(record: &SinkRecord<'_>) -> u8 {
    let mut flags = 0;
    if record.original_kafka_offset != record.kafka_offset
        || record.original_kafka_partition != record.kafka_partition
        || !same_text(&record.original_topic, &record.topic)
    {
        flags |= flag::ORIGINAL;
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
