//! A source task: from `poll` through converters to the producer, and on to stored offsets.
//!
//! Owns the order of calls on the guest (start, poll, commit-records, commit, stop) and the rule
//! that a source offset is stored only behind records that Kafka has acknowledged. Knows no herder
//! and no REST. Kafka's counterpart: `AbstractWorkerSourceTask` and `WorkerSourceTask`.
//! Deviation: offsets are committed by the task's own loop, not by a thread for all tasks, so that
//! a slow task delays nobody else.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use connect_data::batch::SchemaCache;
use tokio::time::Instant;

use crate::config::ConfigMap;
use crate::errors::{FailedOperation, Failure, RetryWithToleranceOperator, Stage};
use crate::kafka::producer::{Delivery, TaskProducer, Undelivered};
use crate::sandbox::{CommittedRecord, RecordMetadata, SourceTaskInstance};
use crate::storage::status::State;

use super::active_topics::ActiveTopics;
use super::dead_letter_queue::{DeadLetterQueue, DeadLetterQueueSpec};
use super::record_path::{PathChoices, RecordPath};
use super::source_offsets::SourceOffsets;
use super::submitted::SubmittedRecords;
use super::task::{TaskContext, guest_failure, kafka_failure};
use super::topic_creation::TopicCreation;

mod convert;
mod dead_letters;
mod recover;
mod send;
mod stage;
mod topics;

use dead_letters::DeadLetters;

/// Pause before `poll` is called again after it asked for that.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// What a source task needs beside its guest.
pub(super) struct SourceTaskSpec {
    /// The task's configuration, for the guest's start.
    pub config: ConfigMap,
    /// Where records go.
    pub producer: TaskProducer,
    /// What records go through.
    pub path: PathChoices,
    /// What to do with records that fail.
    pub tolerance: RetryWithToleranceOperator,
    /// Where records go that failed.
    pub dead_letters: Option<DeadLetterQueueSpec>,
    /// Where offsets go.
    pub offsets: SourceOffsets,
    /// Which topics it writes to.
    pub topics: ActiveTopics,
    /// Which topics it makes.
    pub topic_creation: TopicCreation,
    /// Time between commits.
    pub commit_interval: Duration,
    /// Time that a commit may take.
    pub commit_timeout: Duration,
    /// Time that the whole end of the task may take.
    pub stop_timeout: Duration,
}

/// A running source task.
pub(super) struct SourceTask {
    context: TaskContext,
    instance: SourceTaskInstance,
    producer: TaskProducer,
    path: RecordPath,
    tolerance: RetryWithToleranceOperator,
    dead_letters: Option<DeadLetters>,
    schemas: SchemaCache,
    submitted: SubmittedRecords,
    offsets: SourceOffsets,
    topics: ActiveTopics,
    topic_creation: TopicCreation,
    deliveries: Vec<Delivery>,
    /// Which record of which batch each submitted record is; kept only for `commit-records`.
    origins: Option<Origins>,
    batches: u64,
    commit_interval: Duration,
    commit_timeout: Duration,
    stop_timeout: Duration,
    next_commit: Instant,
}

/// The way back from sequence numbers to the guest's batches.
#[derive(Default)]
struct Origins {
    first_sequence: u64,
    records: VecDeque<Option<(u64, u32, Arc<str>)>>,
    committed: Vec<CommittedRecord>,
}

impl Origins {
    fn submitted(&mut self, batch: u64, index: u32, topic: &Arc<str>) {
        self.records.push_back(Some((batch, index, topic.clone())));
    }

    fn dropped(&mut self, batch: u64, index: u32) {
        self.committed.push(CommittedRecord {
            batch,
            index,
            metadata: None,
        });
    }

    fn settled(&mut self, sequence: u64, written: Option<(i32, i64)>) {
        let Some(place) = sequence.checked_sub(self.first_sequence) else {
            return;
        };
        let Some(slot) = self.records.get_mut(place as usize) else {
            return;
        };
        if let Some((batch, index, topic)) = slot.take() {
            let metadata = written.map(|(partition, offset)| RecordMetadata {
                topic: topic.to_string(),
                partition,
                offset,
            });
            self.committed.push(CommittedRecord {
                batch,
                index,
                metadata,
            });
        }
        while let Some(None) = self.records.front() {
            self.records.pop_front();
            self.first_sequence += 1;
        }
    }
}

