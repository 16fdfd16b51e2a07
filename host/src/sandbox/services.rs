//! What an instance may ask of the worker, as traits that the worker implements.
//!
//! Owns the host's half of the WIT interfaces `connector-context`, `offset-reader`,
//! `transaction-context`, `sink-context` and `errant-records`, so that the arrow from worker to
//! sandbox never turns round. A trait that is left out answers as the WIT says for an instance
//! without it. Implementations must not block.

use std::sync::Arc;

use async_trait::async_trait;
use connect_data::OffsetMap;

use super::error::ConnectError;

/// A partition of a Kafka topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
}

/// The offset of the next record to read of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionOffset {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

/// Reads stored source offsets of the instance's connector.
#[async_trait]
pub trait OffsetReader: Send + Sync {
    /// The stored offset of each partition, in the same order.
    async fn offsets(
        &self,
        partitions: Vec<OffsetMap<'static>>,
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError>;
}

/// Requests of a connector instance.
pub trait ConnectorContext: Send + Sync {
    /// The connector wants `task-configs` to be called again.
    fn request_task_reconfiguration(&self);
    /// The connector says that it has failed.
    fn raise_error(&self, message: String);
}

/// Requests of a sink task.
pub trait SinkContext: Send + Sync {
    /// Read on from these offsets at the next poll of the consumer.
    fn set_offsets(&self, offsets: Vec<PartitionOffset>);
    /// Upper bound for the wait before the next `put`, once.
    fn set_timeout(&self, timeout_ms: i64);
    /// Stop reading these partitions.
    fn pause(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError>;
    /// Read these partitions again.
    fn resume(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError>;
    /// The partitions assigned to the task.
    fn assignment(&self) -> Vec<TopicPartition>;
    /// Commit offsets soon.
    fn request_commit(&self);
}

/// A record that a sink task could not deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrantRecord {
    /// A record that was put, by its coordinates before any transform.
    Delivered {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset.
        offset: i64,
    },
    /// Another record: a sink batch with that one record, unverified bytes of the guest.
    Other(Vec<u8>),
}

/// Takes records that a sink task could not deliver.
#[async_trait]
pub trait ErrantRecordReporter: Send + Sync {
    /// Reports one record; an error fails the task.
    async fn report(&self, record: ErrantRecord, error: String) -> Result<(), ConnectError>;
}

/// Transaction boundaries that a source task defines during `poll`.
pub trait TransactionContext: Send + Sync {
    /// Commit after the batch.
    fn commit(&self);
    /// Commit after that record of the batch.
    fn commit_after(&self, record_index: u32);
    /// Abort after the batch.
    fn abort(&self);
    /// Abort after that record of the batch.
    fn abort_after(&self, record_index: u32);
}

/// What the worker gives to one instance. Everything left out is refused or ignored.
#[derive(Clone, Default)]
pub struct HostServices {
    /// Stored source offsets; without it every look-up answers that nothing is stored.
    pub offset_reader: Option<Arc<dyn OffsetReader>>,
    /// For connector instances.
    pub connector_context: Option<Arc<dyn ConnectorContext>>,
    /// For sink tasks.
    pub sink_context: Option<Arc<dyn SinkContext>>,
    /// For sink tasks with a dead letter queue or errors.log.enable.
    pub errant_records: Option<Arc<dyn ErrantRecordReporter>>,
    /// For source tasks with transaction.boundary=connector.
    pub transaction_context: Option<Arc<dyn TransactionContext>>,
}
