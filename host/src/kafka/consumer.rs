//! The consumer of a sink task.
//!
//! Owns a librdkafka consumer on a thread of its own, the hand-over of batches to the task that owns it, and
//! the rendezvous of rebalances: the group waits until the owner has committed and closed what it loses.
//! Must not know sink records, converters or plugins.
//! Kafka counterpart: org.apache.kafka.clients.consumer.KafkaConsumer with a ConsumerRebalanceListener.

use std::time::Duration;

use super::{KafkaError, TopicPartition};

mod batch;

pub use batch::{ConsumedBatch, ConsumedHeaders, ConsumedRecord, TimestampType};

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
/// the owner has opened, or committed and closed.
#[derive(Debug)]
pub enum ConsumerEvent {
    /// Records, at least one.
    Records(ConsumedBatch),
    /// Partitions were added to the assignment, each with the offset where reading starts (Java's
    /// `consumer.position`). A `seek` before the next `poll` takes effect before anything is read. May be empty.
    Assigned(Vec<(TopicPartition, i64)>),
    /// Partitions are about to go to another member; offsets can still be committed.
    Revoked(Vec<TopicPartition>),
    /// Partitions have gone already; commits for them fail.
    Lost(Vec<TopicPartition>),
    /// The timeout passed, or [`ConsumerWaker::wake`] was called.
    Empty,
}

/// A commit under way. Resolves with its outcome; dropping it does not stop the commit.
pub struct CommitCompletion {}

impl CommitCompletion {
    /// The outcome. Cancel safe.
    pub async fn wait(&mut self) -> Result<(), KafkaError> {
        todo!()
    }

    /// The outcome, when it is there.
    pub fn try_take(&mut self) -> Option<Result<(), KafkaError>> {
        todo!()
    }
}

/// Ends a waiting `poll`, as Java's `consumer.wakeup()`, but with [`ConsumerEvent::Empty`].
#[derive(Clone)]
pub struct ConsumerWaker {}

impl ConsumerWaker {
    /// The running `poll`, or else the next one, returns at once.
    pub fn wake(&self) {
        todo!()
    }
}

/// The consumer of one sink task, a member of its connector's group.
pub struct SinkConsumer {}

impl SinkConsumer {
    /// Makes a consumer of Java settings in order (later wins) and joins the group. `label` names the thread.
    pub fn subscribe(
        settings: &[(String, String)],
        subscription: Subscription,
        label: &str,
    ) -> Result<Self, KafkaError> {
        let _ = (settings, subscription, label);
        todo!()
    }

    /// Waits up to `timeout` for the next event; cancel safe. Must be called again within
    /// `max.poll.interval.ms`, or the group gives the partitions to others.
    pub async fn poll(&mut self, timeout: Duration) -> Result<ConsumerEvent, KafkaError> {
        let _ = timeout;
        todo!()
    }

    /// Ends a waiting `poll` from elsewhere.
    pub fn waker(&self) -> ConsumerWaker {
        todo!()
    }

    /// The partitions owned now, in order.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        todo!()
    }

    /// The offset of the next record that `poll` returns for the partition.
    pub fn position(&self, partition: &TopicPartition) -> Option<i64> {
        let _ = partition;
        todo!()
    }

    /// Stops delivering records of these partitions, those already fetched included.
    pub fn pause(&mut self, partitions: &[TopicPartition]) -> Result<(), KafkaError> {
        let _ = partitions;
        todo!()
    }

    /// Delivers records of these partitions again, from where `pause` stopped.
    pub fn resume(&mut self, partitions: &[TopicPartition]) -> Result<(), KafkaError> {
        let _ = partitions;
        todo!()
    }

    /// The next record delivered of each partition is the one at (or after) this offset.
    pub fn seek(&mut self, offsets: &[(TopicPartition, i64)]) -> Result<(), KafkaError> {
        let _ = offsets;
        todo!()
    }

    /// Starts a commit of offsets (the next to read). Partitions that are not owned fail it.
    pub fn commit_async(&mut self, offsets: &[(TopicPartition, i64)]) -> CommitCompletion {
        let _ = offsets;
        todo!()
    }

    /// Commits and waits up to `timeout` for the outcome.
    pub async fn commit_sync(
        &mut self,
        offsets: &[(TopicPartition, i64)],
        timeout: Duration,
    ) -> Result<(), KafkaError> {
        let _ = (offsets, timeout);
        todo!()
    }

    /// Leaves the group and waits up to `timeout` for the thread to end. Commit before this.
    pub async fn close(self, timeout: Duration) {
        let _ = timeout;
        todo!()
    }
}
