//! A fake worker for native tests of connectors (`cargo test`, without WebAssembly).
//!
//! Logs, metrics, the stopping signal and standard input belong to the thread of the test. Waits
//! do not take time: they are recorded, and [`on_wait`] lets a test change the world during one.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use connect_data::batch::{self, SchemaCache, SinkBatchEncoder};
use connect_data::{OffsetMap, SinkRecord, SourceRecord};

use crate::log::Level;
use crate::stdin::Input;
use crate::{
    ConnectError, ConnectorContext, ErrantRecordReporter, OffsetReader, PartitionOffset, SinkBatch,
    SinkConsumer, SinkTask, SinkTaskContext, SourceBatch, SourceTask, SourceTaskContext,
    TopicPartition, TransactionContext,
};

type WaitHook = Box<dyn FnMut(usize)>;

#[derive(Default)]
struct FakeWorker {
    stopping: Cell<bool>,
    logs: RefCell<Vec<(Level, String)>>,
    waits: RefCell<Vec<Duration>>,
    on_wait: RefCell<Option<WaitHook>>,
    counters: RefCell<HashMap<String, u64>>,
    gauges: RefCell<HashMap<String, f64>>,
    stdin: RefCell<VecDeque<Input>>,
}

thread_local! {
    static WORKER: FakeWorker = FakeWorker::default();
}

/// The lines that were logged, in order.
pub fn logs() -> Vec<(Level, String)> {
    WORKER.with(|worker| worker.logs.borrow().clone())
}

/// Raises or lowers the stopping signal.
pub fn set_stopping(stopping: bool) {
    WORKER.with(|worker| worker.stopping.set(stopping));
}

/// The waits so far.
pub fn waits() -> Vec<Duration> {
    WORKER.with(|worker| worker.waits.borrow().clone())
}

/// Calls this at the end of every wait with the number of waits before it.
pub fn on_wait(hook: impl FnMut(usize) + 'static) {
    WORKER.with(|worker| *worker.on_wait.borrow_mut() = Some(Box::new(hook)));
}

/// The sum of a counter.
pub fn counter(name: &str) -> u64 {
    WORKER.with(|worker| worker.counters.borrow().get(name).copied().unwrap_or(0))
}

/// The value of a gauge.
pub fn gauge(name: &str) -> Option<f64> {
    WORKER.with(|worker| worker.gauges.borrow().get(name).copied())
}

/// What the next read of standard input gives. With none of these left, reads give nothing.
pub fn push_stdin(input: Input) {
    WORKER.with(|worker| worker.stdin.borrow_mut().push_back(input));
}

pub(crate) fn record_log(level: Level, message: &str) {
    WORKER.with(|worker| worker.logs.borrow_mut().push((level, message.to_owned())));
}

pub(crate) fn record_counter(name: &str, value: u64) {
    WORKER.with(|worker| {
        *worker
            .counters
            .borrow_mut()
            .entry(name.to_owned())
            .or_default() += value;
    });
}

pub(crate) fn record_gauge(name: &str, value: f64) {
    WORKER.with(|worker| worker.gauges.borrow_mut().insert(name.to_owned(), value));
}

pub(crate) fn is_stopping() -> bool {
    WORKER.with(|worker| worker.stopping.get())
}

pub(crate) fn record_wait(duration: Duration) -> bool {
    WORKER.with(|worker| {
        let number = worker.waits.borrow().len();
        worker.waits.borrow_mut().push(duration);
        // The hook is taken out, so that it may call this module itself.
        let hook = worker.on_wait.borrow_mut().take();
        if let Some(mut hook) = hook {
            hook(number);
            worker.on_wait.borrow_mut().get_or_insert(hook);
        }
        worker.stopping.get()
    })
}

pub(crate) fn read_stdin(bytes_max: usize, timeout: Duration) -> Input {
    let input = WORKER.with(|worker| worker.stdin.borrow_mut().pop_front());
    match input {
        Some(Input::Bytes(mut bytes)) if bytes.len() > bytes_max => {
            let rest = bytes.split_off(bytes_max);
            WORKER.with(|worker| worker.stdin.borrow_mut().push_front(Input::Bytes(rest)));
            Input::Bytes(bytes)
        }
        Some(input) => input,
        None => {
            record_wait(timeout);
            Input::Nothing
        }
    }
}

/// Polls once and reads the records back as the worker would.
pub fn poll<T: SourceTask>(task: &mut T) -> Result<Vec<SourceRecord<'static>>, ConnectError> {
    let mut records = SourceBatch::new();
    task.poll(&mut records)?;
    let Some(bytes) = records.take() else {
        return Ok(Vec::new());
    };
    let mut schemas = SchemaCache::default();
    let batch = batch::SourceBatch::decode(&bytes, &mut schemas)?;
    let mut owned = Vec::with_capacity(batch.len());
    for view in batch.records() {
        owned.push(view?.to_record(&batch)?.into_owned());
    }
    Ok(owned)
}

/// Puts these records as the worker would.
pub fn put<T: SinkTask>(task: &mut T, records: &[SinkRecord<'_>]) -> Result<(), ConnectError> {
    let mut encoder = SinkBatchEncoder::new();
    for record in records {
        encoder.push(record)?;
    }
    let bytes = encoder.finish();
    let mut schemas = SchemaCache::default();
    task.put(&SinkBatch::new(batch::SinkBatch::decode(
        &bytes,
        &mut schemas,
    )?))
}

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
