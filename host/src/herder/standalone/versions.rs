//! Which version of its plugin each connector and each of its tasks has.
//!
//! Owns what was chosen when an instance was started, which stays what it is whatever becomes of the
//! registry, until the instance is started anew. Must not know how versions are chosen. Kafka's
//! counterpart: the plugin class loaders that `Worker` keeps with its instances.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::worker::api::ConnectorPlugin;

struct InUse {
    connector: ConnectorPlugin,
    /// SHA-256 of the plugins that tasks were started from, by task number.
    tasks: BTreeMap<u32, String>,
}

/// The versions in use.
#[derive(Default)]
pub(super) struct VersionsInUse {
    connectors: Mutex<HashMap<ConnectorName, InUse>>,
}

impl VersionsInUse {
    /// The version that the connector was started in last. Its tasks are started in it, too.
    pub(super) fn of_connector(&self, name: &ConnectorName) -> Option<ConnectorPlugin> {
        self.lock().get(name).map(|used| used.connector.clone())
    }

    /// The connector instance is about to be started.
    pub(super) fn connector_starts(&self, name: &ConnectorName, plugin: &ConnectorPlugin) {
        let mut connectors = self.lock();
        match connectors.get_mut(name) {
            Some(used) => used.connector = plugin.clone(),
            None => {
                let used = InUse {
                    connector: plugin.clone(),
                    tasks: BTreeMap::new(),
                };
                connectors.insert(name.clone(), used);
            }
        }
    }

    /// A task is about to be started.
    pub(super) fn task_starts(&self, id: &ConnectorTaskId, plugin: &ConnectorPlugin) {
        if let Some(used) = self.lock().get_mut(&id.connector) {
            used.tasks.insert(id.task, plugin.sha256.clone());
        }
    }

    /// Tasks are stopped.
    pub(super) fn tasks_stopped(&self, ids: &[ConnectorTaskId]) {
        let mut connectors = self.lock();
        for id in ids {
            if let Some(used) = connectors.get_mut(&id.connector) {
                used.tasks.remove(&id.task);
            }
        }
    }

    /// Whether a task was started in the version of its connector, and not stopped since.
    pub(super) fn follows(&self, id: &ConnectorTaskId) -> bool {
        self.lock().get(&id.connector).is_some_and(|used| {
            let task = used.tasks.get(&id.task);
            task.is_some_and(|sha256| *sha256 == used.connector.sha256)
        })
    }

    /// The connector is no more.
    pub(super) fn forget(&self, name: &ConnectorName) {
        self.lock().remove(name);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectorName, InUse>> {
        self.connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
