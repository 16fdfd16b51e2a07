//! A sink in a run: lines of standard input become records, and are put.
//!
//! Owns the calls of a sink task in a worker's order, with standard input in Kafka's place: topics
//! and partitions are those that lines name, shared out among the tasks. Kafka's counterpart:
//! `WorkerSinkTask`.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use connect_data::batch::SinkBatchEncoder;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::life::Connector;
use super::{Run, RunError};
use crate::cli::plugin::instances;
use crate::cli::plugin::record_lines::LineReader;
use crate::sandbox::{
    ConnectError, ErrantRecord, ErrantRecordReporter, ErrorKind, HostServices, PartitionOffset,
    SandboxError, SinkContext, SinkTaskInstance, StopSignal, TopicPartition,
};

/// LIMIT: as `max.poll.records`.
const BATCH_RECORDS_MAX: usize = 500;
/// LIMIT: lines that wait for the sink.
const LINES_MAX: usize = 1000;
/// After so long without records a task is called with none, so that it can flush by time.
const IDLE: Duration = Duration::from_secs(1);
/// How often offsets are committed. A worker's default is a minute; here somebody looks on.
const COMMIT_INTERVAL: Duration = Duration::from_secs(1);
/// Pause before the same records are put again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// What a task asked for.
#[derive(Default)]
struct Requests {
    state: Mutex<Requested>,
}

#[derive(Default)]
struct Requested {
    assignment: Vec<TopicPartition>,
    timeout: Option<Duration>,
    commit: bool,
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Requested> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn assigned(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let state = self.lock();
        let other = partitions
            .iter()
            .find(|partition| !state.assignment.contains(partition));
        match other {
            None => Ok(()),
            Some(other) => Err(ConnectError::new(
                ErrorKind::Fatal,
                format!(
                    "SinkTasks may not pause or resume partitions that are not currently assigned \
                     to them. ({}-{})",
                    other.topic, other.partition
                ),
            )),
        }
    }
}

impl SinkContext for Requests {
    fn set_offsets(&self, _: Vec<PartitionOffset>) {
        tracing::warn!("the task asked to read on elsewhere, but standard input cannot go back");
    }

    fn set_timeout(&self, timeout_ms: i64) {
        let timeout = u64::try_from(timeout_ms)
            .ok()
            .filter(|timeout| *timeout > 0);
        self.lock().timeout = timeout.map(Duration::from_millis);
    }

    fn pause(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        tracing::warn!("the task asked for a pause, but standard input goes on");
        self.assigned(&partitions)
    }

    fn resume(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        self.assigned(&partitions)
    }

    fn assignment(&self) -> Vec<TopicPartition> {
        self.lock().assignment.clone()
    }

    fn request_commit(&self) {
        self.lock().commit = true;
    }
}

#[async_trait]
impl ErrantRecordReporter for Requests {
    async fn report(&self, record: ErrantRecord, error: String) -> Result<(), ConnectError> {
        match record {
            ErrantRecord::Delivered {
                topic,
                partition,
                offset,
            } => tracing::warn!("errant record {topic}-{partition}@{offset}: {error}"),
            ErrantRecord::Other(_) => tracing::warn!("errant record: {error}"),
        }
        Ok(())
    }
}

/// A sink task with what was put.
struct SinkRun {
    number: usize,
    instance: SinkTaskInstance,
    requests: Arc<Requests>,
    encoder: SinkBatchEncoder,
    /// The next offset of each assigned partition.
    positions: BTreeMap<TopicPartition, i64>,
    /// Records in the encoder.
    waiting: BTreeMap<TopicPartition, i64>,
}

/// Runs connector and tasks until standard input ends, or `ending` says so.
pub(super) async fn run(run: &Run, ending: &CancellationToken) -> Result<(), RunError> {
    let mut connector = Connector::start(run).await?;
    let mut tasks = Vec::new();
    let mut outcome = start(run, &mut connector, &mut tasks).await;
    if outcome.is_ok() && !tasks.is_empty() {
        outcome = deliver(run, ending, &mut tasks).await;
    }
    for task in &mut tasks {
        let ended = task.end(outcome.is_ok()).await;
        outcome = outcome.and(ended);
    }
    connector.stop(outcome).await
}

