//! What can go wrong between the worker and Kafka.
//!
//! Owns the one error type of the kafka layer, the names of Kafka's error codes and which of them are
//! retriable. Must not know who called. Messages never contain the value of a secret setting.
//! Kafka counterpart: org.apache.kafka.common.errors and protocol.Errors.

use std::time::Duration;

use super::TopicPartition;

mod code;

pub use code::ErrorCode;

/// Whom an error points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The worker itself.
    Host,
    /// A configuration that a user wrote.
    User,
    /// The Kafka cluster, or the way to it.
    Kafka,
}

/// An error of a producer, consumer or admin call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KafkaError {
    /// A client setting, under its Java name, that cannot be used. The value is hidden when it is secret.
    #[error("Invalid value {value} for configuration {key}: {reason}")]
    Config {
        /// The key as a user writes it for the Java client.
        key: String,
        /// The value, or `[hidden]`.
        value: String,
        /// What was expected.
        reason: String,
    },
    /// librdkafka refused to make a client of the settings.
    #[error("Failed to construct kafka {client}: {reason}")]
    Construct {
        /// `producer`, `consumer` or `admin client`.
        client: &'static str,
        /// librdkafka's reason.
        reason: String,
    },
    /// A call failed with one of Kafka's or librdkafka's error codes.
    #[error("{operation} failed: {code}: {}", code.description())]
    Code {
        /// What was attempted.
        operation: &'static str,
        /// The error code.
        code: ErrorCode,
    },
    /// A broker refused something in its own words. They alone are the text, as in the Java client's exceptions.
    #[error("{message}")]
    Broker {
        /// The error code.
        code: ErrorCode,
        /// What the broker said.
        message: String,
    },
    /// A call failed and librdkafka gave a text, not a code.
    #[error("{operation} failed: {reason}")]
    Refused {
        /// What was attempted.
        operation: &'static str,
        /// librdkafka's reason.
        reason: String,
    },
    /// The cluster could not be described when the worker started.
    #[error(
        "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security \
         properties. (bootstrap.servers = {bootstrap_servers}: {reason})"
    )]
    ClusterUnreachable {
        /// The servers that were tried, as configured.
        bootstrap_servers: String,
        /// The last thing that librdkafka complained about, without credentials.
        reason: String,
    },
    /// A call did not finish within its deadline.
    #[error("{operation} timed out after {} ms", timeout.as_millis())]
    TimedOut {
        /// What was attempted.
        operation: &'static str,
        /// The deadline.
        timeout: Duration,
    },
    /// A record is larger than the producer may send.
    #[error(
        "The message is {size} bytes when serialized which is larger than {limit}, which is the value of the \
         {key} configuration."
    )]
    RecordTooLarge {
        /// Key, value and headers together.
        size: usize,
        /// The limit.
        limit: usize,
        /// `max.request.size` or `buffer.memory`.
        key: &'static str,
    },
    /// A topic name, header key or pattern that Kafka cannot take.
    #[error("Invalid {what}: {reason}")]
    Invalid {
        /// What was invalid.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// A partition without a committed offset, and `auto.offset.reset` is `none`.
    #[error("Undefined offset with no reset policy for partitions: [{0}]")]
    NoOffset(TopicPartition),
    /// An operation on a partition that the consumer does not own (any more).
    #[error("No current assignment for partition {0}")]
    NotAssigned(TopicPartition),
    /// The owner of the consumer did not return from a rebalance in time, or did not poll in time, and its
    /// partitions were given up.
    #[error(
        "Offset commit cannot be completed since the consumer is not part of an active group for auto partition \
         assignment; it is likely that the consumer was kicked out of the group."
    )]
    CommitFailed,
    /// The client was closed.
    #[error("This {0} has already been closed.")]
    Closed(&'static str),
}

impl KafkaError {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Code { code, .. } | Self::Broker { code, .. } => code.retriable(),
            Self::TimedOut { .. } => true,
            _ => false,
        }
    }

    /// Whom to look at first.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Config { .. }
            | Self::Construct { .. }
            | Self::RecordTooLarge { .. }
            | Self::Invalid { .. }
            | Self::NoOffset(_) => Blame::User,
            Self::Code { .. }
            | Self::Broker { .. }
            | Self::Refused { .. }
            | Self::ClusterUnreachable { .. }
            | Self::TimedOut { .. } => Blame::Kafka,
            Self::NotAssigned(_) | Self::CommitFailed | Self::Closed(_) => Blame::Host,
        }
    }

    /// The error code, when the call had one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Code { code, .. } | Self::Broker { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// The Java class that a trace of the JVM worker would name.
    pub fn class_name(&self) -> String {
        let simple = match self {
            Self::Config { .. } => {
                return "org.apache.kafka.common.config.ConfigException".to_owned();
            }
            Self::Code { code, .. } | Self::Broker { code, .. } => code.exception(),
            Self::TimedOut { .. } => "TimeoutException".to_owned(),
            Self::RecordTooLarge { .. } => "RecordTooLargeException".to_owned(),
            Self::NoOffset(_) => {
                return "org.apache.kafka.clients.consumer.NoOffsetForPartitionException"
                    .to_owned();
            }
            Self::CommitFailed => {
                return "org.apache.kafka.clients.consumer.CommitFailedException".to_owned();
            }
            Self::NotAssigned(_) | Self::Closed(_) => {
                return "java.lang.IllegalStateException".to_owned();
            }
            Self::Invalid { .. } => "InvalidTopicException".to_owned(),
            Self::Construct { .. } | Self::Refused { .. } | Self::ClusterUnreachable { .. } => {
                return "org.apache.kafka.common.KafkaException".to_owned();
            }
        };
        format!("org.apache.kafka.common.errors.{simple}")
    }

    /// Wraps an rdkafka error of `operation`.
    pub(super) fn from_rdkafka(
        operation: &'static str,
        error: &rdkafka::error::KafkaError,
    ) -> Self {
        let code = match error {
            rdkafka::error::KafkaError::AdminOp(code) => Some(*code),
            other => other.rdkafka_error_code(),
        };
        match code {
            Some(code) => Self::Code {
                operation,
                code: ErrorCode::from_rdkafka(code),
            },
            None => Self::Refused {
                operation,
                reason: super::log::redact(&error.to_string()).into_owned(),
            },
        }
    }

    /// An error with the code of librdkafka for `operation`.
    pub(super) fn from_code(
        operation: &'static str,
        code: rdkafka::types::RDKafkaErrorCode,
    ) -> Self {
        Self::Code {
            operation,
            code: ErrorCode::from_rdkafka(code),
        }
    }
}

#[cfg(test)]
mod tests;
