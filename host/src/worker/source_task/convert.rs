//! The bytes of a record that is about to be sent.
//!
//! Owns the order of conversions (headers, key, value) and their result. What is converted may be
//! a record as its batch has it, or one that was transformed. Kafka's counterpart:
//! `AbstractWorkerSourceTask.convertTransformedRecord`.

use std::borrow::Cow;

use connect_data::batch::SourceRecordView;
use connect_data::{ConnectHeaders, ConnectRecord, SchemaRef, Value};

use crate::converter::Serialized;
use crate::errors::Failure;
use crate::transform::Applied;

use super::super::record_path::{RecordPath, Refusal, Staged, Step};

/// Bytes of one record between conversion and sending, kept for the next record.
#[derive(Default)]
pub(super) struct Converted {
    key: Vec<u8>,
    has_key: bool,
    value: Vec<u8>,
    has_value: bool,
    /// All header values, one after the other.
    header_bytes: Vec<u8>,
    /// Where each header's value lies, in the order of the record's headers.
    headers: Vec<Option<(usize, usize)>>,
}

/// A record on its way to the producer.
pub(super) enum Current<'r, 'b> {
    /// As the batch has it: the task has no transformations.
    Polled(&'r SourceRecordView<'b>),
    /// A record that transformations may change.
    Transformed(&'r mut ConnectRecord<'b>),
}

/// What converters and producer look at.
pub(super) struct Parts<'r, 'b> {
    pub topic: Option<&'r str>,
    pub kafka_partition: Option<i32>,
    pub timestamp: Option<i64>,
    key_schema: Option<&'r SchemaRef>,
    key: &'r Value<'b>,
    value_schema: Option<&'r SchemaRef>,
    value: &'r Value<'b>,
    pub headers: &'r ConnectHeaders<'b>,
}

impl<'b> Current<'_, 'b> {
    /// What converters and producer look at.
    pub(super) fn parts(&self) -> Parts<'_, 'b> {
        match self {
            Self::Polled(record) => Parts {
                topic: record.topic,
                kafka_partition: record.kafka_partition,
                timestamp: record.timestamp,
                key_schema: record.key_schema,
                key: &record.key,
                value_schema: record.value_schema,
                value: &record.value,
                headers: &record.headers,
            },
            Self::Transformed(record) => Parts {
                topic: record.topic.as_deref(),
                kafka_partition: record.kafka_partition,
                timestamp: record.timestamp,
                key_schema: record.key_schema.as_ref(),
                key: &record.key,
                value_schema: record.value_schema.as_ref(),
                value: &record.value,
                headers: &record.headers,
            },
        }
    }

    /// The first step of its way.
    pub(super) fn first_step(&self) -> Step {
        match self {
            Self::Polled(_) => Step::Headers,
            Self::Transformed(_) => Step::Transformation(0),
        }
    }

    /// Goes on with a record that went through the chain with its batch.
    pub(super) fn go_on(
        &mut self,
        path: &mut RecordPath,
        begun: Staged<'b>,
        converted: &mut Converted,
    ) -> Result<Applied, Refusal> {
        let Self::Transformed(record) = self else {
            return self.advance(path, Step::Headers, converted);
        };
        match begun {
            Staged::Alive(alive) => {
                **record = alive;
                self.advance(path, Step::Headers, converted)
            }
            Staged::Dropped => Ok(Applied::Dropped),
            Staged::Refused(refused, refusal) => {
                **record = refused;
                Err(refusal)
            }
            Staged::Alone => self.advance(path, Step::Transformation(0), converted),
        }
    }

    /// Goes through transformations and conversions from `step` on.
    pub(super) fn advance(
        &mut self,
        path: &mut RecordPath,
        step: Step,
        converted: &mut Converted,
    ) -> Result<Applied, Refusal> {
        let mut step = step;
        if let Step::Transformation(first) = step {
            if let Self::Transformed(record) = self
                && path.transform(record, first)? == Applied::Dropped
            {
                return Ok(Applied::Dropped);
            }
            step = Step::Headers;
        }
        converted.convert(path, &self.parts(), step)?;
        Ok(Applied::Kept)
    }
}

