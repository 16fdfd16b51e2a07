//! What a standalone herder does for one connector, step by step.
//!
//! Owns the order of steps of each change. Calls for one connector come one at a time; that is the
//! loop's business, as are answers and timeouts. Kafka's counterpart: the synchronized methods of
//! `StandaloneHerder`.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::super::marks::ConnectorMarks;
use super::super::offsets::TopicTracking;
use super::super::request::{ConnectorValidator, PutConnector, PutMode, Stages};
use super::super::restart::{RestartPlan, RestartRequest};
use super::super::restart_policy::RestartPolicies;
use super::super::state::{
    ConnectorInfo, ConnectorStateInfo, raw_task_configs, task_configs_changed,
};
use super::super::status::StatusRecorder;
use super::super::upgrade::Upgrades;
use super::super::{HerderError, Put};
use super::versions::VersionsInUse;
use crate::config::ConfigMap;
use crate::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use crate::storage::config::{ConfigBackingStore, ConnectorConfigState, TargetState};
use crate::storage::status::State;
use crate::worker::api::{
    ConnectorKind, ConnectorPlugin, StartSpec, StatusListener, Worker, WorkerError,
};

/// What the steps act on.
pub(super) struct Operations {
    pub(super) worker: Arc<dyn Worker>,
    pub(super) configs: Arc<dyn ConfigBackingStore>,
    pub(super) statuses: Arc<StatusRecorder>,
    pub(super) topics: TopicTracking,
    pub(super) restarts: Mutex<RestartPolicies>,
    pub(super) versions: VersionsInUse,
    pub(super) upgrades: Mutex<Upgrades>,
    /// Connectors that may have a newer version to come to.
    pub(super) candidates: ConnectorMarks,
    pub(super) validator: Arc<dyn ConnectorValidator>,
    pub(super) stopping: CancellationToken,
}

impl Operations {
    /// The connector as readers see it.
    pub(super) fn connector_info(
        &self,
        name: &ConnectorName,
    ) -> Result<ConnectorInfo, HerderError> {
        let stored = self
            .stored(name)
            .ok_or_else(|| HerderError::ConnectorNotFound(name.clone()))?;
        Ok(ConnectorInfo {
            name: name.clone(),
            config: stored.config.clone(),
            tasks: stored.task_ids(name),
            kind: self.kind(name, &stored),
        })
    }

    /// The statuses as readers see them; none when the connector has not reported.
    pub(super) fn connector_status(&self, name: &ConnectorName) -> Option<ConnectorStateInfo> {
        let store = self.statuses.store();
        let (connector, tasks) = (store.connector(name)?, store.tasks(name));
        let stored = self.stored(name);
        Some(ConnectorStateInfo {
            name: name.clone(),
            upkeep: self.upkeep(name, stored.as_deref(), tasks.keys()),
            connector,
            tasks,
            kind: stored.and_then(|stored| self.kind(name, &stored)),
        })
    }

    /// Stores a configuration and starts the connector with it.
    pub(super) async fn put(
        &self,
        request: PutConnector,
        stages: &Stages,
    ) -> Result<Put, HerderError> {
        let name = request.name;
        let exists = self.stored(&name).is_some();
        match (exists, request.mode) {
            (true, PutMode::Create) => return Err(HerderError::ConnectorExists(name)),
            (false, PutMode::Replace) => return Err(HerderError::ConnectorNotFound(name)),
            _ => {}
        }
        self.let_be(&name);
        self.upgrades().forget(&name);
        if exists {
            self.stop_instance(&name, stages).await;
        }
        self.configs
            .put_connector_config(&name, request.config.values, request.origin, request.target)
            .await?;
        self.start_instance(&name, stages).await?;
        self.update_tasks(&name, stages).await?;
        Ok(Put {
            created: !exists,
            info: self.connector_info(&name)?,
        })
    }

    /// Stops and forgets a connector and its tasks.
    pub(super) async fn delete(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        if self.stored(name).is_none() {
            return Err(HerderError::ConnectorNotFound(name.clone()));
        }
        self.let_be(name);
        self.remove_tasks(name, stages).await?;
        self.stop_instance(name, stages).await;
        self.configs.remove_connector_config(name).await?;
        self.statuses.connector_destroyed(name);
        self.versions.forget(name);
        self.upgrades().forget(name);
        self.topics.connector_deleted(name);
        Ok(())
    }

