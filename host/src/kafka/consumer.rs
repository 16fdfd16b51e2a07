//! The consumer of a sink task.
//!
//! Owns a librdkafka consumer on a thread of its own (`poll_thread`), the hand-over of batches to the task that
//! owns it (`exchange`), and the rendezvous of rebalances: the group waits until the owner has committed and
//! closed what it loses. Must not know sink records, converters or plugins.
//! Kafka counterpart: org.apache.kafka.clients.consumer.KafkaConsumer with a ConsumerRebalanceListener.
//!
//! What was fetched but not yet handed over when a partition is paused, sought or lost is dropped here: every
//! such call has a number, every batch the number of the last call that was in force when its first record was
//! read, and older records of the partition do not pass. `resume` reads again from the owner's position.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::client_config::{self, ClientRole};
use super::{KafkaError, TopicPartition};

mod batch;
mod commit;
mod context;
mod exchange;
mod pattern;
mod poll_thread;
mod positions;
mod topics;

pub use batch::{ConsumedBatch, ConsumedHeaders, ConsumedRecord, TimestampType};
pub use commit::CommitCompletion;

use commit::CommitLane;
use exchange::{Command, Exchange, Notice, Taken};
use poll_thread::PollThread;

/// Between two tries of a synchronous commit, as Java's `retry.backoff.ms`.
const COMMIT_PAUSE: Duration = Duration::from_millis(100);

/// What a consumer reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// Topics by name.
    Topics(Vec<String>),
    /// Every topic whose whole name matches this Java regular expression, also those created later.
    Pattern(String),
}

/// What [`SinkConsumer::poll`] has to tell.
///
/// After `Assigned`, `Revoked` and `Lost` the group waits until `poll` is called again: that call says that
/// the owner has opened, or committed and closed. The wait is bounded by `max.poll.interval.ms`.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// Records, at least one.
    Records(ConsumedBatch),
    /// Partitions were added to the assignment, each with the offset where reading starts (Java's
    /// `consumer.position`). A `seek` or `pause` before the next `poll` takes effect before anything is read.
    /// May be empty.
    Assigned(Vec<(TopicPartition, i64)>),
    /// Partitions are about to go to another member; offsets can still be committed.
    Revoked(Vec<TopicPartition>),
    /// Partitions have gone already; commits for them fail.
    Lost(Vec<TopicPartition>),
    /// The timeout passed, or [`ConsumerWaker::wake`] was called.
    Empty,
}

/// Ends a waiting `poll`, as Java's `consumer.wakeup()`, but with [`ConsumerEvent::Empty`].
#[derive(Clone)]
pub struct ConsumerWaker {
    exchange: Arc<Exchange>,
}

impl ConsumerWaker {
    /// The running `poll`, or else the next one, returns at once.
    pub fn wake(&self) {
        self.exchange.wake_owner();
    }
}

/// What the owner knows of a partition.
#[derive(Clone, Copy, Debug)]
struct Owned {
    /// The offset of the next record to hand over.
    position: i64,
    /// Records of batches with a lower number are stale.
    valid_from: u64,
    paused: bool,
    /// Told as revoked; goes with the next `poll`.
    revoking: bool,
}

/// The consumer of one sink task, a member of its connector's group.
pub struct SinkConsumer {
    exchange: Arc<Exchange>,
    commits: CommitLane,
    partitions: BTreeMap<TopicPartition, Owned>,
    /// Number of the last command given.
    commands: u64,
    finished: oneshot::Receiver<()>,
}

impl SinkConsumer {
    /// Makes a consumer of Java settings in order (later wins) and joins the group. `label` names the thread.
    pub fn subscribe(
        settings: &[(String, String)],
        subscription: Subscription,
        label: &str,
    ) -> Result<Self, KafkaError> {
        let translated = client_config::translate(ClientRole::Consumer, settings)?;
        let exchange = Arc::new(Exchange::new());
        let poll_thread = PollThread::new(&translated, subscription, Arc::clone(&exchange))?;
        let commits = CommitLane::new(poll_thread.consumer(), Arc::clone(&exchange));
        let (done, finished) = oneshot::channel();
        let span = tracing::Span::current();
        // Linux shows 15 bytes of a thread's name.
        let name = format!("sink-{label}");
        thread::Builder::new()
            .name(name)
            .spawn(move || {
                let _context = span.enter();
                poll_thread.run();
                // The owner may have stopped waiting.
                let _ = done.send(());
            })
            .map_err(|error| KafkaError::Construct {
                client: ClientRole::Consumer.name(),
                reason: format!("no thread for it: {error}"),
            })?;
        Ok(Self {
            exchange,
            commits,
            partitions: BTreeMap::new(),
            commands: 0,
            finished,
        })
    }

