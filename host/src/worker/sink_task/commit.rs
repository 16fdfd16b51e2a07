//! Commits of a sink task's offsets.
//!
//! Owns when the guest is asked what may be committed, and what follows from its answer. Kafka's
//! counterpart: `WorkerSinkTask.commitOffsets`.

use std::time::Duration;

use tokio::time::Instant;

use crate::errors::Failure;
use crate::kafka::TopicPartition;
use crate::sandbox::SandboxError;

use super::super::guest_types::{guest_offsets, guest_partitions};
use super::super::sink_offsets::PartitionOffsets;
use super::{CommitInFlight, SinkTask, consumer_failure, guest_failure};

impl SinkTask {
    /// Starts a commit when its time has come or the guest asked, and looks after the running one.
    pub(super) async fn commit_when_due(&mut self) -> Result<(), Failure> {
        self.look_after_commit();
        let now = Instant::now();
        if self.commit_in_flight.is_some() || !(self.commit_requested || now >= self.next_commit) {
            return Ok(());
        }
        self.next_commit = now + self.commit_interval;
        self.commit_requested = false;
        let asked = self.offsets.current(None);
        if asked.is_empty() {
            return Ok(());
        }
        let answer = self.settled_pre_commit(&asked, self.commit_timeout, false);
        let Some(answer) = answer.await? else {
            return Ok(());
        };
        let given = match answer {
            Ok(given) => given,
            Err(error) if error.instance_lost() => return Err(guest_failure(&error)),
            Err(error) => {
                tracing::error!(
                    "Offset commit failed, rewinding to last committed offsets: {}",
                    self.context.shown(&error)
                );
                return self.rewind();
            }
        };
        let decision = self.offsets.decide(&asked, &given);
        for sentence in &decision.ignored {
            tracing::warn!("{sentence}");
        }
        if given.is_empty() {
            return Ok(());
        }
        if let Some(offsets) = decision.offsets {
            let pairs = pairs(&offsets);
            self.commit_in_flight = Some(CommitInFlight {
                completion: self.consumer.commit_async(&pairs),
                offsets,
                deadline: now + self.commit_timeout,
            });
        }
        Ok(())
    }

    fn look_after_commit(&mut self) {
        let Some(commit) = &mut self.commit_in_flight else {
            return;
        };
        match commit.completion.try_take() {
            Some(Ok(())) => {
                self.offsets.committed(&commit.offsets);
                self.commit_in_flight = None;
            }
            Some(Err(error)) => {
                tracing::error!(
                    "Commit of offsets failed; the next one is tried after \
                     offset.flush.interval.ms: {error}"
                );
                self.commit_in_flight = None;
            }
            None if Instant::now() >= commit.deadline => {
                tracing::warn!(
                    "Commit of offsets timed out after offset.flush.timeout.ms; the next one is \
                     tried after offset.flush.interval.ms"
                );
                self.commit_in_flight = None;
            }
            None => {}
        }
    }

    /// Asks the guest what may be committed; without an answer it flushes and all may.
    async fn pre_commit(
        &mut self,
        asked: &PartitionOffsets,
    ) -> Result<PartitionOffsets, SandboxError> {
        let offsets = guest_offsets(asked.iter().map(|(partition, offset)| (partition, *offset)));
        let pre_commit = self.instance.pre_commit(&offsets);
        match self.errors.serve(&mut self.path, pre_commit).await? {
            Some(given) => Ok(given
                .into_iter()
                .map(|given| {
                    (
                        TopicPartition::new(given.topic, given.partition),
                        given.offset,
                    )
                })
                .collect()),
            None => {
                let flush = self.instance.flush(&offsets);
                self.errors.serve(&mut self.path, flush).await?;
                Ok(asked.clone())
            }
        }
    }

    /// As [`Self::pre_commit`], with the dead letter queue settled before, and again after what the
    /// guest reported there. None when that took longer than `patience`: nothing may be committed.
    async fn settled_pre_commit(
        &mut self,
        asked: &PartitionOffsets,
        patience: Duration,
        closing: bool,
    ) -> Result<Option<Result<PartitionOffsets, SandboxError>>, Failure> {
        let mut settled = self.errors.settle(patience, closing).await?;
        let mut answer = None;
        if settled {
            answer = Some(self.pre_commit(asked).await);
            settled = self.errors.settle(patience, closing).await?;
        }
        if !settled {
            answer = None;
            tracing::warn!(
                "Offsets are not committed: the dead letter queue has not acknowledged all records; they \
                 are committed later, or the records since the last commit are delivered again"
            );
        }
        Ok(answer)
    }

    /// After a failed pre-commit the records since the last commit are delivered again.
    fn rewind(&mut self) -> Result<(), Failure> {
        let offsets = self.offsets.rewind();
        self.batch_records = 0;
        self.end_redelivery()?;
        self.consumer
            .seek(&offsets)
            .map_err(|error| consumer_failure(&error))
    }

    /// Commits and closes partitions that are given up: pre-commit, close, commit, which may take
    /// `patience`.
    pub(super) async fn commit_closing(
        &mut self,
        partitions: &[TopicPartition],
        patience: Duration,
    ) -> Result<(), Failure> {
        let asked = self.offsets.current(Some(partitions));
        if asked.is_empty() {
            return Ok(());
        }
        // What the commit under way says of these partitions is out of date from here on.
        self.commit_in_flight = None;
        let answer = self.settled_pre_commit(&asked, patience, true).await?;
        // Nothing may be committed when there is no answer.
        let given = match answer.unwrap_or_else(|| Ok(PartitionOffsets::new())) {
            Ok(given) => given,
            Err(error) if error.instance_lost() => return Err(guest_failure(&error)),
            Err(error) => {
                tracing::warn!(
                    "Offset commit failed during close; the records since the last commit will be \
                     delivered again: {}",
                    self.context.shown(&error)
                );
                PartitionOffsets::new()
            }
        };
        let given_up = guest_partitions(partitions);
        let close = self.instance.close(&given_up);
        let closed = self.errors.serve(&mut self.path, close).await;
        let decision = self.offsets.decide(&asked, &given);
        for sentence in &decision.ignored {
            tracing::warn!("{sentence}");
        }
        if let (Some(offsets), false) = (decision.offsets, given.is_empty()) {
            let outcome = self.consumer.commit_sync(&pairs(&offsets), patience).await;
            match outcome {
                Ok(()) => self.offsets.committed(&offsets),
                Err(error) => tracing::error!(
                    "Commit of offsets failed while giving up partitions; records since the last \
                     commit will be delivered again: {error}"
                ),
            }
        }
        closed.map_err(|error| guest_failure(&error))
    }
}

fn pairs(offsets: &PartitionOffsets) -> Vec<(TopicPartition, i64)> {
    offsets
        .iter()
        .map(|(partition, offset)| (partition.clone(), *offset))
        .collect()
}
