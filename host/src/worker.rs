//! Runs connectors and tasks: what it is told, reporting what became of it.
//!
//! Owns every running instance, from grants and limits to the last commit. It is handed an offset
//! store and a listener for statuses; must not know the herder, REST or a storage backend. Kafka's
//! counterpart: `Worker`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::Instrument as _;

use crate::config::ConfigMap;
use crate::config::connector::{CONNECTOR_CLASS, CONNECTOR_VERSION, ConnectorConfig};
use crate::config::def::ConfigDef;
use crate::config::provider::ConfigProviders;
use crate::config::redact::Secrets;
use crate::config::version_range::VersionRange;
use crate::config::worker::WorkerConfig;
use crate::errors::Failure;
use crate::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use crate::kafka::producer::Producers;
use crate::metrics::Metrics;
use crate::plugin::{GrantOrigin, GrantPolicy, PluginRegistry};
use crate::sandbox::{
    CompiledPlugin, ConnectorInstance, Grants, HostServices, InstanceSpec, Limits, StopSignal,
};
use crate::storage::config::TargetState;
use crate::storage::offset::OffsetBackingStore;
use crate::storage::status::State;
use crate::storage::topic::TopicBackingStore;

mod active_topics;
pub mod api;
mod connector;
mod converters;
mod dead_letter_queue;
mod errant_records;
mod guest_stages;
mod guest_types;
mod kept_consumer;
mod limits;
pub mod offsets;
mod plugins;
mod record_path;
mod services;
mod sink_offsets;
mod sink_task;
mod source_offsets;
mod source_task;
mod submitted;
mod task;
mod task_configs;
mod task_start;
mod topic_creation;

pub use services::ConnectorOffsets;
pub use task_start::values_origin;

use self::api::{
    ConfigOrigin, ConnectorEvents, ConnectorPlugin, PluginDescription, PluginFindings,
    RecordPlugin, StartSpec, StatusListener, Worker, WorkerError,
};
use self::api::{ConnectorOffset, OffsetsChange, OffsetsMessage};
use self::connector::{ConnectorControls, ConnectorSpec, connector, run_connector};
use self::kept_consumer::KeptConsumer;
use self::plugins::{given_plugin, refusal_failure};
use self::services::{ConnectorRequests, lock};
use self::task::{TaskControls, await_task, guest_failure};
use self::task_configs::{completed, too_many_tasks};
use self::task_start::run_task;

/// Time in which connectors stop, all together, as in Kafka Connect.
const CONNECTORS_STOP: Duration = Duration::from_secs(5);

/// Time for the loops of instances that were given up to come to their end.
const LOOPS_END: Duration = Duration::from_secs(1);

/// What a worker is made of.
pub struct WorkerParts {
    /// The worker's configuration.
    pub config: Arc<WorkerConfig>,
    /// Resolves `${...}` references of connector configurations.
    pub providers: Arc<ConfigProviders>,
    /// `host:port`, shown in statuses.
    pub worker_id: String,
    /// The plugins it can run.
    pub plugins: Arc<PluginRegistry>,
    /// Limits of instances.
    pub limits: Limits,
    /// What connectors created over REST may name.
    pub grant_policy: GrantPolicy,
    /// Where source offsets are stored; started.
    pub offsets: Arc<dyn OffsetBackingStore>,
    /// Where active topics are stored; none when they are not tracked.
    pub topics: Option<Arc<dyn TopicBackingStore>>,
    /// Who is told about states.
    pub listener: Arc<dyn StatusListener>,
    /// Who is told about requests of connectors.
    pub events: Arc<dyn ConnectorEvents>,
    /// Where guests run, so that busy ones make nobody else wait.
    pub guests: Handle,
    /// Where the errors of tasks are counted.
    pub metrics: Metrics,
}

/// The worker of this process.
pub struct LocalWorker {
    parts: WorkerParts,
    producers: Producers,
    connectors: Mutex<HashMap<ConnectorName, ConnectorControls>>,
    tasks: Mutex<HashMap<ConnectorTaskId, Arc<TaskControls>>>,
    /// Consumers of sink tasks that are about to be started again.
    kept_consumers: Mutex<HashMap<ConnectorTaskId, KeptConsumer>>,
    running: TaskTracker,
}

