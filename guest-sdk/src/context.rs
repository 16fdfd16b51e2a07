//! What connectors and tasks may ask of the worker. All are traits, so that a test can put a
//! fake in their place (see [`crate::testing`]). Kafka counterparts: `ConnectorContext`,
//! `SourceTaskContext`, `OffsetStorageReader`, `TransactionContext`, `SinkTaskContext`,
//! `ErrantRecordReporter`.

use std::rc::Rc;
use std::time::Duration;

use connect_data::{OffsetMap, SinkRecord};

use crate::ConnectError;

/// What a connector may ask of the worker.
pub trait ConnectorContext {
    /// Asks for a new call of `task_configs` and a restart of the tasks if they changed.
    fn request_task_reconfiguration(&self);
    /// Makes the connector FAILED with this message.
    fn raise_error(&self, message: &str);
}

/// Stored source offsets of this connector.
pub trait OffsetReader {
    /// The stored offset of each partition, in the same order; none where nothing is stored.
    /// Integers come back as 64 bits, whatever was written.
    fn offsets(
        &self,
        partitions: &[OffsetMap<'_>],
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError>;

    /// The stored offset of one partition.
    fn offset(
        &self,
        partition: &OffsetMap<'_>,
    ) -> Result<Option<OffsetMap<'static>>, ConnectError> {
        let offsets = self.offsets(std::slice::from_ref(partition))?;
        Ok(offsets.into_iter().next().flatten())
    }
}

/// Transaction boundaries of a source task with `transaction.boundary=connector`. A record is
/// named by its index in the batch of the current `poll`.
pub trait TransactionContext {
    /// Whether the task defines its own boundaries; if not, the other calls fail the task.
    fn enabled(&self) -> bool;
    /// Commit after the batch of this `poll`.
    fn commit_transaction(&self);
    /// Commit after that record.
    fn commit_transaction_after(&self, record_index: u32);
    /// Abort after the batch of this `poll`.
    fn abort_transaction(&self);
    /// Abort after that record.
    fn abort_transaction_after(&self, record_index: u32);
}

/// A partition of a Kafka topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic.
    pub topic: String,
    /// The number of the partition.
    pub partition: i32,
}

/// The offset of the next record to read of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionOffset {
    /// The topic.
    pub topic: String,
    /// The number of the partition.
    pub partition: i32,
    /// The next offset.
    pub offset: i64,
}

/// What a sink task may ask about its consumer.
pub trait SinkConsumer {
    /// Reads on from these offsets at the next poll of the consumer; later calls win.
    fn set_offsets(&self, offsets: &[PartitionOffset]);
    /// Upper bound for the wait before the next `put`, once; for use with retriable errors.
    fn set_timeout(&self, timeout: Duration);
    /// Stops reading these partitions.
    fn pause(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError>;
    /// Reads these partitions again.
    fn resume(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError>;
    /// The partitions assigned to this task.
    fn assignment(&self) -> Vec<TopicPartition>;
    /// Asks for a commit of offsets soon.
    fn request_commit(&self);
}

/// Reporter of records that a sink task could not deliver.
pub trait ErrantRecordReporter {
    /// Whether there is a dead letter queue or `errors.log.enable`.
    fn enabled(&self) -> bool;
    /// Reports a record of a batch that was put. An error means that `errors.tolerance` does not
    /// allow it: return it, so that the task fails.
    fn report(&self, record: &SinkRecord<'_>, error: &str) -> Result<(), ConnectError>;
    /// Reports a record that the task made itself, which is sent as it is.
    fn report_other(&self, record: &SinkRecord<'_>, error: &str) -> Result<(), ConnectError>;
}

/// What a source task is given at its start. Cheap to clone.
#[derive(Clone)]
pub struct SourceTaskContext {
    /// Stored offsets.
    pub offset_reader: Rc<dyn OffsetReader>,
    /// Transaction boundaries.
    pub transaction: Rc<dyn TransactionContext>,
}

/// What a sink task is given at its start. Cheap to clone.
#[derive(Clone)]
pub struct SinkTaskContext {
    /// Offsets, timeouts and pauses of the consumer.
    pub consumer: Rc<dyn SinkConsumer>,
    /// Where records go that cannot be delivered.
    pub errant_records: Rc<dyn ErrantRecordReporter>,
}
