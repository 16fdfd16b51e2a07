//! A record that did not get through at once: converters that fetch, retries, giving up.
//!
//! Owns the waits, in which the task's other duties go on. Nothing here runs for a record that goes
//! well. Kafka's counterpart: `RetryWithToleranceOperator.execute` around each operation.

use connect_data::batch::SourceRecordMark;
use tokio::time::Instant;

use crate::errors::{FailedOperation, Failure, NextStep, Retries};

use super::super::converters::PREPARATIONS_MAX;
use super::super::record_path::{Recovered, Refusal};
use super::SourceTask;
use super::convert::{Converted, Current};

impl SourceTask {
    /// Goes on with a record that was refused, until it is through, dropped or given up.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn recover(
        &mut self,
        refusal: Refusal,
        current: &mut Current<'_, '_>,
        converted: &mut Converted,
        original: &SourceRecordMark<'_>,
    ) -> Result<Recovered, Failure> {
        let mut refusal = refusal;
        let mut retries = Retries::default();
        let mut preparations = 0;
        loop {
            if refusal.unprepared && preparations < PREPARATIONS_MAX {
                preparations += 1;
                let step = refusal.step;
                let prepared = tokio::select! {
                    prepared = self.path.prepare(step) => prepared?,
                    () = self.context.stop.cancelled() => return Ok(Recovered::Stopping),
                };
                if let Some(next) = prepared {
                    refusal = next;
                    continue;
                }
            } else {
                let now = Instant::now();
                match self
                    .tolerance
                    .attempt_failed(&mut retries, &refusal.failure, now)
                {
                    NextStep::Retry(delay) => {
                        preparations = 0;
                        self.wait_before_retry(now + delay).await?;
                        if self.context.stopping() {
                            return Ok(Recovered::Stopping);
                        }
                        self.tolerance.retried();
                    }
                    NextStep::GiveUp => {
                        self.give_up(&refusal, original)?;
                        return Ok(Recovered::Skipped);
                    }
                }
            }
            match current.advance(&mut self.path, refusal.step, converted) {
                Ok(applied) => return Ok(Recovered::Went(applied)),
                Err(next) => {
                    if next.step != refusal.step {
                        retries = Retries::default();
                    }
                    refusal = next;
                }
            }
        }
    }

    /// A record that has failed for good: skipped, or the failure of the task.
    fn give_up(
        &mut self,
        refusal: &Refusal,
        original: &SourceRecordMark<'_>,
    ) -> Result<(), Failure> {
        let class = self.path.class(refusal.step);
        let operation = FailedOperation {
            stage: refusal.step.stage(),
            class: &class,
            failure: &refusal.failure,
        };
        let verdict = self.tolerance.record_failed(operation, || shown(original));
        if let Some(letters) = &mut self.dead_letters {
            // The caller submits the record next, if the task goes on.
            let ticket = verdict.is_ok().then(|| self.submitted.next_sequence());
            letters.send_polled(original, operation, ticket)?;
        }
        verdict
    }

    /// Waits until `end`, unless the task is to end. Deliveries are taken and offsets stored
    /// meanwhile.
    async fn wait_before_retry(&mut self, end: Instant) -> Result<(), Failure> {
        while Instant::now() < end && !self.context.stopping() {
            tokio::select! {
                () = tokio::time::sleep_until(end.min(self.next_commit)) => {}
                () = self.producer.wait_for_progress(), if self.producer.in_flight() > 0 => {}
                () = self.context.stop.cancelled() => {}
            }
            self.take_deliveries()?;
            self.commit_when_due().await?;
        }
        Ok(())
    }
}

/// COMPAT: the record as `LogReporter.Source` shows it.
pub(super) fn shown(original: &SourceRecordMark<'_>) -> String {
    match original.to_record() {
        Ok(record) => format!("source record is = {record}"),
        Err(error) => format!("the source record cannot be shown: {error}"),
    }
}
