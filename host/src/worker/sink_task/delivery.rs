//! From consumed bytes to `put`.
//!
//! Owns the batch that the guest has not accepted yet, and what each record costs on its way there:
//! nothing is allocated, looked up or locked for a record. Kafka's counterpart:
//! `WorkerSinkTask.convertMessages` and `deliverMessages`.

use connect_data::batch::{SchemaCache, SinkBatch};

use crate::errors::Failure;
use crate::kafka::TopicPartition;
use crate::kafka::consumer::ConsumedBatch;
use crate::transform::Applied;

use super::super::record_path::{Recovered, Step};
use super::convert::Delivered;
use super::{SinkTask, guest_failure, stage};

impl SinkTask {
    /// Converts consumed records to the batch of those that survive. What is not converted because
    /// the task is to end is not delivered either, so that its offsets are not committed.
    pub(super) async fn convert(&mut self, consumed: &ConsumedBatch) -> Result<(), Failure> {
        let mut delivered = Delivered::new(!self.path.chain.is_empty());
        self.topics.begin_batch();
        let mut last_topic = "";
        let mut staged = if self.path.works_on_batches() {
            stage::stage_all(&mut self.path, consumed).await?
        } else {
            Vec::new()
        };
        for (position, record) in (0..).zip(consumed.iter()) {
            self.path.at(position);
            let advanced = match staged.get_mut(position as usize).map(std::mem::take) {
                Some(begun) => delivered.go_on(&mut self.path, &record, begun),
                None => delivered.advance(&mut self.path, &record, Step::Key),
            };
            let outcome = match advanced {
                Ok(applied) => Recovered::Went(applied),
                Err(refusal) => self.recover(refusal, &mut delivered, &record).await?,
            };
            if matches!(outcome, Recovered::Stopping) {
                self.encoder.clear();
                return Ok(());
            }
            let topic: &str = record.topic;
            if !matches!(outcome, Recovered::Skipped) && !std::ptr::eq(topic, last_topic) {
                last_topic = topic;
                self.topics.consumed(topic);
            }
            if matches!(outcome, Recovered::Went(Applied::Kept)) {
                self.encoder.push(&delivered.record).map_err(|error| {
                    Failure::connect(format!(
                        "The record of {}-{} at offset {} does not fit into a batch for the plugin",
                        record.topic, record.partition, record.offset
                    ))
                    .caused_by_error(&error)
                })?;
            }
        }
        // Also behind records that were skipped.
        for (partition, next) in consumed.next_offsets() {
            self.offsets.consume(partition, next);
        }
        self.finish_batch();
        Ok(())
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
        let put = self.instance.put(&self.batch);
        match self.errors.serve(&mut self.path, put).await {
            Ok(()) => {
                self.errors.check_reported().map_err(unrecoverable)?;
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
            Err(error) => {
                let failure = guest_failure(&error);
                Err(unrecoverable(match self.errors.check_reported() {
                    // What the task was told of its report, with the reason that it gave.
                    Err(refused) if refused.message == failure.message => refused,
                    _ => failure,
                }))
            }
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

/// The failure of a task whose `put` failed.
fn unrecoverable(cause: Failure) -> Failure {
    Failure::connect("Exiting WorkerSinkTask due to unrecoverable exception.").caused_by(cause)
}
