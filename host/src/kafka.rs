//! The connection to Kafka: producers, consumers and admin calls.
//!
//! Owns everything that librdkafka does for the worker, in types of its own: no rdkafka type leaves this
//! module, and settings come in under the names of the Java clients (`client_config` translates them).
//! Records are raw bytes here. Must not know converters, plugins, tasks, the herder or REST.
//! Kafka counterpart: org.apache.kafka.clients.{producer,consumer,admin}.

use std::fmt;
use std::sync::Arc;

pub mod admin;
mod bootstrap;
pub mod client_config;
pub mod consumer;
pub mod error;
mod log;
mod partition_list;
pub mod producer;

pub use error::{Blame, KafkaError};

/// A partition of a topic. Displays as `topic-0`, as Kafka's does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic's name; shared, so that cloning costs a counter.
    pub topic: Arc<str>,
    /// The partition's number.
    pub partition: i32,
}

impl TopicPartition {
    /// The partition `partition` of `topic`.
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self {
            topic: topic.into(),
            partition,
        }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.topic, self.partition)
    }
}
