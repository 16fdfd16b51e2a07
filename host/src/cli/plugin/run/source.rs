//! A source task in a run: from `poll` to lines on standard output, and to stored offsets.
//!
//! Owns which records count as written: those whose lines were, so that a run that goes on from its
//! stored offsets neither misses nor repeats one. Kafka's counterpart: `WorkerSourceTask`, with
//! standard output in Kafka's place.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use connect_data::batch::{BatchError, SchemaCache, SourceBatch};
use connect_data::{OffsetMap, SourceRecord};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::RunError;
use crate::cli::plugin::record_lines::LineWriter;
use crate::config::ConfigMap;
use crate::ids::ConnectorName;
use crate::sandbox::{CommittedRecord, RecordMetadata, SourceTaskInstance, StopSignal};
use crate::storage::offset::{OffsetBackingStore, OffsetStorageWriter};

/// Pause before `poll` is called again after it asked for that, as in a worker.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// How often offsets are stored. A worker's default is a minute; here somebody looks on.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

/// Where the records of all tasks go.
pub(super) struct Records {
    /// How many may still be printed.
    left: AtomicU64,
    full: CancellationToken,
    schemas: bool,
}

impl Records {
    /// Standard output, for at most so many records.
    pub(super) fn new(max: Option<u64>, schemas: bool) -> Result<Self, RunError> {
        let records = Self {
            left: AtomicU64::new(max.unwrap_or(u64::MAX)),
            full: CancellationToken::new(),
            schemas,
        };
        if max == Some(0) {
            records.full.cancel();
        }
        Ok(records)
    }

    /// Waits until the last record is printed. Cancel safe.
    pub(super) async fn full(&self) {
        self.full.cancelled().await;
    }

    /// Takes the right to print a record.
    fn claim(&self) -> bool {
        let left = |left: u64| left.checked_sub(1);
        let order = Ordering::Relaxed;
        self.left.try_update(order, order, left).is_ok()
    }

    /// Prints lines, and tells when they were the last.
    fn print(&self, lines: &str) -> Result<(), RunError> {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
        written.map_err(|source| RunError::Stream {
            what: "The records cannot be written",
            source,
        })?;
        if self.left.load(Ordering::Relaxed) == 0 {
            self.full.cancel();
        }
        Ok(())
    }
}

/// A source task.
pub(super) struct SourceRun {
    number: u32,
    instance: SourceTaskInstance,
    signal: StopSignal,
    records: Arc<Records>,
    writer: LineWriter,
    schemas: SchemaCache,
    offsets: OffsetStorageWriter,
    /// Kept for `commit-records` when the task wants that: batches so far, and made-up offsets.
    wants_commit_records: bool,
    batches: u64,
    kafka_offsets: HashMap<String, i64>,
    next_flush: Instant,
}

impl SourceRun {
    /// A task that is not started, with the place of its offsets: connector and store.
    pub(super) fn new(
        number: u32,
        instance: SourceTaskInstance,
        signal: StopSignal,
        records: Arc<Records>,
        offsets: (&ConnectorName, Arc<dyn OffsetBackingStore>),
    ) -> Result<Self, RunError> {
        Ok(Self {
            number,
            instance,
            signal,
            writer: LineWriter::new(records.schemas).map_err(RunError::Converter)?,
            records,
            schemas: SchemaCache::default(),
            offsets: OffsetStorageWriter::new(offsets.0.as_str(), offsets.1),
            wants_commit_records: false,
            batches: 0,
            kafka_offsets: HashMap::new(),
            next_flush: Instant::now() + FLUSH_INTERVAL,
        })
    }

    /// Runs it from start to stop.
    pub(super) async fn run(mut self, config: &ConfigMap) -> Result<(), RunError> {
        let mut outcome = match self.instance.start(config).await {
            Ok(options) => {
                self.wants_commit_records = options.wants_commit_records;
                self.poll_until_stopped().await
            }
            Err(error) => Err(self.failed(error)),
        };
        // What was printed must not be printed again, also when the guest is gone.
        outcome = outcome.and(self.flush().await);
        if !self.instance.is_lost() {
            let stopped = self.instance.stop().await;
            outcome = outcome.and(stopped.map_err(|error| self.failed(error)));
        }
        outcome
    }