impl LocalWorker {
    /// A worker that runs nothing yet.
    pub fn new(parts: WorkerParts) -> Self {
        Self {
            parts,
            producers: Producers::new(),
            connectors: Mutex::new(HashMap::new()),
            tasks: Mutex::new(HashMap::new()),
            kept_consumers: Mutex::new(HashMap::new()),
            running: TaskTracker::new(),
        }
    }

    /// The configuration with its references resolved, and what of it is secret.
    fn resolve(
        &self,
        config: &ConfigMap,
        def: Option<&ConfigDef>,
    ) -> Result<(ConfigMap, Secrets), Failure> {
        let resolved = self.parts.providers.resolve(config).map_err(|error| {
            Failure::new(
                "org.apache.kafka.common.config.ConfigException",
                error.to_string(),
            )
        })?;
        let mut secrets = Secrets::of(&resolved.config, def);
        for secret in &resolved.secrets {
            secrets.add(secret);
        }
        Ok((resolved.config, secrets))
    }

    /// The plugin that a configuration wants; its class and version may be references.
    fn plugin(&self, config: &ConfigMap) -> Result<CompiledPlugin, WorkerError> {
        let choice = config
            .iter()
            .filter(|(key, _)| [CONNECTOR_CLASS, CONNECTOR_VERSION].contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let (choice, _) = self.resolve(&choice, None).map_err(WorkerError::Failed)?;
        plugins::wanted(&self.parts.plugins, &choice)
    }

    /// The grants that a configuration gets.
    fn grants(
        &self,
        plugin: &CompiledPlugin,
        config: &ConfigMap,
        origin: ConfigOrigin,
    ) -> Result<Grants, Vec<(String, String)>> {
        let origin = match origin {
            ConfigOrigin::CommandLine => GrantOrigin::CommandLine,
            ConfigOrigin::Rest => GrantOrigin::Rest,
        };
        let policy = &self.parts.grant_policy;
        let def = plugin.config_def();
        crate::plugin::grants_for(&def, config, origin, policy).map_err(|refused| {
            refused
                .into_iter()
                .map(|refusal| (refusal.key, refusal.message))
                .collect()
        })
    }

    fn instance_spec(
        &self,
        id: InstanceId,
        plugin: &CompiledPlugin,
        (grants, limits): (Grants, Limits),
        services: HostServices,
    ) -> InstanceSpec {
        InstanceSpec {
            id,
            plugin: plugin.clone(),
            grants,
            limits,
            services,
            stop: StopSignal::new(),
        }
    }

    fn offset_reader(&self, name: &ConnectorName) -> Arc<ConnectorOffsets> {
        Arc::new(ConnectorOffsets::new(
            name.as_str(),
            self.parts.offsets.clone(),
        ))
    }

    async fn make_connector(
        &self,
        name: &ConnectorName,
        given: StartSpec<'_>,
    ) -> Result<(ConnectorControls, connector::Connector), Failure> {
        let plugin = given_plugin(given)?;
        let (config, secrets) = self.resolve(given.config, Some(&plugin.config_def()))?;
        let grants = self
            .grants(&plugin, &config, given.origin)
            .map_err(|refused| refusal_failure(&refused))?;
        let limits = self
            .limits(&config)
            .map_err(|refused| refusal_failure(&refused))?;
        let requests = Arc::new(ConnectorRequests::new(
            name.clone(),
            self.parts.events.clone(),
        ));
        let services = HostServices {
            offset_reader: Some(self.offset_reader(name)),
            connector_context: Some(requests.clone()),
            ..HostServices::default()
        };
        let id = InstanceId::Connector(name.clone());
        let instance_spec = self.instance_spec(id, &plugin, (grants, limits), services);
        let instance = self
            .on_guests(ConnectorInstance::new(instance_spec.clone()))
            .await?
            .map_err(|error| guest_failure(&error))?;
        let spec = ConnectorSpec {
            name: name.clone(),
            config,
            target: given.target,
            monitor_interval: self.parts.config.connector_monitor_interval,
            instance: instance_spec,
            requests,
            listener: self.parts.listener.clone(),
            secrets,
        };
        Ok(connector(spec, instance))
    }

    /// Runs a call of a guest where guests run. Dropping the future gives the call up.
    async fn on_guests<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Failure> {
        let call = self.parts.guests.spawn(call.in_current_span());
        AbortOnDropHandle::new(call).await.map_err(|_| {
            Failure::connect("A call of a plugin panicked; this is a bug of the worker")
        })
    }

    /// To be asked while the map that something is to be added to is locked: `stop` looks at the maps
    /// after it has closed the door.
    fn check_not_stopping(&self) -> Result<(), WorkerError> {
        if self.running.is_closed() {
            return Err(WorkerError::Failed(Failure::connect(
                "The worker is stopping",
            )));
        }
        Ok(())
    }

    fn connector_controls(&self, name: &ConnectorName) -> Option<ConnectorControls> {
        lock(&self.connectors).get(name).cloned()
    }

    fn connector_tasks(&self, name: &ConnectorName) -> Vec<Arc<TaskControls>> {
        lock(&self.tasks)
            .iter()
            .filter(|(id, _)| id.connector == *name)
            .map(|(_, controls)| controls.clone())
            .collect()
    }

    /// Asks a connector to end and waits for it until the deadline.
    async fn end_connector(&self, controls: &ConnectorControls, deadline: Instant) {
        controls.stop();
        if tokio::time::timeout_at(deadline, controls.done.cancelled())
            .await
            .is_err()
        {
            tracing::error!(
                "The connector did not stop within {} s and is given up",
                CONNECTORS_STOP.as_secs()
            );
            controls.abort.cancel();
        }
    }
}

fn connector_span(name: &ConnectorName) -> tracing::Span {
    tracing::info_span!("connector", instance = %InstanceId::Connector(name.clone()))
}

#[async_trait]
impl Worker for LocalWorker {
    fn worker_id(&self) -> &str {
        &self.parts.worker_id
    }

