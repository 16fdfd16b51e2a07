//! The stop on the way to the producer where a topic is made that does not exist yet.
//!
//! Owns the waits for it: stops are obeyed and offsets are stored meanwhile, since a cluster may be away for long.

use tokio::time::Instant;

use crate::errors::Failure;

use super::super::topic_creation::{TopicCreation, is_retriable};
use super::{RETRY_PAUSE, SourceTask};

impl SourceTask {
    /// Sees to it that the topic of the next record exists; false when the task is to end instead. Costs a look at
    /// a table when the topic is known, and less when the connector leaves topics to the broker.
    pub(super) async fn ensure_topic(&mut self, topic: &str) -> Result<bool, Failure> {
        if !self.topic_creation.is_required(topic) {
            return Ok(true);
        }
        let mut creation = std::mem::take(&mut self.topic_creation);
        let outcome = self.ensure_with(&mut creation, topic).await;
        self.topic_creation = creation;
        outcome
    }

    async fn ensure_with(
        &mut self,
        creation: &mut TopicCreation,
        topic: &str,
    ) -> Result<bool, Failure> {
        loop {
            let ensuring = creation.ensure(topic);
            tokio::pin!(ensuring);
            let failure = loop {
                tokio::select! {
                    outcome = &mut ensuring => match outcome {
                        Ok(()) => return Ok(true),
                        Err(failure) => break failure,
                    },
                    () = self.context.stop.cancelled() => return Ok(false),
                    () = tokio::time::sleep_until(self.next_commit) => self.attend_to_offsets().await?,
                }
            };
            if !is_retriable(&failure) {
                return Err(failure);
            }
            tracing::warn!(
                "Failed to send record to topic '{topic}'. Backing off before retrying: {failure}"
            );
            let again = Instant::now() + RETRY_PAUSE;
            tokio::select! {
                () = tokio::time::sleep_until(again) => {}
                () = self.context.stop.cancelled() => return Ok(false),
            }
        }
    }

    async fn attend_to_offsets(&mut self) -> Result<(), Failure> {
        self.take_deliveries()?;
        self.commit_when_due().await
    }
}