/// Makes and starts the tasks.
async fn start(
    run: &Run,
    connector: &mut Connector,
    tasks: &mut Vec<SinkRun>,
) -> Result<(), RunError> {
    let configs = connector.task_configs(run.tasks).await?;
    for (number, config) in configs.into_iter().enumerate() {
        let grants = run.configured.task_grants(&config);
        let grants = grants.map_err(|refused| RunError::Refused {
            task: number,
            refused: instances::refusals(&refused),
        })?;
        let requests = Arc::new(Requests::default());
        let services = HostServices {
            sink_context: Some(requests.clone()),
            errant_records: Some(requests.clone()),
            ..HostServices::default()
        };
        // LIMIT: --tasks is a number of 32 bits.
        let id = u32::try_from(number).unwrap_or(u32::MAX);
        let spec = run.configured.task(id, grants, services, StopSignal::new());
        let failed = |error| RunError::guest(format!("Task {number}"), error);
        let instance = SinkTaskInstance::new(spec).await.map_err(failed)?;
        let mut task = SinkRun {
            number,
            instance,
            requests,
            encoder: SinkBatchEncoder::new(),
            positions: BTreeMap::new(),
            waiting: BTreeMap::new(),
        };
        let started = task.instance.start(&config).await;
        tasks.push(task);
        started.map_err(failed)?;
    }
    Ok(())
}

/// Reads lines and puts them, in batches of what is there.
async fn deliver(
    run: &Run,
    ending: &CancellationToken,
    tasks: &mut [SinkRun],
) -> Result<(), RunError> {
    let mut reader = LineReader::new(run.topic()).map_err(RunError::Converter)?;
    if let Some(topic) = run.topic() {
        tasks[0]
            .assign(TopicPartition {
                topic,
                partition: 0,
            })
            .await?;
    }
    let mut lines = lines();
    let mut number = 0_u64;
    let mut next_commit = Instant::now() + COMMIT_INTERVAL;
    let mut left = run.max_records.unwrap_or(u64::MAX);
    let mut ended = false;
    while !ended && left > 0 && !ending.is_cancelled() {
        let mut first = tokio::select! {
            () = ending.cancelled() => break,
            line = tokio::time::timeout(IDLE, lines.recv()) => match line {
                Ok(None) => break,
                Ok(line) => line,
                Err(_) => None,
            },
        };
        let mut taken = 0;
        while let Some(line) = first.take() {
            number += 1;
            let line = line.map_err(|source| RunError::Stream {
                what: "Standard input cannot be read",
                source,
            })?;
            if !line.trim().is_empty() {
                add(tasks, &mut reader, &line, number).await?;
                taken += 1;
                left -= 1;
            }
            if taken == BATCH_RECORDS_MAX || left == 0 {
                break;
            }
            match lines.try_recv() {
                Ok(line) => first = Some(line),
                Err(mpsc::error::TryRecvError::Empty) => {}
                Err(mpsc::error::TryRecvError::Disconnected) => ended = true,
            }
        }
        let due = Instant::now() >= next_commit;
        if due {
            next_commit = Instant::now() + COMMIT_INTERVAL;
        }
        for task in tasks.iter_mut() {
            task.put(ending).await?;
            if due || std::mem::take(&mut task.requests.lock().commit) {
                task.commit().await?;
            }
        }
    }
    Ok(())
}

