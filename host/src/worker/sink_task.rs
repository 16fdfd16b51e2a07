//! A sink task: from the consumer through converters to `put`, and back to committed offsets.
//!
//! Owns the order of calls on the guest (start, open, put, pre-commit, flush, close, stop) and the
//! rule that an offset is committed only behind records that the guest has accepted and, asked by
//! pre-commit, made durable. Knows no herder and no REST. Kafka's counterpart: `WorkerSinkTask`;
//! names of steps in comments are its.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connect_data::batch::SinkBatchEncoder;
use tokio::time::Instant;

use crate::config::ConfigMap;
use crate::errors::Failure;
use crate::kafka::consumer::{CommitCompletion, ConsumerEvent, SinkConsumer};
use crate::kafka::{KafkaError, TopicPartition};
use crate::sandbox::SinkTaskInstance;
use crate::storage::status::State;

use super::active_topics::ActiveTopics;
use super::guest_types::guest_partitions;
use super::kept_consumer::{ConsumerSpec, KeptConsumer};
use super::record_path::{PathChoices, RecordPath};
use super::services::SinkRequests;
use super::sink_offsets::{PartitionOffsets, SinkOffsets};
use super::task::{TaskContext, client_failure, guest_failure};

mod commit;
mod convert;
mod delivery;
mod errors;
mod recover;
mod stage;

pub(super) use errors::SinkErrorsSpec;

use errors::SinkErrors;

/// Time for leaving the group, beside the final commit.
const CONSUMER_CLOSE: Duration = Duration::from_secs(5);

/// What a sink task needs before its guest exists.
pub(super) struct SinkTaskSpec {
    /// The task's configuration, for the guest's start.
    pub config: ConfigMap,
    /// What the consumer is made of.
    pub consumer: ConsumerSpec,
    /// The consumer of the task's last instance, if it left one.
    pub kept_consumer: Option<KeptConsumer>,
    /// What records go through.
    pub path: PathChoices,
    /// What to do with records that fail.
    pub errors: SinkErrorsSpec,
    /// Time between commits.
    pub commit_interval: Duration,
    /// Time that a commit may take.
    pub commit_timeout: Duration,
    /// Time that the whole end of the task may take.
    pub stop_timeout: Duration,
    /// What the guest asked for.
    pub requests: Arc<SinkRequests>,
    /// Which topics it reads.
    pub topics: ActiveTopics,
}

/// A running sink task.
pub(super) struct SinkTask {
    context: TaskContext,
    instance: SinkTaskInstance,
    consumer: SinkConsumer,
    /// What the consumer is made of.
    made_of: ConsumerSpec,
    path: RecordPath,
    errors: SinkErrors,
    requests: Arc<SinkRequests>,
    topics: ActiveTopics,
    offsets: SinkOffsets,
    encoder: SinkBatchEncoder,
    /// Records converted and not yet accepted by the guest, encoded.
    batch: Vec<u8>,
    batch_records: usize,
    /// Partitions that the guest paused.
    task_paused: BTreeSet<TopicPartition>,
    /// Whether the connector is paused.
    paused: bool,
    /// Whether the guest asked for the same batch again.
    redelivering: bool,
    commit_interval: Duration,
    commit_timeout: Duration,
    stop_timeout: Duration,
    next_commit: Instant,
    commit_requested: bool,
    commit_in_flight: Option<CommitInFlight>,
    /// One-shot bound of the next wait, set by the guest.
    next_timeout: Option<Duration>,
}

/// Partitions with the offsets where reading starts.
type PartitionPositions = Vec<(TopicPartition, i64)>;

struct CommitInFlight {
    completion: CommitCompletion,
    offsets: PartitionOffsets,
    deadline: Instant,
}