    fn plugins(&self) -> Vec<PluginDescription> {
        plugins::descriptions(&self.parts.plugins)
    }

    fn connector_plugin(
        &self,
        class_or_alias: &str,
        version: Option<&VersionRange>,
    ) -> Result<ConnectorPlugin, WorkerError> {
        plugins::connector_plugin(&self.parts.plugins, class_or_alias, version)
    }

    fn record_plugins(&self) -> Vec<RecordPlugin> {
        plugins::record_plugins(&self.parts.plugins)
    }

    fn record_plugins_wanted(&self, config: &ConfigMap) -> Vec<(String, String)> {
        let resolved = self.resolve(config, None);
        let config = resolved.map_or_else(|_| config.clone(), |(config, _)| config);
        guest_stages::classes(&self.parts.plugins, &config)
    }

    fn wanted_plugin(&self, config: &ConfigMap) -> Result<ConnectorPlugin, WorkerError> {
        let plugin = self.plugin(config)?;
        Ok(plugins::described(&self.parts.plugins, plugin))
    }

    fn plugin_changes(&self) -> watch::Receiver<u64> {
        self.parts.plugins.subscribe()
    }

    fn plugins_in_use(&self, name: &ConnectorName) -> Vec<(String, String)> {
        let controls = self.connector_controls(name);
        let own = controls.map(|controls| {
            let description = controls.plugin.description();
            (description.class.clone(), description.version.clone())
        });
        let tasks = self.connector_tasks(name);
        let running = tasks.iter().filter(|task| !task.done().is_cancelled());
        own.into_iter()
            .chain(running.filter_map(|task| task.plugin.clone()))
            .collect()
    }