    fn failed(&self, error: crate::sandbox::SandboxError) -> RunError {
        RunError::guest(format!("Task {}", self.number), error)
    }

    async fn poll_until_stopped(&mut self) -> Result<(), RunError> {
        while !self.signal.is_raised() {
            match self.instance.poll().await {
                Ok(Some(bytes)) => {
                    let committed = self.print(&bytes)?;
                    self.report(committed).await?;
                }
                Ok(None) => {}
                Err(error) if error.retriable() => {
                    tracing::warn!("poll failed and will be tried again: {error}");
                    self.signal.wait(RETRY_PAUSE).await;
                }
                Err(error) => return Err(self.failed(error)),
            }
            if Instant::now() >= self.next_flush {
                self.flush().await?;
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Prints the records of a batch, as far as they may be, and returns what became of them.
    fn print(&mut self, bytes: &[u8]) -> Result<Vec<CommittedRecord>, RunError> {
        let number = self.number;
        let wrong = |error: BatchError| RunError::Batch {
            task: number,
            message: error.to_string(),
        };
        let batch = SourceBatch::decode(bytes, &mut self.schemas).map_err(wrong)?;
        let mut lines = String::new();
        let mut written: Vec<(Option<OffsetMap<'static>>, Option<OffsetMap<'static>>)> = Vec::new();
        let mut committed = Vec::new();
        for (index, view) in (0_u32..).zip(batch.records()) {
            if !self.records.claim() {
                break;
            }
            let record = view
                .and_then(|view| view.to_record(&batch))
                .map_err(wrong)?;
            let line = self.writer.line(&record);
            lines.push_str(&line.map_err(|error| RunError::Record {
                task: number,
                error,
            })?);
            lines.push('\n');
            if self.wants_commit_records {
                committed.push(committed_record(
                    &mut self.kafka_offsets,
                    self.batches,
                    index,
                    &record,
                ));
            }
            written.push((
                record.source_partition.map(OffsetMap::into_owned),
                record.source_offset.map(OffsetMap::into_owned),
            ));
        }
        if !batch.is_empty() {
            self.batches += 1;
        }
        self.records.print(&lines)?;
        for (partition, offset) in written {
            if partition.is_some() || offset.is_some() {
                self.offsets.offset(partition, offset);
            }
        }
        Ok(committed)
    }

    /// Tells the guest what became of its records, if it wants that.
    async fn report(&mut self, committed: Vec<CommittedRecord>) -> Result<(), RunError> {
        if committed.is_empty() {
            return Ok(());
        }
        match self.instance.commit_records(&committed).await {
            Err(error) if error.instance_lost() => Err(self.failed(error)),
            Err(error) => {
                tracing::error!("commit-records failed: {error}");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Stores offsets, and tells the guest if there are any.
    async fn flush(&mut self) -> Result<(), RunError> {
        self.next_flush = Instant::now() + FLUSH_INTERVAL;
        if !self.offsets.has_data() {
            return Ok(());
        }
        self.offsets.flush().await?;
        if self.instance.is_lost() {
            return Ok(());
        }
        match self.instance.commit().await {
            Err(error) if error.instance_lost() => Err(self.failed(error)),
            Err(error) => {
                tracing::error!("commit failed: {error}");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

/// What a task is told of a record: that it is in its topic, behind the one before.
fn committed_record(
    offsets: &mut HashMap<String, i64>,
    batch: u64,
    index: u32,
    record: &SourceRecord<'_>,
) -> CommittedRecord {
    let topic = record.topic.as_deref().unwrap_or_default();
    let next = offsets.entry(topic.to_owned()).or_default();
    let offset = *next;
    *next += 1;
    CommittedRecord {
        batch,
        index,
        metadata: Some(RecordMetadata {
            topic: topic.to_owned(),
            partition: record.kafka_partition.unwrap_or(0),
            offset,
        }),
    }
}
