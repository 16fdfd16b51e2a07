//! Runs a sink connector with one task.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

use connect_data::SinkRecord;

use super::{FakeConnectorContext, FakeSink, fake_worker, sink_task_context, text_record};
use crate::{Config, ConnectError, PartitionOffset, SinkConnector, SinkTask, TopicPartition};

/// What a run starts with.
pub struct SinkSetup<C, T> {
    config: Config,
    partitions: Vec<TopicPartition>,
    reporter: bool,
    connector: PhantomData<(C, T)>,
}

impl<C: SinkConnector, T: SinkTask> SinkSetup<C, T> {
    /// Assigns these partitions at the start; unless it is said, partition 0 of each topic of the
    /// configuration's `topics`.
    #[must_use]
    pub fn partitions(mut self, partitions: &[(&str, i32)]) -> Self {
        self.partitions = owned(partitions);
        self
    }

    /// Lets the task report records, as with `errors.tolerance=all`.
    #[must_use]
    pub fn with_reporter(mut self) -> Self {
        self.reporter = true;
        self
    }

    /// Checks the configuration, starts the connector and a task, and opens the partitions.
    pub fn start(self) -> Result<SinkRun<C, T>, ConnectError> {
        super::refuse_invalid(&C::config_def(), &self.config, C::validate)?;
        let context = FakeConnectorContext::default();
        let mut connector = C::start(Box::new(context.clone()), self.config)?;
        let configs = connector.task_configs(1)?;
        let [config] = configs.as_slice() else {
            panic!("expected one task configuration, found {configs:?}");
        };
        let worker = Rc::new(FakeSink::default());
        worker.reporter.set(self.reporter);
        let mut run = SinkRun {
            task: T::start(sink_task_context(worker.clone()), config.clone())?,
            task_config: config.clone(),
            connector,
            context,
            worker,
            positions: BTreeMap::new(),
            last: Vec::new(),
        };
        run.open(&self.partitions)?;
        Ok(run)
    }
}

/// A sink connector that runs, with one task.
///
/// ```
/// # use connect_sdk::{Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description};
/// # use connect_sdk::{SinkBatch, SinkConnector, SinkTask, SinkTaskContext};
/// use connect_sdk::testing::SinkRun;
/// # struct Count(Config);
/// # impl SinkConnector for Count {
/// #     fn describe() -> Description { Description::new("com.example.Count", "1.0.0") }
/// #     fn config_def() -> ConfigDef { ConfigDef::new() }
/// #     fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
/// #         Ok(Self(config))
/// #     }
/// #     fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
/// #         Ok(vec![self.0.clone()])
/// #     }
/// # }
/// # struct CountTask { count: usize }
/// # impl SinkTask for CountTask {
/// #     fn start(_: SinkTaskContext, _: Config) -> Result<Self, ConnectError> {
/// #         Ok(Self { count: 0 })
/// #     }
/// #     fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
/// #         self.count += records.len();
/// #         Ok(())
/// #     }
/// # }
///
/// let mut run = SinkRun::<Count, CountTask>::start([("topics", "orders")]).unwrap();
/// run.put_texts(&["a", "b"]).unwrap();
/// let committed = run.commit().unwrap();
/// assert_eq!((committed[0].topic.as_str(), committed[0].offset), ("orders", 2));
/// assert_eq!(run.task().count, 2);
/// run.stop().unwrap();
/// ```
pub struct SinkRun<C, T> {
    connector: C,
    context: FakeConnectorContext,
    task: T,
    task_config: Config,
    worker: Rc<FakeSink>,
    /// The next offset of each partition that is assigned.
    positions: BTreeMap<TopicPartition, i64>,
    last: Vec<SinkRecord<'static>>,
}

impl<C: SinkConnector, T: SinkTask> SinkRun<C, T> {
    /// A run with this configuration, on a fake worker that knows nothing yet.
    pub fn setup(config: impl Into<Config>) -> SinkSetup<C, T> {
        fake_worker::reset();
        let config = config.into();
        let topics = config.list("topics").unwrap_or_default();
        let partitions: Vec<(&str, i32)> = topics.into_iter().map(|topic| (topic, 0)).collect();
        SinkSetup {
            partitions: owned(&partitions),
            config,
            reporter: false,
            connector: PhantomData,
        }
    }

    /// Starts with this configuration and partition 0 of each of its `topics`.
    pub fn start(config: impl Into<Config>) -> Result<Self, ConnectError> {
        Self::setup(config).start()
    }

    fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        *self.worker.assigned.borrow_mut() = partitions.to_vec();
        for partition in partitions {
            self.positions.entry(partition.clone()).or_insert(0);
        }
        self.positions
            .retain(|partition, _| partitions.contains(partition));
        self.task.open(partitions)
    }

    /// Puts these records. Their offsets need not follow those before.
    pub fn put(&mut self, records: &[SinkRecord<'_>]) -> Result<(), ConnectError> {
        for record in records {
            let partition = TopicPartition {
                topic: record.original_topic.to_string(),
                partition: record.original_kafka_partition,
            };
            self.positions
                .insert(partition, record.original_kafka_offset + 1);
        }
        self.last = records
            .iter()
            .map(|record| record.clone().into_owned())
            .collect();
        self.put_again()
    }

    /// Puts texts into the first partition that is assigned, with the offsets that follow.
    ///
    /// # Panics
    /// When no partition is assigned.
    pub fn put_texts(&mut self, texts: &[&str]) -> Result<(), ConnectError> {
        let Some((partition, position)) = self.positions.first_key_value() else {
            panic!("no partition is assigned: set `topics`, or call SinkSetup::partitions");
        };
        let (topic, number) = (partition.topic.clone(), partition.partition);
        let records: Vec<SinkRecord<'_>> = (*position..)
            .zip(texts)
            .map(|(offset, text)| text_record(&topic, number, offset, text))
            .collect();
        self.put(&records)
    }

    /// Puts the last records again, as the worker does after a retriable error.
    pub fn put_again(&mut self) -> Result<(), ConnectError> {
        super::put(&mut self.task, &self.last)
    }

    /// Calls `put` without records, as the worker does when there are none.
    pub fn put_nothing(&mut self) -> Result<(), ConnectError> {
        super::put(&mut self.task, &[])
    }

    /// Commits as the worker does: `pre_commit`, and `flush` where that leaves it to it. The
    /// offsets that are committed.
    ///
    /// # Panics
    /// When the task wants to commit an offset of a partition that is not assigned, or one behind
    /// which there are records that it was not given.
    pub fn commit(&mut self) -> Result<Vec<PartitionOffset>, ConnectError> {
        let positions: Vec<PartitionOffset> = self
            .positions
            .iter()
            .map(|(partition, offset)| PartitionOffset {
                topic: partition.topic.clone(),
                partition: partition.partition,
                offset: *offset,
            })
            .collect();
        let Some(chosen) = self.task.pre_commit(&positions)? else {
            self.task.flush(&positions)?;
            return Ok(positions);
        };
        for offset in &chosen {
            let partition = TopicPartition {
                topic: offset.topic.clone(),
                partition: offset.partition,
            };
            match self.positions.get(&partition) {
                Some(position) => assert!(
                    offset.offset <= *position,
                    "pre_commit answers {offset:?}, but only records below {position} were put"
                ),
                None => panic!("pre_commit answers {offset:?}, which is not assigned"),
            }
        }
        Ok(chosen)
    }

    /// Takes all partitions away and assigns these: commits, closes and opens.
    pub fn rebalance(&mut self, partitions: &[(&str, i32)]) -> Result<(), ConnectError> {
        self.commit()?;
        let given_up: Vec<TopicPartition> = self.positions.keys().cloned().collect();
        self.task.close(&given_up)?;
        self.open(&owned(partitions))
    }

    /// Ends as the worker does: commits, closes, and stops the task and the connector.
    pub fn stop(mut self) -> Result<(), ConnectError> {
        fake_worker::set_stopping(true);
        let committed = self.commit().map(drop);
        let partitions: Vec<TopicPartition> = self.positions.keys().cloned().collect();
        let closed = self.task.close(&partitions);
        let stopped = self.task.stop();
        let connector = self.connector.stop();
        fake_worker::set_stopping(false);
        committed.and(closed).and(stopped).and(connector)
    }

    /// The task.
    pub fn task(&mut self) -> &mut T {
        &mut self.task
    }

    /// The connector.
    pub fn connector(&mut self) -> &mut C {
        &mut self.connector
    }

    /// The task's configuration.
    pub fn task_config(&self) -> &Config {
        &self.task_config
    }

    /// What the connector asked of the worker.
    pub fn context(&self) -> &FakeConnectorContext {
        &self.context
    }

    /// What the task asked of the worker: timeouts, pauses, offsets, commits.
    pub fn worker(&self) -> &FakeSink {
        &self.worker
    }

    /// The records that the task reported as not deliverable: where they came from, and why.
    pub fn reported(&self) -> Vec<(TopicPartition, i64, String)> {
        self.worker.reported.borrow().clone()
    }
}

fn owned(partitions: &[(&str, i32)]) -> Vec<TopicPartition> {
    let owned = |(topic, partition): &(&str, i32)| TopicPartition {
        topic: (*topic).to_owned(),
        partition: *partition,
    };
    partitions.iter().map(owned).collect()
}