/// Makes `record` what the batch has, for transformations to change: the values are taken.
pub(super) fn take_values<'b>(view: &mut SourceRecordView<'b>, record: &mut ConnectRecord<'b>) {
    record.topic = view.topic.map(Cow::Borrowed);
    record.kafka_partition = view.kafka_partition;
    record.timestamp = view.timestamp;
    record.key_schema = view.key_schema.cloned();
    record.key = std::mem::take(&mut view.key);
    record.value_schema = view.value_schema.cloned();
    record.value = std::mem::take(&mut view.value);
    record.headers = std::mem::take(&mut view.headers);
}

impl Converted {
    /// Converts headers, key and value, from `step` on.
    fn convert(
        &mut self,
        path: &mut RecordPath,
        record: &Parts<'_, '_>,
        step: Step,
    ) -> Result<(), Refusal> {
        let topic = record.topic.unwrap_or_default();
        if step == Step::Headers {
            self.convert_headers(path, topic, record.headers)?;
        }
        if step != Step::Value {
            self.key.clear();
            let key = path
                .converters
                .key
                .from_connect_data(topic, record.key_schema, record.key, &mut self.key)
                .map_err(|error| Refusal::converter(Step::Key, &error))?;
            self.has_key = matches!(key, Serialized::Bytes);
        }
        self.value.clear();
        let value = path
            .converters
            .value
            .from_connect_data(topic, record.value_schema, record.value, &mut self.value)
            .map_err(|error| Refusal::converter(Step::Value, &error))?;
        self.has_value = matches!(value, Serialized::Bytes);
        Ok(())
    }

    fn convert_headers(
        &mut self,
        path: &mut RecordPath,
        topic: &str,
        headers: &ConnectHeaders<'_>,
    ) -> Result<(), Refusal> {
        self.headers.clear();
        self.header_bytes.clear();
        for header in headers.iter() {
            let start = self.header_bytes.len();
            let serialized = path
                .converters
                .header
                .from_connect_header(
                    topic,
                    &header.key,
                    header.schema.as_ref(),
                    &header.value,
                    &mut self.header_bytes,
                )
                .map_err(|error| Refusal::converter(Step::Headers, &error))?;
            let end = self.header_bytes.len();
            self.headers
                .push(matches!(serialized, Serialized::Bytes).then_some((start, end)));
        }
        Ok(())
    }

    /// The key's bytes.
    pub(super) fn key(&self) -> Option<&[u8]> {
        self.has_key.then_some(&self.key)
    }

    /// The value's bytes.
    pub(super) fn value(&self) -> Option<&[u8]> {
        self.has_value.then_some(&self.value)
    }

    /// The headers of the record that was converted.
    pub(super) fn headers<'a>(
        &'a self,
        headers: &'a ConnectHeaders<'_>,
    ) -> Vec<(&'a str, Option<&'a [u8]>)> {
        let bytes = |place: Option<(usize, usize)>| {
            place.map(|(start, end)| &self.header_bytes[start..end])
        };
        let names = headers.iter().map(|header| &*header.key);
        names.zip(self.headers.iter().copied().map(bytes)).collect()
    }
}

/// The timestamp for the producer: -1 means none, other negative numbers are refused, as in Kafka.
pub(super) fn producer_timestamp(timestamp: Option<i64>) -> Result<Option<i64>, Failure> {
    match timestamp {
        None | Some(-1) => Ok(None),
        Some(negative) if negative < 0 => Err(Failure::new(
            "org.apache.kafka.common.InvalidRecordException",
            format!("Invalid record timestamp {negative}"),
        )),
        Some(timestamp) => Ok(Some(timestamp)),
    }
}
