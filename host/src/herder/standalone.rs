//! The herder of a worker that stands alone.
//!
//! Owns the side that requests come to: it hands changes to the loop (`event_loop`) through a bounded
//! mailbox and waits for the answer; readers look at snapshots. Must not know REST. Kafka's counterpart:
//! `StandaloneHerder`.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

pub use self::event_loop::StandaloneLoop;
use self::operations::Operations;
use self::versions::VersionsInUse;
use super::marks::ConnectorMarks;
use super::offsets::{ConnectorOffsets, JsonObject, OffsetsChange, OffsetsMessage, TopicTracking};
use super::request::{
    ConnectorValidator, PutConnector, PutMode, REQUEST_TIMEOUT, ReconfigurationRequests, Stages,
    SubmittedConfig, patched_config,
};
use super::restart::RestartRequest;
use super::state::{ConnectorInfo, ConnectorStateInfo, TaskStateInfo};
use super::status::StatusRecorder;
use super::{Herder, HerderError, PluginAdministration, Put};
use crate::config::ConfigMap;
use crate::config::def::ConfigKey;
use crate::config::validate::ValidationResult;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::loggers::{LoggerLevel, LoggerState, Loggers};
use crate::storage::config::{ConfigBackingStore, ConfigOrigin, TargetState};
use crate::worker::api::{PluginDescription, Worker};

mod event_loop;
mod offsets;
mod operations;
mod restarts;
mod upgrades;
mod versions;

#[cfg(test)]
mod tests;

/// LIMIT: requests that wait to be taken; senders wait for room.
const MAILBOX_REQUESTS_MAX: usize = 64;

/// What a standalone herder is made of. `statuses` and `reconfigurations` are the worker's listener
/// and events, too.
pub struct StandaloneParts {
    /// Runs connectors and tasks.
    pub worker: Arc<dyn Worker>,
    /// Decides on configurations.
    pub validator: Arc<dyn ConnectorValidator>,
    /// Shows and changes plugins.
    pub plugins: Arc<dyn PluginAdministration>,
    /// Keeps configurations.
    pub configs: Arc<dyn ConfigBackingStore>,
    /// Records statuses.
    pub statuses: Arc<StatusRecorder>,
    /// What connectors ask for.
    pub reconfigurations: Arc<ReconfigurationRequests>,
    /// The id of the Kafka cluster.
    pub kafka_cluster_id: Option<String>,
    /// The levels of the log.
    pub loggers: Arc<Loggers>,
    /// The topics that connectors use.
    pub topics: TopicTracking,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

enum Request {
    /// Something to do for a connector.
    Operation(ConnectorName, Work),
    /// Are you there?
    Ping(oneshot::Sender<()>),
}

/// The side of the herder that requests come to. Cheap to share.
pub struct StandaloneHerder {
    operations: Arc<Operations>,
    plugins: Arc<dyn PluginAdministration>,
    kafka_cluster_id: Option<String>,
    loggers: Arc<Loggers>,
    mailbox: mpsc::Sender<Request>,
    ready: watch::Sender<bool>,
    /// Health is not asked for any more; raised with `stopping`, or before it.
    closing: CancellationToken,
    stopping: CancellationToken,
}

impl StandaloneHerder {
    /// A herder and its loop. Raising `stopping` ends both.
    pub fn new(parts: StandaloneParts, stopping: CancellationToken) -> (Arc<Self>, StandaloneLoop) {
        let (sender, receiver) = mpsc::channel(MAILBOX_REQUESTS_MAX);
        let operations = Arc::new(Operations {
            worker: parts.worker,
            configs: parts.configs,
            statuses: parts.statuses,
            topics: parts.topics,
            restarts: Mutex::default(),
            versions: VersionsInUse::default(),
            upgrades: Mutex::default(),
            candidates: ConnectorMarks::default(),
            validator: parts.validator,
            stopping: stopping.clone(),
        });
        let herder = Self {
            operations: operations.clone(),
            plugins: parts.plugins,
            kafka_cluster_id: parts.kafka_cluster_id,
            loggers: parts.loggers,
            mailbox: sender,
            ready: watch::Sender::new(false),
            closing: stopping.child_token(),
            stopping,
        };
        let herder_loop = StandaloneLoop::new(operations, parts.reconfigurations, receiver);
        (Arc::new(herder), herder_loop)
    }

    /// Start-up has completed: `/health` answers 200 from now on.
    pub fn ready(&self) {
        self.ready.send_replace(true);
    }

    /// The worker is about to stop: `/health` says so at once, also to those who wait already, so
    /// that the stop does not wait for them.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Has something done for a connector, after what was asked before. The work gets the sender of
    /// its answer and may go on after answering.
    async fn submit<T, F, W>(&self, name: &ConnectorName, work: W) -> Result<T, HerderError>
    where
        T: Send + 'static,
        F: Future<Output = ()> + Send + 'static,
        W: FnOnce(Arc<Operations>, oneshot::Sender<Result<T, HerderError>>) -> F,
    {
        let (answer, answered) = oneshot::channel();
        let work = Box::pin(work(self.operations.clone(), answer));
        let request = Request::Operation(name.clone(), work);
        self.mailbox
            .send(request)
            .await
            .map_err(|_| HerderError::Stopping)?;
        answered.await.map_err(|_| self.unanswered())?
    }

