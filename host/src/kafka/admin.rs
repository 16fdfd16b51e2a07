//! Calls about the cluster itself: who it is, which topics it has, making topics.
//!
//! Owns one short-lived client per `Admin`; every call has a deadline and runs off the async threads. Must not
//! know why a topic is wanted.
//! Kafka counterpart: org.apache.kafka.clients.admin.Admin, connect.util.ConnectUtils.lookupKafkaClusterId.

use std::time::Duration;

use super::KafkaError;

/// What a cluster says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: String,
    /// How many brokers it has.
    pub brokers: usize,
}

/// A topic to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// The name.
    pub name: String,
    /// The number of partitions; `None` is the broker's default.
    pub partitions: Option<i32>,
    /// The replication factor; `None` is the broker's default.
    pub replication_factor: Option<i32>,
    /// Topic settings.
    pub configs: Vec<(String, String)>,
}

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// The name.
    pub name: String,
    /// The number of partitions.
    pub partitions: usize,
}

/// An admin client.
#[derive(Clone)]
pub struct Admin {}

impl Admin {
    /// An admin client of Java settings in order (later wins). Connects on the first call.
    pub fn new(settings: &[(String, String)]) -> Result<Self, KafkaError> {
        let _ = settings;
        todo!()
    }

    /// Asks the cluster who it is. Within `timeout` the answer is there, or
    /// [`KafkaError::ClusterUnreachable`] that names the servers tried.
    pub async fn describe_cluster(
        &self,
        timeout: Duration,
    ) -> Result<ClusterDescription, KafkaError> {
        let _ = timeout;
        todo!()
    }

    /// The topics of the cluster.
    pub async fn list_topics(
        &self,
        timeout: Duration,
    ) -> Result<Vec<TopicDescription>, KafkaError> {
        let _ = timeout;
        todo!()
    }

    /// Creates topics; one result each. A topic that exists is `TOPIC_ALREADY_EXISTS`.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        timeout: Duration,
    ) -> Result<Vec<(String, Result<(), KafkaError>)>, KafkaError> {
        let _ = (topics, timeout);
        todo!()
    }
}
