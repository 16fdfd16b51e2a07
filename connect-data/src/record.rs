//! Records as connectors see them, and as transformations do. Kafka counterpart: `SourceRecord`,
//! `SinkRecord`, and `ConnectRecord` with `newRecord`.

use std::borrow::Cow;
use std::fmt;

use crate::java_text::{option_text, schema_text};
use crate::{ConnectHeaders, OffsetMap, SchemaRef, Value};

/// A record that a source task read from the outside system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRecord<'a> {
    /// Where in the outside system the record comes from.
    pub source_partition: Option<OffsetMap<'a>>,
    /// Where in that partition to go on after this record. None deletes the stored offset.
    pub source_offset: Option<OffsetMap<'a>>,
    /// The topic to write to; none fails when the record is produced.
    pub topic: Option<Cow<'a, str>>,
    /// The Kafka partition; none leaves it to the partitioner.
    pub kafka_partition: Option<i32>,
    /// Schema of the key.
    pub key_schema: Option<SchemaRef>,
    /// The key.
    pub key: Value<'a>,
    /// Schema of the value.
    pub value_schema: Option<SchemaRef>,
    /// The value; null is a tombstone.
    pub value: Value<'a>,
    /// Milliseconds since the epoch; none leaves it to the producer.
    pub timestamp: Option<i64>,
    /// The headers.
    pub headers: ConnectHeaders<'a>,
}

impl<'a> SourceRecord<'a> {
    /// A record without a key. Everything else is a public field.
    pub fn new(
        source_partition: Option<OffsetMap<'a>>,
        source_offset: Option<OffsetMap<'a>>,
        topic: impl Into<Cow<'a, str>>,
        value_schema: Option<SchemaRef>,
        value: impl Into<Value<'a>>,
    ) -> Self {
        Self {
            source_partition,
            source_offset,
            topic: Some(topic.into()),
            value_schema,
            value: value.into(),
            ..Self::default()
        }
    }

    /// The same record without borrowing.
    pub fn into_owned(self) -> SourceRecord<'static> {
        SourceRecord {
            source_partition: self.source_partition.map(OffsetMap::into_owned),
            source_offset: self.source_offset.map(OffsetMap::into_owned),
            topic: self.topic.map(|topic| Cow::Owned(topic.into_owned())),
            kafka_partition: self.kafka_partition,
            key_schema: self.key_schema,
            key: self.key.into_owned(),
            value_schema: self.value_schema,
            value: self.value.into_owned(),
            timestamp: self.timestamp,
            headers: self.headers.into_owned(),
        }
    }
}

impl fmt::Display for SourceRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SourceRecord{{sourcePartition={}, sourceOffset={}}} ",
            option_text(self.source_partition.as_ref()),
            option_text(self.source_offset.as_ref()),
        )?;
        ConnectRecordText {
            topic: self.topic.as_deref(),
            kafka_partition: self.kafka_partition,
            key: (self.key_schema.as_ref(), &self.key),
            value: (self.value_schema.as_ref(), &self.value),
            timestamp: self.timestamp,
            headers: &self.headers,
        }
        .fmt(f)
    }
}

/// What the timestamp of a consumed record means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TimestampType {
    /// There is none.
    #[default]
    NoTimestampType,
    /// Set by the producer.
    CreateTime,
    /// Set by the broker.
    LogAppendTime,
}

impl fmt::Display for TimestampType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTimestampType => "NoTimestampType",
            Self::CreateTime => "CreateTime",
            Self::LogAppendTime => "LogAppendTime",
        })
    }
}

/// A record that a sink task is to write to the outside system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkRecord<'a> {
    /// The topic, possibly renamed by transforms.
    pub topic: Cow<'a, str>,
    /// The Kafka partition, possibly changed by transforms.
    pub kafka_partition: i32,
    /// Schema of the key.
    pub key_schema: Option<SchemaRef>,
    /// The key.
    pub key: Value<'a>,
    /// Schema of the value.
    pub value_schema: Option<SchemaRef>,
    /// The value; null is a tombstone.
    pub value: Value<'a>,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// What the timestamp means.
    pub timestamp_type: TimestampType,
    /// The offset in the Kafka partition.
    pub kafka_offset: i64,
    /// The headers.
    pub headers: ConnectHeaders<'a>,
    /// The topic that the record was consumed from; offsets are tracked by the original coordinates.
    pub original_topic: Cow<'a, str>,
    /// The partition that the record was consumed from.
    pub original_kafka_partition: i32,
    /// The offset that the record was consumed at.
    pub original_kafka_offset: i64,
}

