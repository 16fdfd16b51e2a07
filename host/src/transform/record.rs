//! The record that transformations work on, whichever way it goes.
//!
//! Owns the parts that they may read and change. What a task needs to find its way back to the
//! original (source offsets, consumed coordinates) stays with the task. Kafka counterpart:
//! ConnectRecord with `newRecord`.

use std::borrow::Cow;

use connect_data::{ConnectHeaders, SchemaRef, TimestampType, Value};

/// A record between a connector's task and Kafka.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectRecord<'a> {
    /// The topic; none only for a source record that names none.
    pub topic: Option<Cow<'a, str>>,
    /// The partition of the topic; none lets the producer choose.
    pub kafka_partition: Option<i32>,
    /// The key's schema.
    pub key_schema: Option<SchemaRef>,
    /// The key.
    pub key: Value<'a>,
    /// The value's schema.
    pub value_schema: Option<SchemaRef>,
    /// The value; null is a tombstone.
    pub value: Value<'a>,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// The headers.
    pub headers: ConnectHeaders<'a>,
    /// What only a consumed record has; none for records of source tasks.
    pub consumed: Option<Consumed>,
}

/// What a record has that was consumed from Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// The record's offset in its partition.
    pub kafka_offset: i64,
    /// Who set the timestamp.
    pub timestamp_type: TimestampType,
}
