//! From a polled batch to the producer.
//!
//! Owns what happens for each record, and therefore what a record costs: no allocation, no look-up
//! by hash, no lock and no switch of tasks while the producer has room. Kafka's counterpart:
//! `AbstractWorkerSourceTask.sendRecords`.

use std::sync::Arc;

use connect_data::batch::{BatchError, SchemaCache, SourceBatch, SourceRecordView};

use crate::converter::Serialized;
use crate::errors::{Failure, Stage};
use crate::kafka::KafkaError;
use crate::kafka::producer::{ProducerRecord, SendResult};

use super::super::converters::{PREPARATIONS_MAX, Refusal, TaskConverters, converter_failure};
use super::super::submitted::{OffsetInBatch, PartitionNumber};
use super::super::task::guest_failure;
use super::{SourceTask, not_written};

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

/// Why a batch was not sent to its end.
enum Unsent {
    /// The plugin is to blame.
    Wrong(String),
    Failed(Failure),
}

impl From<Failure> for Unsent {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<BatchError> for Unsent {
    fn from(error: BatchError) -> Self {
        Self::Wrong(format!(
            "a batch that is not in the format of BATCH.md: {error}"
        ))
    }
}

/// What became of a record given to the producer.
enum Handed {
    Queued,
    /// Too large, and errors.tolerance says to skip it.
    Skipped,
    /// The task is to end; the record was not taken.
    Stopping,
}

/// What the task calls things that the batch gives by index.
struct Names {
    batch: u64,
    /// By the batch's index of source partitions; the last one is for records without any.
    partitions: Vec<Option<PartitionNumber>>,
    /// By the batch's index of topics; only for `commit-records`.
    topics: Vec<Option<Arc<str>>>,
}

impl SourceTask {
    /// Converts and sends every record of a batch, waiting while the producer is full. Returns in
    /// the middle when the task is to end: what is not sent is read again after a restart.
    pub(super) async fn send_batch(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let bytes = Arc::new(bytes);
        let mut schemas = std::mem::take(&mut self.schemas);
        let outcome = self.send_records(&bytes, &mut schemas).await;
        self.schemas = schemas;
        outcome.map_err(|unsent| match unsent {
            Unsent::Failed(failure) => failure,
            Unsent::Wrong(message) => guest_failure(&self.instance.reject_batch(message)),
        })
    }

    async fn send_records(
        &mut self,
        bytes: &Arc<Vec<u8>>,
        schemas: &mut SchemaCache,
    ) -> Result<(), Unsent> {
        let batch = SourceBatch::decode(bytes, schemas)?;
        let mut names = self.names(&batch);
        self.topics.begin_batch();
        let mut last_topic = "";
        let mut converted = Converted::default();
        let mut records = batch.records();
        // LIMIT: a batch has at most 100,000 records.
        let mut next_index = 0_u32;
        while let Some(record) = records.next_record()? {
            let index = next_index;
            next_index += 1;
            let Some(topic) = record.topic else {
                let message = format!("a record without a topic (record {index} of the batch)");
                return Err(Unsent::Wrong(message));
            };
            let mut conversion = convert(&mut self.converters, topic, record, &mut converted);
            if matches!(&conversion, Err(refusal) if refusal.error.is_unprepared()) {
                conversion = self.convert_prepared(record, &mut converted).await;
                if self.context.stopping() {
                    return Ok(());
                }
            }
            if let Err(refusal) = conversion {
                self.refused(&refusal, record, &batch)?;
                if let Some(origins) = &mut self.origins {
                    origins.dropped(names.batch, index);
                }
                continue;
            }
            // Runs of one topic are the rule: the texts of a run are the same one.
            let new_topic = !std::ptr::eq(topic, last_topic);
            if new_topic && !self.ensure_topic(topic).await? {
                return Ok(());
            }
            let outgoing = ProducerRecord {
                topic,
                partition: record.kafka_partition,
                timestamp: producer_timestamp(record.timestamp)?,
                key: converted.has_key.then_some(converted.key.as_slice()),
                value: converted.has_value.then_some(converted.value.as_slice()),
                headers: &converted.headers(record),
            };
            let handed = self.hand_over(&outgoing).await?;
            if matches!(handed, Handed::Stopping) {
                return Ok(());
            }
            if new_topic {
                last_topic = topic;
                self.topics.sent(topic, self.submitted.next_sequence());
            }
            self.track(&batch, &mut names, record, index, bytes);
            if matches!(handed, Handed::Skipped) {
                self.settle(self.submitted.next_sequence() - 1, None);
            }
        }
        Ok(())
    }

    fn names(&mut self, batch: &SourceBatch<'_>) -> Names {
        let number = self.batches;
        if !batch.is_empty() {
            self.batches += 1;
        }
        let topics = match self.origins {
            Some(_) => vec![None; batch.topics().len()],
            None => Vec::new(),
        };
        Names {
            batch: number,
            partitions: vec![None; batch.source_partition_count() + 1],
            topics,
        }
    }

