//! Turns what instances report into stored statuses.
//!
//! Owns the worker id, generation and version that go with a report, and which reports are
//! conditional, and which connectors have something new to tell. Must not know who asks for statuses. Kafka's counterpart: the listener methods of
//! `AbstractHerder`.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

use super::marks::ConnectorMarks;
use crate::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use crate::storage::status::{InstanceStatus, State, StatusBackingStore};
use crate::worker::api::StatusListener;

#[cfg(test)]
mod tests;

/// Records the statuses of this worker's instances.
pub struct StatusRecorder {
    store: Arc<dyn StatusBackingStore>,
    worker_id: String,
    /// The versions of the plugins of instances that are or were started here.
    versions: RwLock<HashMap<InstanceId, String>>,
    changed: ConnectorMarks,
    reported: Notify,
}

impl StatusRecorder {
    /// Records to `store` under `worker_id`.
    pub fn new(store: Arc<dyn StatusBackingStore>, worker_id: impl Into<String>) -> Self {
        Self {
            store,
            worker_id: worker_id.into(),
            versions: RwLock::default(),
            changed: ConnectorMarks::default(),
            reported: Notify::new(),
        }
    }

    /// The statuses.
    pub fn store(&self) -> &dyn StatusBackingStore {
        &*self.store
    }

    /// The connectors whose statuses have changed since someone looked.
    pub fn changed(&self) -> &ConnectorMarks {
        &self.changed
    }

    /// An instance is about to be made from that version of its plugin.
    pub fn set_version(&self, id: InstanceId, version: String) {
        self.versions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, version);
    }

    /// Waits until a task is in a state that will do, and gives that.
    pub async fn task_state(
        &self,
        id: &ConnectorTaskId,
        will_do: impl Fn(State) -> bool,
    ) -> InstanceStatus {
        loop {
            // Made before the look, so that no report is missed between.
            let reported = self.reported.notified();
            if let Some(status) = self.store.task(id).filter(|status| will_do(status.state)) {
                return status;
            }
            reported.await;
        }
    }

    fn has_changed(&self, name: &ConnectorName) {
        self.changed.mark(name);
        self.reported.notify_waiters();
    }

    /// The connector's instance could not be made, so that there is no version to show.
    pub fn connector_not_built(&self, name: &ConnectorName) {
        if let Some(status) = self.store.connector(name) {
            self.store.put_connector(
                name,
                InstanceStatus {
                    version: None,
                    ..status
                },
            );
        }
    }

    /// The task could not be started.
    pub fn task_not_built(&self, id: &ConnectorTaskId, trace: String) {
        let status = InstanceStatus {
            version: None,
            ..self.status(&InstanceId::Task(id.clone()), State::Failed, Some(trace))
        };
        self.store.put_task_safe(id, status);
        self.has_changed(&id.connector);
    }

    /// The connector is no more, nor is any task.
    pub fn connector_destroyed(&self, name: &ConnectorName) {
        for task in self.store.tasks(name).into_keys() {
            let id = ConnectorTaskId::new(name.clone(), task);
            self.on_task_status(&id, State::Destroyed, None);
        }
        self.on_connector_status(name, State::Destroyed, None);
        self.versions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|id, _| id.connector() != name);
    }

    fn status(&self, id: &InstanceId, state: State, trace: Option<String>) -> InstanceStatus {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        InstanceStatus {
            state,
            trace,
            worker_id: self.worker_id.clone(),
            generation: 0,
            version: versions.get(id).cloned(),
        }
    }
}

/// FAILED and UNASSIGNED come from instances that may have been replaced meanwhile by a newer
/// owner; the other states are reported by whoever is the owner.
fn is_conditional(state: State) -> bool {
    matches!(state, State::Failed | State::Unassigned)
}

impl StatusListener for StatusRecorder {
    fn on_connector_status(&self, name: &ConnectorName, state: State, trace: Option<String>) {
        let status = self.status(&InstanceId::Connector(name.clone()), state, trace);
        if is_conditional(state) {
            self.store.put_connector_safe(name, status);
        } else {
            self.store.put_connector(name, status);
        }
        self.has_changed(name);
    }

    fn on_task_status(&self, id: &ConnectorTaskId, state: State, trace: Option<String>) {
        let status = self.status(&InstanceId::Task(id.clone()), state, trace);
        if is_conditional(state) {
            self.store.put_task_safe(id, status);
        } else {
            self.store.put_task(id, status);
        }
        self.has_changed(&id.connector);
    }
}