    async fn validate(&self, config: &ConfigMap) -> Result<PluginFindings, WorkerError> {
        let plugin = self.plugin(config)?;
        // What is wrong with the connector's own limits is told by `check_grants`.
        let limits = self.limits(config);
        let limits = limits.unwrap_or_else(|_| self.parts.limits.clone());
        // A version that there is not is an error of the ConfigDef.
        let named = guest_stages::named(&self.parts.plugins, config, None).unwrap_or_default();
        let config = config.clone();
        let findings = async move {
            let found = plugins::findings(plugin, limits.clone(), config).await?;
            plugins::add_record_findings(named, limits, found).await
        };
        self.on_guests(findings)
            .await
            .map_err(WorkerError::Failed)?
    }

    fn check_grants(&self, config: &ConfigMap, origin: ConfigOrigin) -> Vec<(String, String)> {
        let grants = match self.plugin(config) {
            Ok(plugin) => self.grants(&plugin, config, origin).err(),
            Err(_) => None,
        };
        let limits = self.limits(config).err();
        let others = guest_stages::refusals(&self.parts.plugins, config, |plugin, settings| {
            self.grants(plugin, settings, origin)
        });
        let refused = [grants, limits].into_iter().flatten().flatten();
        refused.chain(others).collect()
    }

    async fn start_connector(
        &self,
        name: &ConnectorName,
        spec: StartSpec<'_>,
    ) -> Result<(), WorkerError> {
        if lock(&self.connectors).contains_key(name) {
            return Err(WorkerError::Failed(Failure::connect(format!(
                "Connector with name {name} already exists"
            ))));
        }
        let span = connector_span(name);
        let made = self
            .make_connector(name, spec)
            .instrument(span.clone())
            .await;
        let (controls, connector) = match made {
            Ok(made) => made,
            Err(failure) => {
                self.parts.listener.on_connector_status(
                    name,
                    State::Failed,
                    Some(failure.to_string()),
                );
                return Err(WorkerError::Failed(failure));
            }
        };
        {
            let mut connectors = lock(&self.connectors);
            self.check_not_stopping()?;
            connectors.insert(name.clone(), controls.clone());
            let run = run_connector(connector).instrument(span);
            self.running.spawn_on(run, &self.parts.guests);
        }
        controls
            .set_target(spec.target)
            .await
            .map_err(WorkerError::Failed)
    }

    async fn stop_connector(&self, name: &ConnectorName) {
        let Some(controls) = self.connector_controls(name) else {
            return;
        };
        self.end_connector(&controls, Instant::now() + CONNECTORS_STOP)
            .await;
        // Not earlier: a caller that gives this call up must not make the worker forget it.
        lock(&self.connectors).remove(name);
    }

    async fn set_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), WorkerError> {
        for task in self.connector_tasks(name) {
            task.set_target(target);
        }
        match self.connector_controls(name) {
            Some(controls) => controls
                .set_target(target)
                .await
                .map_err(WorkerError::Failed),
            None => Ok(()),
        }
    }