/// Runs a source task from start to stop.
///
/// # Errors
///
/// Why the task failed.
pub(super) async fn run_source_task(
    context: TaskContext,
    instance: SourceTaskInstance,
    spec: SourceTaskSpec,
) -> Result<(), Failure> {
    let (mut instance, mut spec) = (instance, spec);
    let (path, dead_letters) = match prepare(&mut spec, &context).await {
        Ok(prepared) => prepared,
        Err(failure) => {
            spec.producer.close(Duration::ZERO).await;
            return Err(failure);
        }
    };
    let options = match instance.start(&spec.config).await {
        Ok(options) => options,
        Err(error) => {
            let failure = guest_failure(&error);
            if !error.instance_lost()
                && let Err(error) = instance.stop().await
            {
                tracing::warn!("The task's stop failed: {}", context.shown(&error));
            }
            spec.producer.close(Duration::ZERO).await;
            return Err(failure);
        }
    };
    context.report(State::Running);
    let mut task = SourceTask {
        next_commit: Instant::now() + spec.commit_interval,
        context,
        instance,
        producer: spec.producer,
        path,
        tolerance: spec.tolerance,
        dead_letters,
        schemas: SchemaCache::default(),
        submitted: SubmittedRecords::default(),
        offsets: spec.offsets,
        topics: spec.topics,
        topic_creation: spec.topic_creation,
        deliveries: Vec::new(),
        origins: options.wants_commit_records.then(Origins::default),
        batches: 0,
        commit_interval: spec.commit_interval,
        commit_timeout: spec.commit_timeout,
        stop_timeout: spec.stop_timeout,
    };
    let outcome = task.poll_until_stopped().await;
    task.finish(outcome).await
}

/// Transformations, converters and dead letter queue.
async fn prepare(
    spec: &mut SourceTaskSpec,
    context: &TaskContext,
) -> Result<(RecordPath, Option<DeadLetters>), Failure> {
    let path = RecordPath::create(&spec.path).await?;
    let dead_letters = match spec.dead_letters.take() {
        Some(queue) => {
            let counts = spec.tolerance.counts().clone();
            Some(DeadLetters::set_up(context.id.clone(), queue, counts).await?)
        }
        None => None,
    };
    Ok((path, dead_letters))
}

/// The class that reports records that the producer did not write.
const PRODUCER_CALLBACK: &str = "org.apache.kafka.connect.runtime.WorkerSourceTask";

/// What becomes of a record that was not written, when the task goes on.
enum NotWritten {
    /// Nothing.
    Skipped,
    /// It goes to the dead letter queue, which settles it.
    DeadLetter,
}

