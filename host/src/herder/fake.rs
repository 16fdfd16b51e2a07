//! A worker and a validator for tests of the herder and of REST: they run nothing, do at once what
//! they are told, and write down what that was.
//!
//! A connector's own configuration says how it misbehaves: `fail.build`, `fail.start`,
//! `fail.tasks` (each with its message), `fail.task` (the task's status), `block.start`, `panic`,
//! `fail.offsets`, `block.offsets`, `unaware.offsets`; `fail.start.of` and `fail.task.of` name the version
//! of the plugin that does so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use connect_data::OffsetMap;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::offsets::TopicTracking;
use super::request::{ConnectorValidator, ReconfigurationRequests, Stages, SubmittedConfig};
use super::status::StatusRecorder;
use super::{HerderError, StandaloneHerder, StandaloneParts};
use crate::config::ConfigMap;
use crate::config::def::{
    ConfigDef, ConfigKey, ConfigType, ConfigValidation, ConfigValue, DefaultValue, Importance,
    Width,
};
use crate::config::validate::{ValidationEntry, ValidationResult};
use crate::config::version_range::VersionRange;
use crate::errors::Failure;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::loggers::Loggers;
use crate::storage::config::{ConfigOrigin, MemoryConfigBackingStore, TargetState};
use crate::storage::status::{MemoryStatusBackingStore, State};
use crate::storage::topic::MemoryTopicBackingStore;
use crate::worker::api::{
    ConnectorKind, ConnectorOffset, ConnectorPlugin, OffsetsChange, OffsetsError, OffsetsMessage,
    PluginCode, PluginDescription, PluginFindings, PluginType, StartSpec, StatusListener, Worker,
    WorkerError,
};

mod plugins;

pub(crate) use self::plugins::FakePlugins;

pub(crate) const WORKER_ID: &str = "127.0.0.1:8083";
pub(crate) const VERSION: &str = "4.3.1";

pub(crate) struct FakeWorker {
    listener: Arc<dyn StatusListener>,
    calls: Mutex<Vec<String>>,
    connectors: Mutex<BTreeMap<ConnectorName, ConfigMap>>,
    tasks: Mutex<BTreeMap<ConnectorTaskId, TargetState>>,
    newest: Mutex<String>,
    plugin_changes: watch::Sender<u64>,
    /// Lets connectors with `block.start` through, one for each permit.
    pub(crate) gate: Semaphore,
}

impl FakeWorker {
    pub(crate) fn new(listener: Arc<dyn StatusListener>) -> Self {
        Self {
            listener,
            calls: Mutex::default(),
            connectors: Mutex::default(),
            tasks: Mutex::default(),
            newest: Mutex::new(VERSION.to_owned()),
            plugin_changes: watch::Sender::new(0),
            gate: Semaphore::new(0),
        }
    }

    /// What it was told since the last look.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// From now on this version of every plugin is the newest.
    pub(crate) fn set_newest(&self, version: &str) {
        version.clone_into(&mut self.newest.lock().unwrap());
        self.plugin_changes
            .send_modify(|generation| *generation += 1);
    }

    pub(crate) fn calls_are_empty(&self) -> bool {
        self.calls.lock().unwrap().is_empty()
    }

    fn call(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    fn running_state(target: TargetState) -> State {
        match target {
            TargetState::Started => State::Running,
            TargetState::Paused => State::Paused,
            TargetState::Stopped => State::Stopped,
        }
    }

    fn fail(&self, name: &ConnectorName, message: &str) -> WorkerError {
        let failure = Failure::connect(message);
        self.listener
            .on_connector_status(name, State::Failed, Some(failure.to_string()));
        WorkerError::Failed(failure)
    }
}

/// How a version is written down; the usual one is not.
fn of_version(plugin: &ConnectorPlugin) -> String {
    match plugin.version.as_str() {
        VERSION => String::new(),
        version => format!(" of {version}"),
    }
}

fn plugin(class: &str) -> Option<(&'static str, ConnectorKind)> {
    match class.rsplit('.').next().unwrap_or_default() {
        "FileStreamSource" | "FileStreamSourceConnector" => Some((
            "org.apache.kafka.connect.file.FileStreamSource",
            ConnectorKind::Source,
        )),
        "FileStreamSink" | "FileStreamSinkConnector" => Some((
            "org.apache.kafka.connect.file.FileStreamSink",
            ConnectorKind::Sink,
        )),
        _ => None,
    }
}

#[async_trait]
impl Worker for FakeWorker {
    fn worker_id(&self) -> &str {
        WORKER_ID
    }

