//! What the herder sees of a worker, and what a worker tells the herder.
//!
//! Owns the traits and types on that border, so that either side can be replaced by a fake. Must
//! not know how instances run, nor who drives them. Kafka's counterpart: the public methods of
//! `Worker`, and `AbstractStatus.Listener`.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::config::ConfigMap;
use crate::config::def::ConfigDef;
use crate::config::validate::Recommendation;
use crate::config::version_range::VersionRange;
use crate::errors::Failure;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::sandbox::CompiledPlugin;
use crate::storage::config::TargetState;
use crate::storage::status::State;

pub use super::offsets::{
    ConnectorOffset, JsonObject, JsonValue, OffsetEntry, OffsetsChange, OffsetsError,
    OffsetsMessage,
};
pub use crate::config::connector::ConnectorKind;
pub use crate::storage::config::ConfigOrigin;

/// The kinds of plugins, in the order in which REST lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PluginType {
    /// A sink connector.
    Sink,
    /// A source connector.
    Source,
    /// A transformation.
    Transformation,
    /// A predicate.
    Predicate,
    /// A converter of keys and values.
    Converter,
    /// A converter of headers.
    HeaderConverter,
}

impl PluginType {
    /// Whether it is a connector.
    pub fn is_connector(self) -> bool {
        matches!(self, Self::Sink | Self::Source)
    }
}

impl fmt::Display for PluginType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sink => "sink",
            Self::Source => "source",
            Self::Transformation => "transformation",
            Self::Predicate => "predicate",
            Self::Converter => "converter",
            Self::HeaderConverter => "header_converter",
        })
    }
}

/// A plugin that the worker can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginDescription {
    /// The full class name.
    pub class: String,
    /// What it is.
    pub kind: PluginType,
    /// Its version.
    pub version: String,
}

/// A transformation, predicate or converter that is a plugin of a file.
#[derive(Clone, Debug)]
pub struct RecordPlugin {
    /// The full class name.
    pub class: String,
    /// Other class names that it answers to.
    pub aliases: Vec<String>,
    /// What it is listed as: a converter that converts headers, too, is listed as both.
    pub kinds: Vec<PluginType>,
    /// Its version.
    pub version: String,
    /// The keys that configure it.
    pub config_def: Arc<ConfigDef>,
}

/// A connector plugin, with what is needed to validate a configuration for it.
#[derive(Clone, Debug)]
pub struct ConnectorPlugin {
    /// The full class name.
    pub class: String,
    /// Source or sink.
    pub kind: ConnectorKind,
    /// Its version.
    pub version: String,
    /// All versions of the class, the newest first.
    pub versions: Vec<String>,
    /// The configuration that it defines.
    pub config_def: Arc<ConfigDef>,
    /// The full class name of its tasks, for `task.class`.
    pub task_class: String,
    /// SHA-256 of its file, in hexadecimal digits: which build of the version it is.
    pub sha256: String,
    /// What instances are made from.
    pub code: PluginCode,
}

/// The code of a plugin, which the herder keeps and hands back to the worker, and never looks into. It
/// stays usable when the plugin is removed.
#[derive(Clone, Debug, Default)]
pub struct PluginCode(Option<CompiledPlugin>);

impl PluginCode {
    pub(super) fn new(plugin: CompiledPlugin) -> Self {
        Self(Some(plugin))
    }

    pub(super) fn plugin(&self) -> Option<&CompiledPlugin> {
        self.0.as_ref()
    }
}

/// What the instances of a connector are started from.
#[derive(Clone, Copy)]
pub struct StartSpec<'a> {
    /// The version of the plugin.
    pub plugin: &'a ConnectorPlugin,
    /// The connector's configuration.
    pub config: &'a ConfigMap,
    /// Who gave it.
    pub origin: ConfigOrigin,
    /// What the instance is to be.
    pub target: TargetState,
}

/// What a plugin found out about a configuration.
#[derive(Clone, Debug, Default)]
pub struct PluginFindings {
    /// What is wrong, as key and message.
    pub messages: Vec<(String, String)>,
    /// Values to choose from.
    pub recommendations: Vec<Recommendation>,
}

/// Why a worker did not do as it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// No plugin, or more than one, has that class or alias, or none in a version that will do.
    /// The text names what there is.
    #[error("{0}")]
    UnknownPlugin(String),
    /// The plugin cannot make anything of the configuration. The text names the plugin.
    #[error("{0}")]
    InvalidConfig(String),
    /// The instance failed, or could not be made. Its status has the whole failure; the text is
    /// the message alone, as REST shows it.
    #[error("{}", .0.message)]
    Failed(Failure),
    /// Offsets are not shown or changed.
    #[error(transparent)]
    Offsets(#[from] OffsetsError),
}

