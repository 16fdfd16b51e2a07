//! The committed offsets of a consumer group, seen and changed from outside the group.
//!
//! Owns retries while the group's coordinator moves or loads, and the deadline of a call. Must not know whose
//! group it is. Kafka counterparts: Admin.listConsumerGroupOffsets, alterConsumerGroupOffsets,
//! deleteConsumerGroupOffsets, deleteConsumerGroups.

use std::ffi::CString;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use tokio_util::sync::CancellationToken;

use super::native::{self, GroupCall, PartitionOutcome};
use super::{Admin, AdminContext, blocking};
use crate::kafka::client_config::ClientRole;
use crate::kafka::error::ErrorCode;
use crate::kafka::partition_list::{with_offsets, without_offsets};
use crate::kafka::{KafkaError, TopicPartition};

#[cfg(test)]
mod tests;

/// Pause before a coordinator is asked again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The group of a client that asks about the group with the empty name.
const NAMELESS: &str = "connect-wasm";

/// UNKNOWN_TOPIC_OR_PARTITION
const NOT_FOUND: i32 = 3;

impl Admin {
    /// The committed offsets of a group, by partition; none for a group that does not exist.
    pub async fn list_group_offsets(
        &self,
        group: &str,
        timeout: Duration,
    ) -> Result<Vec<(TopicPartition, i64)>, KafkaError> {
        const OPERATION: &str = "Listing consumer group offsets";
        let listed = self
            .group_call(OPERATION, group, timeout, GroupCall::ListOffsets)
            .await?;
        let mut offsets = Vec::with_capacity(listed.len());
        for outcome in listed {
            if let Some(code) = outcome.error {
                return Err(KafkaError::Code {
                    operation: OPERATION,
                    code,
                });
            }
            // A partition without an offset is told as a negative one.
            if outcome.offset >= 0 {
                let partition = TopicPartition::new(outcome.topic, outcome.partition);
                offsets.push((partition, outcome.offset));
            }
        }
        offsets.sort();
        Ok(offsets)
    }

    /// Commits offsets, none of them negative, for a group without members. Partitions that the broker takes
    /// are committed, also when it refuses others.
    pub async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &[(TopicPartition, i64)],
        timeout: Duration,
    ) -> Result<(), KafkaError> {
        const OPERATION: &str = "Altering consumer group offsets";
        if offsets.is_empty() {
            return Ok(());
        }
        check_partitions(OPERATION, offsets.iter().map(|(partition, _)| partition))?;
        let call = GroupCall::AlterOffsets(with_offsets(offsets)?);
        let outcomes = self.group_call(OPERATION, group, timeout, call).await?;
        first_error(OPERATION, &outcomes)
    }

    /// Deletes the committed offsets of partitions that no member of the group is subscribed to.
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
        timeout: Duration,
    ) -> Result<(), KafkaError> {
        const OPERATION: &str = "Deleting consumer group offsets";
        if partitions.is_empty() {
            return Ok(());
        }
        check_partitions(OPERATION, partitions.iter())?;
        let call = GroupCall::DeleteOffsets(without_offsets(partitions));
        let outcomes = self.group_call(OPERATION, group, timeout, call).await?;
        first_error(OPERATION, &outcomes)
    }

    /// Deletes a group without members, with all its offsets. A group that does not exist is
    /// `GROUP_ID_NOT_FOUND`.
    pub async fn delete_group(&self, group: &str, timeout: Duration) -> Result<(), KafkaError> {
        const OPERATION: &str = "Deleting a consumer group";
        self.group_call(OPERATION, group, timeout, GroupCall::DeleteGroup)
            .await
            .map(|_| ())
    }

    async fn group_call(
        &self,
        operation: &'static str,
        group: &str,
        timeout: Duration,
        call: GroupCall,
    ) -> Result<Vec<PartitionOutcome>, KafkaError> {
        let admin = self.clone();
        let own_group = if group.is_empty() { NAMELESS } else { group }.to_owned();
        let native_group = CString::new(group).map_err(|_| KafkaError::Invalid {
            what: "consumer group",
            reason: "it contains a zero character".to_owned(),
        })?;
        let deadline = Instant::now() + timeout;
        // Nobody waits any more when this future is dropped.
        let given_up = CancellationToken::new();
        let _guard = given_up.clone().drop_guard();
        blocking(move || {
            let client = admin.group_client(&own_group)?;
            loop {
                let outcome = native::call(client.client(), &native_group, &call, deadline, || {
                    serve(&client, Duration::ZERO);
                    !given_up.is_cancelled()
                });
                let again = match &outcome {
                    Ok(outcomes) => outcomes
                        .iter()
                        .any(|outcome| outcome.error.is_some_and(coordinator_is_away)),
                    Err(code) => coordinator_is_away(*code),
                };
                if !again || given_up.is_cancelled() || Instant::now() >= deadline {
                    return outcome.map_err(|code| KafkaError::Code { operation, code });
                }
                serve(&client, RETRY_PAUSE);
            }
        })
        .await
    }

    /// A consumer that never subscribes; it has a group only because librdkafka needs one in it (see
    /// [`native::call`]).
    fn group_client(&self, group: &str) -> Result<BaseConsumer<AdminContext>, KafkaError> {
        use rdkafka::config::FromClientConfigAndContext as _;
        let mut config = self.translated.to_rdkafka();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false");
        BaseConsumer::from_config_and_context(&config, self.context(&std::sync::Arc::default()))
            .map_err(|error| self.translated.construct_error(ClientRole::Admin, &error))
    }
}

/// Serves logs and errors; without a subscription there are no records.
fn serve(client: &BaseConsumer<AdminContext>, time: Duration) {
    let _ = client.poll(time);
}

/// Refuses here what no broker can have, in the words of a broker: librdkafka takes some of it for something
/// else.
fn check_partitions<'a>(
    operation: &'static str,
    partitions: impl Iterator<Item = &'a TopicPartition>,
) -> Result<(), KafkaError> {
    let code = ErrorCode::new(NOT_FOUND);
    let mut impossible = partitions.filter(|partition| {
        partition.partition < 0 || partition.topic.is_empty() || partition.topic.contains('\0')
    });
    match impossible.next() {
        Some(partition) => Err(partition_error(operation, partition, code)),
        None => Ok(()),
    }
}

/// The first partition that failed counts; the log names all.
fn first_error(operation: &'static str, outcomes: &[PartitionOutcome]) -> Result<(), KafkaError> {
    let mut first = Ok(());
    for outcome in outcomes {
        if let Some(code) = outcome.error {
            let partition = TopicPartition::new(outcome.topic.as_str(), outcome.partition);
            first = first.and(Err(partition_error(operation, &partition, code)));
        }
    }
    first
}

fn partition_error(
    operation: &'static str,
    partition: &TopicPartition,
    code: ErrorCode,
) -> KafkaError {
    let meaning = code.description();
    tracing::warn!("{operation} failed for partition {partition}: {code}: {meaning}");
    KafkaError::Code { operation, code }
}

/// Whether the coordinator moves, starts or loads, so that the same call works soon.
fn coordinator_is_away(code: ErrorCode) -> bool {
    matches!(
        code.name(),
        "NOT_COORDINATOR"
            | "COORDINATOR_NOT_AVAILABLE"
            | "COORDINATOR_LOAD_IN_PROGRESS"
            | "UNSTABLE_OFFSET_COMMIT"
    )
}