/// Runs a sink task from start to stop.
///
/// # Errors
///
/// Why the task failed.
pub(super) async fn run_sink_task(
    context: TaskContext,
    instance: SinkTaskInstance,
    spec: SinkTaskSpec,
) -> Result<(), Failure> {
    let mut instance = instance;
    let mut path = RecordPath::create(&spec.path).await?;
    let mut errors = SinkErrors::set_up(spec.errors, context.stop.clone()).await?;
    // The guest first: a task that cannot start does not disturb its group.
    let start = instance.start(&spec.config);
    if let Err(error) = errors.serve(&mut path, start).await {
        if !error.instance_lost() {
            stop(&mut instance, &mut errors, &mut path, &context).await;
        }
        errors.close().await;
        return Err(guest_failure(&error));
    }
    let made_of = spec.consumer.clone();
    let (consumer, committed) = match consumer(spec.consumer, spec.kept_consumer, &context).await {
        Ok(consumer) => consumer,
        Err(error) => {
            stop(&mut instance, &mut errors, &mut path, &context).await;
            errors.close().await;
            return Err(client_failure(&error));
        }
    };
    let waker = consumer.waker();
    // The consumer's wait ends when the user wants something else of the task.
    let mut target = context.target.clone();
    let stop = context.stop.clone();
    let wake = async move {
        loop {
            tokio::select! {
                changed = target.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    waker.wake();
                }
                () = stop.cancelled() => {
                    waker.wake();
                    break;
                }
            }
        }
        std::future::pending::<()>().await;
    };
    let run = async move {
        let mut task = SinkTask {
            next_commit: Instant::now() + spec.commit_interval,
            context,
            made_of,
            instance,
            consumer,
            path,
            errors,
            requests: spec.requests,
            topics: spec.topics,
            offsets: SinkOffsets::default(),
            encoder: SinkBatchEncoder::new(),
            batch: Vec::new(),
            batch_records: 0,
            task_paused: BTreeSet::new(),
            paused: false,
            redelivering: false,
            commit_interval: spec.commit_interval,
            commit_timeout: spec.commit_timeout,
            stop_timeout: spec.stop_timeout,
            commit_requested: false,
            commit_in_flight: None,
            next_timeout: None,
        };
        let outcome = task.begin(committed).await;
        task.finish(outcome).await
    };
    tokio::select! {
        outcome = run => outcome,
        () = wake => Ok(()),
    }
}

/// A consumer that joins its group, or the one that the task's last instance left, with the
/// committed offsets of its partitions.
async fn consumer(
    wanted: ConsumerSpec,
    kept: Option<KeptConsumer>,
    context: &TaskContext,
) -> Result<(SinkConsumer, PartitionPositions), KafkaError> {
    match kept {
        Some(kept) if kept.made_of == wanted => return Ok((kept.consumer, kept.committed)),
        Some(kept) => kept.consumer.close(CONSUMER_CLOSE).await,
        None => {}
    }
    let label = context.id.to_string();
    let consumer = SinkConsumer::subscribe(&wanted.settings, wanted.subscription, &label)?;
    Ok((consumer, PartitionPositions::new()))
}

/// The guest's stop.
async fn stop(
    instance: &mut SinkTaskInstance,
    errors: &mut SinkErrors,
    path: &mut RecordPath,
    context: &TaskContext,
) {
    if let Err(error) = errors.serve(path, instance.stop()).await {
        tracing::warn!("The task's stop failed: {}", context.shown(&error));
    }
    path.close().await;
}

impl SinkTask {
    /// Runs to the end of the task. With partitions of a consumer that was taken over, the guest
    /// opens them first: RUNNING means that records reach it.
    async fn begin(&mut self, committed: PartitionPositions) -> Result<(), Failure> {
        if !committed.is_empty() {
            self.go_on_from(committed).await?;
        }
        self.context.report(State::Running);
        self.iterate_until_stopped().await
    }

    /// Takes over the partitions of a consumer: what was read and not committed is read again.
    async fn go_on_from(&mut self, committed: PartitionPositions) -> Result<(), Failure> {
        self.consumer
            .seek(&committed)
            .map_err(|error| consumer_failure(&error))?;
        let partitions: Vec<TopicPartition> = committed
            .iter()
            .map(|(partition, _)| partition.clone())
            .collect();
        // The last instance may have paused some.
        self.resume_partitions(&partitions)?;
        self.partitions_assigned(committed).await
    }

    async fn iterate_until_stopped(&mut self) -> Result<(), Failure> {
        while !self.context.stopping() {
            self.follow_target()?;
            self.commit_when_due().await?;
            self.poll().await?;
            if self.context.stopping() {
                break;
            }
            self.deliver().await?;
        }
        Ok(())
    }

