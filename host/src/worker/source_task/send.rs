//! From a polled batch to the producer.

use std::collections::HashMap;
use std::sync::Arc;

use connect_data::batch::{SourceBatch, SourceRecordView};

use crate::converter::Serialized;
use crate::errors::{Failure, Stage};
use crate::kafka::producer::{ProducerRecord, SendResult};

use super::super::converters::{TaskConverters, converter_failure};
use super::super::submitted::OffsetInBatch;
use super::SourceTask;

/// Bytes of one record between conversion and sending, kept for the next record.
#[derive(Default)]
struct Converted {
    key: Vec<u8>,
    has_key: bool,
    value: Vec<u8>,
    has_value: bool,
    /// All header values, one after the other.
    header_bytes: Vec<u8>,
    /// Where each header's value lies, with the index of its name in the record.
    headers: Vec<Option<(usize, usize)>>,
}

impl SourceTask {
    /// Converts and sends every record of a batch, waiting while the producer is full.
    pub(super) async fn send_batch(&mut self, number: u64, bytes: Vec<u8>) -> Result<(), Failure> {
        let bytes = Arc::new(bytes);
        let mut schemas = std::mem::take(&mut self.schemas);
        let outcome = self.send_records(number, &bytes, &mut schemas).await;
        self.schemas = schemas;
        outcome
    }

    async fn send_records(
        &mut self,
        number: u64,
        bytes: &Arc<Vec<u8>>,
        schemas: &mut connect_data::batch::SchemaCache,
    ) -> Result<(), Failure> {
        let corrupt = |error: connect_data::batch::BatchError| {
            Failure::connect(format!(
                "The plugin's poll returned a batch that is not in the format of BATCH.md: {error}"
            ))
        };
        let batch = SourceBatch::decode(bytes, schemas).map_err(corrupt)?;
        let mut partitions: HashMap<Option<u32>, u32> = HashMap::new();
        let mut topics: HashMap<Option<u32>, Arc<str>> = HashMap::new();
        let mut converted = Converted::default();
        for (index, record) in batch.records().enumerate() {
            let record = record.map_err(corrupt)?;
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let Some(topic) = record.topic else {
                return Err(Failure::connect(format!(
                    "The plugin's poll returned a record without a topic (record {index} of the \
                     batch)"
                )));
            };
            if let Err((stage, class, failure)) =
                convert(&mut self.converters, topic, &record, &mut converted)
            {
                self.tolerance.record_failed(stage, &class, failure, || {
                    match record.to_record(&batch) {
                        Ok(record) => format!("source record is = {record}"),
                        Err(error) => format!("the source record cannot be shown: {error}"),
                    }
                })?;
                if let Some(origins) = &mut self.origins {
                    origins.dropped(number, index);
                }
                continue;
            }
            let timestamp = producer_timestamp(record.timestamp)?;
            let key = record.source_partition_index;
            let partition = match partitions.get(&key) {
                Some(partition) => *partition,
                None => {
                    let encoded = key.map(|index| batch.source_partition(index));
                    let partition = self.offsets.partition_number(encoded);
                    partitions.insert(key, partition);
                    partition
                }
            };
            let headers = converted.headers(&record);
            let outgoing = ProducerRecord {
                topic,
                partition: record.kafka_partition,
                timestamp,
                key: converted.has_key.then_some(converted.key.as_slice()),
                value: converted.has_value.then_some(converted.value.as_slice()),
                headers: &headers,
            };
            loop {
                let sequence = self.submitted.next_sequence();
                let sent = self.producer.send(&outgoing, sequence).map_err(|error| {
                    Failure::connect("Unrecoverable exception trying to send")
                        .caused_by_error(&error)
                })?;
                match sent {
                    SendResult::Queued => break,
                    SendResult::Full => {
                        tokio::select! {
                            () = self.producer.wait_for_progress() => {}
                            () = self.context.stop.cancelled() => {}
                        }
                        self.take_deliveries()?;
                        if self.context.stopping() {
                            // Unsent records are read again after the restart.
                            return Ok(());
                        }
                    }
                }
            }
            if let Some(origins) = &mut self.origins {
                let shared =
                    topics.entry(record.topic_index).or_insert_with(|| Arc::from(topic));
                origins.submitted(number, index, shared);
            }
            let range = record.source_offset.map(|offset| position_in(bytes, offset.as_bytes()));
            self.submitted.submit(partition, OffsetInBatch { batch: bytes.clone(), range });
        }
        Ok(())
    }
}

/// Where `part`, a slice of `whole`, starts, and how long it is.
fn position_in(whole: &[u8], part: &[u8]) -> (u32, u32) {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    // LIMIT: a batch has at most 64 MiB (BATCH.md), so both fit.
    (u32::try_from(start).unwrap_or(0), u32::try_from(part.len()).unwrap_or(0))
}

/// The timestamp for the producer: -1 means none, other negative numbers are refused, as in Kafka.
fn producer_timestamp(timestamp: Option<i64>) -> Result<Option<i64>, Failure> {
    match timestamp {
        None | Some(-1) => Ok(None),
        Some(negative) if negative < 0 => Err(Failure::new(
            "org.apache.kafka.common.InvalidRecordException",
            format!("Invalid record timestamp {negative}"),
        )),
        Some(timestamp) => Ok(Some(timestamp)),
    }
}

fn convert(
    converters: &mut TaskConverters,
    topic: &str,
    record: &SourceRecordView<'_>,
    converted: &mut Converted,
) -> Result<(), (Stage, String, Failure)> {
    converted.headers.clear();
    converted.header_bytes.clear();
    for header in record.headers.iter() {
        let start = converted.header_bytes.len();
        let serialized = converters
            .header
            .from_connect_header(
                topic,
                &header.key,
                header.schema.as_ref(),
                &header.value,
                &mut converted.header_bytes,
            )
            .map_err(|error| {
                (Stage::HeaderConverter, converters.header_class.clone(), converter_failure(&error))
            })?;
        let end = converted.header_bytes.len();
        converted.headers.push(matches!(serialized, Serialized::Bytes).then_some((start, end)));
    }
    converted.key.clear();
    let key = converters
        .key
        .from_connect_data(topic, record.key_schema, &record.key, &mut converted.key)
        .map_err(|error| {
            (Stage::KeyConverter, converters.key_class.clone(), converter_failure(&error))
        })?;
    converted.has_key = matches!(key, Serialized::Bytes);
    converted.value.clear();
    let value = converters
        .value
        .from_connect_data(topic, record.value_schema, &record.value, &mut converted.value)
        .map_err(|error| {
            (Stage::ValueConverter, converters.value_class.clone(), converter_failure(&error))
        })?;
    converted.has_value = matches!(value, Serialized::Bytes);
    Ok(())
}

impl Converted {
    fn headers<'a>(&'a self, record: &'a SourceRecordView<'_>) -> Vec<(&'a str, Option<&'a [u8]>)> {
        record
            .headers
            .iter()
            .zip(&self.headers)
            .map(|(header, place)| {
                (&*header.key, place.map(|(start, end)| &self.header_bytes[start..end]))
            })
            .collect()
    }
}
