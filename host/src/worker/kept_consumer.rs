//! A sink task's consumer between two instances of the task.
//!
//! Owns the hand-over: a task that is stopped only to be started again in another version leaves
//! its consumer with its partitions, and the next start goes on with it. Leaving and joining again
//! would stop the whole group, for `group.initial.rebalance.delay.ms` of the broker when it had one
//! member. Knows no guest and no record.

use std::sync::{Arc, Mutex};

use crate::kafka::TopicPartition;
use crate::kafka::consumer::{SinkConsumer, Subscription};

use super::services::lock;

/// A consumer that is a member of its group and that nobody polls.
pub(super) struct KeptConsumer {
    /// The consumer.
    pub consumer: SinkConsumer,
    /// What it was made of.
    pub made_of: ConsumerSpec,
    /// Its partitions, with the offsets that are committed.
    pub committed: Vec<(TopicPartition, i64)>,
}

/// What a sink task's consumer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConsumerSpec {
    /// Settings, Java names, in order.
    pub settings: Vec<(String, String)>,
    /// What to read.
    pub subscription: Subscription,
}

/// Where a task leaves its consumer, if the next start wants it.
#[derive(Clone, Default)]
pub(super) struct ConsumerSlot(Arc<Mutex<Slot>>);

#[derive(Default)]
struct Slot {
    wanted: bool,
    kept: Option<KeptConsumer>,
}

impl ConsumerSlot {
    /// To be said before the task is asked to end.
    pub(super) fn want(&self) {
        lock(&self.0).wanted = true;
    }

    /// Whether the task's end is to leave the consumer here.
    pub(super) fn is_wanted(&self) -> bool {
        lock(&self.0).wanted
    }

    /// Leaves the consumer.
    pub(super) fn leave(&self, kept: KeptConsumer) {
        lock(&self.0).kept = Some(kept);
    }

    /// Takes what was left. A task that failed or was given up has left nothing.
    pub(super) fn take(&self) -> Option<KeptConsumer> {
        lock(&self.0).kept.take()
    }
}