    /// Waits up to `timeout` for the next event; cancel safe. Must be called again within
    /// `max.poll.interval.ms`, or the group gives the partitions to others.
    pub async fn poll(&mut self, timeout: Duration) -> Result<ConsumerEvent, KafkaError> {
        let deadline = Instant::now() + timeout;
        self.partitions.retain(|_, owned| !owned.revoking);
        let exchange = Arc::clone(&self.exchange);
        // Says that the owner is here; its end, also by cancellation, says that it has left.
        let _presence = exchange.enter();
        loop {
            match exchange.take()? {
                Taken::Batch(batch, in_force) => {
                    if let Some(batch) = self.accept(batch, in_force) {
                        return Ok(ConsumerEvent::Records(batch));
                    }
                }
                Taken::Notice(notice) => return Ok(self.rebalanced(notice)),
                Taken::Woken => return Ok(ConsumerEvent::Empty),
                Taken::Nothing => {
                    if timeout_at(deadline, exchange.owner_notified())
                        .await
                        .is_err()
                    {
                        return Ok(ConsumerEvent::Empty);
                    }
                }
            }
        }
    }

    /// Drops what must not be delivered, and moves the positions behind the rest.
    fn accept(&mut self, mut batch: ConsumedBatch, in_force: u64) -> Option<ConsumedBatch> {
        let partitions = &self.partitions;
        let deliverable = |partition: &TopicPartition| {
            let owned = partitions.get(partition);
            owned.filter(|owned| !owned.paused && owned.valid_from <= in_force)
        };
        if !batch
            .partitions()
            .iter()
            .all(|partition| deliverable(partition).is_some())
        {
            batch.retain(|partition| deliverable(partition).is_some());
        }
        for (partition, next) in batch.next_offsets() {
            if let Some(owned) = self.partitions.get_mut(partition) {
                owned.position = next;
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    fn rebalanced(&mut self, notice: Notice) -> ConsumerEvent {
        match notice {
            Notice::Assigned(positions) => {
                for (partition, position) in &positions {
                    let owned = Owned {
                        position: *position,
                        valid_from: self.commands,
                        paused: false,
                        revoking: false,
                    };
                    self.partitions.insert(partition.clone(), owned);
                }
                ConsumerEvent::Assigned(positions)
            }
            Notice::Revoked(revoked) => {
                for partition in &revoked {
                    if let Some(owned) = self.partitions.get_mut(partition) {
                        owned.revoking = true;
                    }
                }
                ConsumerEvent::Revoked(revoked)
            }
            Notice::Lost(lost) => {
                self.partitions
                    .retain(|partition, _| !lost.contains(partition));
                ConsumerEvent::Lost(lost)
            }
        }
    }

    /// Ends a waiting `poll` from elsewhere.
    pub fn waker(&self) -> ConsumerWaker {
        ConsumerWaker {
            exchange: Arc::clone(&self.exchange),
        }
    }

    /// The partitions owned now, in order; those being revoked included until the next `poll`.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.partitions.keys().cloned().collect()
    }

    /// The offset of the next record that `poll` returns for the partition.
    pub fn position(&self, partition: &TopicPartition) -> Option<i64> {
        self.partitions.get(partition).map(|owned| owned.position)
    }

    /// Stops delivering records of these partitions, those already fetched included.
    pub fn pause(&mut self, partitions: &[TopicPartition]) -> Result<(), KafkaError> {
        self.check_owned(partitions.iter())?;
        let number = self.next_command();
        let mut fresh = Vec::new();
        for partition in partitions {
            let owned = self.owned(partition)?;
            if !owned.paused {
                owned.paused = true;
                owned.valid_from = number;
                fresh.push(partition.clone());
            }
        }
        self.give(Command::Pause(fresh));
        Ok(())
    }

    /// Delivers records of these partitions again, from where `pause` stopped.
    pub fn resume(&mut self, partitions: &[TopicPartition]) -> Result<(), KafkaError> {
        self.check_owned(partitions.iter())?;
        let number = self.next_command();
        let mut positions = Vec::new();
        for partition in partitions {
            let owned = self.owned(partition)?;
            if owned.paused {
                owned.paused = false;
                owned.valid_from = number;
                positions.push((partition.clone(), owned.position));
            }
        }
        self.give(Command::Resume(positions));
        Ok(())
    }

    /// The next record delivered of each partition is the one at (or after) this offset.
    pub fn seek(&mut self, offsets: &[(TopicPartition, i64)]) -> Result<(), KafkaError> {
        self.check_owned(offsets.iter().map(|(partition, _)| partition))?;
        if let Some((partition, offset)) = offsets.iter().find(|(_, offset)| *offset < 0) {
            return Err(KafkaError::Invalid {
                what: "offset",
                reason: format!(
                    "seek offset must not be a negative number, but is {offset} for {partition}"
                ),
            });
        }
        let number = self.next_command();
        for (partition, offset) in offsets {
            let owned = self.owned(partition)?;
            owned.position = *offset;
            owned.valid_from = number;
        }
        self.give(Command::Seek(offsets.to_vec()));
        Ok(())
    }

    /// Starts a commit of offsets (the next to read). Partitions that are not owned fail it.
    pub fn commit_async(&mut self, offsets: &[(TopicPartition, i64)]) -> CommitCompletion {
        match self.check_owned(offsets.iter().map(|(partition, _)| partition)) {
            Ok(()) => self.commits.commit(offsets),
            Err(error) => CommitCompletion::failed(error),
        }
    }

    /// Commits and waits up to `timeout` for the outcome, trying again while the group rebalances.
    pub async fn commit_sync(
        &mut self,
        offsets: &[(TopicPartition, i64)],
        timeout: Duration,
    ) -> Result<(), KafkaError> {
        let deadline = Instant::now() + timeout;
        loop {
            let mut completion = self.commit_async(offsets);
            let Ok(outcome) = timeout_at(deadline, completion.wait()).await else {
                return Err(KafkaError::TimedOut {
                    operation: "Committing offsets",
                    timeout,
                });
            };
            match outcome {
                Err(error)
                    if commit::worth_another_try(&error)
                        && Instant::now() + COMMIT_PAUSE < deadline =>
                {
                    tokio::time::sleep(COMMIT_PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Leaves the group and waits up to `timeout` for the thread to end. Commit before this.
    pub async fn close(mut self, timeout: Duration) {
        self.exchange.close(timeout);
        if tokio::time::timeout(timeout, &mut self.finished)
            .await
            .is_err()
        {
            tracing::warn!(
                "the consumer did not leave its group within {} ms",
                timeout.as_millis()
            );
        }
    }

    fn check_owned<'a>(
        &self,
        mut partitions: impl Iterator<Item = &'a TopicPartition>,
    ) -> Result<(), KafkaError> {
        match partitions.find(|partition| !self.partitions.contains_key(partition)) {
            None => Ok(()),
            Some(partition) => Err(KafkaError::NotAssigned(partition.clone())),
        }
    }

    fn owned(&mut self, partition: &TopicPartition) -> Result<&mut Owned, KafkaError> {
        let owned = self.partitions.get_mut(partition);
        owned.ok_or_else(|| KafkaError::NotAssigned(partition.clone()))
    }

    fn next_command(&mut self) -> u64 {
        self.commands += 1;
        self.commands
    }

    fn give(&self, command: Command) {
        self.exchange.give(self.commands, command);
    }
}

impl Drop for SinkConsumer {
    fn drop(&mut self) {
        // After `close` this changes nothing; for owners that went by a panic the thread ends by itself.
        self.exchange.close(Duration::from_secs(5));
    }
}

#[cfg(test)]
mod tests;
