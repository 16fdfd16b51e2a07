//! Why offsets are not shown or changed. The texts are those that Kafka Connect answers; causes go to the log.

use crate::config::connector::ConnectorKind;
use crate::ids::ConnectorName;

/// What is wrong with the partitions or offsets of a request for a sink connector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SinkOffsetsError {
    /// No partition.
    #[error("The partition for a sink connector offset cannot be null or missing")]
    NoPartition,
    /// A partition without one of its keys.
    #[error(
        "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"
    )]
    PartitionKeys,
    /// The topic is null.
    #[error("Kafka topic names must be valid strings and may not be null")]
    NullTopic,
    /// The number of the partition is null.
    #[error("Kafka partitions must be valid numbers and may not be null")]
    NullPartition,
    /// The number of the partition is none.
    #[error(
        "Failed to parse the following Kafka partition value in the provided offsets: '{0}'. Partition values for sink connectors need to be integers."
    )]
    Partition(String),
    /// An offset without its key.
    #[error(
        "The offset for a sink connector should either be null or contain the key 'kafka_offset'"
    )]
    OffsetKey,
    /// The offset is no number.
    #[error(
        "Failed to parse the following Kafka offset value in the provided offsets: '{0}'. Offset values for sink connectors need to be integers."
    )]
    Offset(String),
}

/// Why offsets are not shown or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OffsetsError {
    /// The request is wrong.
    #[error(transparent)]
    Sink(#[from] SinkOffsetsError),
    /// A source partition or offset with a value that cannot be stored.
    #[error(
        "Offsets may only contain primitive types as values, but field {field} contains {found}"
    )]
    NotPrimitive {
        /// The field.
        field: String,
        /// What is in it, in Java's words.
        found: &'static str,
    },
    /// The connector refuses the change; its own words.
    #[error("{0}")]
    Refused(String),
    /// The connector does not come to an end about the change.
    #[error("Timed out while calling the 'alterOffsets' method for {kind} connector {name}")]
    ConnectorTimeout {
        /// Source or sink.
        kind: ConnectorKind,
        /// The connector.
        name: ConnectorName,
    },
    /// The change failed before it reached a store or a group, or in the store.
    #[error("Failed to modify offsets for {kind} connector {name}")]
    Modify {
        /// Source or sink.
        kind: ConnectorKind,
        /// The connector.
        name: ConnectorName,
    },
    /// Storing takes too long.
    #[error("Timed out while attempting to modify offsets for source connector {0}")]
    StoreTimeout(ConnectorName),
    /// Stored source offsets cannot be read.
    #[error("Failed to retrieve offsets for source connector {0}")]
    ReadSource(ConnectorName),
    /// The offsets of the consumer group cannot be read.
    #[error("Failed to retrieve consumer group offsets for sink connector {0}")]
    ReadSink(ConnectorName),
    /// No admin client can be made of the configuration; the whole text.
    #[error("{0}")]
    Client(String),
    /// The offsets to be reset cannot be listed.
    #[error("Failed to list offsets prior to resetting offsets for sink connector {0}")]
    ListBeforeReset(ConnectorName),
    /// The group has members.
    #[error(
        "Failed to {verb} consumer group offsets for connector {name} either because its tasks haven't stopped completely yet or the connector was resumed before the request to {verb} its offsets could be successfully completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks."
    )]
    GroupInUse {
        /// `alter` or `reset`.
        verb: &'static str,
        /// The connector.
        name: ConnectorName,
    },
    /// The group's offsets cannot be changed.
    #[error("Failed to alter consumer group offsets for connector {0}")]
    AlterGroup(ConnectorName),
    /// The group cannot be deleted.
    #[error("Failed to reset consumer group offsets for sink connector {0}")]
    ResetGroup(ConnectorName),
}

impl OffsetsError {
    /// Whether the request is to blame, and not what it met.
    pub fn is_bad_request(&self) -> bool {
        matches!(self, Self::Sink(_))
    }
}
