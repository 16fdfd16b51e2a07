//! Sink offsets: those of the connector's consumer group, seen and changed through an admin client.
//!
//! Owns what a partition and an offset of a request mean, and which error of a broker is which answer. Kafka's
//! counterparts: `Worker.sinkConnectorOffsets`, `modifySinkConnectorOffsets`, `SinkUtils`.

use std::time::Duration;

use connect_data::OffsetMap;
use indexmap::IndexMap;
use tokio::time::Instant;

use crate::config::ConfigMap;
use crate::config::clients::{self, AdminPurpose};
use crate::config::connector::ConnectorConfig;
use crate::errors::Failure;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::kafka::admin::Admin;
use crate::kafka::{KafkaError, TopicPartition};
use crate::sandbox::ConnectorInstance;

use super::change::{ConnectorOffset, JsonObject, JsonValue, OffsetEntry, OffsetsChange};
use super::error::SinkOffsetsError;
use super::{ModifyRequest, OFFSETS_TIMEOUT, OffsetsError, logged};
use crate::worker::LocalWorker;
use crate::worker::guest_types::{guest_offsets, guest_partitions};

const TOPIC: &str = "kafka_topic";
const PARTITION: &str = "kafka_partition";
const OFFSET: &str = "kafka_offset";

/// A connector's consumer group.
struct Group {
    id: String,
    admin: Admin,
    /// When all calls together have to be done.
    deadline: Instant,
}

impl LocalWorker {
    /// The committed offsets of a sink connector's group.
    pub(super) async fn sink_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConnectorOffset>, OffsetsError> {
        let group = self.group(name, config).map_err(|failure| {
            logged(
                OffsetsError::Client(failure.message.clone()),
                &failure.to_string(),
            )
        })?;
        let offsets = group
            .list()
            .await
            .map_err(|error| logged(OffsetsError::ReadSink(name.clone()), &error.to_string()))?;
        Ok(offsets
            .into_iter()
            .map(|(partition, offset)| connector_offset(&partition, offset))
            .collect())
    }

    /// Changes the committed offsets of a sink connector's group once the connector has agreed; says
    /// whether it knows about them.
    pub(super) async fn modify_sink_offsets(
        &self,
        request: ModifyRequest<'_>,
        change: &OffsetsChange,
    ) -> Result<bool, OffsetsError> {
        let (name, config) = (request.name, request.config);
        let group = self
            .group(name, config)
            .map_err(|failure| request.failed(&failure.to_string()))?;
        let changes = match change {
            OffsetsChange::Alter(entries) => sink_changes(entries)?,
            OffsetsChange::Reset => {
                let listed = group.list().await.map_err(|error| {
                    logged(
                        OffsetsError::ListBeforeReset(name.clone()),
                        &error.to_string(),
                    )
                })?;
                listed
                    .into_iter()
                    .map(|(partition, _)| (partition, None))
                    .collect()
            }
        };
        let (set, reset) = divided(changes);
        let asked = (
            guest_offsets(set.iter().map(|(partition, offset)| (partition, *offset))),
            guest_partitions(&reset),
        );
        let ask = move |mut connector: ConnectorInstance, config: ConfigMap| async move {
            connector
                .alter_sink_offsets(&config, &asked.0, &asked.1)
                .await
        };
        let connector_knows = self.ask_connector(request, ask).await?;
        if let Some((partition, offset)) = set.iter().find(|(_, offset)| *offset < 0) {
            return Err(
                request.failed(&format!("Invalid negative offset {offset} for {partition}"))
            );
        }
        if matches!(change, OffsetsChange::Reset) {
            group.reset(name).await?;
        } else {
            group.alter(name, set, reset).await?;
        }
        Ok(connector_knows)
    }

    fn group(&self, name: &ConnectorName, config: &ConfigMap) -> Result<Group, Failure> {
        let connector =
            ConnectorConfig::new(config).map_err(|error| Failure::connect(error.to_string()))?;
        let worker = &self.parts.config;
        // The settings of any of its tasks: all have the same group.
        let task = ConnectorTaskId::new(name.clone(), 0);
        let id = clients::sink_consumer(worker, &connector, &task)
            .into_iter()
            .rev()
            .find(|(key, _)| key == "group.id")
            .map(|(_, id)| id)
            .unwrap_or_default();
        let settings = clients::connector_admin(worker, &connector, AdminPurpose::Offsets);
        let admin = Admin::new(&settings).map_err(|error| admin_failure(&error))?;
        Ok(Group {
            id,
            admin,
            deadline: Instant::now() + OFFSETS_TIMEOUT,
        })
    }
}

impl Group {
    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    async fn list(&self) -> Result<Vec<(TopicPartition, i64)>, KafkaError> {
        self.admin
            .list_group_offsets(&self.id, self.remaining())
            .await
    }

