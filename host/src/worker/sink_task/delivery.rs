//! From consumed bytes to `put`.

use connect_data::batch::{SchemaCache, SinkBatch};
use connect_data::{ConnectHeaders, SinkRecord, TimestampType};
use std::borrow::Cow;

use crate::errors::{Failure, Stage};
use crate::kafka::TopicPartition;
use crate::kafka::consumer::{self, ConsumedBatch, ConsumedRecord};

use super::super::converters::{TaskConverters, converter_failure};
use super::{SinkTask, guest_failure};

impl SinkTask {
    /// Converts consumed records and appends those that survive to the batch.
    pub(super) fn convert(&mut self, consumed: &ConsumedBatch) -> Result<(), Failure> {
        for record in consumed.iter() {
            match convert_record(&mut self.converters, &record) {
                Ok(converted) => {
                    self.encoder.push(&converted).map_err(|error| {
                        Failure::connect(format!(
                            "The record of {}-{} at offset {} does not fit into a batch for the \
                             plugin",
                            record.topic, record.partition, record.offset
                        ))
                        .caused_by_error(&error)
                    })?;
                }
                Err((stage, class, failure)) => {
                    self.tolerance.record_failed(stage, &class, failure, || {
                        format!(
                            "consumed record is {{topic='{}', partition={}, offset={}}}",
                            record.topic, record.partition, record.offset
                        )
                    })?;
                }
            }
        }
        // Also behind records that were skipped.
        for (partition, next) in consumed.next_offsets() {
            self.offsets.consume(partition, next);
        }
        self.batch_records = self.encoder.len();
        self.encoder.finish_into(&mut self.batch);
        Ok(())
    }

    /// Gives the batch to the guest; also an empty one, so that it can act by time.
    pub(super) async fn deliver(&mut self) -> Result<(), Failure> {
        if self.batch_records == 0 {
            self.encoder.finish_into(&mut self.batch);
        }
        match self.instance.put(&self.batch).await {
            Ok(()) => {
                self.offsets.deliver();
                self.batch.clear();
                self.batch_records = 0;
                if self.redelivering {
                    self.redelivering = false;
                    if !self.paused {
                        self.resume_unpaused()?;
                    }
                }
                Ok(())
            }
            Err(error) if error.retriable() => {
                tracing::warn!(
                    "put failed and will be tried again with the same records: {error}"
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
        for record in batch.records() {
            let record = record.map_err(unreadable)?;
            let gone = partitions.iter().any(|partition| {
                partition.partition == record.original_kafka_partition
                    && *partition.topic == *record.original_topic
            });
            if !gone {
                self.encoder.push(&record).map_err(unreadable)?;
            }
        }
        self.batch_records = self.encoder.len();
        self.encoder.finish_into(&mut self.batch);
        Ok(())
    }
}

/// Key, value and headers of one consumed record, in Connect's terms.
fn convert_record<'a>(
    converters: &mut TaskConverters,
    record: &ConsumedRecord<'a>,
) -> Result<SinkRecord<'a>, (Stage, String, Failure)> {
    let key = converters.key.to_connect_data(record.topic, record.key).map_err(|error| {
        (Stage::KeyConverter, converters.key_class.clone(), converter_failure(&error))
    })?;
    let value = converters.value.to_connect_data(record.topic, record.value).map_err(|error| {
        (Stage::ValueConverter, converters.value_class.clone(), converter_failure(&error))
    })?;
    let mut headers = ConnectHeaders::new();
    for (name, bytes) in record.headers() {
        let converted =
            converters.header.to_connect_header(record.topic, name, bytes).map_err(|error| {
                (Stage::HeaderConverter, converters.header_class.clone(), converter_failure(&error))
            })?;
        headers.add_unchecked(name, converted.schema, converted.value);
    }
    Ok(SinkRecord {
        topic: Cow::Borrowed(record.topic),
        kafka_partition: record.partition,
        key_schema: key.schema,
        key: key.value,
        value_schema: value.schema,
        value: value.value,
        timestamp: record.timestamp,
        timestamp_type: match record.timestamp_type {
            consumer::TimestampType::NoTimestampType => TimestampType::NoTimestampType,
            consumer::TimestampType::CreateTime => TimestampType::CreateTime,
            consumer::TimestampType::LogAppendTime => TimestampType::LogAppendTime,
        },
        kafka_offset: record.offset,
        headers,
        original_topic: Cow::Borrowed(record.topic),
        original_kafka_partition: record.partition,
        original_kafka_offset: record.offset,
    })
}
