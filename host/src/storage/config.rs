//! Configurations, target states and task configurations of connectors: the trait and the backend
//! in memory, which standalone mode uses.
//!
//! Owns what a user asked for, as it was asked. Readers take snapshots, which never change. Must
//! not know what runs. Kafka's counterparts: `ConfigBackingStore`, `ClusterConfigState`,
//! `MemoryConfigBackingStore`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::config::ConfigMap;
use crate::ids::{ConnectorName, ConnectorTaskId};

#[cfg(test)]
mod tests;

/// What the user asked a connector to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetState {
    /// Connector and tasks run.
    #[default]
    Started,
    /// Connector and tasks stay assigned and do nothing.
    Paused,
    /// The connector does nothing and has no tasks.
    Stopped,
}

impl fmt::Display for TargetState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Started => "STARTED",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        })
    }
}

/// A text is not the name of a target state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a target state; expected STARTED, PAUSED or STOPPED")]
pub struct UnknownTargetState(String);

impl FromStr for TargetState {
    type Err = UnknownTargetState;

    fn from_str(text: &str) -> Result<Self, UnknownTargetState> {
        match text {
            "STARTED" => Ok(Self::Started),
            "PAUSED" => Ok(Self::Paused),
            "STOPPED" => Ok(Self::Stopped),
            _ => Err(UnknownTargetState(text.to_owned())),
        }
    }
}

/// Who gave a configuration. Files on the command line are the operator's own words and are
/// granted what they name; what comes over REST is bounded by `sandbox.fs.allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigOrigin {
    /// A connector file that the operator passed.
    CommandLine,
    /// A request.
    Rest,
}

/// What is stored for one connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorConfigState {
    /// The configuration as it was given, references unresolved.
    pub config: ConfigMap,
    /// Who gave it.
    pub origin: ConfigOrigin,
    /// What the user asked for.
    pub target: TargetState,
    /// The raw task configurations of the last generation, by task number.
    pub task_configs: Vec<ConfigMap>,
    /// The connector configuration that generated them.
    pub applied_config: Option<ConfigMap>,
}

impl ConnectorConfigState {
    /// The ids of the connector's tasks, in order.
    pub fn task_ids(&self, name: &ConnectorName) -> Vec<ConnectorTaskId> {
        (0u32..)
            .zip(&self.task_configs)
            .map(|(task, _)| ConnectorTaskId::new(name.clone(), task))
            .collect()
    }
}

/// Everything that is stored, at one moment. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ClusterConfigState {
    connectors: Arc<BTreeMap<ConnectorName, Arc<ConnectorConfigState>>>,
}

impl ClusterConfigState {
    /// The names of all connectors, sorted.
    pub fn connectors(&self) -> impl Iterator<Item = &ConnectorName> {
        self.connectors.keys()
    }

    /// What is stored for a connector.
    pub fn connector(&self, name: &ConnectorName) -> Option<&Arc<ConnectorConfigState>> {
        self.connectors.get(name)
    }

    /// Whether there is such a connector.
    pub fn contains(&self, name: &ConnectorName) -> bool {
        self.connectors.contains_key(name)
    }

    /// The raw configuration of a task.
    pub fn task_config(&self, id: &ConnectorTaskId) -> Option<&ConfigMap> {
        let tasks = &self.connectors.get(&id.connector)?.task_configs;
        tasks.get(usize::try_from(id.task).ok()?)
    }
}

/// Why something could not be stored. In memory nothing can go wrong; topics can be away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigStoreError {
    /// Writing did not succeed. The text is what REST answers.
    #[error("{0}")]
    Write(&'static str),
}

/// Where configurations are stored.
#[async_trait]
pub trait ConfigBackingStore: Send + Sync {
    /// What is stored now. Never waits.
    fn snapshot(&self) -> ClusterConfigState;

    /// Stores a configuration, and a target state if one is given; else the present one is kept.
    async fn put_connector_config(
        &self,
        name: &ConnectorName,
        config: ConfigMap,
        origin: ConfigOrigin,
        target: Option<TargetState>,
    ) -> Result<(), ConfigStoreError>;

    /// Forgets a connector, its target state and its task configurations.
    async fn remove_connector_config(&self, name: &ConnectorName) -> Result<(), ConfigStoreError>;

    /// Replaces the task configurations of a connector and remembers its present configuration as
    /// the one that generated them.
    async fn put_task_configs(
        &self,
        name: &ConnectorName,
        task_configs: Vec<ConfigMap>,
    ) -> Result<(), ConfigStoreError>;

    /// Stores what the user asked for.
    async fn put_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), ConfigStoreError>;
}

/// Keeps configurations for as long as the process lives, as Kafka's standalone mode does.
#[derive(Default)]
pub struct MemoryConfigBackingStore {
    state: RwLock<ClusterConfigState>,
}

impl MemoryConfigBackingStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<ConnectorName, Arc<ConnectorConfigState>>)) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut state.connectors));
    }

    fn change_connector(
        &self,
        name: &ConnectorName,
        change: impl FnOnce(&mut ConnectorConfigState),
    ) {
        self.change(|connectors| {
            if let Some(connector) = connectors.get_mut(name) {
                change(Arc::make_mut(connector));
            }
        });
    }
}

#[async_trait]
impl ConfigBackingStore for MemoryConfigBackingStore {
    fn snapshot(&self) -> ClusterConfigState {
        self.state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn put_connector_config(
        &self,
        name: &ConnectorName,
        config: ConfigMap,
        origin: ConfigOrigin,
        target: Option<TargetState>,
    ) -> Result<(), ConfigStoreError> {
        self.change(|connectors| match connectors.get_mut(name) {
            Some(connector) => {
                let connector = Arc::make_mut(connector);
                connector.config = config;
                connector.origin = origin;
                connector.target = target.unwrap_or(connector.target);
            }
            None => {
                let state = ConnectorConfigState {
                    config,
                    origin,
                    target: target.unwrap_or_default(),
                    task_configs: Vec::new(),
                    applied_config: None,
                };
                connectors.insert(name.clone(), Arc::new(state));
            }
        });
        Ok(())
    }

    async fn remove_connector_config(&self, name: &ConnectorName) -> Result<(), ConfigStoreError> {
        self.change(|connectors| {
            connectors.remove(name);
        });
        Ok(())
    }

    async fn put_task_configs(
        &self,
        name: &ConnectorName,
        task_configs: Vec<ConfigMap>,
    ) -> Result<(), ConfigStoreError> {
        self.change_connector(name, |connector| {
            connector.task_configs = task_configs;
            connector.applied_config = Some(connector.config.clone());
        });
        Ok(())
    }

    async fn put_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), ConfigStoreError> {
        self.change_connector(name, |connector| connector.target = target);
        Ok(())
    }
}
