//! A consumed record that did not get through at once: converters that fetch, retries, giving up.
//!
//! Nothing here runs for a record that goes well. Kafka's counterpart:
//! `RetryWithToleranceOperator.execute` around each operation.

use tokio::time::Instant;

use crate::errors::{FailedOperation, Failure, NextStep, Retries};
use crate::kafka::consumer::ConsumedRecord;

use super::super::converters::PREPARATIONS_MAX;
use super::super::errant_records::RawRecord;
use super::super::record_path::{Recovered, Refusal};
use super::SinkTask;
use super::convert::Delivered;

impl SinkTask {
    /// Goes on with a record that was refused, until it is through, dropped or given up.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn recover<'a>(
        &mut self,
        refusal: Refusal,
        delivered: &mut Delivered<'a>,
        consumed: &ConsumedRecord<'a>,
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
                    .errors
                    .operator
                    .attempt_failed(&mut retries, &refusal.failure, now)
                {
                    NextStep::Retry(delay) => {
                        preparations = 0;
                        tokio::select! {
                            () = tokio::time::sleep(delay) => {}
                            () = self.context.stop.cancelled() => return Ok(Recovered::Stopping),
                        }
                        self.errors.operator.retried();
                    }
                    NextStep::GiveUp => {
                        return self.give_up(&refusal, consumed).await;
                    }
                }
            }
            match delivered.advance(&mut self.path, consumed, refusal.step) {
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
    async fn give_up(
        &mut self,
        refusal: &Refusal,
        consumed: &ConsumedRecord<'_>,
    ) -> Result<Recovered, Failure> {
        let class = self.path.class(refusal.step);
        let operation = FailedOperation {
            stage: refusal.step.stage(),
            class: &class,
            failure: &refusal.failure,
        };
        let taken = self
            .errors
            .give_up(&RawRecord::from(consumed), operation)
            .await?;
        Ok(if taken {
            Recovered::Skipped
        } else {
            Recovered::Stopping
        })
    }
}
