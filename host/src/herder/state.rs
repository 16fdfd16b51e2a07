//! What connectors are and how they are, as readers see it, and when tasks have to change.
//!
//! Owns the entities that REST shows and the pure rules on task configurations. Must not know how
//! they are shown or stored. Kafka's counterparts: `ConnectorInfo`, `ConnectorStateInfo`,
//! `AbstractHerder.reverseTransform` and `taskConfigsChanged`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

use super::restart_policy::RestartInfo;
use super::upgrade::UpgradeInfo;
use crate::config::ConfigMap;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::storage::config::ConnectorConfigState;
use crate::storage::status::InstanceStatus;
use crate::worker::api::ConnectorKind;

#[cfg(test)]
mod tests;

/// A connector as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorInfo {
    /// Its name.
    pub name: ConnectorName,
    /// Its configuration as it was given.
    pub config: ConfigMap,
    /// Its tasks, by number.
    pub tasks: Vec<ConnectorTaskId>,
    /// Source or sink; none when its class is not known.
    pub kind: Option<ConnectorKind>,
}

/// A connector as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorStateInfo {
    /// Its name.
    pub name: ConnectorName,
    /// The instance of the connector.
    pub connector: InstanceStatus,
    /// The instances of its tasks.
    pub tasks: BTreeMap<u32, InstanceStatus>,
    /// Source or sink; none when its class is not known.
    pub kind: Option<ConnectorKind>,
    /// What becomes of it by itself.
    pub upkeep: UpkeepInfo,
}

/// What becomes of a connector by itself. Empty when its configuration asks for nothing of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpkeepInfo {
    /// The restarts of tasks by number and, without one, of the connector instance.
    pub restarts: BTreeMap<Option<u32>, RestartInfo>,
    /// Its last move to a newer version of its plugin; none when it is not moved by itself.
    pub upgrade: Option<UpgradeInfo>,
}

/// A task as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStateInfo {
    /// Its instance.
    pub status: InstanceStatus,
    /// Its restarts; none when it is not restarted by itself.
    pub restarts: Option<RestartInfo>,
}

/// The form in which task configurations are stored: where the connector's configuration has a
/// `${provider:path:key}` reference, the reference instead of what it stands for, so that secrets
/// are not stored.
pub fn raw_task_configs(connector: &ConfigMap, generated: Vec<ConfigMap>) -> Vec<ConfigMap> {
    let referring: Vec<(&String, &String)> = connector
        .iter()
        .filter(|(_, value)| has_reference(value))
        .collect();
    generated
        .into_iter()
        .map(|mut task| {
            for (key, reference) in &referring {
                if let Some(value) = task.get_mut(*key) {
                    value.clone_from(reference);
                }
            }
            task
        })
        .collect()
}

fn has_reference(value: &str) -> bool {
    static REFERENCE: OnceLock<Regex> = OnceLock::new();
    REFERENCE
        .get_or_init(|| {
            Regex::new(r"\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}").expect("the pattern is constant")
        })
        .is_match(value)
}

/// Whether tasks have to be made anew: there are more or fewer, one is different, or the connector
/// was reconfigured since. The last matters because tasks see the connector's configuration, too.
pub fn task_configs_changed(stored: &ConnectorConfigState, generated: &[ConfigMap]) -> bool {
    stored.task_configs != generated || stored.applied_config.as_ref() != Some(&stored.config)
}
