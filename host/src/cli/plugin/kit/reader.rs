//! Reading a source task for the checks: what came, how long polls took, and what they were like.

use std::sync::Arc;
use std::time::Duration;

use connect_data::batch::{SchemaCache, SourceBatch};
use connect_data::{OffsetMap, SourceRecord};
use tokio::time::Instant;

use super::{Fault, Subject, failed};
use crate::cli::plugin::instances::refusals;
use crate::cli::plugin::record_lines::{LineWriter, offset_map};
use crate::config::ConfigMap;
use crate::sandbox::{SourceTaskInstance, StopSignal, TaskOptions};
use crate::storage::offset::OffsetBackingStore;

/// LIMIT: retriable errors in a row before a source is taken for one that never comes.
const RETRIES_MAX: u32 = 20;
/// Pause after one, as in a worker.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// A record, as far as the checks compare it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Source partition and offset.
    pub(super) place: (Option<OffsetMap<'static>>, Option<OffsetMap<'static>>),
    /// Topic, key and value as text.
    pub(super) content: String,
}

impl Seen {
    /// The source partition as text.
    pub(super) fn partition(&self) -> String {
        shown(self.place.0.as_ref())
    }

    /// The source offset as text.
    pub(super) fn offset(&self) -> String {
        shown(self.place.1.as_ref())
    }
}

fn shown(map: Option<&OffsetMap<'_>>) -> String {
    map.map_or_else(|| "none".to_owned(), |map| offset_map(map).to_string())
}

/// A running source task with what was found out about its polls.
pub(super) struct Reader {
    pub(super) instance: SourceTaskInstance,
    pub(super) signal: StopSignal,
    pub(super) options: TaskOptions,
    schemas: SchemaCache,
    writer: LineWriter,
    /// The longest poll so far.
    pub(super) slowest: Duration,
    /// Polls without records, and the time that they took.
    pub(super) idle: (u32, Duration),
    /// Batches with records so far.
    pub(super) batches: u64,
}

impl Reader {
    /// Makes and starts a task.
    pub(super) async fn start(
        subject: &Subject,
        config: &ConfigMap,
        offsets: Arc<dyn OffsetBackingStore>,
    ) -> Result<Self, Fault> {
        let configured = &subject.configured;
        let grants = configured.task_grants(config);
        let grants = grants.or_else(|refused| failed(refusals(&refused)))?;
        let signal = StopSignal::new();
        let services = configured.offset_services(offsets);
        let spec = configured.task(0, grants, services, signal.clone());
        let mut instance = SourceTaskInstance::new(spec).await?;
        let options = instance.start(config).await?;
        let writer = LineWriter::new(true);
        let writer = writer.or_else(|error| failed(format!("no JSON converter: {error:?}")))?;
        Ok(Self {
            instance,
            signal,
            options,
            schemas: SchemaCache::default(),
            writer,
            slowest: Duration::ZERO,
            idle: (0, Duration::ZERO),
            batches: 0,
        })
    }

    /// One poll.
    pub(super) async fn poll(&mut self) -> Result<Vec<Seen>, Fault> {
        for _ in 0..RETRIES_MAX {
            let began = Instant::now();
            let polled = self.instance.poll().await;
            let took = began.elapsed();
            self.slowest = self.slowest.max(took);
            match polled {
                Ok(Some(bytes)) => return self.decode(&bytes),
                Ok(None) => {
                    self.idle.0 += 1;
                    self.idle.1 += took;
                    return Ok(Vec::new());
                }
                Err(error) if error.retriable() => {
                    self.signal.wait(RETRY_PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        failed(format!(
            "poll returned {RETRIES_MAX} retriable errors in a row"
        ))
    }

    /// The next records, at most so many and whole batches; fewer when none comes for the time that
    /// the settings give.
    pub(super) async fn read(
        &mut self,
        subject: &Subject,
        count: usize,
    ) -> Result<Vec<Seen>, Fault> {
        let mut seen = Vec::new();
        let mut last = Instant::now();
        while seen.len() < count && last.elapsed() < subject.settings.wait {
            let came = self.poll().await?;
            if !came.is_empty() {
                last = Instant::now();
            }
            seen.extend(came);
            tokio::task::yield_now().await;
        }
        Ok(seen)
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<Vec<Seen>, Fault> {
        let wrong = |error: connect_data::batch::BatchError| {
            Fault::Failed(format!(
                "a batch that is not in the format of BATCH.md: {error}"
            ))
        };
        let batch = SourceBatch::decode(bytes, &mut self.schemas).map_err(wrong)?;
        let mut seen = Vec::with_capacity(batch.len());
        for view in batch.records() {
            let mut record = view
                .and_then(|view| view.to_record(&batch))
                .map_err(wrong)?;
            let place = (
                record.source_partition.take().map(OffsetMap::into_owned),
                record.source_offset.take().map(OffsetMap::into_owned),
            );
            seen.push(Seen {
                content: self.content(record)?,
                place,
            });
        }
        if !seen.is_empty() {
            self.batches += 1;
        }
        Ok(seen)
    }

    /// Everything but the timestamp, which is often the time of reading.
    fn content(&mut self, mut record: SourceRecord<'_>) -> Result<String, Fault> {
        record.timestamp = None;
        match self.writer.line(&record) {
            Ok(line) => Ok(line),
            Err(error) => failed(format!("a record that cannot be written: {error}")),
        }
    }

    /// Stops the task.
    pub(super) async fn stop(mut self) -> Result<(), Fault> {
        self.signal.raise();
        Ok(self.instance.stop().await?)
    }
}
