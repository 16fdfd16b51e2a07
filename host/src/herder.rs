//! The herder: what users ask of connectors, in the order in which it has to happen.
//!
//! Owns the [`Herder`] trait that REST and the command line see, its errors with Kafka's texts, and
//! its implementations. It drives a [`Worker`](crate::worker::api::Worker) and stores by trait;
//! must not know REST, sandboxes or Kafka clients. Kafka's counterparts: `Herder`,
//! `AbstractHerder`.
//!
//! Where Kafka's standalone herder answers 500 because it stumbles over a connector that does not
//! exist (stop, both forms of restart), this one says so, with the text that the distributed herder
//! has for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::config::ConfigMap;
use crate::config::def::ConfigKey;
use crate::config::validate::ValidationResult;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::loggers::{LoggerLevel, LoggerState};
use crate::storage::config::{ConfigOrigin, ConfigStoreError, TargetState};

pub mod catalog;
#[cfg(test)]
pub(crate) mod fake;
pub mod marks;
pub mod offsets;
pub mod plugins;
pub mod request;
pub mod restart;
pub mod restart_policy;
pub mod standalone;
pub mod state;
pub mod status;
pub mod upgrade;
pub mod validation;

pub use self::offsets::{ConnectorOffsets, JsonObject, OffsetsMessage};
pub use self::plugins::{LocalPlugins, PluginAdministration};
pub use self::request::{ConnectorValidator, PutConnector, SubmittedConfig};
pub use self::restart::RestartRequest;
pub use self::restart_policy::RestartInfo;
pub use self::standalone::{StandaloneHerder, StandaloneParts};
pub use self::state::{ConnectorInfo, ConnectorStateInfo, TaskStateInfo};
pub use self::upgrade::UpgradeInfo;
/// What REST sees of a worker's plugins and errors.
pub use crate::worker::api::{ConnectorKind, PluginDescription, PluginType, WorkerError};

/// Why the herder did not do as it was asked. The texts are those that Kafka Connect answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HerderError {
    /// Reads and deletions of a connector that is not there.
    #[error("Connector {0} not found")]
    ConnectorNotFound(ConnectorName),
    /// Changes of the target state of a connector that is not there.
    #[error("Unknown connector {0}")]
    UnknownConnector(ConnectorName),
    /// Restarts of a connector that is not there.
    #[error("Unknown connector: {0}")]
    RestartOfUnknownConnector(ConnectorName),
    /// A connector is created that is there already.
    #[error("Connector {0} already exists")]
    ConnectorExists(ConnectorName),
    /// A connector has not reported yet.
    #[error("No status found for connector {0}")]
    NoConnectorStatus(ConnectorName),
    /// A task has not reported, or there is none.
    #[error("No status found for task {0}")]
    NoTaskStatus(ConnectorTaskId),
    /// A restart plan needs the status of a connector that has not reported.
    #[error("Status for connector {0} not found")]
    NoRestartStatus(ConnectorName),
    /// A restart of a task that is not there.
    #[error("Task {0} not found")]
    TaskNotFound(ConnectorTaskId),
    /// A configuration names another connector than the request.
    #[error(
        "Connector name configuration ({configured}) doesn't match connector name in the URL ({name})"
    )]
    NameMismatch {
        /// The name in the configuration.
        configured: String,
        /// The name in the request.
        name: String,
    },
    /// A configuration is refused; the whole text.
    #[error("{0}")]
    InvalidConfig(String),
    /// No plugin of that class or alias.
    #[error("Unknown plugin {0}.")]
    UnknownPlugin(String),
    /// A plugin of a kind that has no configuration to ask for.
    #[error(
        "Invalid plugin class {0}. Valid types are sink, source, converter, header_converter, transformation, predicate."
    )]
    InvalidPluginClass(String),
    /// No such version of a plugin; the whole text.
    #[error("{0}")]
    PluginVersion(String),
    /// A validation takes longer than a request waits; it goes on nevertheless.
    #[error("Request timed out{}", .0.as_ref().map(|stage| format!(". {stage}")).unwrap_or_default())]
    ValidationTimeout(Option<String>),
    /// A key of the connector's own has no value, which its definition let pass.
    #[error("Non-string value found in original settings for key {0}: null")]
    NullValue(String),
    /// The offsets of a connector that is not stopped are not changed.
    #[error(
        "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/{0}/stop' endpoint"
    )]
    NotStopped(ConnectorName),
    /// `topic.tracking.enable` is false.
    #[error("Topic tracking is disabled.")]
    TopicTrackingDisabled,
    /// `topic.tracking.allow.reset` is false.
    #[error("Topic tracking reset is disabled.")]
    TopicResetDisabled,
    /// A task could not be started.
    #[error("Failed to start task: {0}")]
    TaskStart(ConnectorTaskId),
    /// A task that was moved to another version of its plugin does not say that it runs.
    #[error("Task {0} has not said that it runs")]
    NotUp(ConnectorTaskId),
    /// A task that was moved to another version of its plugin failed; why.
    #[error("Task {0} failed: {1}")]
    TaskFailed(ConnectorTaskId, String),
    /// The worker did not do as it was told.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// What was asked for could not be stored.
    #[error(transparent)]
    Store(#[from] ConfigStoreError),
    /// It takes longer than a request waits; it goes on nevertheless.
    #[error("Request timed out{}", timeout_suffix(.0.as_deref()))]
    Timeout(Option<String>),
    /// The process ends.
    #[error("The herder is shutting down")]
    Stopping,
    /// The operation panicked, which is a bug of the worker.
    #[error("Request interrupted")]
    Interrupted,
    /// Task configurations come from connectors alone.
    #[error(
        "Kafka Connect in standalone mode does not support externally setting task configurations."
    )]
    NoExternalTaskConfigs,
    /// Fencing belongs to exactly-once source connectors.
    #[error("Kafka Connect in standalone mode does not support exactly-once source connectors.")]
    NoExactlyOnce,
}