    async fn connector_task_configs(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConfigMap>, WorkerError> {
        let Some(controls) = self.connector_controls(name) else {
            return Err(WorkerError::Failed(Failure::connect(format!(
                "Connector {name} not found in this worker."
            ))));
        };
        let (resolved, _) = self.resolve(config, None).map_err(WorkerError::Failed)?;
        let connector_config = ConnectorConfig::new(&resolved)
            .map_err(|error| WorkerError::Failed(Failure::connect(error.to_string())))?;
        let max_tasks = connector_config.tasks_max;
        let generated = controls
            .task_configs(max_tasks)
            .await
            .map_err(WorkerError::Failed)?;
        if generated.len() > max_tasks as usize {
            let message = too_many_tasks(name, generated.len(), max_tasks);
            if connector_config.tasks_max_enforce {
                return Err(WorkerError::Failed(Failure::new(
                    "org.apache.kafka.connect.runtime.TooManyTasksException",
                    message,
                )));
            }
            tracing::warn!("{message}");
        }
        let task_class = &controls.plugin.description().task_class;
        Ok(completed(generated, config, task_class))
    }

    async fn start_task(
        &self,
        id: &ConnectorTaskId,
        spec: StartSpec<'_>,
        task_config: &ConfigMap,
    ) -> Result<(), WorkerError> {
        let target = spec.target;
        let (start, secrets) = self.task_start(id, spec, task_config);
        let listener = self.parts.listener.clone();
        let (mut controls, context) =
            TaskControls::new(id.clone(), target, listener, Arc::new(secrets));
        controls.plugin = Some((spec.plugin.class.clone(), spec.plugin.version.clone()));
        let controls = Arc::new(controls);
        let mut tasks = lock(&self.tasks);
        self.check_not_stopping()?;
        if tasks
            .get(id)
            .is_some_and(|task| !task.done().is_cancelled())
        {
            return Err(WorkerError::Failed(Failure::connect(format!(
                "Task already exists in this worker: {id}"
            ))));
        }
        tasks.insert(id.clone(), controls.clone());
        let span = tracing::info_span!("task", instance = %InstanceId::Task(id.clone()));
        let run = run_task(start, context, controls).instrument(span);
        self.running.spawn_on(run, &self.parts.guests);
        Ok(())
    }

    async fn stop_and_await_tasks(&self, ids: &[ConnectorTaskId]) {
        let stopping: Vec<(ConnectorTaskId, Arc<TaskControls>)> = {
            let tasks = lock(&self.tasks);
            let known = ids.iter().filter_map(|id| tasks.get_key_value(id));
            known.map(|(id, task)| (id.clone(), task.clone())).collect()
        };
        for (_, task) in &stopping {
            task.stop();
        }
        let deadline = Instant::now() + self.parts.config.task_shutdown_graceful_timeout;
        futures::future::join_all(
            stopping
                .iter()
                .map(|(id, task)| await_task(id, task, deadline)),
        )
        .await;
        lock(&self.kept_consumers).retain(|id, _| !ids.contains(id));
        // Not earlier: a caller that gives this call up must not make the worker forget them.
        lock(&self.tasks).retain(|_, task| {
            let stopped = stopping
                .iter()
                .any(|(_, stopped)| Arc::ptr_eq(stopped, task));
            !stopped
        });
    }

    async fn stop_task_for_restart(&self, id: &ConnectorTaskId) {
        let slot = lock(&self.tasks).get(id).map(|task| task.consumer.clone());
        if let Some(slot) = &slot {
            slot.want();
        }
        self.stop_and_await_tasks(std::slice::from_ref(id)).await;
        if let Some(kept) = slot.and_then(|slot| slot.take()) {
            lock(&self.kept_consumers).insert(id.clone(), kept);
        }
    }

    fn is_running(&self, name: &ConnectorName) -> bool {
        lock(&self.connectors).contains_key(name)
    }

    async fn connector_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConnectorOffset>, WorkerError> {
        self.read_offsets(name, config).await
    }

    async fn modify_connector_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
        origin: ConfigOrigin,
        change: OffsetsChange,
    ) -> Result<OffsetsMessage, WorkerError> {
        self.change_offsets(name, config, origin, &change).await
    }

    async fn stop(&self) {
        self.running.close();
        let connectors: Vec<ConnectorControls> = lock(&self.connectors).values().cloned().collect();
        let tasks: Vec<ConnectorTaskId> = lock(&self.tasks).keys().cloned().collect();
        let deadline = Instant::now() + CONNECTORS_STOP;
        let connectors = futures::future::join_all(
            connectors
                .iter()
                .map(|controls| self.end_connector(controls, deadline)),
        );
        // Side by side: neither waits for the other, and both have to be done within 10 s.
        tokio::join!(connectors, self.stop_and_await_tasks(&tasks));
        lock(&self.connectors).clear();
        lock(&self.kept_consumers).clear();
        if tokio::time::timeout(LOOPS_END, self.running.wait())
            .await
            .is_err()
        {
            tracing::error!(
                "{} connectors or tasks did not end and are left behind",
                self.running.len()
            );
        }
    }
}
