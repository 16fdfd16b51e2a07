//! Encodes batches of records for transformations and predicates.

use super::entries::{Entries, Tables, put_optional};
use super::tables::LastSchemas;
use super::value_writer::{ValueBudget, put_headers, put_value};
use super::writer::{put_varint, put_zigzag};
use super::{BatchError, Direction, KIND_RECORDS, record_flag as flag};
use crate::{ConnectRecord, Consumed, TimestampType};

/// Collects records into a batch. What repeats from record to record costs a comparison.
#[derive(Debug)]
pub struct RecordBatchEncoder {
    direction: Direction,
    entries: Entries,
    previous: Coordinates,
    previous_schemas: LastSchemas,
}

/// What a record shares with the one before.
#[derive(Debug, Clone, Copy)]
struct Coordinates {
    topic: u64,
    partition: Option<i32>,
    timestamp: i64,
    consumed: Consumed,
}

impl Default for Coordinates {
    fn default() -> Self {
        Self {
            topic: 0,
            partition: None,
            timestamp: 0,
            consumed: BEFORE_THE_FIRST,
        }
    }
}

/// What the first record of a batch is compared with.
pub(super) const BEFORE_THE_FIRST: Consumed = Consumed {
    kafka_offset: -1,
    timestamp_type: TimestampType::NoTimestampType,
};

impl RecordBatchEncoder {
    /// An empty batch of records that all go this way.
    pub fn new(direction: Direction) -> Self {
        Self {
            direction,
            entries: Entries::default(),
            previous: Coordinates::default(),
            previous_schemas: LastSchemas::default(),
        }
    }

    /// The number of records so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no record yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About the bytes of the batch so far.
    pub fn byte_len(&self) -> usize {
        self.entries.byte_len()
    }

    /// Adds a record. On an error the batch is as before; when [`BatchError::is_full`] and the
    /// batch is not empty, the record may fit the next batch. Of a record of a source task what it
    /// says of its consumption is left out.
    pub fn push(&mut self, record: &ConnectRecord<'_>) -> Result<(), BatchError> {
        self.entries.check_room()?;
        let put = self.put_record(record);
        let put =
            put.map(|(coordinates, schemas)| (coordinates, schemas, self.entries.end(Ok(()))));
        match put {
            Err(error) => self.entries.end(Err(error)),
            Ok((_, _, Err(error))) => Err(error),
            Ok((coordinates, schemas, Ok(()))) => {
                self.previous = coordinates;
                self.previous_schemas.set(
                    record.key_schema.as_ref(),
                    record.value_schema.as_ref(),
                    schemas,
                );
                Ok(())
            }
        }
    }

    #[inline]
    fn put_record(
        &mut self,
        record: &ConnectRecord<'_>,
    ) -> Result<(Coordinates, (u64, u64)), BatchError> {
        let (key_schema, value_schema) = (record.key_schema.as_ref(), record.value_schema.as_ref());
        let previous = self.previous;
        let Entries {
            schemas,
            topics,
            out,
            ..
        } = &mut self.entries;
        let topic = topics.reference_to(record.topic.as_deref(), previous.topic)?;
        let (references, same_schemas) =
            self.previous_schemas
                .references_to(schemas, key_schema, value_schema)?;
        let consumed = match self.direction {
            Direction::Source => BEFORE_THE_FIRST,
            Direction::Consumed => record.consumed.unwrap_or(BEFORE_THE_FIRST),
        };
        let is_consumed = self.direction == Direction::Consumed;
        let step = consumed
            .kafka_offset
            .wrapping_sub(previous.consumed.kafka_offset);
        let same_type = consumed.timestamp_type == previous.consumed.timestamp_type;
        let set = |condition: bool, flag: u8| if condition { flag } else { 0 };
        out.push(
            set(topic == previous.topic, flag::SAME_TOPIC)
                | set(
                    record.kafka_partition == previous.partition,
                    flag::SAME_PARTITION,
                )
                | set(is_consumed && step == 1, flag::NEXT_OFFSET)
                | set(same_schemas, flag::SAME_SCHEMAS)
                | set(record.timestamp.is_some(), flag::TIMESTAMP)
                | set(is_consumed && same_type, flag::SAME_TIMESTAMP_TYPE)
                | set(!record.key.is_null(), flag::KEY)
                | set(!record.headers.is_empty(), flag::HEADERS),
        );
        if topic != previous.topic {
            put_varint(out, topic);
        }
        if record.kafka_partition != previous.partition {
            put_optional(out, record.kafka_partition.map(i64::from));
        }
        if is_consumed && step != 1 {
            put_zigzag(out, step);
        }
        if !same_schemas {
            put_varint(out, references.0);
            put_varint(out, references.1);
        }
        if let Some(timestamp) = record.timestamp {
            put_zigzag(out, timestamp.wrapping_sub(previous.timestamp));
        }
        if is_consumed && !same_type {
            out.push(consumed.timestamp_type as u8);
        }
        let mut budget = ValueBudget::of_record();
        if !record.key.is_null() {
            put_value(out, schemas, key_schema, &record.key, &mut budget)?;
        }
        put_value(out, schemas, value_schema, &record.value, &mut budget)?;
        if !record.headers.is_empty() {
            put_headers(out, schemas, &record.headers, &mut budget)?;
        }
        let coordinates = Coordinates {
            topic,
            partition: record.kafka_partition,
            timestamp: record.timestamp.unwrap_or(previous.timestamp),
            consumed,
        };
        Ok((coordinates, references))
    }

    /// The batch, after which the encoder is empty again.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.finish_into(&mut out);
        out
    }

    /// Appends the batch to `out`, after which the encoder is empty again.
    pub fn finish_into(&mut self, out: &mut Vec<u8>) {
        let direction = [self.direction as u8];
        self.entries
            .finish_into(KIND_RECORDS, Tables::SchemasAndTopics, &direction, out);
        self.forget();
    }

    /// Drops all records; memory is kept.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.forget();
    }

    fn forget(&mut self) {
        self.previous = Coordinates::default();
        self.previous_schemas = LastSchemas::default();
    }
}