fn timeout_suffix(stage: Option<&str>) -> String {
    stage.map(|stage| format!(". {stage}.")).unwrap_or_default()
}

/// What became of a configuration that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// Whether the connector is new.
    pub created: bool,
    /// The connector afterwards.
    pub info: ConnectorInfo,
}

/// What REST and the command line ask for. Reads answer from snapshots and never wait; changes wait
/// for at most 90 s and then answer [`HerderError::Timeout`], without being called off.
#[async_trait]
pub trait Herder: Send + Sync {
    /// The id of the Kafka cluster.
    fn kafka_cluster_id(&self) -> Option<&str>;

    /// Whether start-up has completed.
    fn is_ready(&self) -> bool;

    /// Answers as soon as the herder is ready and takes requests.
    async fn health_check(&self) -> Result<(), HerderError>;

    /// All plugins of the worker.
    fn plugins(&self) -> Vec<PluginDescription>;

    /// What administrators may ask about plugins, and change of them.
    fn plugin_administration(&self) -> Arc<dyn PluginAdministration>;

    /// The keys that configure a plugin, given by class or alias, in a version out of a range.
    fn plugin_config(
        &self,
        class: &str,
        version: Option<&str>,
    ) -> Result<Vec<ConfigKey>, HerderError>;

    /// Validates a configuration and stores nothing. Waits as long as changes do.
    async fn validate_connector_config(
        &self,
        config: SubmittedConfig,
    ) -> Result<ValidationResult, HerderError>;

    /// The names of all connectors, sorted.
    fn connectors(&self) -> Vec<ConnectorName>;

    /// A connector's configuration, tasks and type.
    fn connector_info(&self, name: &ConnectorName) -> Result<ConnectorInfo, HerderError>;

    /// The statuses of a connector and of its tasks.
    fn connector_status(&self, name: &ConnectorName) -> Result<ConnectorStateInfo, HerderError>;

    /// The raw configurations of a connector's tasks, by task number.
    fn task_configs(&self, name: &ConnectorName) -> Result<Vec<ConfigMap>, HerderError>;

    /// The status of a task.
    fn task_status(&self, id: &ConnectorTaskId) -> Result<TaskStateInfo, HerderError>;

    /// Validates and stores a configuration, and starts the connector with it.
    async fn put_connector_config(&self, request: PutConnector) -> Result<Put, HerderError>;

    /// Changes single keys of a configuration; none removes one.
    async fn patch_connector_config(
        &self,
        name: &ConnectorName,
        patch: Vec<(String, Option<String>)>,
        origin: ConfigOrigin,
    ) -> Result<ConnectorInfo, HerderError>;

    /// Stops and forgets a connector. Its offsets stay.
    async fn delete_connector(&self, name: &ConnectorName) -> Result<(), HerderError>;

    /// Pauses or resumes: stores what is wanted and answers; the transition follows.
    /// Stops: answers when the tasks are gone.
    async fn set_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), HerderError>;

    /// Restarts the connector instance alone and waits for its start.
    async fn restart_connector(&self, name: &ConnectorName) -> Result<(), HerderError>;

    /// Restarts what the request names; answers with the plan once everything in it is stopped.
    async fn restart_connector_and_tasks(
        &self,
        request: RestartRequest,
    ) -> Result<ConnectorStateInfo, HerderError>;

    /// Restarts a task.
    async fn restart_task(&self, id: &ConnectorTaskId) -> Result<(), HerderError>;

    /// Replaces task configurations on behalf of another worker.
    async fn put_task_configs(
        &self,
        name: &ConnectorName,
        configs: Vec<ConfigMap>,
    ) -> Result<(), HerderError>;

    /// Fences off the tasks of an exactly-once source connector on behalf of another worker.
    async fn fence_zombie_source_tasks(&self, name: &ConnectorName) -> Result<(), HerderError>;

    /// The offsets of a connector: a source's as they are stored, a sink's as its group has them. Waits as long as
    /// changes do.
    async fn connector_offsets(
        &self,
        name: &ConnectorName,
    ) -> Result<ConnectorOffsets, HerderError>;

    /// Changes offsets of a stopped connector; a partition without an offset is reset.
    async fn alter_connector_offsets(
        &self,
        name: &ConnectorName,
        offsets: Vec<(Option<JsonObject>, Option<JsonObject>)>,
    ) -> Result<OffsetsMessage, HerderError>;

    /// Forgets all offsets of a stopped connector.
    async fn reset_connector_offsets(
        &self,
        name: &ConnectorName,
    ) -> Result<OffsetsMessage, HerderError>;

    /// The topics that a connector has used, sorted; none for a connector that is not known.
    fn active_topics(&self, name: &ConnectorName) -> Result<Vec<String>, HerderError>;

    /// Forgets the topics that a connector has used.
    fn reset_active_topics(&self, name: &ConnectorName) -> Result<(), HerderError>;

    /// All loggers of this worker by name.
    fn loggers(&self) -> BTreeMap<String, LoggerState>;

    /// A logger of this worker; none if there is no such logger.
    fn logger(&self, name: &str) -> Option<LoggerState>;

    /// Sets the level of a logger and of all whose names begin with its name; returns the names of
    /// those that had another level.
    fn set_logger_level(&self, namespace: &str, level: LoggerLevel) -> Vec<String>;
}