    fn plugins(&self) -> Vec<PluginDescription> {
        let describe = |class: &str, kind| PluginDescription {
            class: class.to_owned(),
            kind,
            version: VERSION.to_owned(),
        };
        vec![
            describe(
                "org.apache.kafka.connect.storage.StringConverter",
                PluginType::HeaderConverter,
            ),
            describe(
                "org.apache.kafka.connect.storage.StringConverter",
                PluginType::Converter,
            ),
            describe(
                "org.apache.kafka.connect.file.FileStreamSourceConnector",
                PluginType::Source,
            ),
            describe(
                "org.apache.kafka.connect.file.FileStreamSinkConnector",
                PluginType::Sink,
            ),
        ]
    }

    fn plugins_in_use(&self, _name: &ConnectorName) -> Vec<(String, String)> {
        Vec::new()
    }

    fn connector_plugin(
        &self,
        class_or_alias: &str,
        _version: Option<&VersionRange>,
    ) -> Result<ConnectorPlugin, WorkerError> {
        let (base, kind) = plugin(class_or_alias).ok_or_else(|| {
            WorkerError::UnknownPlugin(format!(
                "Failed to find any class that implements Connector and which name matches \
                 {class_or_alias}, available connectors are: none"
            ))
        })?;
        Ok(ConnectorPlugin {
            class: format!("{base}Connector"),
            kind,
            version: VERSION.to_owned(),
            versions: vec![VERSION.to_owned()],
            config_def: Arc::new(ConfigDef::default()),
            task_class: format!("{base}Task"),
            sha256: String::new(),
            code: PluginCode::default(),
        })
    }

    fn wanted_plugin(&self, config: &ConfigMap) -> Result<ConnectorPlugin, WorkerError> {
        let class = config.get("connector.class").map_or("", String::as_str);
        let mut plugin = self.connector_plugin(class, None)?;
        plugin.version.clone_from(&self.newest.lock().unwrap());
        plugin.sha256 = format!("sha256 of {}", plugin.version);
        Ok(plugin)
    }

    fn plugin_changes(&self) -> watch::Receiver<u64> {
        self.plugin_changes.subscribe()
    }

    async fn validate(&self, _config: &ConfigMap) -> Result<PluginFindings, WorkerError> {
        Ok(PluginFindings::default())
    }

    fn check_grants(&self, _config: &ConfigMap, _origin: ConfigOrigin) -> Vec<(String, String)> {
        Vec::new()
    }

    async fn start_connector(
        &self,
        name: &ConnectorName,
        spec: StartSpec<'_>,
    ) -> Result<(), WorkerError> {
        let StartSpec { config, target, .. } = spec;
        let (origin, version) = (spec.origin, of_version(spec.plugin));
        self.call(format!(
            "start connector {name} {target} {origin:?}{version}"
        ));
        assert!(!config.contains_key("panic"), "asked to");
        if config.contains_key("block.start") {
            self.gate.acquire().await.unwrap().forget();
        }
        if let Some(message) = config.get("fail.build") {
            return Err(self.fail(name, message));
        }
        self.connectors
            .lock()
            .unwrap()
            .insert(name.clone(), config.clone());
        if let Some(message) = config.get("fail.start") {
            return Err(self.fail(name, message));
        }
        if config.get("fail.start.of") == Some(&spec.plugin.version) {
            return Err(self.fail(name, "asked to"));
        }
        self.listener
            .on_connector_status(name, Self::running_state(target), None);
        Ok(())
    }

    async fn stop_connector(&self, name: &ConnectorName) {
        self.call(format!("stop connector {name}"));
        if self.connectors.lock().unwrap().remove(name).is_some() {
            self.listener
                .on_connector_status(name, State::Unassigned, None);
        }
    }

