//! Whether a failed operation is tried again, its record skipped, or the task ended.
//!
//! Owns the count of failures, which decides with tolerance none, the line in the log, and the
//! counters. Must not know records, nor how to wait. Kafka's counterparts:
//! `RetryWithToleranceOperator`, `LogReporter`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Failure, Retries, Stage};
use crate::clock;
use crate::config::connector::{ErrorSettings, Tolerance};
use crate::metrics::TaskErrors;

/// What follows from a try that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Wait, then try again; say so with [`RetryWithToleranceOperator::retried`].
    Retry(Duration),
    /// The operation has failed for good.
    GiveUp,
}

/// What failed for good.
#[derive(Clone, Copy, Debug)]
pub struct FailedOperation<'a> {
    /// Where.
    pub stage: Stage,
    /// The class that was at work.
    pub class: &'a str,
    /// Why.
    pub failure: &'a Failure,
}

/// Decides about failed records of one task and counts them.
#[derive(Debug)]
pub struct RetryWithToleranceOperator {
    settings: ErrorSettings,
    task: String,
    counts: Arc<TaskErrors>,
    failures: u64,
}

impl RetryWithToleranceOperator {
    /// For the task with this name (`connector-0`).
    pub fn new(settings: ErrorSettings, task: impl Into<String>, counts: Arc<TaskErrors>) -> Self {
        Self {
            settings,
            task: task.into(),
            counts,
            failures: 0,
        }
    }

    /// The counters of the task.
    pub fn counts(&self) -> &Arc<TaskErrors> {
        &self.counts
    }

    /// A try of an operation failed at `now`. `retries` belong to this operation on this record.
    pub fn attempt_failed(
        &self,
        retries: &mut Retries,
        failure: &Failure,
        now: Instant,
    ) -> NextStep {
        self.counts.record_failures.add(1);
        if !failure.retriable() {
            return NextStep::GiveUp;
        }
        match retries.delay(&self.settings, now) {
            Some(delay) => NextStep::Retry(delay),
            None => NextStep::GiveUp,
        }
    }

    /// The operation is tried again.
    pub fn retried(&self) {
        self.counts.retries.add(1);
    }

    /// An operation on a record has failed for good. `record` tells which one, for the log.
    ///
    /// # Errors
    ///
    /// The failure of the task when the record may not be skipped; whatever reports the record comes
    /// before it.
    pub fn record_failed(
        &mut self,
        operation: FailedOperation<'_>,
        record: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        self.mark_failed();
        // Kafka skips a record whose retries ran out of time whatever errors.tolerance says, and
        // loses it.
        let verdict = self.within_tolerance(operation.failure);
        if verdict.is_ok() {
            self.counts.records_skipped.add(1);
        }
        self.counts.record_errors.add(1);
        self.log(operation, record);
        verdict
    }

    /// A record failed in something that this operator did not watch: a task reports it, or the
    /// producer.
    ///
    /// # Errors
    ///
    /// As [`Self::record_failed`].
    pub fn failure_reported(
        &mut self,
        operation: FailedOperation<'_>,
        record: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        self.mark_failed();
        self.counts.record_failures.add(1);
        self.log(operation, record);
        let verdict = self.within_tolerance(operation.failure);
        if verdict.is_err() {
            self.counts.record_errors.add(1);
        }
        verdict
    }

    fn mark_failed(&mut self) {
        self.failures += 1;
        self.counts.last_error_timestamp.set(clock::epoch_ms());
    }

    /// Whether the task may go on after what failed so far.
    ///
    /// # Errors
    ///
    /// The failure of the task, with its cause.
    pub fn within_tolerance(&self, cause: &Failure) -> Result<(), Failure> {
        if self.tolerates() || self.failures == 0 {
            return Ok(());
        }
        Err(Failure::connect("Tolerance exceeded in error handler").caused_by(cause.clone()))
    }

    /// Whether failed records are skipped.
    pub fn tolerates(&self) -> bool {
        self.settings.tolerance == Tolerance::All
    }

    fn log(&self, operation: FailedOperation<'_>, record: impl FnOnce() -> String) {
        if !self.settings.log_enable {
            return;
        }
        let which = if self.settings.log_include_messages {
            format!(", where {}", record())
        } else {
            String::new()
        };
        let FailedOperation {
            stage,
            class,
            failure,
        } = operation;
        tracing::error!(
            "Error encountered in task {}. Executing stage '{stage}' with class \
             '{class}'{which}.\n{failure}",
            self.task
        );
        self.counts.errors_logged.add(1);
    }
}
