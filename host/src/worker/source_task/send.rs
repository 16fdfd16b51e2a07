//! From a polled batch to the producer.
//!
//! Owns what happens for each record, and therefore what a record costs: no allocation, no look-up
//! by hash, no lock and no switch of tasks while the producer has room and nothing fails. Kafka's
//! counterpart: `AbstractWorkerSourceTask.sendRecords`.

use std::collections::HashSet;
use std::sync::Arc;

use connect_data::ConnectRecord;
use connect_data::batch::{BatchError, SchemaCache, SourceBatch, SourceRecordView};

use crate::errors::Failure;
use crate::kafka::KafkaError;
use crate::kafka::producer::{OwnedRecord, ProducerRecord, SendResult, Undelivered};
use crate::transform::Applied;

use super::super::record_path::Recovered;
use super::super::submitted::{OffsetInBatch, PartitionNumber};
use super::super::task::guest_failure;
use super::convert::{Converted, Current, Parts, producer_timestamp, take_values};
use super::{NotWritten, SourceTask, stage};

/// Why a batch was not sent to its end.
enum Unsent {
    /// The plugin is to blame.
    Wrong(String),
    Failed(Failure),
}

impl From<stage::Unstaged> for Unsent {
    fn from(unstaged: stage::Unstaged) -> Self {
        match unstaged {
            stage::Unstaged::Batch(error) => error.into(),
            stage::Unstaged::Failed(failure) => Self::Failed(failure),
        }
    }
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
    /// Too large, and on its way to the dead letter queue.
    DeadLetter,
    /// The task is to end; the record was not taken.
    Stopping,
}

/// What the task calls things that the batch gives by index.
struct Names<'a> {
    bytes: &'a Arc<Vec<u8>>,
    batch: u64,
    /// By the batch's index of source partitions; the last one is for records without any.
    partitions: Vec<Option<PartitionNumber>>,
    /// The topic of the record before.
    topic: Arc<str>,
    /// All topics so far.
    topics: HashSet<Arc<str>>,
}

/// A batch that is being sent.
struct Sending<'s, 'b> {
    batch: &'b SourceBatch<'b>,
    names: Names<'s>,
    converted: Converted,
}

