//! A consumed record in Connect's terms.
//!
//! Owns the order of conversions (key, value, headers), and that a record keeps the coordinates at
//! which it was consumed whatever a transformation makes of it. Kafka's counterpart:
//! `WorkerSinkTask.convertAndTransformRecord`.

use std::borrow::Cow;

use connect_data::{ConnectHeaders, ConnectRecord, Consumed, SinkRecord, TimestampType};

use crate::kafka::consumer::{self, ConsumedRecord};
use crate::transform::Applied;

use super::super::record_path::{RecordPath, Refusal, Staged, Step};

/// The record that is being converted: the same one for all records of a poll, since making and
/// dropping one costs as much as writing it into the batch.
pub(super) struct Delivered<'a> {
    /// The record when it is through.
    pub record: SinkRecord<'a>,
    /// The record while transformations may change it; not used without any.
    transformed: ConnectRecord<'a>,
    transforms: bool,
}

impl<'a> Delivered<'a> {
    /// For records that go through transformations or do not.
    pub(super) fn new(transforms: bool) -> Self {
        Self {
            record: SinkRecord::default(),
            transformed: ConnectRecord::default(),
            transforms,
        }
    }

    /// Goes through conversions and transformations from `step` on.
    pub(super) fn advance(
        &mut self,
        path: &mut RecordPath,
        consumed: &ConsumedRecord<'a>,
        step: Step,
    ) -> Result<Applied, Refusal> {
        let first = match step {
            Step::Transformation(first) => first,
            step => {
                self.convert(path, consumed, step)?;
                if !self.transforms {
                    return Ok(Applied::Kept);
                }
                self.open(consumed);
                0
            }
        };
        let applied = path.transform(&mut self.transformed, first)?;
        if applied == Applied::Kept {
            self.close();
        }
        Ok(applied)
    }

    fn convert(
        &mut self,
        path: &mut RecordPath,
        consumed: &ConsumedRecord<'a>,
        step: Step,
    ) -> Result<(), Refusal> {
        let converters = &mut path.converters;
        let record = &mut self.record;
        if step == Step::Key {
            let key = converters
                .key
                .to_connect_data(consumed.topic, consumed.key)
                .map_err(|error| Refusal::converter(Step::Key, &error))?;
            record.key_schema = key.schema;
            record.key = key.value;
        }
        if step != Step::Headers {
            let value = converters
                .value
                .to_connect_data(consumed.topic, consumed.value)
                .map_err(|error| Refusal::converter(Step::Value, &error))?;
            record.value_schema = value.schema;
            record.value = value.value;
        }
        let mut headers = ConnectHeaders::new();
        for (name, bytes) in consumed.headers() {
            let header = converters
                .header
                .to_connect_header(consumed.topic, name, bytes)
                .map_err(|error| Refusal::converter(Step::Headers, &error))?;
            headers.add_unchecked(name, header.schema, header.value);
        }
        record.headers = headers;
        self.set_coordinates(consumed);
        Ok(())
    }

    fn set_coordinates(&mut self, consumed: &ConsumedRecord<'a>) {
        let record = &mut self.record;
        record.topic = Cow::Borrowed(consumed.topic);
        record.kafka_partition = consumed.partition;
        record.timestamp = consumed.timestamp;
        record.timestamp_type = timestamp_type(consumed.timestamp_type);
        record.kafka_offset = consumed.offset;
        record.original_topic = Cow::Borrowed(consumed.topic);
        record.original_kafka_partition = consumed.partition;
        record.original_kafka_offset = consumed.offset;
    }

    /// The consumed record as the first transformation sees it.
    pub(super) fn converted(
        &mut self,
        path: &mut RecordPath,
        consumed: &ConsumedRecord<'a>,
    ) -> Result<ConnectRecord<'a>, Refusal> {
        self.convert(path, consumed, Step::Key)?;
        self.open(consumed);
        Ok(std::mem::take(&mut self.transformed))
    }

    /// Goes on with a record that went through the chain with its batch.
    pub(super) fn go_on(
        &mut self,
        path: &mut RecordPath,
        consumed: &ConsumedRecord<'a>,
        begun: Staged<'a>,
    ) -> Result<Applied, Refusal> {
        match begun {
            Staged::Alive(record) => {
                self.set_coordinates(consumed);
                self.transformed = record;
                self.close();
                Ok(Applied::Kept)
            }
            Staged::Dropped => Ok(Applied::Dropped),
            Staged::Refused(record, refusal) => {
                self.set_coordinates(consumed);
                self.transformed = record;
                Err(refusal)
            }
            Staged::Alone => self.advance(path, consumed, Step::Key),
        }
    }

    /// Moves what transformations may change to where they change it.
    fn open(&mut self, consumed: &ConsumedRecord<'a>) {
        let (from, to) = (&mut self.record, &mut self.transformed);
        to.topic = Some(Cow::Borrowed(consumed.topic));
        to.kafka_partition = Some(consumed.partition);
        to.key_schema = from.key_schema.take();
        to.key = std::mem::take(&mut from.key);
        to.value_schema = from.value_schema.take();
        to.value = std::mem::take(&mut from.value);
        to.timestamp = from.timestamp;
        to.headers = std::mem::take(&mut from.headers);
        to.consumed = Some(Consumed {
            kafka_offset: from.kafka_offset,
            timestamp_type: from.timestamp_type,
        });
    }

    /// Moves it back.
    fn close(&mut self) {
        let (from, to) = (&mut self.transformed, &mut self.record);
        // A sink record always has a topic and a partition.
        if let Some(topic) = from.topic.take() {
            to.topic = topic;
        }
        to.kafka_partition = from.kafka_partition.unwrap_or(to.kafka_partition);
        to.key_schema = from.key_schema.take();
        to.key = std::mem::take(&mut from.key);
        to.value_schema = from.value_schema.take();
        to.value = std::mem::take(&mut from.value);
        to.timestamp = from.timestamp;
        to.headers = std::mem::take(&mut from.headers);
    }
}

fn timestamp_type(consumed: consumer::TimestampType) -> TimestampType {
    match consumed {
        consumer::TimestampType::NoTimestampType => TimestampType::NoTimestampType,
        consumer::TimestampType::CreateTime => TimestampType::CreateTime,
        consumer::TimestampType::LogAppendTime => TimestampType::LogAppendTime,
    }
}
