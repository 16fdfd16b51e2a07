//! Requests to a herder: what they carry, and how they are waited for.
//!
//! Owns submitted configurations, the rule on connector names, the stages that a timed-out request
//! tells of, and the reconfiguration requests of connectors. Must not know how requests are carried
//! out. Kafka's counterparts: `HerderRequestHandler`, `Stage`, `StagedTimeoutException`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::HerderError;
use super::marks::ConnectorMarks;
use crate::clock;
use crate::config::ConfigMap;
use crate::config::def::ConfigKey;
use crate::config::validate::ValidationResult;
use crate::ids::ConnectorName;
use crate::storage::config::{ConfigOrigin, TargetState};
use crate::worker::api::ConnectorEvents;

#[cfg(test)]
mod tests;

/// How long a request waits for the herder, as in Kafka Connect.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);

/// The key that names the connector in its own configuration.
pub const NAME_KEY: &str = "name";

/// A configuration as a user submitted it. JSON knows null, configurations do not: such keys are
/// kept apart so that validation can name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmittedConfig {
    /// The keys that have a value.
    pub values: ConfigMap,
    /// The keys that were given null, in the order given.
    pub null_keys: Vec<String>,
}

impl SubmittedConfig {
    /// A configuration in which every key has a value.
    pub fn new(values: ConfigMap) -> Self {
        Self {
            values,
            null_keys: Vec::new(),
        }
    }

    /// Fills in `name`, or refuses the configuration of another connector.
    pub fn set_name(&mut self, name: &ConnectorName) -> Result<(), HerderError> {
        self.null_keys.retain(|key| key != NAME_KEY);
        match self.values.get(NAME_KEY) {
            Some(configured) if configured != name.as_str() => Err(HerderError::NameMismatch {
                configured: configured.clone(),
                name: name.as_str().to_owned(),
            }),
            Some(_) => Ok(()),
            None => {
                self.values
                    .insert(NAME_KEY.to_owned(), name.as_str().to_owned());
                Ok(())
            }
        }
    }
}

impl FromIterator<(String, Option<String>)> for SubmittedConfig {
    /// The last of several values of one key counts, at the place of the first.
    fn from_iter<I: IntoIterator<Item = (String, Option<String>)>>(entries: I) -> Self {
        let mut all: indexmap::IndexMap<String, Option<String>> = indexmap::IndexMap::new();
        all.extend(entries);
        let mut config = Self::default();
        for (key, value) in all {
            match value {
                Some(value) => {
                    config.values.insert(key, value);
                }
                None => config.null_keys.push(key),
            }
        }
        config
    }
}

/// The stored configuration with a patch applied: null removes a key.
pub fn patched_config(stored: &ConfigMap, patch: Vec<(String, Option<String>)>) -> ConfigMap {
    let mut config = stored.clone();
    for (key, value) in patch {
        match value {
            Some(value) => {
                config.insert(key, value);
            }
            None => {
                config.shift_remove(&key);
            }
        }
    }
    config
}

/// Whether a connector may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutMode {
    /// It must be new.
    Create,
    /// Either is fine.
    CreateOrReplace,
    /// It must be there.
    Replace,
}

/// A configuration to be stored and started.
#[derive(Clone, Debug)]
pub struct PutConnector {
    /// The connector.
    pub name: ConnectorName,
    /// Its configuration, which names the same connector or none.
    pub config: SubmittedConfig,
    /// What it is to be; none keeps what it is, or starts a new one.
    pub target: Option<TargetState>,
    /// Whether it may be there already.
    pub mode: PutMode,
    /// Who asks.
    pub origin: ConfigOrigin,
}

impl PutConnector {
    /// A new connector.
    pub fn create(name: ConnectorName, config: SubmittedConfig, origin: ConfigOrigin) -> Self {
        Self {
            name,
            config,
            target: None,
            mode: PutMode::Create,
            origin,
        }
    }

    /// A connector that is created or replaced.
    pub fn put(name: ConnectorName, config: SubmittedConfig, origin: ConfigOrigin) -> Self {
        Self {
            name,
            config,
            target: None,
            mode: PutMode::CreateOrReplace,
            origin,
        }
    }

    /// Sets what the connector is to be.
    #[must_use]
    pub fn target(mut self, target: Option<TargetState>) -> Self {
        self.target = target;
        self
    }
}

/// Decides whether a configuration may be stored.
#[async_trait]
pub trait ConnectorValidator: Send + Sync {
    /// What is wrong with a configuration, key by key. Where there is no such list to answer with,
    /// [`HerderError::InvalidConfig`] has the whole text of the answer.
    async fn validate(
        &self,
        config: &SubmittedConfig,
        origin: ConfigOrigin,
        stages: &Stages,
    ) -> Result<ValidationResult, HerderError>;

    /// The keys that configure a plugin, given by class or alias, in a version out of a range.
    fn plugin_config(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Vec<ConfigKey>, HerderError>;
}

struct Stage {
    what: String,
    began: i64,
    completed: Option<i64>,
}

/// What is being done for a request, so that its timeout can tell. Clones share it.
#[derive(Clone, Default)]
pub struct Stages {
    current: Arc<Mutex<Option<Stage>>>,
}

impl Stages {
    /// Nothing is being done yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this is being done; `what` continues "The worker is currently".
    pub fn begin(&self, what: impl Into<String>) {
        *self.lock() = Some(Stage {
            what: what.into(),
            began: clock::epoch_ms(),
            completed: None,
        });
    }

    /// What was being done is done.
    pub fn complete(&self) {
        if let Some(stage) = &mut *self.lock() {
            stage.completed = Some(clock::epoch_ms());
        }
    }

    /// What is or was last being done, as a sentence without its full stop.
    pub fn summary(&self) -> Option<String> {
        self.lock().as_ref().map(stage_summary)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Stage>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stage_summary(stage: &Stage) -> String {
    let began = java_instant(stage.began);
    match stage.completed {
        None => {
            format!(
                "The worker is currently {}, which began at {began}",
                stage.what
            )
        }
        Some(completed) => format!(
            "The last operation the worker completed was {}, which began at {began} and completed at {}",
            stage.what,
            java_instant(completed)
        ),
    }
}

/// `java.time.Instant.toString`: milliseconds only when there are any, then three digits.
fn java_instant(epoch_ms: i64) -> String {
    let Ok(instant) = jiff::Timestamp::from_millisecond(epoch_ms) else {
        return format!("{epoch_ms} ms after 1970");
    };
    let format = if epoch_ms % 1000 == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S.%3fZ"
    };
    instant.strftime(format).to_string()
}

/// Connectors that want to be asked for their task configurations again.
#[derive(Default)]
pub struct ReconfigurationRequests {
    marks: ConnectorMarks,
}

impl ReconfigurationRequests {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until there are some. Cancel safe.
    pub async fn arrived(&self) {
        self.marks.arrived().await;
    }

    /// Takes them.
    pub fn take(&self) -> BTreeSet<ConnectorName> {
        self.marks.take()
    }
}

impl ConnectorEvents for ReconfigurationRequests {
    fn request_task_reconfiguration(&self, name: &ConnectorName) {
        self.marks.mark(name);
    }
}
