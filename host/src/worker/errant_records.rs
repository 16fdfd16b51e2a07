//! Records that a sink task reports as errant, on their way from the guest to the task's loop.
//!
//! Owns the waiting line, which has room for one report: the guest's call goes on when its report has
//! been dealt with. Must not know what becomes of a report. Kafka's counterpart:
//! `WorkerErrantRecordReporter`.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use crate::sandbox::{ConnectError, ErrantRecord, ErrantRecordReporter, ErrorKind};

mod raw;

pub(super) use raw::{RawRecord, RawRecords};

/// The guest's side.
pub(super) struct ErrantReports(mpsc::Sender<Report>);

/// A record that the guest could not deliver.
pub(super) struct Report {
    /// Which one.
    pub record: ErrantRecord,
    /// Why, in the guest's words.
    pub error: String,
    answer: oneshot::Sender<Result<(), ConnectError>>,
}

impl Report {
    /// Lets the guest go on.
    pub(super) fn answer(self, outcome: Result<(), ConnectError>) {
        // A guest whose call was given up does not wait any more.
        let _ = self.answer.send(outcome);
    }
}

/// The two sides of a reporter.
pub(super) fn errant_reports() -> (Arc<ErrantReports>, mpsc::Receiver<Report>) {
    let (sender, receiver) = mpsc::channel(1);
    (Arc::new(ErrantReports(sender)), receiver)
}

#[async_trait]
impl ErrantRecordReporter for ErrantReports {
    async fn report(&self, record: ErrantRecord, error: String) -> Result<(), ConnectError> {
        let (answer, answered) = oneshot::channel();
        let report = Report {
            record,
            error,
            answer,
        };
        let ended = |()| {
            ConnectError::new(
                ErrorKind::Fatal,
                "The record cannot be reported: the task has ended",
            )
        };
        self.0.send(report).await.map_err(|_| ended(()))?;
        answered.await.map_err(|_| ended(()))?
    }
}