    /// Converts a record again, each time after a converter has fetched what it lacked.
    async fn convert_prepared(
        &mut self,
        record: &SourceRecordView<'_>,
        converted: &mut Converted,
    ) -> Result<(), Refusal> {
        let topic = record.topic.unwrap_or_default();
        let mut outcome = convert(&mut self.converters, topic, record, converted);
        for _ in 0..PREPARATIONS_MAX {
            let stage = match &outcome {
                Err(refusal) if refusal.error.is_unprepared() => refusal.stage,
                _ => break,
            };
            tokio::select! {
                prepared = self.converters.prepare(stage) => prepared?,
                () = self.context.stop.cancelled() => break,
            }
            outcome = convert(&mut self.converters, topic, record, converted);
        }
        outcome
    }

    /// A record that cannot be converted: skipped, or the failure of the task.
    fn refused<'b>(
        &mut self,
        refusal: &Refusal,
        record: &SourceRecordView<'b>,
        batch: &SourceBatch<'b>,
    ) -> Result<(), Failure> {
        self.tolerance.record_failed(
            refusal.stage,
            self.converters.class(refusal.stage),
            converter_failure(&refusal.error),
            || match record.to_record(batch) {
                Ok(record) => format!("source record is = {record}"),
                Err(error) => format!("the source record cannot be shown: {error}"),
            },
        )
    }

    /// Gives a record to the producer, waiting while there is no room.
    async fn hand_over(&mut self, record: &ProducerRecord<'_>) -> Result<Handed, Failure> {
        loop {
            match self.producer.send(record, self.submitted.next_sequence()) {
                Ok(SendResult::Queued) => return Ok(Handed::Queued),
                Ok(SendResult::Full) => {
                    self.wait_for_room().await?;
                    if self.context.stopping() {
                        return Ok(Handed::Stopping);
                    }
                }
                // COMPAT: KafkaProducer reports this one to the callback, like a refusal by the
                // broker.
                Err(error @ KafkaError::RecordTooLarge { .. }) => {
                    not_written(&self.tolerance, &error)?;
                    return Ok(Handed::Skipped);
                }
                Err(error) => {
                    return Err(Failure::connect("Unrecoverable exception trying to send")
                        .caused_by_error(&error));
                }
            }
        }
    }

    /// Waits for deliveries. Offsets are stored meanwhile, since a broker may be away for long.
    async fn wait_for_room(&mut self) -> Result<(), Failure> {
        tokio::select! {
            () = self.producer.wait_for_progress() => {}
            () = self.context.stop.cancelled() => {}
            () = tokio::time::sleep_until(self.next_commit) => {}
        }
        self.take_deliveries()?;
        self.commit_when_due().await
    }

    /// Remembers a record that was handed over, so that its offset is stored behind it.
    fn track(
        &mut self,
        batch: &SourceBatch<'_>,
        names: &mut Names,
        record: &SourceRecordView<'_>,
        index: u32,
        bytes: &Arc<Vec<u8>>,
    ) {
        let place = record
            .source_partition_index
            .map_or(names.partitions.len() - 1, |index| index as usize);
        let partition = *names.partitions[place].get_or_insert_with(|| {
            let encoded = record
                .source_partition_index
                .map(|index| batch.source_partition(index));
            self.offsets.partition_number(encoded)
        });
        if let (Some(origins), Some(topic)) = (&mut self.origins, record.topic_index) {
            let topic = names.topics[topic as usize]
                .get_or_insert_with(|| Arc::from(record.topic.unwrap_or_default()));
            origins.submitted(names.batch, index, topic);
        }
        let range = record
            .source_offset
            .map(|offset| position_in(bytes, offset.as_bytes()));
        let batch = bytes.clone();
        self.submitted
            .submit(partition, OffsetInBatch { batch, range });
    }
}

/// Where `part`, a slice of `whole`, starts, and how long it is.
fn position_in(whole: &[u8], part: &[u8]) -> (u32, u32) {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    // LIMIT: a batch has at most 64 MiB (BATCH.md), so both fit.
    (
        u32::try_from(start).unwrap_or(0),
        u32::try_from(part.len()).unwrap_or(0),
    )
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
) -> Result<(), Refusal> {
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
            .map_err(|error| Refusal::new(Stage::HeaderConverter, error))?;
        let end = converted.header_bytes.len();
        converted
            .headers
            .push(matches!(serialized, Serialized::Bytes).then_some((start, end)));
    }
    converted.key.clear();
    let key = converters
        .key
        .from_connect_data(topic, record.key_schema, &record.key, &mut converted.key)
        .map_err(|error| Refusal::new(Stage::KeyConverter, error))?;
    converted.has_key = matches!(key, Serialized::Bytes);
    converted.value.clear();
    let value = converters
        .value
        .from_connect_data(
            topic,
            record.value_schema,
            &record.value,
            &mut converted.value,
        )
        .map_err(|error| Refusal::new(Stage::ValueConverter, error))?;
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
                (
                    &*header.key,
                    place.map(|(start, end)| &self.header_bytes[start..end]),
                )
            })
            .collect()
    }
}