    /// Takes the tasks away and brings the connector to STOPPED.
    pub(super) async fn stop_connector(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        if self.stored(name).is_none() {
            return Err(HerderError::UnknownConnector(name.clone()));
        }
        self.let_be(name);
        self.remove_tasks(name, stages).await?;
        self.configs
            .put_target_state(name, TargetState::Stopped)
            .await?;
        self.apply_target_state(name, TargetState::Stopped, stages)
            .await;
        Ok(())
    }

    /// Remembers what the connector is to be.
    pub(super) async fn put_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), HerderError> {
        if self.stored(name).is_none() {
            return Err(HerderError::UnknownConnector(name.clone()));
        }
        self.let_be(name);
        Ok(self.configs.put_target_state(name, target).await?)
    }

    /// Makes it so. Nobody waits for this, so that failures go to the log; statuses tell, too.
    pub(super) async fn apply_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
        stages: &Stages,
    ) {
        stages.begin(format!("bringing connector {name} to state {target}"));
        if let Err(error) = self.worker.set_target_state(name, target).await {
            tracing::error!("Failed to transition connector {name} to state {target}: {error}");
            return;
        }
        stages.complete();
        if target == TargetState::Started {
            self.candidates.mark(name);
            self.log_failure(name, self.update_tasks(name, stages).await);
        }
    }

    /// Stops and starts the connector instance.
    pub(super) async fn restart_connector(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        if self.stored(name).is_none() {
            return Err(HerderError::RestartOfUnknownConnector(name.clone()));
        }
        self.let_instance_be(&InstanceId::Connector(name.clone()));
        self.upgrades().forget(name);
        self.renew_connector(name, None, stages).await
    }

    /// Starts the connector anew, in a version of its plugin that is given, or in the newest.
    pub(super) async fn renew_connector(
        &self,
        name: &ConnectorName,
        version: Option<&ConnectorPlugin>,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        self.stop_instance(name, stages).await;
        match version {
            Some(plugin) => self.start_instance_of(name, plugin, stages).await?,
            None => self.start_instance(name, stages).await?,
        }
        self.update_tasks(name, stages).await
    }

    /// Makes the plan of a restart and stops what is in it.
    pub(super) async fn begin_restart(
        &self,
        request: &RestartRequest,
        stages: &Stages,
    ) -> Result<RestartPlan, HerderError> {
        let name = &request.connector;
        if self.stored(name).is_none() {
            return Err(HerderError::RestartOfUnknownConnector(name.clone()));
        }
        let status = self
            .connector_status(name)
            .ok_or_else(|| HerderError::NoRestartStatus(name.clone()))?;
        let plan = RestartPlan::new(request, status);
        for id in &plan.tasks {
            self.let_instance_be(&InstanceId::Task(id.clone()));
        }
        if plan.connector {
            self.let_instance_be(&InstanceId::Connector(name.clone()));
            self.upgrades().forget(name);
            self.stop_instance(name, stages).await;
            self.statuses
                .on_connector_status(name, State::Restarting, None);
        }
        self.stop_tasks(&plan.tasks).await;
        for id in &plan.tasks {
            self.statuses.on_task_status(id, State::Restarting, None);
        }
        Ok(plan)
    }

    /// Starts what is in the plan.
    pub(super) async fn finish_restart(
        &self,
        name: &ConnectorName,
        plan: &RestartPlan,
        stages: &Stages,
    ) {
        let before = self.versions.of_connector(name);
        if plan.connector {
            self.log_failure(name, self.start_instance(name, stages).await);
        }
        let now = self.versions.of_connector(name);
        if before.map(|plugin| plugin.sha256) != now.map(|plugin| plugin.sha256) {
            // All tasks come along, also those that the plan has not, and may be others.
            self.log_failure(name, self.update_tasks(name, stages).await);
        }
        if let Some(stored) = self.stored(name) {
            for id in &plan.tasks {
                let is_there = stored.task_ids(name).contains(id);
                if is_there && !self.versions.follows(id) {
                    self.log_failure(name, self.start_task(id, &stored).await);
                }
            }
        }
    }

    /// Stops and starts a task.
    pub(super) async fn restart_task(
        &self,
        id: &ConnectorTaskId,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        let Some(stored) = self.stored(&id.connector) else {
            return Err(HerderError::RestartOfUnknownConnector(id.connector.clone()));
        };
        if self.configs.snapshot().task_config(id).is_none() {
            return Err(HerderError::TaskNotFound(id.clone()));
        }
        self.let_instance_be(&InstanceId::Task(id.clone()));
        stages.begin(format!("restarting task {id}"));
        self.renew_task(id, &stored).await
    }

    pub(super) async fn renew_task(
        &self,
        id: &ConnectorTaskId,
        stored: &ConnectorConfigState,
    ) -> Result<(), HerderError> {
        self.stop_tasks(std::slice::from_ref(id)).await;
        self.start_task(id, stored).await
    }

    /// Stops tasks, with their last commits.
    pub(super) async fn stop_tasks(&self, ids: &[ConnectorTaskId]) {
        self.worker.stop_and_await_tasks(ids).await;
        self.versions.tasks_stopped(ids);
    }

    /// Stops a task that is started again next: a sink task keeps its place in its group.
    pub(super) async fn stop_task_for_restart(&self, id: &ConnectorTaskId) {
        self.worker.stop_task_for_restart(id).await;
        self.versions.tasks_stopped(std::slice::from_ref(id));
    }

    /// The tasks that do not run in the version of their connector.
    pub(super) fn left_behind(
        &self,
        name: &ConnectorName,
        stored: &ConnectorConfigState,
    ) -> Vec<ConnectorTaskId> {
        let mut ids = stored.task_ids(name);
        ids.retain(|id| !self.versions.follows(id));
        ids
    }

    /// Asks a connector for its task configurations because it wanted to be asked.
    pub(super) async fn reconfigure_tasks(&self, name: &ConnectorName) {
        self.log_failure(name, self.update_tasks(name, &Stages::new()).await);
    }

    pub(super) fn stored(&self, name: &ConnectorName) -> Option<Arc<ConnectorConfigState>> {
        self.configs.snapshot().connector(name).cloned()
    }

    fn kind(&self, name: &ConnectorName, stored: &ConnectorConfigState) -> Option<ConnectorKind> {
        // A plugin that runs may be in the registry no more.
        if let Some(plugin) = self.versions.of_connector(name) {
            return Some(plugin.kind);
        }
        self.worker
            .wanted_plugin(&stored.config)
            .ok()
            .map(|plugin| plugin.kind)
    }

    pub(super) async fn stop_instance(&self, name: &ConnectorName, stages: &Stages) {
        stages.begin(format!("stopping connector {name}"));
        self.worker.stop_connector(name).await;
        stages.complete();
    }

    /// Starts the connector instance in the newest version of its plugin that fits.
    async fn start_instance(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        let stored = self
            .stored(name)
            .ok_or_else(|| HerderError::ConnectorNotFound(name.clone()))?;
        match self.worker.wanted_plugin(&stored.config) {
            Ok(plugin) => self.start_instance_of(name, &plugin, stages).await,
            Err(error) => {
                self.statuses
                    .on_connector_status(name, State::Failed, Some(trace(&error)));
                self.statuses.connector_not_built(name);
                Err(error.into())
            }
        }
    }

    /// Starts the connector instance in that version of its plugin.
    pub(super) async fn start_instance_of(
        &self,
        name: &ConnectorName,
        plugin: &ConnectorPlugin,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        let stored = self
            .stored(name)
            .ok_or_else(|| HerderError::ConnectorNotFound(name.clone()))?;
        if self.stopping.is_cancelled() {
            return Err(HerderError::Stopping);
        }
        self.versions.connector_starts(name, plugin);
        let id = InstanceId::Connector(name.clone());
        self.statuses.set_version(id, plugin.version.clone());
        stages.begin(format!("starting connector {name}"));
        let spec = start_spec(plugin, &stored);
        let outcome = self.worker.start_connector(name, spec).await;
        stages.complete();
        if outcome.is_err() && !self.worker.is_running(name) {
            self.statuses.connector_not_built(name);
        }
        Ok(outcome?)
    }

    /// Regenerates task configurations, and makes the tasks anew if that changed something; tasks that
    /// have another version of the plugin than their connector get its.
    pub(super) async fn update_tasks(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        let Some(stored) = self.stored(name) else {
            return Ok(());
        };
        if stored.target != TargetState::Started || !self.worker.is_running(name) {
            tracing::info!("Skipping update of connector {name} since it is not running");
            return Ok(());
        }
        stages.begin(format!(
            "generating task configurations for connector {name}"
        ));
        let generated = self.generated_task_configs(name, &stored).await?;
        stages.complete();
        let task_configs = raw_task_configs(&stored.config, generated);
        if !task_configs_changed(&stored, &task_configs) {
            for id in self.left_behind(name, &stored) {
                self.log_failure(name, self.renew_task(&id, &stored).await);
            }
            return Ok(());
        }
        self.remove_tasks(name, stages).await?;
        self.configs.put_task_configs(name, task_configs).await?;
        self.start_tasks(name).await;
        Ok(())
    }

    /// The task configurations that a running connector gives.
    pub(super) async fn generated_task_configs(
        &self,
        name: &ConnectorName,
        stored: &ConnectorConfigState,
    ) -> Result<Vec<ConfigMap>, HerderError> {
        let generated = self
            .worker
            .connector_task_configs(name, &stored.config)
            .await;
        generated.map_err(|error| {
            // Kafka does this for too many tasks alone and leaves a connector without tasks
            // RUNNING otherwise, where nobody sees why.
            self.statuses
                .on_connector_status(name, State::Failed, Some(trace(&error)));
            error.into()
        })
    }

    pub(super) async fn remove_tasks(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        let ids = self
            .stored(name)
            .map(|stored| stored.task_ids(name))
            .unwrap_or_default();
        if ids.is_empty() {
            return Ok(());
        }
        stages.begin(format!("stopping the tasks of connector {name}"));
        self.stop_tasks(&ids).await;
        stages.complete();
        for id in &ids {
            self.statuses.on_task_status(id, State::Destroyed, None);
        }
        Ok(self.configs.put_task_configs(name, Vec::new()).await?)
    }

    pub(super) async fn start_tasks(&self, name: &ConnectorName) {
        let Some(stored) = self.stored(name) else {
            return;
        };
        for id in stored.task_ids(name) {
            self.log_failure(name, self.start_task(&id, &stored).await);
        }
    }

    pub(super) async fn start_task(
        &self,
        id: &ConnectorTaskId,
        stored: &ConnectorConfigState,
    ) -> Result<(), HerderError> {
        if self.stopping.is_cancelled() {
            return Err(HerderError::Stopping);
        }
        let task = usize::try_from(id.task)
            .ok()
            .and_then(|task| stored.task_configs.get(task));
        let Some(task_config) = task else {
            return Err(HerderError::TaskNotFound(id.clone()));
        };
        // A task never runs ahead of its connector, nor stays behind.
        let plugin = match self.versions.of_connector(&id.connector) {
            Some(plugin) => Ok(plugin),
            None => self.worker.wanted_plugin(&stored.config),
        };
        let outcome = match plugin {
            Ok(plugin) => {
                self.versions.task_starts(id, &plugin);
                self.statuses
                    .set_version(InstanceId::Task(id.clone()), plugin.version.clone());
                let spec = start_spec(&plugin, stored);
                self.worker.start_task(id, spec, task_config).await
            }
            Err(error) => Err(error),
        };
        outcome.map_err(|error| {
            tracing::error!("Failed to start task {id}: {error}");
            self.statuses.task_not_built(id, trace(&error));
            HerderError::TaskStart(id.clone())
        })
    }

    /// For steps that nobody waits for.
    pub(super) fn log_failure(&self, name: &ConnectorName, outcome: Result<(), HerderError>) {
        match outcome {
            Ok(()) => {}
            Err(HerderError::Stopping) => {}
            Err(error) => tracing::error!("Connector {name}: {error}"),
        }
    }
}

fn start_spec<'a>(plugin: &'a ConnectorPlugin, stored: &'a ConnectorConfigState) -> StartSpec<'a> {
    StartSpec {
        plugin,
        config: &stored.config,
        origin: stored.origin,
        target: stored.target,
    }
}

/// The text of a failure in a status: all of it, where REST shows the message alone.
fn trace(error: &WorkerError) -> String {
    match error {
        WorkerError::UnknownPlugin(_) | WorkerError::InvalidConfig(_) | WorkerError::Offsets(_) => {
            crate::errors::Failure::connect(error.to_string()).to_string()
        }
        WorkerError::Failed(failure) => failure.to_string(),
    }
}
