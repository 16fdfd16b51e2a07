//! From consumed bytes to `put`.
//!
//! Owns the batch that the guest has not accepted yet, and what each record costs on its way there:
//! nothing is allocated, looked up or locked for a record. Kafka's counterpart:
//! `WorkerSinkTask.convertMessages` and `deliverMessages`.

use std::borrow::Cow;

use connect_data::batch::{SchemaCache, SinkBatch};
use connect_data::{ConnectHeaders, SinkRecord, TimestampType};

use crate::errors::{Failure, Stage};
use crate::kafka::TopicPartition;
use crate::kafka::consumer::{self, ConsumedBatch, ConsumedRecord};

use super::super::converters::{PREPARATIONS_MAX, Refusal, TaskConverters, converter_failure};
use super::{SinkTask, guest_failure};

impl SinkTask {
    /// Converts consumed records to the batch of those that survive. What is not converted because
    /// the task is to end is not delivered either, so that its offsets are not committed.
    pub(super) async fn convert(&mut self, consumed: &ConsumedBatch) -> Result<(), Failure> {
        let mut converted = SinkRecord::default();
        self.topics.begin_batch();
        let mut last_topic = "";
        for record in consumed.iter() {
            let mut conversion = convert_record(&mut self.converters, &record, &mut converted);
            if matches!(&conversion, Err(refusal) if refusal.error.is_unprepared()) {
                conversion = match self.prepare(&record).await {
                    Ok(()) => convert_record(&mut self.converters, &record, &mut converted),
                    Err(refusal) => Err(refusal),
                };
                if self.context.stopping() {
                    self.encoder.clear();
                    return Ok(());
                }
            }
            let topic: &str = record.topic;
            if conversion.is_ok() && !std::ptr::eq(topic, last_topic) {
                last_topic = topic;
                self.topics.consumed(topic);
            }
            match conversion {
                Ok(()) => self.encoder.push(&converted).map_err(|error| {
                    Failure::connect(format!(
                        "The record of {}-{} at offset {} does not fit into a batch for the plugin",
                        record.topic, record.partition, record.offset
                    ))
                    .caused_by_error(&error)
                })?,
                Err(refusal) => self.refused(&refusal, &record)?,
            }
        }
        // Also behind records that were skipped.
        for (partition, next) in consumed.next_offsets() {
            self.offsets.consume(partition, next);
        }
        self.finish_batch();
        Ok(())
    }

    /// Lets the converters fetch what they lack for a record.
    async fn prepare(&mut self, record: &ConsumedRecord<'_>) -> Result<(), Refusal> {
        for _ in 0..PREPARATIONS_MAX {
            let mut converted = SinkRecord::default();
            let stage = match convert_record(&mut self.converters, record, &mut converted) {
                Err(refusal) if refusal.error.is_unprepared() => refusal.stage,
                _ => break,
            };
            tokio::select! {
                prepared = self.converters.prepare(stage) => prepared?,
                () = self.context.stop.cancelled() => break,
            }
        }
        Ok(())
    }

    /// A record that cannot be converted: skipped, or the failure of the task.
    fn refused(&mut self, refusal: &Refusal, record: &ConsumedRecord<'_>) -> Result<(), Failure> {
        self.tolerance.record_failed(
            refusal.stage,
            self.converters.class(refusal.stage),
            converter_failure(&refusal.error),
            || shown(record),
        )
    }

    fn finish_batch(&mut self) {
        self.batch_records = self.encoder.len();
        self.batch.clear();
        self.encoder.finish_into(&mut self.batch);
    }

    /// Gives the batch to the guest; also an empty one, so that it can act by time.
    pub(super) async fn deliver(&mut self) -> Result<(), Failure> {
        if self.batch_records == 0 {
            self.finish_batch();
        }
        match self.instance.put(&self.batch).await {
            Ok(()) => {
                self.offsets.deliver();
                self.batch_records = 0;
                self.end_redelivery()
            }
            Err(error) if error.retriable() => {
                tracing::warn!(
                    "put failed and will be tried again with the same records: {}",
                    self.context.shown(&error)
                );
                if !self.redelivering {
                    self.redelivering = true;
                    let assignment = self.consumer.assignment();
                    self.pause_partitions(&assignment)?;
                }
                Ok(())
            }
            Err(error) => Err(Failure::connect(
                "Exiting WorkerSinkTask due to unrecoverable exception.",
            )
            .caused_by(guest_failure(&error))),
        }
    }