    async fn set_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), WorkerError> {
        self.call(format!("set target {name} {target}"));
        for (id, state) in &mut *self.tasks.lock().unwrap() {
            if id.connector == *name {
                *state = target;
                self.listener
                    .on_task_status(id, Self::running_state(target), None);
            }
        }
        if self.is_running(name) {
            self.listener
                .on_connector_status(name, Self::running_state(target), None);
        }
        Ok(())
    }

    async fn connector_task_configs(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConfigMap>, WorkerError> {
        self.call(format!("task configs {name}"));
        if let Some(message) = config.get("fail.tasks") {
            return Err(WorkerError::Failed(Failure::connect(message.as_str())));
        }
        let plugin = self.connector_plugin(&config["connector.class"], None)?;
        let mut task = config.clone();
        task.insert("task.class".to_owned(), plugin.task_class);
        task.entry("secret".to_owned())
            .and_modify(|secret| "resolved".clone_into(secret));
        let count = config
            .get("tasks")
            .map_or(1, |count| count.parse().unwrap());
        Ok(vec![task; count])
    }

    async fn start_task(
        &self,
        id: &ConnectorTaskId,
        spec: StartSpec<'_>,
        task_config: &ConfigMap,
    ) -> Result<(), WorkerError> {
        let (target, version) = (spec.target, of_version(spec.plugin));
        self.call(format!("start task {id} {target}{version}"));
        if task_config.get("fail.task.of") == Some(&spec.plugin.version) {
            let trace = Some("asked to".to_owned());
            self.listener.on_task_status(id, State::Failed, trace);
            return Ok(());
        }
        if let Some(message) = task_config.get("fail.task") {
            let trace = Failure::connect(message.as_str()).to_string();
            self.listener.on_task_status(id, State::Failed, Some(trace));
            return Ok(());
        }
        if let Some(message) = task_config.get("fail.task.build") {
            return Err(WorkerError::Failed(Failure::connect(message.as_str())));
        }
        self.tasks.lock().unwrap().insert(id.clone(), target);
        self.listener
            .on_task_status(id, Self::running_state(target), None);
        Ok(())
    }

    async fn stop_and_await_tasks(&self, ids: &[ConnectorTaskId]) {
        for id in ids {
            self.call(format!("stop task {id}"));
            if self.tasks.lock().unwrap().remove(id).is_some() {
                self.listener.on_task_status(id, State::Unassigned, None);
            }
        }
    }

    async fn stop_task_for_restart(&self, id: &ConnectorTaskId) {
        self.stop_and_await_tasks(std::slice::from_ref(id)).await;
    }

    fn is_running(&self, name: &ConnectorName) -> bool {
        self.connectors.lock().unwrap().contains_key(name)
    }

    async fn connector_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConnectorOffset>, WorkerError> {
        self.call(format!("read offsets {name}"));
        match config.get("fail.offsets") {
            Some(_) => Err(OffsetsError::ReadSource(name.clone()).into()),
            None => Ok(vec![ConnectorOffset {
                partition: OffsetMap::of("filename", "in.txt"),
                offset: OffsetMap::of("position", 30_i64),
            }]),
        }
    }

    async fn modify_connector_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
        _origin: ConfigOrigin,
        change: OffsetsChange,
    ) -> Result<OffsetsMessage, WorkerError> {
        self.call(format!("modify offsets {name} {change:?}"));
        if config.contains_key("block.offsets") {
            self.gate.acquire().await.unwrap().forget();
        }
        match config.get("fail.offsets") {
            Some(message) => Err(OffsetsError::Refused(message.clone()).into()),
            None => Ok(change.done(!config.contains_key("unaware.offsets"))),
        }
    }

    async fn stop(&self) {
        self.call("stop".to_owned());
    }
}

/// Answers with one key, and with the error that `topic.error` tells; with `block.validate` not at
/// all.
pub(crate) struct FakeValidator;

fn topic_key() -> ConfigKey {
    let default = DefaultValue::Value("a, b".to_owned());
    ConfigKey::new(
        "topic",
        ConfigType::List,
        default,
        Importance::High,
        "Topics",
    )
    .shown("Own", 7, Width::Long, "The topic")
}