/// Gives a line to the task that has its partition.
async fn add(
    tasks: &mut [SinkRun],
    reader: &mut LineReader,
    line: &str,
    number: u64,
) -> Result<(), RunError> {
    let record = reader.record(line);
    let record = record.map_err(|error| RunError::Line {
        line: number,
        error,
    })?;
    let partition = TopicPartition {
        topic: record.topic.to_string(),
        partition: record.kafka_partition,
    };
    let index = record.kafka_partition.unsigned_abs() as usize % tasks.len();
    let task = &mut tasks[index];
    task.assign(partition.clone()).await?;
    let pushed = task.encoder.push(&record);
    pushed.map_err(|error| RunError::Encode {
        line: number,
        message: error.to_string(),
    })?;
    task.waiting.insert(partition, record.kafka_offset + 1);
    Ok(())
}

/// Lines of standard input, read by a thread that is left behind when nobody wants more.
fn lines() -> mpsc::Receiver<std::io::Result<String>> {
    let (sender, receiver) = mpsc::channel(LINES_MAX);
    let read = move || {
        for line in std::io::stdin().lock().lines() {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    };
    let started = std::thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(read);
    if let Err(error) = started {
        tracing::error!("standard input is not read, because no thread can be started: {error}");
    }
    receiver
}

impl SinkRun {
    fn failed(&self, error: SandboxError) -> RunError {
        RunError::guest(format!("Task {}", self.number), error)
    }

    /// Gives the task a further partition; what it has is committed and closed first, and opened
    /// again with the new one, as after a rebalance.
    async fn assign(&mut self, partition: TopicPartition) -> Result<(), RunError> {
        if self.positions.contains_key(&partition) {
            return Ok(());
        }
        if !self.positions.is_empty() {
            self.put_once().await?;
            self.commit().await?;
            let closing = self.assignment();
            let closed = self.instance.close(&closing).await;
            closed.map_err(|error| self.failed(error))?;
        }
        self.positions.insert(partition, 0);
        let assignment = self.assignment();
        self.requests.lock().assignment.clone_from(&assignment);
        let opened = self.instance.open(&assignment).await;
        opened.map_err(|error| self.failed(error))
    }

    fn assignment(&self) -> Vec<TopicPartition> {
        self.positions.keys().cloned().collect()
    }

    async fn put_once(&mut self) -> Result<(), RunError> {
        self.put(&CancellationToken::new()).await
    }

    /// Puts what is waiting, or nothing; again and again while the task asks for that.
    async fn put(&mut self, ending: &CancellationToken) -> Result<(), RunError> {
        let batch = self.encoder.finish();
        loop {
            let error = match self.instance.put(&batch).await {
                Ok(()) => break,
                Err(error) if error.retriable() => error,
                Err(error) => return Err(self.failed(error)),
            };
            tracing::warn!("put failed and will be tried again: {error}");
            let pause = self.requests.lock().timeout.take().unwrap_or(RETRY_PAUSE);
            tokio::select! {
                () = ending.cancelled() => return Err(self.failed(error)),
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.positions.append(&mut self.waiting);
        Ok(())
    }

    /// Asks which offsets may be committed, and has the rest made durable.
    async fn commit(&mut self) -> Result<(), RunError> {
        let offsets: Vec<PartitionOffset> = self
            .positions
            .iter()
            .map(|(partition, offset)| PartitionOffset {
                topic: partition.topic.clone(),
                partition: partition.partition,
                offset: *offset,
            })
            .collect();
        match self.instance.pre_commit(&offsets).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => {
                let flushed = self.instance.flush(&offsets).await;
                flushed.map_err(|error| self.failed(error))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The end: last commit, close, stop, as far as the task is still there.
    async fn end(&mut self, well: bool) -> Result<(), RunError> {
        let mut outcome = Ok(());
        if well && !self.positions.is_empty() {
            outcome = self.commit().await;
        }
        if !self.positions.is_empty() && !self.instance.is_lost() {
            let assignment = self.assignment();
            let closed = self.instance.close(&assignment).await;
            outcome = outcome.and(closed.map_err(|error| self.failed(error)));
        }
        if !self.instance.is_lost() {
            let stopped = self.instance.stop().await;
            outcome = outcome.and(stopped.map_err(|error| self.failed(error)));
        }
        outcome
    }
}
