//! Topics that the worker makes for a source task before the first record goes there.
//!
//! Owns which topics the task need not ask about any more, and the failures of asking and making. Must not know
//! records. Kafka's counterparts: `TopicCreation`, `TopicAdmin`, `AbstractWorkerSourceTask.maybeCreateTopic`.
//! Deviation: a broker that is away while a topic is made is waited for; on the JVM it fails the task after
//! `default.api.timeout.ms`.

use std::collections::HashSet;

use crate::config::hash_order;
use crate::config::topic_creation::{TopicCreationConfig, TopicCreationGroup};
use crate::errors::Failure;
use crate::kafka::KafkaError;
use crate::kafka::admin::{Admin, NewTopic};

use super::task::kafka_failure;

#[cfg(test)]
mod tests;

const RETRIABLE_EXCEPTION: &str = "org.apache.kafka.connect.errors.RetriableException";

/// Sees to it that topics exist, for one task.
#[derive(Default)]
pub(super) struct TopicCreation {
    /// None when the worker or the connector leaves topics to the broker.
    groups: Option<(TopicCreationConfig, Admin)>,
    known: HashSet<String>,
}

impl TopicCreation {
    /// For a task whose connector has these groups.
    pub(super) fn new(groups: TopicCreationConfig, admin: Admin) -> Self {
        Self {
            groups: Some((groups, admin)),
            known: HashSet::new(),
        }
    }

    /// Whether the task has to ask about a topic before it writes there.
    pub(super) fn is_required(&self, topic: &str) -> bool {
        self.groups.is_some() && !self.known.contains(topic)
    }

    /// Makes a topic unless it exists. Cancel safe: what was not finished is asked again.
    ///
    /// # Errors
    ///
    /// Why there is no such topic: a failure of the task, unless it is [`is_retriable`].
    pub(super) async fn ensure(&mut self, topic: &str) -> Result<(), Failure> {
        let Some((groups, admin)) = self.groups.as_ref() else {
            return Ok(());
        };
        if self.known.contains(topic) {
            return Ok(());
        }
        tracing::info!(
            "The task will send records to topic '{topic}' for the first time. Checking whether topic exists"
        );
        let exists = admin
            .topic_exists(topic, admin.api_timeout())
            .await
            .map_err(|error| describe_failure(topic, &error))?;
        if exists {
            tracing::info!("Topic '{topic}' already exists.");
        } else {
            create(admin, groups.group_for(topic), topic).await?;
        }
        self.known.insert(topic.to_owned());
        Ok(())
    }
}

/// Whether the topic may be there when it is asked for again.
pub(super) fn is_retriable(failure: &Failure) -> bool {
    failure.class == RETRIABLE_EXCEPTION
}

async fn create(admin: &Admin, group: &TopicCreationGroup, topic: &str) -> Result<(), Failure> {
    let new_topic = new_topic(group, topic);
    let created = admin
        .create_topics(std::slice::from_ref(&new_topic), admin.api_timeout())
        .await;
    let outcome = match created {
        Ok(results) => results
            .into_iter()
            .next()
            .map_or(Ok(()), |(_, result)| result),
        Err(error) => Err(error),
    };
    let shown = shown(&new_topic);
    match outcome {
        Ok(()) => {
            tracing::info!(
                "Created topic '{shown}' using creation group {}",
                group.name
            );
            Ok(())
        }
        Err(error) if code_name(&error) == "TOPIC_ALREADY_EXISTS" => {
            tracing::info!("Found existing topic '{shown}'");
            Ok(())
        }
        Err(error) => Err(create_failure(topic, &shown, &error)),
    }
}

fn new_topic(group: &TopicCreationGroup, topic: &str) -> NewTopic {
    let configs = group.configs.iter();
    NewTopic {
        name: topic.to_owned(),
        partitions: Some(group.partitions),
        replication_factor: Some(i32::from(group.replication_factor)),
        configs: configs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    }
}

/// The text of Kafka's `NewTopic`.
fn shown(topic: &NewTopic) -> String {
    let configs: Vec<String> = hash_order::filled(topic.configs.iter().collect(), |(key, _)| key)
        .into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!(
        "(name={}, numPartitions={}, replicationFactor={}, replicasAssignments=null, configs={{{}}})",
        topic.name,
        topic.partitions.unwrap_or(-1),
        topic.replication_factor.unwrap_or(-1),
        configs.join(", ")
    )
}

fn code_name(error: &KafkaError) -> &'static str {
    error.code().map_or("", |code| code.name())
}

/// The JVM's futures wrap what they failed with.
fn execution_failure(error: &KafkaError) -> Failure {
    let cause = kafka_failure(error);
    Failure::new(
        "java.util.concurrent.ExecutionException",
        format!("{}: {}", cause.class, cause.message),
    )
    .caused_by(cause)
}

fn describe_failure(topic: &str, error: &KafkaError) -> Failure {
    match code_name(error) {
        "CLUSTER_AUTHORIZATION_FAILED" | "TOPIC_AUTHORIZATION_FAILED" => Failure::connect(format!(
            "Not authorized to describe topic(s) '{topic}' on the brokers"
        ))
        .caused_by(kafka_failure(error)),
        _ if error.retriable() => Failure::new(
            RETRIABLE_EXCEPTION,
            format!("Timed out while describing topics '{topic}'"),
        )
        .caused_by(kafka_failure(error)),
        _ => Failure::connect(format!(
            "Error while attempting to describe topics '{topic}'"
        ))
        .caused_by(execution_failure(error)),
    }
}

fn create_failure(topic: &str, shown: &str, error: &KafkaError) -> Failure {
    match code_name(error) {
        "CLUSTER_AUTHORIZATION_FAILED" | "TOPIC_AUTHORIZATION_FAILED" => {
            tracing::warn!("Request to create new topic '{topic}' failed");
            Failure::connect(format!(
                "Task failed to create new topic {shown}. Ensure that the task is authorized to create \
                 topics or that the topic exists and restart the task"
            ))
        }
        // COMPAT: in Kafka these are kinds of InvalidConfigurationException.
        "INVALID_CONFIG" | "INVALID_REPLICATION_FACTOR" | "INVALID_TOPIC_EXCEPTION" => Failure::connect(format!("Unable to create topic(s) '{topic}': {error}"))
            .caused_by(kafka_failure(error)),
        _ if error.retriable() => Failure::new(
            RETRIABLE_EXCEPTION,
            format!(
                "Timed out while checking for or creating topic(s) '{topic}'. This could indicate a \
                 connectivity issue, unavailable topic partitions, or if this is your first use of the topic \
                 it may have taken too long to create."
            ),
        )
        .caused_by(kafka_failure(error)),
        _ => Failure::connect(format!(
            "Error while attempting to create/find topic(s) '{topic}'"
        ))
        .caused_by(execution_failure(error)),
    }
}