impl Names<'_> {
    /// The topic of the next record. Runs of one topic are the rule.
    fn set_topic(&mut self, topic: &str) {
        let known = self.topics.get(topic).cloned();
        self.topic = known.unwrap_or_else(|| {
            let name: Arc<str> = Arc::from(topic);
            self.topics.insert(name.clone());
            name
        });
    }
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
        let mut sending = Sending {
            batch: &batch,
            names: self.names(&batch, bytes),
            converted: Converted::default(),
        };
        self.topics.begin_batch();
        let transforms = !self.path.chain.is_empty() || self.path.works_on_batches();
        let mut staged = if self.path.works_on_batches() {
            stage::stage_all(&mut self.path, &batch).await?
        } else {
            Vec::new()
        };
        let mut transformed = ConnectRecord::default();
        let mut records = batch.records();
        // LIMIT: a batch has at most 100,000 records.
        let mut next_index = 0_u32;
        loop {
            let mark = records.mark();
            let Some(view) = records.next_record_mut()? else {
                return Ok(());
            };
            let index = next_index;
            next_index += 1;
            let begun = staged.get_mut(index as usize).map(std::mem::take);
            if begun.is_none() && transforms {
                take_values(view, &mut transformed);
            }
            let view = &*view;
            let mut current = if transforms {
                Current::Transformed(&mut transformed)
            } else {
                Current::Polled(view)
            };
            let converted = &mut sending.converted;
            let advanced = match begun {
                Some(begun) => {
                    self.path.at(index);
                    current.go_on(&mut self.path, begun, converted)
                }
                None => {
                    let first = current.first_step();
                    current.advance(&mut self.path, first, converted)
                }
            };
            let outcome = match advanced {
                Ok(applied) => Recovered::Went(applied),
                Err(refusal) => {
                    self.recover(refusal, &mut current, converted, &mark)
                        .await?
                }
            };
            let place = (view, index);
            let parts = current.parts();
            if !self.deliver(&mut sending, place, &parts, outcome).await? {
                return Ok(());
            }
        }
    }

    /// Sends a record that is through, and takes note of one that is not. False when the task is to
    /// end instead.
    async fn deliver(
        &mut self,
        sending: &mut Sending<'_, '_>,
        (view, index): (&SourceRecordView<'_>, u32),
        record: &Parts<'_, '_>,
        outcome: Recovered,
    ) -> Result<bool, Unsent> {
        match outcome {
            Recovered::Went(Applied::Kept) => {}
            // Its offset moves on with the dead letter.
            Recovered::Skipped if self.dead_letters.is_some() => {
                self.track(sending, view, index);
                self.wait_for_dead_letters().await?;
                return Ok(true);
            }
            Recovered::Went(Applied::Dropped) | Recovered::Skipped => {
                if let Some(origins) = &mut self.origins {
                    origins.dropped(sending.names.batch, index);
                }
                return Ok(true);
            }
            Recovered::Stopping => return Ok(false),
        }
        let Some(topic) = record.topic else {
            let message = format!("a record without a topic (record {index} of the batch)");
            return Err(Unsent::Wrong(message));
        };
        let new_topic = *sending.names.topic != *topic;
        if new_topic && !self.ensure_topic(topic).await? {
            return Ok(false);
        }
        let outgoing = ProducerRecord {
            topic,
            partition: record.kafka_partition,
            timestamp: producer_timestamp(record.timestamp)?,
            key: sending.converted.key(),
            value: sending.converted.value(),
            headers: &sending.converted.headers(record.headers),
        };
        let handed = self.hand_over(&outgoing).await?;
        if matches!(handed, Handed::Stopping) {
            return Ok(false);
        }
        if new_topic {
            sending.names.set_topic(topic);
            self.topics.sent(topic, self.submitted.next_sequence());
        }
        self.track(sending, view, index);
        match handed {
            Handed::Skipped => self.settle(self.submitted.next_sequence() - 1, None),
            Handed::DeadLetter => self.wait_for_dead_letters().await?,
            Handed::Queued | Handed::Stopping => {}
        }
        Ok(true)
    }

    fn names<'a>(&mut self, batch: &SourceBatch<'_>, bytes: &'a Arc<Vec<u8>>) -> Names<'a> {
        let number = self.batches;
        if !batch.is_empty() {
            self.batches += 1;
        }
        Names {
            bytes,
            batch: number,
            partitions: vec![None; batch.source_partition_count() + 1],
            topic: Arc::from(""),
            topics: HashSet::new(),
        }
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
                    let sequence = self.submitted.next_sequence();
                    let undelivered = Undelivered {
                        error,
                        topic: record.topic.to_owned(),
                        record: OwnedRecord::from(record),
                    };
                    return Ok(match self.not_written(undelivered, sequence)? {
                        NotWritten::Skipped => Handed::Skipped,
                        NotWritten::DeadLetter => Handed::DeadLetter,
                    });
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
    fn track(&mut self, sending: &mut Sending<'_, '_>, record: &SourceRecordView<'_>, index: u32) {
        let Sending { batch, names, .. } = sending;
        let place = record
            .source_partition_index
            .map_or(names.partitions.len() - 1, |index| index as usize);
        let partition = *names.partitions[place].get_or_insert_with(|| {
            let encoded = record
                .source_partition_index
                .map(|index| batch.source_partition(index));
            self.offsets.partition_number(encoded)
        });
        if let Some(origins) = &mut self.origins {
            origins.submitted(names.batch, index, &names.topic);
        }
        let range = record
            .source_offset
            .map(|offset| position_in(names.bytes, offset.as_bytes()));
        let batch = names.bytes.clone();
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
