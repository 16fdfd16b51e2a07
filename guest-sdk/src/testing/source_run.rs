//! Runs a source connector with its tasks.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::rc::Rc;

use connect_data::{OffsetMap, SourceRecord};

use super::{FakeConnectorContext, FakeOffsets, fake_worker, source_task_context};
use crate::{CommittedRecord, Config, ConnectError, RecordMetadata, SourceConnector, SourceTask};

/// LIMIT: so many polls without enough records are a fault of the connector, or of the test.
const POLLS_MAX: usize = 1000;

/// What a run starts with.
pub struct SourceSetup<C, T> {
    config: Config,
    tasks_max: u32,
    offsets: Rc<FakeOffsets>,
    connector: PhantomData<(C, T)>,
}

impl<C: SourceConnector, T: SourceTask> SourceSetup<C, T> {
    /// Allows so many tasks; 1 unless it is said.
    #[must_use]
    pub fn tasks_max(mut self, tasks_max: u32) -> Self {
        self.tasks_max = tasks_max;
        self
    }

    /// Begins with this stored offset.
    #[must_use]
    pub fn stored(self, partition: OffsetMap<'static>, offset: OffsetMap<'static>) -> Self {
        self.offsets.store(partition, offset);
        self
    }

    /// Checks the configuration and starts the connector and its tasks.
    pub fn start(self) -> Result<SourceRun<C, T>, ConnectError> {
        super::refuse_invalid(&C::config_def(), &self.config, C::validate)?;
        let context = FakeConnectorContext::default();
        let mut run = SourceRun {
            connector: C::start(Box::new(context.clone()), self.config.clone())?,
            config: self.config,
            tasks_max: self.tasks_max,
            offsets: self.offsets,
            context,
            tasks: Vec::new(),
        };
        run.start_tasks()?;
        Ok(run)
    }
}

struct RunningTask<T> {
    task: T,
    config: Config,
    /// Batches that were polled before.
    batches: u64,
    /// Polled, and not acknowledged yet.
    pending: VecDeque<(u64, u32, SourceRecord<'static>)>,
}

/// A source connector that runs, with its tasks. Records that were polled are not in Kafka before
/// [`SourceRun::commit`] says so; what was not, comes again after [`SourceRun::restart`].
///
/// Dropping it stops nothing: a crash.
pub struct SourceRun<C, T> {
    config: Config,
    tasks_max: u32,
    offsets: Rc<FakeOffsets>,
    context: FakeConnectorContext,
    connector: C,
    tasks: Vec<RunningTask<T>>,
}

impl<C: SourceConnector, T: SourceTask> SourceRun<C, T> {
    /// A run with this configuration, on a fake worker that knows nothing yet.
    pub fn setup(config: impl Into<Config>) -> SourceSetup<C, T> {
        fake_worker::reset();
        SourceSetup {
            config: config.into(),
            tasks_max: 1,
            offsets: Rc::default(),
            connector: PhantomData,
        }
    }

    /// Starts with this configuration, at most one task and no stored offset.
    pub fn start(config: impl Into<Config>) -> Result<Self, ConnectError> {
        Self::setup(config).start()
    }

    fn start_tasks(&mut self) -> Result<(), ConnectError> {
        let configs = self.connector.task_configs(self.tasks_max)?;
        assert!(
            configs.len() <= self.tasks_max as usize,
            "{} task configurations, although at most {} are allowed",
            configs.len(),
            self.tasks_max
        );
        for config in configs {
            let context = source_task_context(self.offsets.clone());
            self.tasks.push(RunningTask {
                task: T::start(context, config.clone())?,
                config,
                batches: 0,
                pending: VecDeque::new(),
            });
        }
        Ok(())
    }

    fn stop_tasks(&mut self) -> Result<(), ConnectError> {
        fake_worker::set_stopping(true);
        let mut outcome = Ok(());
        for mut running in self.tasks.drain(..) {
            outcome = outcome.and(running.task.stop());
        }
        fake_worker::set_stopping(false);
        outcome
    }

    /// Polls the first task once.
    pub fn poll(&mut self) -> Result<Vec<SourceRecord<'static>>, ConnectError> {
        self.poll_task(0)
    }