#[async_trait]
impl ConnectorValidator for FakeValidator {
    async fn validate(
        &self,
        config: &SubmittedConfig,
        _origin: ConfigOrigin,
        stages: &Stages,
    ) -> Result<ValidationResult, HerderError> {
        let Some(class) = config.values.get("connector.class") else {
            return Err(HerderError::InvalidConfig(
                "contains no connector type".to_owned(),
            ));
        };
        if plugin(class).is_none() {
            return Err(HerderError::InvalidConfig(format!(
                "no class matches {class}"
            )));
        }
        if config.values.get("name").is_none_or(String::is_empty) {
            return Err(HerderError::InvalidConfig(
                "String may not be empty".to_owned(),
            ));
        }
        if config.values.contains_key("block.validate") {
            stages.begin("performing multi-property validation for the connector");
            std::future::pending::<()>().await;
        }
        let key = topic_key();
        let mut value = ConfigValidation::new(&key.name, ConfigValue::Null);
        value.value = match config.values.get("topic") {
            Some(topic) => ConfigValue::String(topic.clone()),
            None => ConfigValue::Null,
        };
        value.recommended_values = vec!["one".to_owned(), "two".to_owned()];
        if let Some(message) = config.values.get("topic.error") {
            value.errors.push(message.clone());
        }
        Ok(ValidationResult {
            name: class.clone(),
            error_count: value.errors.len(),
            groups: vec!["Own".to_owned()],
            entries: vec![ValidationEntry {
                definition: Some(key),
                value,
            }],
        })
    }

    fn plugin_config(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Vec<ConfigKey>, HerderError> {
        match (plugin(name), version) {
            (_, Some(version)) => Err(HerderError::PluginVersion(format!("no {version}"))),
            (Some(_), None) => Ok(vec![topic_key()]),
            (None, None) if name == "File" => Err(HerderError::InvalidPluginClass(name.to_owned())),
            (None, None) => Err(HerderError::UnknownPlugin(name.to_owned())),
        }
    }
}

/// A herder with its loop running in the test's runtime.
pub(crate) struct Fixture {
    pub(crate) herder: Arc<StandaloneHerder>,
    pub(crate) worker: Arc<FakeWorker>,
    pub(crate) statuses: Arc<StatusRecorder>,
    pub(crate) reconfigurations: Arc<ReconfigurationRequests>,
    pub(crate) loggers: Arc<Loggers>,
    pub(crate) topics: Arc<MemoryTopicBackingStore>,
    pub(crate) plugins: Arc<FakePlugins>,
    pub(crate) stopping: CancellationToken,
    pub(crate) running: JoinHandle<()>,
}

impl Fixture {
    /// A herder that is ready.
    pub(crate) fn new() -> Self {
        let fixture = Self::starting();
        fixture.herder.ready();
        fixture
    }

    /// A herder that has not said that it is ready.
    pub(crate) fn starting() -> Self {
        let store = Arc::new(MemoryStatusBackingStore::new());
        let statuses = Arc::new(StatusRecorder::new(store, WORKER_ID));
        let worker = Arc::new(FakeWorker::new(statuses.clone()));
        let reconfigurations = Arc::new(ReconfigurationRequests::new());
        let topics = Arc::new(MemoryTopicBackingStore::new());
        // Without a log behind it; what levels do to a log is the loggers' own test.
        let loggers = Loggers::without_log();
        let plugins = Arc::new(FakePlugins::default());
        let parts = StandaloneParts {
            worker: worker.clone(),
            validator: Arc::new(FakeValidator),
            plugins: plugins.clone(),
            configs: Arc::new(MemoryConfigBackingStore::new()),
            statuses: statuses.clone(),
            reconfigurations: reconfigurations.clone(),
            kafka_cluster_id: Some("cluster".to_owned()),
            loggers: loggers.clone(),
            topics: TopicTracking::with(topics.clone(), true, true),
        };
        let stopping = CancellationToken::new();
        let (herder, herder_loop) = StandaloneHerder::new(parts, stopping.clone());
        let running = tokio::spawn(herder_loop.run());
        Self {
            herder,
            worker,
            statuses,
            reconfigurations,
            loggers,
            topics,
            plugins,
            stopping,
            running,
        }
    }
}
