//! What instances may ask of the worker: the sandbox's service traits, implemented.
//!
//! Owns requests of a sink task until its loop acts on them, and the way from a connector to the
//! herder. Nothing here blocks, waits or calls a guest. Kafka's counterpart: `WorkerSinkTaskContext`
//! and the connector contexts of `WorkerConnector`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use connect_data::OffsetMap;
use tokio::sync::Notify;

use crate::ids::ConnectorName;
use crate::kafka::TopicPartition;
use crate::sandbox::TopicPartition as GuestTopicPartition;
use crate::sandbox::{
    ConnectError, ConnectorContext, ErrorKind, OffsetReader, PartitionOffset, SinkContext,
};
use crate::storage::offset::{OffsetBackingStore, OffsetStorageReader};

use super::api::ConnectorEvents;

/// Locks a mutex that is never held across a panic that matters: its data is replaced whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Requests of a sink task, kept until the task's loop takes them.
#[derive(Default)]
pub(super) struct SinkRequests {
    state: Mutex<SinkRequestState>,
}

#[derive(Default)]
struct SinkRequestState {
    assignment: Vec<TopicPartition>,
    taken: TakenRequests,
}

/// What a sink task has asked for since the last look.
#[derive(Default)]
pub(super) struct TakenRequests {
    /// Where to read on.
    pub offsets: BTreeMap<TopicPartition, i64>,
    /// Upper bound of the next wait, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Partitions to pause (true) or resume (false); the last word counts.
    pub pauses: BTreeMap<TopicPartition, bool>,
    /// Commit offsets soon.
    pub commit: bool,
}

impl SinkRequests {
    /// Tells what is assigned now.
    pub(super) fn set_assignment(&self, assignment: Vec<TopicPartition>) {
        lock(&self.state).assignment = assignment;
    }

    /// The requests since the last call.
    pub(super) fn take(&self) -> TakenRequests {
        std::mem::take(&mut lock(&self.state).taken)
    }

    fn request_pauses(
        &self,
        partitions: Vec<GuestTopicPartition>,
        pause: bool,
    ) -> Result<(), ConnectError> {
        let mut state = lock(&self.state);
        let partitions: Vec<TopicPartition> = partitions
            .into_iter()
            .map(|given| TopicPartition::new(given.topic, given.partition))
            .collect();
        if let Some(unassigned) = partitions
            .iter()
            .find(|partition| !state.assignment.contains(partition))
        {
            let verb = if pause { "pause" } else { "resume" };
            return Err(ConnectError::new(
                ErrorKind::Fatal,
                format!(
                    "SinkTasks may not {verb} partitions that are not currently assigned to them. \
                     ({unassigned})"
                ),
            ));
        }
        state
            .taken
            .pauses
            .extend(partitions.into_iter().map(|partition| (partition, pause)));
        Ok(())
    }
}

impl SinkContext for SinkRequests {
    fn set_offsets(&self, offsets: Vec<PartitionOffset>) {
        let mut state = lock(&self.state);
        state.taken.offsets.extend(offsets.into_iter().map(|given| {
            (
                TopicPartition::new(given.topic, given.partition),
                given.offset,
            )
        }));
    }

    fn set_timeout(&self, timeout_ms: i64) {
        // As in Kafka, only a positive number bounds the wait.
        let bound = u64::try_from(timeout_ms).ok();
        lock(&self.state).taken.timeout_ms = bound.filter(|bound| *bound > 0);
    }

    fn pause(&self, partitions: Vec<GuestTopicPartition>) -> Result<(), ConnectError> {
        self.request_pauses(partitions, true)
    }

    fn resume(&self, partitions: Vec<GuestTopicPartition>) -> Result<(), ConnectError> {
        self.request_pauses(partitions, false)
    }

    fn assignment(&self) -> Vec<GuestTopicPartition> {
        lock(&self.state)
            .assignment
            .iter()
            .map(|partition| GuestTopicPartition {
                topic: partition.topic.to_string(),
                partition: partition.partition,
            })
            .collect()
    }

    fn request_commit(&self) {
        lock(&self.state).taken.commit = true;
    }
}

/// The requests of a connector instance.
pub(super) struct ConnectorRequests {
    name: ConnectorName,
    events: Arc<dyn ConnectorEvents>,
    raised: Mutex<Option<String>>,
    notify: Notify,
}

impl ConnectorRequests {
    pub(super) fn new(name: ConnectorName, events: Arc<dyn ConnectorEvents>) -> Self {
        Self {
            name,
            events,
            raised: Mutex::new(None),
            notify: Notify::new(),
        }
    }

    /// The error that the connector raised, once.
    pub(super) fn take_error(&self) -> Option<String> {
        lock(&self.raised).take()
    }

    /// Waits until the connector raises an error. Cancel safe.
    pub(super) async fn error_raised(&self) {
        self.notify.notified().await;
    }
}

impl ConnectorContext for ConnectorRequests {
    fn request_task_reconfiguration(&self) {
        self.events.request_task_reconfiguration(&self.name);
    }

    fn raise_error(&self, message: String) {
        *lock(&self.raised) = Some(message);
        self.notify.notify_one();
    }
}

/// Stored source offsets of one connector, for its instances.
pub struct ConnectorOffsets {
    reader: OffsetStorageReader,
}

impl ConnectorOffsets {
    /// The offsets of `connector` in `store`.
    pub fn new(connector: &str, store: Arc<dyn OffsetBackingStore>) -> Self {
        Self {
            reader: OffsetStorageReader::new(connector, store),
        }
    }
}

#[async_trait]
impl OffsetReader for ConnectorOffsets {
    async fn offsets(
        &self,
        partitions: Vec<OffsetMap<'static>>,
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError> {
        self.reader
            .offsets(&partitions)
            .await
            .map_err(|error| ConnectError {
                kind: ErrorKind::Fatal,
                message: "Failed to fetch offsets.".to_owned(),
                detail: Some(error.to_string()),
            })
    }
}
