//! Commits of a consumer's offsets.
//!
//! Each commit waits for its answer on tokio's blocking threads, so that neither the poll thread nor the owner
//! does, and so that the answer is known to belong to the commit. Commits of a consumer do not overtake each
//! other: one is sent at a time, and one that was overtaken while it waited is not sent at all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError as RdKafkaError;
use rdkafka::types::RDKafkaErrorCode;
use tokio::sync::oneshot;

use super::context::SinkContext;
use super::exchange::Exchange;
use crate::kafka::error::ErrorCode;
use crate::kafka::partition_list::with_offsets;
use crate::kafka::{KafkaError, TopicPartition};

const OPERATION: &str = "Committing offsets";

/// A commit under way. Resolves with its outcome; dropping it does not stop the commit.
pub struct CommitCompletion {
    outcome: Outcome,
}

enum Outcome {
    Pending(oneshot::Receiver<Result<(), KafkaError>>),
    Known(Result<(), KafkaError>),
}

impl CommitCompletion {
    /// A commit that failed before it was sent; also for tests of owners.
    pub fn failed(error: KafkaError) -> Self {
        Self {
            outcome: Outcome::Known(Err(error)),
        }
    }

    /// The outcome. Cancel safe; may be asked again.
    pub async fn wait(&mut self) -> Result<(), KafkaError> {
        if let Outcome::Pending(receiver) = &mut self.outcome {
            let outcome = receiver
                .await
                .unwrap_or(Err(KafkaError::Closed("consumer")));
            self.outcome = Outcome::Known(outcome);
        }
        match &self.outcome {
            Outcome::Known(outcome) => outcome.clone(),
            Outcome::Pending(_) => Err(KafkaError::Closed("consumer")),
        }
    }

    /// The outcome, when it is there.
    pub fn try_take(&mut self) -> Option<Result<(), KafkaError>> {
        match &mut self.outcome {
            Outcome::Known(outcome) => Some(outcome.clone()),
            Outcome::Pending(receiver) => match receiver.try_recv() {
                Ok(outcome) => Some(outcome),
                Err(oneshot::error::TryRecvError::Empty) => None,
                Err(oneshot::error::TryRecvError::Closed) => {
                    Some(Err(KafkaError::Closed("consumer")))
                }
            },
        }
    }
}

/// Sends the commits of one consumer.
pub(super) struct CommitLane {
    /// Weak, so that a commit that hangs does not keep the consumer in its group.
    consumer: std::sync::Weak<BaseConsumer<SinkContext>>,
    exchange: Arc<Exchange>,
    lane: Arc<Mutex<u64>>,
    tickets: AtomicU64,
}

impl CommitLane {
    pub(super) fn new(consumer: &Arc<BaseConsumer<SinkContext>>, exchange: Arc<Exchange>) -> Self {
        Self {
            consumer: Arc::downgrade(consumer),
            exchange,
            lane: Arc::default(),
            tickets: AtomicU64::new(1),
        }
    }

    /// A lane without a consumer, for tests of its owner.
    #[cfg(test)]
    pub(super) fn detached(exchange: Arc<Exchange>) -> Self {
        Self {
            consumer: std::sync::Weak::new(),
            exchange,
            lane: Arc::default(),
            tickets: AtomicU64::new(1),
        }
    }

    /// Starts a commit. Must be called within a tokio runtime.
    pub(super) fn commit(&self, offsets: &[(TopicPartition, i64)]) -> CommitCompletion {
        if offsets.is_empty() {
            return CommitCompletion {
                outcome: Outcome::Known(Ok(())),
            };
        }
        if self.exchange.expired() {
            return CommitCompletion::failed(KafkaError::CommitFailed);
        }
        let list = match with_offsets(offsets) {
            Ok(list) => list,
            Err(error) => return CommitCompletion::failed(error),
        };
        let Some(consumer) = self.consumer.upgrade() else {
            return CommitCompletion::failed(KafkaError::Closed("consumer"));
        };
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let lane = Arc::clone(&self.lane);
        let (done, outcome) = oneshot::channel();
        // Not awaited: the outcome comes by the channel, and librdkafka bounds how long it takes.
        drop(tokio::task::spawn_blocking(move || {
            let mut last_sent = lane.lock().unwrap_or_else(PoisonError::into_inner);
            let result = if *last_sent > ticket {
                Err(KafkaError::from_code(OPERATION, RDKafkaErrorCode::Outdated))
            } else {
                *last_sent = ticket;
                translate(consumer.commit(&list, CommitMode::Sync))
            };
            drop(last_sent);
            // The consumer is given back before the owner learns the outcome, and may close it.
            drop(consumer);
            // The owner may have lost interest.
            let _ = done.send(result);
        }));
        CommitCompletion {
            outcome: Outcome::Pending(outcome),
        }
    }
}

/// Whether the same commit may succeed in a moment: also while the group rebalances, and when it has done so
/// without the client having learnt of it.
pub(super) fn worth_another_try(error: &KafkaError) -> bool {
    const GROUP: [RDKafkaErrorCode; 2] = [
        RDKafkaErrorCode::RebalanceInProgress,
        RDKafkaErrorCode::IllegalGeneration,
    ];
    let code = error.code().map(ErrorCode::number);
    error.retriable() || GROUP.iter().any(|group| code == Some(*group as i32))
}

fn translate(result: Result<(), RdKafkaError>) -> Result<(), KafkaError> {
    match result {
        // Nothing to commit is a success, as in Java.
        Err(RdKafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) => Ok(()),
        Err(RdKafkaError::ConsumerCommit(
            RDKafkaErrorCode::UnknownMemberId | RDKafkaErrorCode::FencedInstanceId,
        )) => Err(KafkaError::CommitFailed),
        Err(error) => Err(KafkaError::from_rdkafka(OPERATION, &error)),
        Ok(()) => Ok(()),
    }
}
