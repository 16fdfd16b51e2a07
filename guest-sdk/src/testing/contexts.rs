//! Fakes of the contexts that connectors and tasks are started with.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use connect_data::{OffsetMap, SinkRecord};

use crate::{
    ConnectError, ConnectorContext, ErrantRecordReporter, OffsetReader, PartitionOffset,
    SinkConsumer, SinkTaskContext, SourceTaskContext, TopicPartition, TransactionContext,
};

/// Stored offsets in memory.
#[derive(Default)]
pub struct FakeOffsets {
    stored: RefCell<HashMap<OffsetMap<'static>, OffsetMap<'static>>>,
}

impl FakeOffsets {
    /// Stores an offset.
    pub fn store(&self, partition: OffsetMap<'static>, offset: OffsetMap<'static>) {
        self.stored.borrow_mut().insert(partition, offset);
    }

    /// Removes an offset.
    pub fn remove(&self, partition: &OffsetMap<'static>) {
        self.stored.borrow_mut().remove(partition);
    }

    /// The stored offset of a partition.
    pub fn get(&self, partition: &OffsetMap<'_>) -> Option<OffsetMap<'static>> {
        let partition = partition.clone().into_owned();
        self.stored.borrow().get(&partition).cloned()
    }

    /// How many partitions have an offset.
    pub fn len(&self) -> usize {
        self.stored.borrow().len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl OffsetReader for FakeOffsets {
    fn offsets(
        &self,
        partitions: &[OffsetMap<'_>],
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError> {
        let stored = self.stored.borrow();
        Ok(partitions
            .iter()
            .map(|partition| stored.get(&partition.clone().into_owned()).cloned())
            .collect())
    }
}

/// Records what a connector asked for.
#[derive(Clone, Default)]
pub struct FakeConnectorContext {
    /// How many times it asked for a reconfiguration.
    pub reconfigurations: Rc<Cell<usize>>,
    /// The errors it raised.
    pub errors: Rc<RefCell<Vec<String>>>,
}

impl ConnectorContext for FakeConnectorContext {
    fn request_task_reconfiguration(&self) {
        self.reconfigurations.set(self.reconfigurations.get() + 1);
    }

    fn raise_error(&self, message: &str) {
        self.errors.borrow_mut().push(message.to_owned());
    }
}

struct NoTransactions;

impl TransactionContext for NoTransactions {
    fn enabled(&self) -> bool {
        false
    }
    fn commit_transaction(&self) {}
    fn commit_transaction_after(&self, _record_index: u32) {}
    fn abort_transaction(&self) {}
    fn abort_transaction_after(&self, _record_index: u32) {}
}

/// A context for a source task with these stored offsets.
pub fn source_task_context(offsets: Rc<FakeOffsets>) -> SourceTaskContext {
    SourceTaskContext {
        offset_reader: offsets,
        transaction: Rc::new(NoTransactions),
    }
}

/// Records what a sink task asked for.
#[derive(Default)]
pub struct FakeSink {
    /// Offsets it set.
    pub offsets: RefCell<Vec<PartitionOffset>>,
    /// Timeouts it set.
    pub timeouts: RefCell<Vec<Duration>>,
    /// Partitions it paused and did not resume.
    pub paused: RefCell<Vec<TopicPartition>>,
    /// Partitions that are assigned.
    pub assigned: RefCell<Vec<TopicPartition>>,
    /// How many commits it asked for.
    pub commits: Cell<usize>,
    /// Whether there is a reporter.
    pub reporter: Cell<bool>,
    /// Topic, partition, offset and error of the records it reported.
    pub reported: RefCell<Vec<(TopicPartition, i64, String)>>,
}

impl SinkConsumer for FakeSink {
    fn set_offsets(&self, offsets: &[PartitionOffset]) {
        self.offsets.borrow_mut().extend_from_slice(offsets);
    }

    fn set_timeout(&self, timeout: Duration) {
        self.timeouts.borrow_mut().push(timeout);
    }

    fn pause(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.paused.borrow_mut().extend_from_slice(partitions);
        Ok(())
    }

    fn resume(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.paused
            .borrow_mut()
            .retain(|paused| !partitions.contains(paused));
        Ok(())
    }

    fn assignment(&self) -> Vec<TopicPartition> {
        self.assigned.borrow().clone()
    }

    fn request_commit(&self) {
        self.commits.set(self.commits.get() + 1);
    }
}

impl ErrantRecordReporter for FakeSink {
    fn enabled(&self) -> bool {
        self.reporter.get()
    }

    fn report(&self, record: &SinkRecord<'_>, error: &str) -> Result<(), ConnectError> {
        let partition = TopicPartition {
            topic: record.original_topic.to_string(),
            partition: record.original_kafka_partition,
        };
        self.reported.borrow_mut().push((
            partition,
            record.original_kafka_offset,
            error.to_owned(),
        ));
        Ok(())
    }

    fn report_other(&self, record: &SinkRecord<'_>, error: &str) -> Result<(), ConnectError> {
        self.report(record, error)
    }
}

/// A context for a sink task.
pub fn sink_task_context(sink: Rc<FakeSink>) -> SinkTaskContext {
    SinkTaskContext {
        consumer: sink.clone(),
        errant_records: sink,
    }
}