    /// Polls a task once.
    ///
    /// # Panics
    /// When there is no such task.
    pub fn poll_task(&mut self, task: usize) -> Result<Vec<SourceRecord<'static>>, ConnectError> {
        let count = self.tasks.len();
        let Some(running) = self.tasks.get_mut(task) else {
            panic!("there is no task {task}, the connector has {count}");
        };
        let records = super::poll(&mut running.task)?;
        if !records.is_empty() {
            let batch = running.batches;
            let numbered = (0..).zip(&records);
            running
                .pending
                .extend(numbered.map(|(index, record)| (batch, index, record.clone())));
            running.batches += 1;
        }
        Ok(records)
    }

    /// Polls the first task until so many records came; all that came.
    ///
    /// # Panics
    /// When a poll fails, or a thousand polls did not give enough.
    #[track_caller]
    pub fn take(&mut self, count: usize) -> Vec<SourceRecord<'static>> {
        let mut records = Vec::new();
        for _ in 0..POLLS_MAX {
            if records.len() >= count {
                return records;
            }
            match self.poll() {
                Ok(polled) => records.extend(polled),
                Err(error) => panic!("after {} records, poll failed: {error}", records.len()),
            }
        }
        panic!(
            "{POLLS_MAX} polls gave {} records, expected {count}: {records:?}",
            records.len()
        );
    }

    /// Kafka acknowledges everything that was polled: its offsets are stored, and the tasks hear
    /// of it.
    pub fn commit(&mut self) -> Result<(), ConnectError> {
        self.commit_first(usize::MAX)
    }

    /// Kafka acknowledges only the first so many records of each task that it has not yet.
    pub fn commit_first(&mut self, count: usize) -> Result<(), ConnectError> {
        for running in &mut self.tasks {
            let count = count.min(running.pending.len());
            let mut committed = Vec::with_capacity(count);
            for (batch, index, record) in running.pending.drain(..count) {
                if let Some(partition) = &record.source_partition {
                    match &record.source_offset {
                        Some(offset) => self.offsets.store(partition.clone(), offset.clone()),
                        None => self.offsets.remove(partition),
                    }
                }
                committed.push(CommittedRecord {
                    batch,
                    index,
                    metadata: record.topic.map(|topic| RecordMetadata {
                        topic: topic.into_owned(),
                        partition: record.kafka_partition.unwrap_or(0),
                        offset: i64::from(index),
                    }),
                });
            }
            if running.task.wants_commit_records() && !committed.is_empty() {
                running.task.commit_records(&committed)?;
            }
            running.task.commit()?;
        }
        Ok(())
    }

    /// Lets the connector look for changes, and gives its tasks new configurations if it asked
    /// for that; whether it did.
    pub fn monitor(&mut self) -> Result<bool, ConnectError> {
        let before = self.context.reconfigurations.get();
        self.connector.monitor()?;
        let asked = self.context.reconfigurations.get() > before;
        if asked {
            self.stop_tasks()?;
            self.start_tasks()?;
        }
        Ok(asked)
    }

    /// Stops everything and starts it again from the stored offsets.
    pub fn restart(&mut self) -> Result<(), ConnectError> {
        self.stop_tasks()?;
        self.connector.stop()?;
        self.connector = C::start(Box::new(self.context.clone()), self.config.clone())?;
        self.start_tasks()
    }

    /// Stops the tasks and the connector.
    pub fn stop(mut self) -> Result<(), ConnectError> {
        let outcome = self.stop_tasks();
        outcome.and(self.connector.stop())
    }

    /// How many tasks run.
    pub fn task_count(&self) -> usize {
        self.tasks.len()
    }

    /// The configurations of the tasks.
    pub fn task_configs(&self) -> Vec<&Config> {
        self.tasks.iter().map(|running| &running.config).collect()
    }

    /// A task.
    ///
    /// # Panics
    /// When there is no such task.
    pub fn task(&mut self, task: usize) -> &mut T {
        &mut self.tasks[task].task
    }

    /// The connector.
    pub fn connector(&mut self) -> &mut C {
        &mut self.connector
    }

    /// The stored offset of a source partition.
    pub fn stored(&self, partition: &OffsetMap<'_>) -> Option<OffsetMap<'static>> {
        self.offsets.get(partition)
    }

    /// The stored offsets.
    pub fn offsets(&self) -> &FakeOffsets {
        &self.offsets
    }

    /// What the connector asked of the worker.
    pub fn context(&self) -> &FakeConnectorContext {
        &self.context
    }
}

/// Panics unless a task that is started from the offset of any of the first `count` records goes
/// on with the record after it: no gap, no repetition. The source must give the same records each
/// time.
#[track_caller]
pub fn assert_resumes_anywhere<C: SourceConnector, T: SourceTask>(
    config: impl Into<Config>,
    count: usize,
) {
    let config = config.into();
    let begin = |setup: SourceSetup<C, T>| match setup.start() {
        Ok(run) => run,
        Err(error) => panic!("the connector cannot be started: {error}"),
    };
    let expected = begin(SourceRun::setup(config.clone())).take(count + 1);
    for (index, record) in expected.iter().take(count).enumerate() {
        let (Some(partition), Some(offset)) = (&record.source_partition, &record.source_offset)
        else {
            panic!("record {index} has no source partition or no source offset: {record}");
        };
        let setup = SourceRun::setup(config.clone()).stored(partition.clone(), offset.clone());
        let resumed = begin(setup).take(1);
        let (next, found) = (&expected[index + 1], &resumed[0]);
        assert!(
            (&next.key, &next.value, &next.source_offset)
                == (&found.key, &found.value, &found.source_offset),
            "after record {index} comes {next}, but a task that is started from its offset \
             {offset} goes on with {found}"
        );
    }
}
