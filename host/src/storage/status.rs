//! Statuses of connectors and tasks: the trait and the backend in memory.
//!
//! Owns what instances last reported. A conditional ("safe") write never hides what a newer owner
//! of the instance reported. Must not know who reports. Kafka's counterparts: `AbstractStatus`,
//! `StatusBackingStore`, `MemoryStatusBackingStore`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use crate::ids::{ConnectorName, ConnectorTaskId};

#[cfg(test)]
mod tests;

/// The state of a connector or task instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody runs it.
    Unassigned,
    /// It works.
    Running,
    /// It waits to be resumed.
    Paused,
    /// It ended with an error.
    Failed,
    /// It is about to be started again.
    Restarting,
    /// A connector without tasks, which waits to be resumed. Never a task.
    Stopped,
    /// It is no more: the entry goes away.
    Destroyed,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Stopped => "STOPPED",
            Self::Destroyed => "DESTROYED",
        })
    }
}

/// A text is not the name of a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a state of a connector or task")]
pub struct UnknownState(String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        match text {
            "UNASSIGNED" => Ok(Self::Unassigned),
            "RUNNING" => Ok(Self::Running),
            "PAUSED" => Ok(Self::Paused),
            "FAILED" => Ok(Self::Failed),
            "RESTARTING" => Ok(Self::Restarting),
            "STOPPED" => Ok(Self::Stopped),
            "DESTROYED" => Ok(Self::Destroyed),
            _ => Err(UnknownState(text.to_owned())),
        }
    }
}

/// What an instance last reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceStatus {
    /// Its state.
    pub state: State,
    /// Why it failed.
    pub trace: Option<String>,
    /// Who reported it.
    pub worker_id: String,
    /// The group generation of the reporter; 0 in standalone mode.
    pub generation: i32,
    /// The version of its plugin; none when the instance was never built.
    pub version: Option<String>,
}

/// Where statuses are stored. Writes never wait and never fail: a backend that has to talk to
/// Kafka does so behind this, as Kafka Connect's does.
pub trait StatusBackingStore: Send + Sync {
    /// Stores the status of a connector.
    fn put_connector(&self, name: &ConnectorName, status: InstanceStatus);

    /// Stores the status of a connector unless a newer owner reported meanwhile.
    fn put_connector_safe(&self, name: &ConnectorName, status: InstanceStatus) {
        if may_replace(self.connector(name).as_ref(), &status) {
            self.put_connector(name, status);
        }
    }

    /// Stores the status of a task.
    fn put_task(&self, id: &ConnectorTaskId, status: InstanceStatus);

    /// Stores the status of a task unless a newer owner reported meanwhile.
    fn put_task_safe(&self, id: &ConnectorTaskId, status: InstanceStatus) {
        if may_replace(self.task(id).as_ref(), &status) {
            self.put_task(id, status);
        }
    }

    /// The status of a connector.
    fn connector(&self, name: &ConnectorName) -> Option<InstanceStatus>;

    /// The status of a task.
    fn task(&self, id: &ConnectorTaskId) -> Option<InstanceStatus>;

    /// The statuses of a connector's tasks, by task number.
    fn tasks(&self, name: &ConnectorName) -> BTreeMap<u32, InstanceStatus>;
}

/// Whether a conditional write goes ahead: nothing is there, or it is our own, or it is not newer.
fn may_replace(present: Option<&InstanceStatus>, new: &InstanceStatus) -> bool {
    present.is_none_or(|present| {
        present.worker_id == new.worker_id || present.generation <= new.generation
    })
}

#[derive(Default)]
struct Statuses {
    connector: Option<InstanceStatus>,
    tasks: BTreeMap<u32, InstanceStatus>,
}

/// Keeps statuses for as long as the process lives.
#[derive(Default)]
pub struct MemoryStatusBackingStore {
    statuses: RwLock<BTreeMap<ConnectorName, Statuses>>,
}

impl MemoryStatusBackingStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn change(&self, name: &ConnectorName, change: impl FnOnce(&mut Statuses)) {
        let mut all = self
            .statuses
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let statuses = all.entry(name.clone()).or_default();
        change(statuses);
        if statuses.connector.is_none() && statuses.tasks.is_empty() {
            all.remove(name);
        }
    }

    fn read<T>(&self, name: &ConnectorName, read: impl FnOnce(&Statuses) -> T) -> Option<T> {
        self.statuses
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .map(read)
    }
}

impl StatusBackingStore for MemoryStatusBackingStore {
    fn put_connector(&self, name: &ConnectorName, status: InstanceStatus) {
        self.change(name, |statuses| {
            statuses.connector = (status.state != State::Destroyed).then_some(status);
        });
    }

    fn put_task(&self, id: &ConnectorTaskId, status: InstanceStatus) {
        self.change(&id.connector, |statuses| {
            if status.state == State::Destroyed {
                statuses.tasks.remove(&id.task);
            } else {
                statuses.tasks.insert(id.task, status);
            }
        });
    }

    fn connector(&self, name: &ConnectorName) -> Option<InstanceStatus> {
        self.read(name, |statuses| statuses.connector.clone())
            .flatten()
    }

    fn task(&self, id: &ConnectorTaskId) -> Option<InstanceStatus> {
        self.read(&id.connector, |statuses| {
            statuses.tasks.get(&id.task).cloned()
        })
        .flatten()
    }

    fn tasks(&self, name: &ConnectorName) -> BTreeMap<u32, InstanceStatus> {
        self.read(name, |statuses| statuses.tasks.clone())
            .unwrap_or_default()
    }
}