    /// Pauses or resumes when the user changed the target state.
    fn follow_target(&mut self) -> Result<(), Failure> {
        self.context.attend();
        let wanted = self.context.should_pause();
        if wanted == self.paused {
            return Ok(());
        }
        self.paused = wanted;
        if wanted {
            let assignment = self.consumer.assignment();
            self.pause_partitions(&assignment)?;
            self.commit_requested = true;
            self.context.report(State::Paused);
        } else {
            if !self.redelivering {
                self.resume_unpaused()?;
            }
            self.context.report(State::Running);
        }
        Ok(())
    }

    async fn poll(&mut self) -> Result<(), Failure> {
        self.apply_requests()?;
        let now = Instant::now();
        let mut timeout = self.next_commit.saturating_duration_since(now);
        if let Some(commit) = &self.commit_in_flight {
            timeout = timeout.min(commit.deadline.saturating_duration_since(now));
        }
        if let Some(bound) = self.next_timeout.take() {
            timeout = timeout.min(bound);
        }
        let event = self
            .consumer
            .poll(timeout)
            .await
            .map_err(|error| Failure::connect("The consumer failed").caused_by_error(&error))?;
        match event {
            ConsumerEvent::Records(batch) => {
                self.convert(&batch).await?;
                self.errors.keep(batch);
                Ok(())
            }
            ConsumerEvent::Assigned(positions) => self.partitions_assigned(positions).await,
            ConsumerEvent::Revoked(partitions) => self.partitions_revoked(partitions).await,
            ConsumerEvent::Lost(partitions) => self.partitions_lost(partitions).await,
            ConsumerEvent::Empty => Ok(()),
        }
    }

    /// Acts on what the guest asked for through its context.
    fn apply_requests(&mut self) -> Result<(), Failure> {
        let requests = self.requests.take();
        if requests.commit {
            self.commit_requested = true;
        }
        if let Some(timeout_ms) = requests.timeout_ms {
            self.next_timeout = Some(Duration::from_millis(timeout_ms));
        }
        if !requests.pauses.is_empty() {
            self.apply_pauses(requests.pauses)?;
        }
        if !requests.offsets.is_empty() {
            self.apply_offsets(requests.offsets)?;
        }
        Ok(())
    }

    /// Pauses and resumes as the guest asked, as far as it still owns the partitions.
    fn apply_pauses(&mut self, pauses: BTreeMap<TopicPartition, bool>) -> Result<(), Failure> {
        let assignment = self.consumer.assignment();
        let mut pause = Vec::new();
        let mut resume = Vec::new();
        for (partition, wanted) in pauses {
            if !assignment.contains(&partition) {
                continue;
            }
            if wanted {
                self.task_paused.insert(partition.clone());
                pause.push(partition);
            } else {
                self.task_paused.remove(&partition);
                resume.push(partition);
            }
        }
        if self.paused || self.redelivering {
            // Everything is paused; what the guest wants counts afterwards.
            return Ok(());
        }
        self.pause_partitions(&pause)?;
        self.resume_partitions(&resume)
    }

    /// Reads on where the guest asked, as far as it still owns the partitions.
    fn apply_offsets(&mut self, offsets: BTreeMap<TopicPartition, i64>) -> Result<(), Failure> {
        let assignment = self.consumer.assignment();
        let offsets: Vec<(TopicPartition, i64)> = offsets
            .into_iter()
            .filter(|(partition, _)| assignment.contains(partition))
            .collect();
        if offsets.is_empty() {
            return Ok(());
        }
        self.consumer
            .seek(&offsets)
            .map_err(|error| consumer_failure(&error))?;
        self.offsets.seek(&offsets);
        // A commit under way would set the committed offset back behind the new one.
        self.commit_in_flight = None;
        Ok(())
    }

    /// Each call reaches the consumer's thread, so that calls about nothing are left out.
    fn pause_partitions(&mut self, partitions: &[TopicPartition]) -> Result<(), Failure> {
        if partitions.is_empty() {
            return Ok(());
        }
        self.consumer
            .pause(partitions)
            .map_err(|error| consumer_failure(&error))
    }

    fn resume_partitions(&mut self, partitions: &[TopicPartition]) -> Result<(), Failure> {
        if partitions.is_empty() {
            return Ok(());
        }
        self.consumer
            .resume(partitions)
            .map_err(|error| consumer_failure(&error))
    }