impl SourceTask {
    async fn poll_until_stopped(&mut self) -> Result<(), Failure> {
        while !self.context.stopping() {
            self.context.attend();
            self.take_deliveries()?;
            self.commit_when_due().await?;
            if self.context.should_pause() {
                self.pause().await?;
                continue;
            }
            match self.instance.poll().await {
                Ok(Some(batch)) => self.send_batch(batch).await?,
                Ok(None) => {}
                Err(error) if error.retriable() => {
                    tracing::warn!(
                        "poll failed and will be tried again: {}",
                        self.context.shown(&error)
                    );
                    self.context.signal.wait(RETRY_PAUSE).await;
                }
                Err(error) => return Err(guest_failure(&error)),
            }
            // A guest that always has records must not keep the thread from other tasks.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Idles while the connector is paused; offsets of records in flight are stored meanwhile.
    async fn pause(&mut self) -> Result<(), Failure> {
        self.context.report(State::Paused);
        while self.context.should_pause() && !self.context.stopping() {
            tokio::select! {
                () = self.context.wait_while_paused() => {}
                () = tokio::time::sleep_until(self.next_commit) => {}
            }
            self.take_deliveries()?;
            self.commit_when_due().await?;
        }
        if !self.context.stopping() {
            self.context.report(State::Running);
        }
        Ok(())
    }

    /// Tells the guest what became of its records, and stores offsets when it is time.
    async fn commit_when_due(&mut self) -> Result<(), Failure> {
        self.report_committed_records().await?;
        if Instant::now() < self.next_commit {
            return Ok(());
        }
        self.next_commit = Instant::now() + self.commit_interval;
        self.commit_offsets().await
    }

    /// Takes what the producer reports.
    ///
    /// # Errors
    ///
    /// The failure of the task, when a record was not written and errors.tolerance is none. The
    /// other deliveries are taken all the same.
    fn take_deliveries(&mut self) -> Result<(), Failure> {
        let mut deliveries = std::mem::take(&mut self.deliveries);
        self.producer.take_deliveries(&mut deliveries);
        let mut outcome = Ok(());
        for delivery in deliveries.drain(..) {
            let written = match delivery.result {
                Ok(metadata) => Some((metadata.partition, metadata.offset)),
                Err(undelivered) => match self.not_written(*undelivered, delivery.sequence) {
                    Ok(NotWritten::Skipped) => None,
                    Ok(NotWritten::DeadLetter) => continue,
                    Err(failure) => {
                        // Not acknowledged: no offset can pass this record.
                        outcome = outcome.and(Err(failure));
                        continue;
                    }
                },
            };
            self.settle(delivery.sequence, written);
        }
        self.deliveries = deliveries;
        outcome = outcome.and(self.take_dead_letters());
        outcome.and(self.offsets.add(self.submitted.take_committable()))
    }

    /// A record that the producer or Kafka refused.
    ///
    /// # Errors
    ///
    /// The failure of the task, when errors.tolerance is none.
    fn not_written(
        &mut self,
        undelivered: Undelivered,
        sequence: u64,
    ) -> Result<NotWritten, Failure> {
        let failure = kafka_failure(&undelivered.error);
        if !self.tolerance.tolerates() {
            return Err(
                Failure::connect("Unrecoverable exception from producer send callback")
                    .caused_by(failure),
            );
        }
        let operation = FailedOperation {
            stage: Stage::KafkaProduce,
            class: PRODUCER_CALLBACK,
            failure: &failure,
        };
        let topic = &undelivered.topic;
        self.tolerance.failure_reported(operation, || {
            format!("it was on its way to topic '{topic}'")
        })?;
        let Some(letters) = &mut self.dead_letters else {
            tracing::warn!("A record was not written to {topic} and is skipped: {failure}");
            return Ok(NotWritten::Skipped);
        };
        letters.send_bytes(undelivered.record, topic, operation, sequence);
        Ok(NotWritten::DeadLetter)
    }

    /// A record was written, or is given up.
    fn settle(&mut self, sequence: u64, written: Option<(i32, i64)>) {
        self.submitted.acknowledge(sequence);
        self.topics.settled(sequence, written.is_some());
        if let Some(origins) = &mut self.origins {
            origins.settled(sequence, written);
        }
    }

    async fn report_committed_records(&mut self) -> Result<(), Failure> {
        let Some(origins) = &mut self.origins else {
            return Ok(());
        };
        if origins.committed.is_empty() {
            return Ok(());
        }
        let committed = std::mem::take(&mut origins.committed);
        match self.instance.commit_records(&committed).await {
            Ok(()) => Ok(()),
            Err(error) if error.instance_lost() => Err(guest_failure(&error)),
            Err(error) => {
                tracing::error!("commit-records failed: {}", self.context.shown(&error));
                Ok(())
            }
        }
    }

    /// Stores the offsets behind acknowledged records, and tells the guest if there is one. A store
    /// that fails is tried again after the interval; the offsets stay committable.
    async fn commit_offsets(&mut self) -> Result<(), Failure> {
        let failed = match tokio::time::timeout(self.commit_timeout, self.offsets.flush()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("offset.flush.timeout.ms has passed".to_owned()),
        };
        if let Some(reason) = failed {
            self.offsets.cancel_flush();
            tracing::error!(
                "Source offsets could not be stored; they are kept, and the next try is after \
                 offset.flush.interval.ms: {reason}"
            );
            return Ok(());
        }
        if self.instance.is_lost() {
            return Ok(());
        }
        match self.instance.commit().await {
            Ok(()) => Ok(()),
            Err(error) if error.instance_lost() => Err(guest_failure(&error)),
            Err(error) => {
                tracing::error!("commit failed: {}", self.context.shown(&error));
                Ok(())
            }
        }
    }

    /// The end of the task: outstanding records, last commit, stop. What Kafka has must not be read
    /// again, also when the guest is gone.
    async fn finish(mut self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let mut outcome = outcome.and(self.await_deliveries().await);
        if !self.instance.is_lost() {
            outcome = outcome.and(self.report_committed_records().await);
        }
        outcome = outcome.and(self.commit_offsets().await);
        if !self.instance.is_lost()
            && let Err(error) = self.instance.stop().await
        {
            tracing::warn!("The task's stop failed: {}", self.context.shown(&error));
        }
        self.path.close().await;
        // What could be waited for has been.
        self.producer.close(Duration::ZERO).await;
        if let Some(letters) = self.dead_letters {
            letters.queue.close().await;
        }
        outcome
    }

    /// Waits for what is in flight. Some of the time is left for the last commit and the stop: a
    /// task that takes too long is given up, and what was acknowledged would be sent again.
    async fn await_deliveries(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + self.commit_timeout.min(self.stop_timeout * 3 / 5);
        let mut outcome = self.take_deliveries();
        loop {
            let letters = self.dead_letters.as_ref().map(|letters| &letters.queue);
            let unsettled = letters.map_or(0, DeadLetterQueue::unsettled);
            let in_flight = self.producer.in_flight();
            if in_flight + unsettled == 0 {
                break;
            }
            let progress = async {
                tokio::select! {
                    () = self.producer.wait_for_progress(), if in_flight > 0 => {}
                    () = wait_for_letters(letters), if unsettled > 0 => {}
                }
            };
            if tokio::time::timeout_at(deadline, progress).await.is_err() {
                tracing::warn!(
                    "{} records were not acknowledged in time; they will be sent again when the \
                     task is started again",
                    in_flight + unsettled
                );
                break;
            }
            outcome = outcome.and(self.take_deliveries());
        }
        outcome
    }
}

async fn wait_for_letters(queue: Option<&DeadLetterQueue<Option<u64>>>) {
    match queue {
        Some(queue) => queue.wait_for_progress().await,
        None => std::future::pending().await,
    }
}