    /// Commits some offsets and deletes others. Both are tried, also when one of them fails.
    async fn alter(
        &self,
        name: &ConnectorName,
        set: Vec<(TopicPartition, i64)>,
        reset: Vec<TopicPartition>,
    ) -> Result<(), OffsetsError> {
        let altered = self
            .admin
            .alter_group_offsets(&self.id, &set, self.remaining())
            .await;
        let deleted = self
            .admin
            .delete_group_offsets(&self.id, &reset, self.remaining())
            .await;
        altered.and(deleted).map_err(|error| {
            let in_use = ["UNKNOWN_MEMBER_ID", "GROUP_SUBSCRIBED_TO_TOPIC"];
            let answer = if has_code(&error, &in_use) {
                OffsetsError::GroupInUse {
                    verb: "alter",
                    name: name.clone(),
                }
            } else {
                OffsetsError::AlterGroup(name.clone())
            };
            logged(answer, &error.to_string())
        })
    }

    /// Deletes the group. One that is not there is as good as deleted.
    async fn reset(&self, name: &ConnectorName) -> Result<(), OffsetsError> {
        let deleted = self.admin.delete_group(&self.id, self.remaining());
        let Err(error) = deleted.await else {
            return Ok(());
        };
        if has_code(&error, &["GROUP_ID_NOT_FOUND"]) {
            return Ok(());
        }
        let answer = if has_code(&error, &["NON_EMPTY_GROUP"]) {
            OffsetsError::GroupInUse {
                verb: "reset",
                name: name.clone(),
            }
        } else {
            OffsetsError::ResetGroup(name.clone())
        };
        Err(logged(answer, &error.to_string()))
    }
}

/// COMPAT: a setting that does not parse is told as it is, anything else is KafkaAdminClient's.
fn admin_failure(error: &KafkaError) -> Failure {
    let parses = !matches!(error, KafkaError::Config { key, .. } if key != "bootstrap.servers");
    if parses {
        Failure::connect("Failed to create new KafkaAdminClient").caused_by_error(error)
    } else {
        Failure::connect(error.to_string())
    }
}

fn has_code(error: &KafkaError, names: &[&str]) -> bool {
    error
        .code()
        .is_some_and(|code| names.contains(&code.name()))
}

fn connector_offset(partition: &TopicPartition, offset: i64) -> ConnectorOffset {
    let mut shown = OffsetMap::new();
    shown.insert(PARTITION, i64::from(partition.partition));
    shown.insert(TOPIC, partition.topic.to_string());
    ConnectorOffset {
        partition: shown,
        offset: OffsetMap::of(OFFSET, offset),
    }
}

/// Partitions with their new offsets, each once; none deletes the offset.
type SinkChanges = IndexMap<TopicPartition, Option<i64>>;

fn sink_changes(entries: &[OffsetEntry]) -> Result<SinkChanges, SinkOffsetsError> {
    let mut changes = SinkChanges::new();
    for (partition, offset) in entries {
        let partition = topic_partition(partition.as_ref())?;
        let offset = offset.as_ref().map(kafka_offset).transpose()?;
        changes.insert(partition, offset);
    }
    Ok(changes)
}

fn topic_partition(partition: Option<&JsonObject>) -> Result<TopicPartition, SinkOffsetsError> {
    let partition = partition.ok_or(SinkOffsetsError::NoPartition)?;
    let (Some(topic), Some(number)) = (partition.get(TOPIC), partition.get(PARTITION)) else {
        return Err(SinkOffsetsError::PartitionKeys);
    };
    if *topic == JsonValue::Null {
        return Err(SinkOffsetsError::NullTopic);
    }
    if *number == JsonValue::Null {
        return Err(SinkOffsetsError::NullPartition);
    }
    let text = number.to_string();
    let number = text
        .parse()
        .map_err(|_| SinkOffsetsError::Partition(text))?;
    Ok(TopicPartition::new(topic.to_string(), number))
}

fn kafka_offset(offset: &JsonObject) -> Result<i64, SinkOffsetsError> {
    let text = offset
        .get(OFFSET)
        .ok_or(SinkOffsetsError::OffsetKey)?
        .to_string();
    text.parse().map_err(|_| SinkOffsetsError::Offset(text))
}

/// Offsets to be committed, and partitions whose offsets are to be deleted.
fn divided(changes: SinkChanges) -> (Vec<(TopicPartition, i64)>, Vec<TopicPartition>) {
    let mut set = Vec::new();
    let mut reset = Vec::new();
    for (partition, offset) in changes {
        match offset {
            Some(offset) => set.push((partition, offset)),
            None => reset.push(partition),
        }
    }
    (set, reset)
}

#[cfg(test)]
mod tests;