    /// Resumes every partition that the guest did not pause.
    fn resume_unpaused(&mut self) -> Result<(), Failure> {
        let partitions: Vec<TopicPartition> = self
            .consumer
            .assignment()
            .into_iter()
            .filter(|partition| !self.task_paused.contains(partition))
            .collect();
        self.resume_partitions(&partitions)
    }

    async fn partitions_assigned(
        &mut self,
        positions: Vec<(TopicPartition, i64)>,
    ) -> Result<(), Failure> {
        let assignment = self.consumer.assignment();
        self.requests.set_assignment(assignment.clone());
        self.offsets.assign(&positions);
        self.task_paused
            .retain(|partition| assignment.contains(partition));
        if self.paused || self.redelivering {
            self.pause_partitions(&assignment)?;
        } else {
            let paused: Vec<TopicPartition> = self.task_paused.iter().cloned().collect();
            self.pause_partitions(&paused)?;
        }
        if positions.is_empty() {
            return Ok(());
        }
        let partitions: Vec<TopicPartition> = positions
            .into_iter()
            .map(|(partition, _)| partition)
            .collect();
        let partitions = guest_partitions(&partitions);
        let open = self.instance.open(&partitions);
        let opened = self.errors.serve(&mut self.path, open).await;
        opened.map_err(|error| guest_failure(&error))?;
        self.apply_requests()
    }

    async fn partitions_revoked(&mut self, partitions: Vec<TopicPartition>) -> Result<(), Failure> {
        if partitions.is_empty() {
            return Ok(());
        }
        let closed = self.commit_closing(&partitions, self.commit_timeout).await;
        // Also when that failed: the end of the task has nothing to do with them any more.
        closed.and(self.drop_partitions(&partitions))
    }

    async fn partitions_lost(&mut self, partitions: Vec<TopicPartition>) -> Result<(), Failure> {
        if partitions.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            "Partitions were lost to another member of the group; their records since the last \
             commit will be delivered again by the new owner: {}",
            names(&partitions)
        );
        self.errors.forget(&partitions);
        let given_up = guest_partitions(&partitions);
        let close = self.instance.close(&given_up);
        let closed = self.errors.serve(&mut self.path, close).await;
        let closed = closed.map_err(|error| guest_failure(&error));
        closed.and(self.drop_partitions(&partitions))
    }

    /// Forgets partitions that are given up, with their records that are not delivered yet.
    fn drop_partitions(&mut self, partitions: &[TopicPartition]) -> Result<(), Failure> {
        self.offsets.forget(partitions);
        self.task_paused
            .retain(|partition| !partitions.contains(partition));
        let remaining: Vec<TopicPartition> = self
            .consumer
            .assignment()
            .into_iter()
            .filter(|partition| !partitions.contains(partition))
            .collect();
        self.requests.set_assignment(remaining);
        self.drop_from_batch(partitions)
    }

    /// The end of the task: last commit, close, stop, leaving the group unless another instance of
    /// the task goes on with the consumer. The commit gets a part of
    /// the time, so that the guest's stop is reached also when the broker is away.
    async fn finish(mut self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let mut outcome = outcome;
        let patience = self.commit_timeout.min(self.stop_timeout * 3 / 5);
        if self.instance.is_lost() {
            // What the guest reported before it failed is still to reach the dead letter queue.
            outcome = outcome.and(self.errors.settle(patience, true).await.map(drop));
        } else {
            let partitions: Vec<TopicPartition> = self.offsets.current(None).into_keys().collect();
            if let Err(failure) = self.commit_closing(&partitions, patience).await {
                tracing::error!(
                    "The last commit of offsets failed: {}",
                    self.context.hidden(&failure)
                );
                outcome = outcome.and(Err(failure));
            }
        }
        if !self.instance.is_lost() {
            let (instance, path) = (&mut self.instance, &mut self.path);
            stop(instance, &mut self.errors, path, &self.context).await;
        }
        self.errors.close().await;
        if outcome.is_ok() && self.context.consumer.is_wanted() {
            self.context.consumer.leave(KeptConsumer {
                consumer: self.consumer,
                made_of: self.made_of,
                committed: self.offsets.rewind(),
            });
        } else {
            self.consumer.close(CONSUMER_CLOSE).await;
        }
        outcome
    }
}

fn consumer_failure(error: &KafkaError) -> Failure {
    Failure::connect("The consumer failed").caused_by_error(error)
}

fn names(partitions: &[TopicPartition]) -> String {
    partitions
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
