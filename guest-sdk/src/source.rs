//! Source connectors: they bring records from another system into Kafka. Kafka counterparts:
//! `SourceConnector`, `SourceTask`.

use connect_data::batch::SourceBatchEncoder;
use connect_data::{OffsetMap, SourceRecord};

use crate::{
    Config, ConfigDef, ConfigIssue, ConnectError, ConnectorContext, Description, Recommendation,
    SourceTaskContext,
};

/// Whether something is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Yes.
    Supported,
    /// No.
    Unsupported,
    /// The connector does not say.
    Unknown,
}

/// A change of a stored offset that a user asks for: the partition, and the offset to store, or
/// none to remove it. Both are none where a user wrote `null`.
pub type AlteredOffset = (Option<OffsetMap<'static>>, Option<OffsetMap<'static>>);

/// The connector half: splits the work among tasks and watches for changes.
///
/// The first group of functions is called without a started connector and without any grant, so
/// they answer from their arguments alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source connector",
    label = "this type does not implement `connect_sdk::SourceConnector`",
    note = "the first type given to `export_source!` is the connector, the second one its task"
)]
pub trait SourceConnector: Sized + 'static {
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

    /// Whether the tasks can give exactly-once delivery with this configuration.
    fn exactly_once_support(_config: &Config) -> Result<Support, ConnectError> {
        Ok(Support::Unknown)
    }

    /// Whether the tasks can define transaction boundaries with this configuration.
    fn can_define_transaction_boundaries(_config: &Config) -> Result<Support, ConnectError> {
        Ok(Support::Unsupported)
    }

    /// Checks a change of stored offsets. True: it is known to be right; false: no opinion; an
    /// error refuses it.
    fn alter_offsets(_config: &Config, _offsets: &[AlteredOffset]) -> Result<bool, ConnectError> {
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

/// The task half: reads records.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source task",
    label = "this type does not implement `connect_sdk::SourceTask`",
    note = "the first type given to `export_source!` is the connector, the second one its task",
    note = "a task with async calls is exported as `connect_sdk::runtime::Async<{Self}>`"
)]
pub trait SourceTask: Sized + 'static {
    /// Makes the task. Read stored offsets here, through the context.
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError>;

    /// Whether the worker is to call [`SourceTask::commit_records`], which costs time.
    fn wants_commit_records(&self) -> bool {
        false
    }

    /// Pushes the next records; pushing nothing means that there are none. May wait for records
    /// with [`crate::stopping::wait`], but comes back within a second or when it says so. After
    /// an error, what was pushed in the same call is dropped.
    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError>;

    /// These records are in Kafka, or were dropped by a transform or by error tolerance. Errors
    /// are logged and ignored.
    fn commit_records(&mut self, _records: &[CommittedRecord]) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Offsets were stored. Errors are logged and ignored.
    fn commit(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    /// Last call on a started task, also after an error.
    fn stop(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedRecord {
    /// Which batch: the number of polls with records before the one that returned it.
    pub batch: u64,
    /// Which record of the batch.
    pub index: u32,
    /// Where it was written; none when it was dropped.
    pub metadata: Option<RecordMetadata>,
}

/// Where a record was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    /// The topic.
    pub topic: String,
    /// The number of the partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

/// The records of one poll. A record is copied when it is pushed, so it may borrow from a buffer
/// of the task; the same topic, source partition and schema as in the record before cost little.
#[derive(Default)]
pub struct SourceBatch {
    encoder: SourceBatchEncoder,
    raw: Option<Vec<u8>>,
}

impl SourceBatch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record. An error when it breaks a limit of the batch format (100,000 records,
    /// 64 MiB) or does not fit its schema.
    #[inline]
    pub fn push(&mut self, record: &SourceRecord<'_>) -> Result<(), ConnectError> {
        Ok(self.encoder.push(record)?)
    }

    /// How many records were pushed.
    pub fn len(&self) -> usize {
        self.encoder.len()
    }

    /// Whether none was pushed.
    pub fn is_empty(&self) -> bool {
        self.encoder.is_empty()
    }

    /// How many bytes the batch has so far.
    pub fn byte_len(&self) -> usize {
        self.encoder.byte_len()
    }

    /// Returns these bytes instead of the records. For programs that test the worker.
    #[doc(hidden)]
    pub fn set_raw(&mut self, bytes: Vec<u8>) {
        self.raw = Some(bytes);
    }

    /// The encoded batch, none when nothing was pushed. Leaves an empty batch.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        if self.raw.is_some() {
            self.encoder.clear();
            return self.raw.take();
        }
        if self.encoder.is_empty() {
            return None;
        }
        Some(self.encoder.finish())
    }
}
