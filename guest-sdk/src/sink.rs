//! Sink connectors: they bring records from Kafka into another system. Kafka counterparts:
//! `SinkConnector`, `SinkTask`.

use connect_data::SinkRecord;
use connect_data::batch;

use crate::{
    Config, ConfigDef, ConfigIssue, ConnectError, ConnectorContext, Description, PartitionOffset,
    Recommendation, SinkTaskContext, TopicPartition,
};

/// A change of a consumer offset that a user asks for; no offset removes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlteredConsumerOffset {
    /// The partition.
    pub partition: TopicPartition,
    /// The next offset to read.
    pub offset: Option<i64>,
}

/// The connector half: splits the work among tasks and watches for changes.
///
/// The first group of functions is called without a started connector and without any grant, so
/// they answer from their arguments alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sink connector",
    label = "this type does not implement `connect_sdk::SinkConnector`",
    note = "the first type given to `export_sink!` is the connector, the second one its task"
)]
pub trait SinkConnector: Sized + 'static {
    /// Who this plugin is.
    fn describe() -> Description;

    /// The keys of the connector's configuration.
    fn config_def() -> ConfigDef;

    /// Checks beyond the ConfigDef.
    fn validate(_config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        Ok(Vec::new())
    }

    /// Recommendations for the keys with a recommender.
    fn recommend(_config: &Config) -> Result<Vec<Recommendation>, ConnectError> {
        Ok(Vec::new())
    }

    /// Checks a change of consumer offsets. True: it is known to be right; false: no opinion; an
    /// error refuses it.
    fn alter_offsets(
        _config: &Config,
        _offsets: &[AlteredConsumerOffset],
    ) -> Result<bool, ConnectError> {
        Ok(false)
    }

    /// Makes the connector. Its configuration is the user's: [`ConfigDef::complete`] adds the
    /// defaults.
    fn start(context: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError>;

    /// At most `max_tasks` configurations, one for each task; none when there is nothing to do.
    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError>;

    /// Called every `connector.monitor.interval.ms`, because plugins have no threads: look for
    /// changes here, and call [`ConnectorContext::request_task_reconfiguration`] on one.
    fn monitor(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Last call on a started connector.
    fn stop(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
}

/// The task half: writes records.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sink task",
    label = "this type does not implement `connect_sdk::SinkTask`",
    note = "the first type given to `export_sink!` is the connector, the second one its task",
    note = "a task with async calls is exported as `connect_sdk::runtime::Async<{Self}>`"
)]
pub trait SinkTask: Sized + 'static {
    /// Makes the task, before any partition is assigned.
    fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError>;

    /// These partitions were assigned.
    fn open(&mut self, _partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Takes records, in order for each partition. Also called without records, so that a task
    /// can flush by time. After a retriable error the same records come again.
    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError>;

    /// Which of these offsets may be committed? A list: those. None, the default: all, after
    /// [`SinkTask::flush`]. An error: nothing is committed and the records since the last commit
    /// come again.
    fn pre_commit(
        &mut self,
        _offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, ConnectError> {
        Ok(None)
    }

    /// Makes everything that was put durable.
    fn flush(&mut self, _offsets: &[PartitionOffset]) -> Result<(), ConnectError> {
        Ok(())
    }

    /// These partitions are given up.
    fn close(&mut self, _partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Last call on a started task, also after an error.
    fn stop(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
}

/// The records of one put; they borrow their texts and bytes from the batch.
pub struct SinkBatch<'a> {
    records: batch::SinkBatch<'a>,
}

impl<'a> SinkBatch<'a> {
    pub(crate) fn new(records: batch::SinkBatch<'a>) -> Self {
        Self { records }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records in order. An error means that the batch is corrupt, which is a fault of the
    /// worker: pass it on.
    pub fn records(&self) -> SinkRecords<'_, 'a> {
        SinkRecords(self.records.records())
    }
}

/// The records of one put, in order.
pub struct SinkRecords<'b, 'a>(batch::SinkRecords<'b, 'a>);

impl<'a> SinkRecords<'_, 'a> {
    /// The next record, to look at until the one after it: faster than the iterator, which makes
    /// a new one each time.
    #[inline]
    pub fn next_record(&mut self) -> Result<Option<&SinkRecord<'a>>, ConnectError> {
        Ok(self.0.next_record()?)
    }
}

impl<'a> Iterator for SinkRecords<'_, 'a> {
    type Item = Result<SinkRecord<'a>, ConnectError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(ConnectError::from))
    }
}