/// Who is told what became of connectors and tasks. Never blocks.
pub trait StatusListener: Send + Sync {
    /// A connector is in `state` now; `trace` says why it failed.
    fn on_connector_status(&self, name: &ConnectorName, state: State, trace: Option<String>);
    /// A task is in `state` now; `trace` says why it failed.
    fn on_task_status(&self, id: &ConnectorTaskId, state: State, trace: Option<String>);
}

/// Who is told what connectors ask for. Never blocks.
pub trait ConnectorEvents: Send + Sync {
    /// The connector wants to be asked for its task configurations again.
    fn request_task_reconfiguration(&self, name: &ConnectorName);
}

/// A worker process, as the herder drives it. Calls for one connector come one after the other;
/// calls for different connectors may come at the same time.
///
/// Configurations are given raw, as users wrote them; the worker resolves `${...}` references.
#[async_trait]
pub trait Worker: Send + Sync {
    /// `host:port`, shown in statuses.
    fn worker_id(&self) -> &str;

    /// All plugins.
    fn plugins(&self) -> Vec<PluginDescription>;

    /// The transformations, predicates and converters that are plugins of files, in all their
    /// versions.
    fn record_plugins(&self) -> Vec<RecordPlugin> {
        Vec::new()
    }

    /// Class and version of those that a configuration names and would be started with now.
    fn record_plugins_wanted(&self, _config: &ConfigMap) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The connector plugin of that class or alias: the newest version, within the range if one
    /// is given.
    fn connector_plugin(
        &self,
        class_or_alias: &str,
        version: Option<&VersionRange>,
    ) -> Result<ConnectorPlugin, WorkerError>;

    /// The connector plugin that a configuration wants: the newest version that fits.
    fn wanted_plugin(&self, config: &ConfigMap) -> Result<ConnectorPlugin, WorkerError>;

    /// A number that grows whenever plugins come or go.
    fn plugin_changes(&self) -> watch::Receiver<u64>;

    /// Class and version of the plugins that the instances of a connector are made from.
    fn plugins_in_use(&self, name: &ConnectorName) -> Vec<(String, String)>;

    /// The plugin's own check of a configuration, and what it recommends, asked of the version
    /// that the configuration wants.
    async fn validate(&self, config: &ConfigMap) -> Result<PluginFindings, WorkerError>;

    /// What a configuration of that origin names and may not have, and where it is looser than the
    /// worker's limits: pairs of key and message, which names key, path or value and the worker
    /// line that would allow it.
    fn check_grants(&self, config: &ConfigMap, origin: ConfigOrigin) -> Vec<(String, String)>;

    /// Brings a connector up in its target state; returns when it is there or has failed. The status comes
    /// through the listener in both cases.
    async fn start_connector(
        &self,
        name: &ConnectorName,
        spec: StartSpec<'_>,
    ) -> Result<(), WorkerError>;

    /// Stops a connector and waits for its end. Does nothing when there is none.
    async fn stop_connector(&self, name: &ConnectorName);

    /// Moves a connector and its tasks; waits for the connector.
    async fn set_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), WorkerError>;

    /// The configurations of the connector's tasks, with `task.class` and topics filled in. Too
    /// many tasks are an error.
    async fn connector_task_configs(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConfigMap>, WorkerError>;

    /// Starts a task in its target state; returns once it runs by itself. Later failures are statuses.
    async fn start_task(
        &self,
        id: &ConnectorTaskId,
        spec: StartSpec<'_>,
        task_config: &ConfigMap,
    ) -> Result<(), WorkerError>;

    /// Stops tasks and waits for their ends. Unknown ones are passed over.
    async fn stop_and_await_tasks(&self, ids: &[ConnectorTaskId]);

    /// Stops a task that is started again next, and waits for its end. What the next start can take
    /// over is kept for it: a sink task keeps its place in its group, so that nobody waits for a
    /// rebalance.
    async fn stop_task_for_restart(&self, id: &ConnectorTaskId);

    /// Whether there is an instance of that connector.
    fn is_running(&self, name: &ConnectorName) -> bool;

    /// The offsets of a connector, running or not.
    async fn connector_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConnectorOffset>, WorkerError>;

    /// Changes the offsets of a connector that has no tasks, once the connector itself has agreed. A call that
    /// is given up may still take effect.
    async fn modify_connector_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
        origin: ConfigOrigin,
        change: OffsetsChange,
    ) -> Result<OffsetsMessage, WorkerError>;

    /// Stops everything: connectors within 5 s in total, tasks within
    /// `task.shutdown.graceful.timeout.ms` in total. Nothing can be started afterwards.
    async fn stop(&self);
}