impl<'a> SinkRecord<'a> {
    /// A record as consumed: the original coordinates are its coordinates.
    pub fn new(
        topic: impl Into<Cow<'a, str>>,
        kafka_partition: i32,
        kafka_offset: i64,
        value_schema: Option<SchemaRef>,
        value: impl Into<Value<'a>>,
    ) -> Self {
        let topic = topic.into();
        Self {
            original_topic: topic.clone(),
            topic,
            kafka_partition,
            original_kafka_partition: kafka_partition,
            kafka_offset,
            original_kafka_offset: kafka_offset,
            value_schema,
            value: value.into(),
            ..Self::default()
        }
    }

    /// The same record without borrowing.
    pub fn into_owned(self) -> SinkRecord<'static> {
        SinkRecord {
            topic: Cow::Owned(self.topic.into_owned()),
            kafka_partition: self.kafka_partition,
            key_schema: self.key_schema,
            key: self.key.into_owned(),
            value_schema: self.value_schema,
            value: self.value.into_owned(),
            timestamp: self.timestamp,
            timestamp_type: self.timestamp_type,
            kafka_offset: self.kafka_offset,
            headers: self.headers.into_owned(),
            original_topic: Cow::Owned(self.original_topic.into_owned()),
            original_kafka_partition: self.original_kafka_partition,
            original_kafka_offset: self.original_kafka_offset,
        }
    }
}

impl fmt::Display for SinkRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SinkRecord{{kafkaOffset={}, timestampType={}, originalTopic={}, \
             originalKafkaPartition={}, originalKafkaOffset={}}} ",
            self.kafka_offset,
            self.timestamp_type,
            self.original_topic,
            self.original_kafka_partition,
            self.original_kafka_offset,
        )?;
        ConnectRecordText {
            topic: Some(&self.topic),
            kafka_partition: Some(self.kafka_partition),
            key: (self.key_schema.as_ref(), &self.key),
            value: (self.value_schema.as_ref(), &self.value),
            timestamp: self.timestamp,
            headers: &self.headers,
        }
        .fmt(f)
    }
}

/// A record between a connector's task and Kafka, whichever way it goes: the parts that
/// transformations may read and change. What a task needs to find its way back to the original
/// (source offsets, consumed coordinates) stays with the task.
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

impl ConnectRecord<'_> {
    /// The same record without borrowing.
    pub fn into_owned(self) -> ConnectRecord<'static> {
        ConnectRecord {
            topic: self.topic.map(|topic| Cow::Owned(topic.into_owned())),
            kafka_partition: self.kafka_partition,
            key_schema: self.key_schema,
            key: self.key.into_owned(),
            value_schema: self.value_schema,
            value: self.value.into_owned(),
            timestamp: self.timestamp,
            headers: self.headers.into_owned(),
            consumed: self.consumed,
        }
    }
}

impl fmt::Display for ConnectRecord<'_> {
    /// As the JVM prints a consumed record, before whose topic and partition it takes those that
    /// the record has now. Of a source record it is the half that does not tell the source.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(consumed) = &self.consumed {
            write!(
                f,
                "SinkRecord{{kafkaOffset={offset}, timestampType={}, originalTopic={}, \
                 originalKafkaPartition={}, originalKafkaOffset={offset}}} ",
                consumed.timestamp_type,
                self.topic.as_deref().unwrap_or("null"),
                option_text(self.kafka_partition),
                offset = consumed.kafka_offset,
            )?;
        }
        ConnectRecordText {
            topic: self.topic.as_deref(),
            kafka_partition: self.kafka_partition,
            key: (self.key_schema.as_ref(), &self.key),
            value: (self.value_schema.as_ref(), &self.value),
            timestamp: self.timestamp,
            headers: &self.headers,
        }
        .fmt(f)
    }
}

/// The half of the text form that both records share.
struct ConnectRecordText<'r, 'a> {
    topic: Option<&'r str>,
    kafka_partition: Option<i32>,
    key: (Option<&'r SchemaRef>, &'r Value<'a>),
    value: (Option<&'r SchemaRef>, &'r Value<'a>),
    timestamp: Option<i64>,
    headers: &'r ConnectHeaders<'a>,
}

impl fmt::Display for ConnectRecordText<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ConnectRecord{{topic='{}', kafkaPartition={}, key={}, keySchema={}, value={}, \
             valueSchema={}, timestamp={}, headers={}}}",
            self.topic.unwrap_or("null"),
            option_text(self.kafka_partition),
            self.key.1.to_java_string(),
            schema_text(self.key.0),
            self.value.1.to_java_string(),
            schema_text(self.value.0),
            option_text(self.timestamp),
            self.headers,
        )
    }
}

#[cfg(test)]
mod tests;
