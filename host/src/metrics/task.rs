//! What one task counts about records that failed, as atomics that its owner adds to. JMX names of
//! Kafka Connect: group `task-error-metrics`.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// Whose counters they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskLabels {
    /// The connector's name.
    pub connector: String,
    /// The task's number.
    pub task: String,
}

/// A number that grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds to it.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Relaxed);
    }

    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A point in time: milliseconds since 1970, 0 for never.
#[derive(Debug, Default)]
pub struct LastTime(AtomicI64);

impl LastTime {
    /// It was at this time.
    pub fn set(&self, epoch_ms: i64) {
        self.0.store(epoch_ms, Relaxed);
    }

    /// The time.
    pub fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// The counters of one task's life.
#[derive(Debug, Default)]
pub struct TaskErrors {
    pub(super) labels: TaskLabels,
    /// Tries that failed, also those that were repeated.
    pub record_failures: Count,
    /// Operations that failed for good.
    pub record_errors: Count,
    /// Records left out because of errors.
    pub records_skipped: Count,
    /// Tries after the first.
    pub retries: Count,
    /// Lines written because of errors.log.enable.
    pub errors_logged: Count,
    /// Records given to the producer of the dead letter queue.
    pub dead_letter_requests: Count,
    /// Those that were not written.
    pub dead_letter_failures: Count,
    /// When an operation last failed for good.
    pub last_error_timestamp: LastTime,
}

impl TaskErrors {
    /// Counters that are shown as long as `Metrics` finds them.
    pub(super) fn new(labels: TaskLabels) -> Self {
        Self {
            labels,
            ..Self::default()
        }
    }
}