    /// An answer that never came: the loop ended, or the operation panicked.
    fn unanswered(&self) -> HerderError {
        if self.stopping.is_cancelled() {
            HerderError::Stopping
        } else {
            HerderError::Interrupted
        }
    }

    async fn put_validated(
        &self,
        request: PutConnector,
        stages: &Stages,
    ) -> Result<Put, HerderError> {
        let result = self
            .operations
            .validator
            .validate(&request.config, request.origin, stages)
            .await?;
        if let Some(message) = result.error_message() {
            return Err(HerderError::InvalidConfig(message));
        }
        if let Some(key) = request.config.null_keys.first() {
            return Err(HerderError::NullValue(key.clone()));
        }
        let name = request.name.clone();
        let stages = stages.clone();
        self.submit(&name, |operations, answer| async move {
            let outcome = operations.put(request, &stages).await;
            let _ = answer.send(outcome);
        })
        .await
    }
}

/// Waits for a request as long as a client does. The operation behind it goes on.
async fn within_timeout<T>(
    stages: &Stages,
    request: impl Future<Output = Result<T, HerderError>>,
) -> Result<T, HerderError> {
    match tokio::time::timeout(REQUEST_TIMEOUT, request).await {
        Ok(outcome) => outcome,
        Err(_) => Err(HerderError::Timeout(stages.summary())),
    }
}

#[async_trait]
impl Herder for StandaloneHerder {
    fn kafka_cluster_id(&self) -> Option<&str> {
        self.kafka_cluster_id.as_deref()
    }

    fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    async fn health_check(&self) -> Result<(), HerderError> {
        let mut ready = self.ready.subscribe();
        let answered = async {
            let _ = ready.wait_for(|ready| *ready).await;
            let (answer, answered) = oneshot::channel();
            self.mailbox
                .send(Request::Ping(answer))
                .await
                .map_err(|_| HerderError::Stopping)?;
            answered.await.map_err(|_| HerderError::Stopping)
        };
        tokio::select! {
            biased;
            () = self.closing.cancelled() => Err(HerderError::Stopping),
            answered = answered => answered,
        }
    }

    fn plugin_config(
        &self,
        class: &str,
        version: Option<&str>,
    ) -> Result<Vec<ConfigKey>, HerderError> {
        self.operations.validator.plugin_config(class, version)
    }

    async fn validate_connector_config(
        &self,
        config: SubmittedConfig,
    ) -> Result<ValidationResult, HerderError> {
        let stages = Stages::new();
        let validation = self
            .operations
            .validator
            .validate(&config, ConfigOrigin::Rest, &stages);
        match tokio::time::timeout(REQUEST_TIMEOUT, validation).await {
            Ok(outcome) => outcome,
            Err(_) => Err(HerderError::ValidationTimeout(stages.summary())),
        }
    }

    fn plugins(&self) -> Vec<PluginDescription> {
        self.operations.worker.plugins()
    }

    fn plugin_administration(&self) -> Arc<dyn PluginAdministration> {
        self.plugins.clone()
    }

    fn connectors(&self) -> Vec<ConnectorName> {
        self.operations
            .configs
            .snapshot()
            .connectors()
            .cloned()
            .collect()
    }

    fn connector_info(&self, name: &ConnectorName) -> Result<ConnectorInfo, HerderError> {
        self.operations.connector_info(name)
    }

    fn connector_status(&self, name: &ConnectorName) -> Result<ConnectorStateInfo, HerderError> {
        self.operations
            .connector_status(name)
            .ok_or_else(|| HerderError::NoConnectorStatus(name.clone()))
    }

    fn task_configs(&self, name: &ConnectorName) -> Result<Vec<ConfigMap>, HerderError> {
        let snapshot = self.operations.configs.snapshot();
        match snapshot.connector(name) {
            Some(connector) => Ok(connector.task_configs.clone()),
            None => Err(HerderError::ConnectorNotFound(name.clone())),
        }
    }

    fn task_status(&self, id: &ConnectorTaskId) -> Result<TaskStateInfo, HerderError> {
        let status = self.operations.task_status(id);
        status.ok_or_else(|| HerderError::NoTaskStatus(id.clone()))
    }

    async fn put_connector_config(&self, mut request: PutConnector) -> Result<Put, HerderError> {
        request.config.set_name(&request.name)?;
        let stages = Stages::new();
        within_timeout(&stages, self.put_validated(request, &stages)).await
    }