    /// Reads on after the guest has accepted what it had refused, or after that was dropped.
    pub(super) fn end_redelivery(&mut self) -> Result<(), Failure> {
        if self.redelivering {
            self.redelivering = false;
            if !self.paused {
                self.resume_unpaused()?;
            }
        }
        Ok(())
    }

    /// Takes records of partitions that were given up out of a batch that waits for redelivery.
    pub(super) fn drop_from_batch(&mut self, partitions: &[TopicPartition]) -> Result<(), Failure> {
        if self.batch_records == 0 {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.batch);
        let mut schemas = SchemaCache::default();
        let unreadable =
            |error| Failure::connect("A batch cannot be read back").caused_by_error(&error);
        let batch = SinkBatch::decode(&bytes, &mut schemas).map_err(unreadable)?;
        let mut records = batch.records();
        while let Some(record) = records.next_record().map_err(unreadable)? {
            let gone = partitions.iter().any(|partition| {
                partition.partition == record.original_kafka_partition
                    && *partition.topic == *record.original_topic
            });
            if !gone {
                self.encoder.push(record).map_err(unreadable)?;
            }
        }
        self.finish_batch();
        Ok(())
    }
}

/// COMPAT: ConsumerRecord as ProcessingContext shows it in `errors.log.include.messages`.
fn shown(record: &ConsumedRecord<'_>) -> String {
    let timestamp_type = match record.timestamp_type {
        consumer::TimestampType::NoTimestampType => None,
        consumer::TimestampType::CreateTime => Some("CreateTime"),
        consumer::TimestampType::LogAppendTime => Some("LogAppendTime"),
    };
    let timestamp = match (record.timestamp, timestamp_type) {
        (Some(timestamp), Some(name)) => format!(", timestamp={timestamp}, timestampType={name}"),
        _ => String::new(),
    };
    format!(
        "consumed record is {{topic='{}', partition={}, offset={}{timestamp}}}",
        record.topic, record.partition, record.offset
    )
}

/// Makes `converted` the consumed record in Connect's terms. It is the same one for all records of
/// a poll, since making and dropping one costs as much as writing it into the batch.
fn convert_record<'a>(
    converters: &mut TaskConverters,
    record: &ConsumedRecord<'a>,
    converted: &mut SinkRecord<'a>,
) -> Result<(), Refusal> {
    let key = converters
        .key
        .to_connect_data(record.topic, record.key)
        .map_err(|error| Refusal::new(Stage::KeyConverter, error))?;
    let value = converters
        .value
        .to_connect_data(record.topic, record.value)
        .map_err(|error| Refusal::new(Stage::ValueConverter, error))?;
    let mut headers = ConnectHeaders::new();
    for (name, bytes) in record.headers() {
        let header = converters
            .header
            .to_connect_header(record.topic, name, bytes)
            .map_err(|error| Refusal::new(Stage::HeaderConverter, error))?;
        headers.add_unchecked(name, header.schema, header.value);
    }
    converted.topic = Cow::Borrowed(record.topic);
    converted.kafka_partition = record.partition;
    converted.key_schema = key.schema;
    converted.key = key.value;
    converted.value_schema = value.schema;
    converted.value = value.value;
    converted.timestamp = record.timestamp;
    converted.timestamp_type = match record.timestamp_type {
        consumer::TimestampType::NoTimestampType => TimestampType::NoTimestampType,
        consumer::TimestampType::CreateTime => TimestampType::CreateTime,
        consumer::TimestampType::LogAppendTime => TimestampType::LogAppendTime,
    };
    converted.kafka_offset = record.offset;
    converted.headers = headers;
    converted.original_topic = Cow::Borrowed(record.topic);
    converted.original_kafka_partition = record.partition;
    converted.original_kafka_offset = record.offset;
    Ok(())
}