    async fn patch_connector_config(
        &self,
        name: &ConnectorName,
        patch: Vec<(String, Option<String>)>,
        origin: ConfigOrigin,
    ) -> Result<ConnectorInfo, HerderError> {
        let snapshot = self.operations.configs.snapshot();
        let Some(stored) = snapshot.connector(name) else {
            return Err(HerderError::ConnectorNotFound(name.clone()));
        };
        // No check of the name: Kafka stores a patched name and goes on using the connector's own.
        let request = PutConnector {
            name: name.clone(),
            config: SubmittedConfig::new(patched_config(&stored.config, patch)),
            target: None,
            mode: PutMode::Replace,
            origin,
        };
        let stages = Stages::new();
        within_timeout(&stages, self.put_validated(request, &stages))
            .await
            .map(|put| put.info)
    }

    async fn delete_connector(&self, name: &ConnectorName) -> Result<(), HerderError> {
        let stages = Stages::new();
        let (subject, stage) = (name.clone(), stages.clone());
        let request = self.submit(name, |operations, answer| async move {
            let outcome = operations.delete(&subject, &stage).await;
            let _ = answer.send(outcome);
        });
        within_timeout(&stages, request).await
    }

    async fn set_target_state(
        &self,
        name: &ConnectorName,
        target: TargetState,
    ) -> Result<(), HerderError> {
        let stages = Stages::new();
        let (subject, stage) = (name.clone(), stages.clone());
        let request = self.submit(name, move |operations, answer| async move {
            if target == TargetState::Stopped {
                let outcome = operations.stop_connector(&subject, &stage).await;
                let _ = answer.send(outcome);
                return;
            }
            let outcome = operations.put_target_state(&subject, target).await;
            let stored = outcome.is_ok();
            let _ = answer.send(outcome);
            if stored {
                operations
                    .apply_target_state(&subject, target, &stage)
                    .await;
            }
        });
        within_timeout(&stages, request).await
    }

    async fn restart_connector(&self, name: &ConnectorName) -> Result<(), HerderError> {
        let stages = Stages::new();
        let (subject, stage) = (name.clone(), stages.clone());
        let request = self.submit(name, |operations, answer| async move {
            let outcome = operations.restart_connector(&subject, &stage).await;
            let _ = answer.send(outcome);
        });
        within_timeout(&stages, request).await
    }

    async fn restart_connector_and_tasks(
        &self,
        request: RestartRequest,
    ) -> Result<ConnectorStateInfo, HerderError> {
        let stages = Stages::new();
        let stage = stages.clone();
        let name = request.connector.clone();
        let request = self.submit(&name, |operations, answer| async move {
            match operations.begin_restart(&request, &stage).await {
                Ok(plan) => {
                    let _ = answer.send(Ok(plan.state.clone()));
                    operations
                        .finish_restart(&request.connector, &plan, &stage)
                        .await;
                }
                Err(error) => {
                    let _ = answer.send(Err(error));
                }
            }
        });
        within_timeout(&stages, request).await
    }

    async fn restart_task(&self, id: &ConnectorTaskId) -> Result<(), HerderError> {
        let stages = Stages::new();
        let (subject, stage) = (id.clone(), stages.clone());
        let request = self.submit(&id.connector, |operations, answer| async move {
            let outcome = operations.restart_task(&subject, &stage).await;
            let _ = answer.send(outcome);
        });
        within_timeout(&stages, request).await
    }

    async fn put_task_configs(
        &self,
        _name: &ConnectorName,
        _configs: Vec<ConfigMap>,
    ) -> Result<(), HerderError> {
        Err(HerderError::NoExternalTaskConfigs)
    }

    async fn fence_zombie_source_tasks(&self, _name: &ConnectorName) -> Result<(), HerderError> {
        Err(HerderError::NoExactlyOnce)
    }

    async fn connector_offsets(
        &self,
        name: &ConnectorName,
    ) -> Result<ConnectorOffsets, HerderError> {
        self.read_offsets(name).await
    }

    async fn alter_connector_offsets(
        &self,
        name: &ConnectorName,
        offsets: Vec<(Option<JsonObject>, Option<JsonObject>)>,
    ) -> Result<OffsetsMessage, HerderError> {
        self.alter_offsets(name, offsets).await
    }

    async fn reset_connector_offsets(
        &self,
        name: &ConnectorName,
    ) -> Result<OffsetsMessage, HerderError> {
        self.modify_offsets(name, OffsetsChange::Reset).await
    }

    fn active_topics(&self, name: &ConnectorName) -> Result<Vec<String>, HerderError> {
        self.operations.topics.topics(name)
    }

    fn reset_active_topics(&self, name: &ConnectorName) -> Result<(), HerderError> {
        self.operations.topics.reset(name)
    }

    fn loggers(&self) -> BTreeMap<String, LoggerState> {
        self.loggers.all()
    }

    fn logger(&self, name: &str) -> Option<LoggerState> {
        self.loggers.get(name)
    }

    fn set_logger_level(&self, namespace: &str, level: LoggerLevel) -> Vec<String> {
        self.loggers.set_level(namespace, level)
    }
}
