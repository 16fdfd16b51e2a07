//! Moves of connectors to newer versions of their plugins, and back.
//!
//! Owns the order of steps: the new version is asked about the configuration, the connector instance is
//! started in it, then one task after the other is stopped, with its last commit, and started. So no two
//! instances ever work for one task, and each goes on where its predecessor's stored offsets end. What
//! is decided is [`upgrade`](super::super::upgrade)'s affair; moves are operations in the connector's lane.

use std::collections::BTreeSet;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::super::HerderError;
use super::super::request::{Stages, SubmittedConfig};
use super::super::restart_policy::Moment;
use super::super::state::{raw_task_configs, task_configs_changed};
use super::super::upgrade::{UpgradeInfo, Upgrades};
use super::operations::Operations;
use crate::config::connector::upkeep::{UpgradeSettings, UpkeepConfig};
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::storage::config::{ConnectorConfigState, TargetState};
use crate::storage::status::{InstanceStatus, State};
use crate::worker::api::{ConnectorPlugin, StatusListener as _};

/// LIMIT: time for a task to say that it runs, beside the deadlines of its guest's calls: whoever waits
/// for the connector's lane must come to its turn.
const TASK_UP: Duration = Duration::from_secs(60);

impl Operations {
    /// The connectors that come to newer versions by themselves, and run.
    pub(super) fn upgraded_by_themselves(&self) -> BTreeSet<ConnectorName> {
        let snapshot = self.configs.snapshot();
        let names = snapshot.connectors().cloned();
        names
            .filter(|name| self.upgraded_by_itself(name).is_some())
            .collect()
    }

    fn upgraded_by_itself(
        &self,
        name: &ConnectorName,
    ) -> Option<(Arc<ConnectorConfigState>, UpgradeSettings)> {
        let stored = self.stored(name)?;
        let settings = upgrade_settings(&stored).filter(|settings| settings.auto)?;
        (stored.target == TargetState::Started).then_some((stored, settings))
    }

    /// Moves a connector if there is a newer version for it.
    pub(super) async fn move_if_newer(&self, name: &ConnectorName) {
        let Some((stored, settings)) = self.upgraded_by_itself(name) else {
            return;
        };
        let newest = self.worker.wanted_plugin(&stored.config);
        let (Some(current), Ok(newest)) = (self.versions.of_connector(name), newest) else {
            return;
        };
        if !self.upgrades().wants(name, &current, &newest) {
            return;
        }
        let (from, to) = (current.version.clone(), newest.version.clone());
        let stages = Stages::new();
        if let Some(reason) = self.refusal(&stored, &stages).await {
            tracing::error!(
                "Connector {name} stays with version {from} of its plugin, since {to} refuses its \
                 configuration: {reason}"
            );
            self.upgrades().refuse(name, &current, &newest, reason);
            return;
        }
        tracing::info!("Connector {name} is moved from version {from} of its plugin to {to}");
        self.let_be(name);
        self.upgrades().begin(name, current, newest.clone());
        match self.move_to(name, &newest, &stages).await {
            Ok(()) => {
                tracing::info!(
                    "Connector {name} runs in version {to} of its plugin, on probation for {} ms",
                    settings.probation.as_millis()
                );
                self.upgrades()
                    .moved(name, settings.probation, Moment::now());
                self.observe(name);
            }
            Err(HerderError::Stopping) => {}
            Err(error) => self.return_to_before(name, error.to_string()).await,
        }
    }

    /// Takes a connector back whose new version failed within its probation.
    pub(super) async fn go_back(&self, name: &ConnectorName) {
        let going_back = self.upgrades().going_back(name);
        if let Some(going_back) = going_back {
            self.return_to_before(name, going_back.reason).await;
        }
    }

    async fn return_to_before(&self, name: &ConnectorName, reason: String) {
        let Some(going_back) = self.upgrades().going_back(name) else {
            return;
        };
        let (before, failed) = (&going_back.before, &going_back.failed);
        tracing::error!(
            "Connector {name} goes back from version {} of its plugin to {}: {reason}",
            failed.version,
            before.version
        );
        self.let_be(name);
        let reason = match self.move_to(name, before, &Stages::new()).await {
            Ok(()) => reason,
            Err(HerderError::Stopping) => return,
            Err(error) => {
                tracing::error!(
                    "Connector {name} does not run in version {} of its plugin either: {error}",
                    before.version
                );
                format!("{reason}; back in version {}: {error}", before.version)
            }
        };
        self.upgrades().went_back(name, reason);
        self.observe(name);
    }

    /// What the newest version has against the configuration.
    async fn refusal(&self, stored: &ConnectorConfigState, stages: &Stages) -> Option<String> {
        let config = SubmittedConfig::new(stored.config.clone());
        match self
            .validator
            .validate(&config, stored.origin, stages)
            .await
        {
            Ok(result) if result.error_count == 0 => None,
            Ok(result) => Some(result.messages().collect::<Vec<_>>().join("; ")),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Brings the connector and those of its tasks that have another version to this one.
    async fn move_to(
        &self,
        name: &ConnectorName,
        plugin: &ConnectorPlugin,
        stages: &Stages,
    ) -> Result<(), HerderError> {
        self.stop_instance(name, stages).await;
        self.start_instance_of(name, plugin, stages).await?;
        let stored = self
            .stored(name)
            .ok_or_else(|| HerderError::ConnectorNotFound(name.clone()))?;
        if stored.target != TargetState::Started {
            // Its tasks follow when it is resumed.
            return Ok(());
        }
        let generated = self.generated_task_configs(name, &stored).await?;
        let task_configs = raw_task_configs(&stored.config, generated);
        if !task_configs_changed(&stored, &task_configs) {
            for id in self.left_behind(name, &stored) {
                self.move_task(&id, &stored).await?;
            }
            return Ok(());
        }
        // Work may go from one task to another, so that all have to end before any begins.
        let began = Instant::now();
        self.remove_tasks(name, stages).await?;
        self.configs.put_task_configs(name, task_configs).await?;
        self.start_tasks(name).await;
        let ids = self.stored(name).map(|stored| stored.task_ids(name));
        for id in ids.unwrap_or_default() {
            self.await_task(&id, began).await?;
        }
        Ok(())
    }

    async fn move_task(
        &self,
        id: &ConnectorTaskId,
        stored: &ConnectorConfigState,
    ) -> Result<(), HerderError> {
        let began = Instant::now();
        self.stop_task_for_restart(id).await;
        self.statuses.on_task_status(id, State::Restarting, None);
        self.start_task(id, stored).await?;
        self.await_task(id, began).await
    }

    /// Waits until a task runs, or has failed.
    async fn await_task(&self, id: &ConnectorTaskId, began: Instant) -> Result<(), HerderError> {
        let settled = |state| matches!(state, State::Running | State::Paused | State::Failed);
        let status = tokio::select! {
            () = self.stopping.cancelled() => return Err(HerderError::Stopping),
            status = tokio::time::timeout(TASK_UP, self.statuses.task_state(id, settled)) => status,
        };
        let status = status.map_err(|_| HerderError::NotUp(id.clone()))?;
        if status.state == State::Failed {
            return Err(HerderError::TaskFailed(id.clone(), failure(&status)));
        }
        let downtime = began.elapsed();
        tracing::info!(
            "Task {id} runs in version {} of its plugin; it stood still for {} ms",
            status.version.unwrap_or_default(),
            downtime.as_millis()
        );
        self.upgrades().task_moved(&id.connector, id.task, downtime);
        Ok(())
    }

    /// Whether an upgrade takes care of what becomes of a connector.
    pub(super) fn is_upgrades_affair(&self, name: &ConnectorName) -> bool {
        let (is_moving, is_on_probation) = {
            let upgrades = self.upgrades();
            (upgrades.is_moving(name), upgrades.is_on_probation(name))
        };
        if !is_on_probation {
            return is_moving;
        }
        let store = self.statuses.store();
        let has_failed = |status: &InstanceStatus| status.state == State::Failed;
        let connector = store.connector(name).filter(has_failed);
        let tasks = store.tasks(name);
        let mut tasks = tasks.iter().filter(|(_, status)| has_failed(status));
        let reason = match (connector, tasks.next()) {
            (Some(status), _) => format!("The connector failed: {}", failure(&status)),
            (None, Some((task, status))) => {
                let id = ConnectorTaskId::new(name.clone(), *task);
                HerderError::TaskFailed(id, failure(status)).to_string()
            }
            (None, None) => return false,
        };
        self.upgrades().failed(name, reason);
        true
    }

    /// The connectors that have to go back.
    pub(super) fn to_go_back(&self) -> BTreeSet<ConnectorName> {
        self.upgrades().take_failed()
    }

    /// When the next probation ends.
    pub(super) fn next_probation_end(&self) -> Option<Instant> {
        self.upgrades().next_end()
    }

    /// Ends the probations whose time has come.
    pub(super) fn end_probations(&self) {
        for (name, version) in self.upgrades().end_probations(Instant::now()) {
            tracing::info!(
                "Connector {name} has run in version {version} of its plugin for its probation"
            );
        }
    }

    /// The version that the connector keeps when it is restarted by itself: moves are upgrades' affair.
    pub(super) fn kept_version(&self, name: &ConnectorName) -> Option<ConnectorPlugin> {
        let stored = self.stored(name)?;
        let settings = upgrade_settings(&stored).filter(|settings| settings.auto);
        settings.and_then(|_| self.versions.of_connector(name))
    }

    /// How it stands with a connector that is upgraded by itself.
    pub(super) fn upgrade_info(
        &self,
        name: &ConnectorName,
        stored: &ConnectorConfigState,
    ) -> Option<UpgradeInfo> {
        let settings = upgrade_settings(stored).filter(|settings| settings.auto);
        settings.map(|_| self.upgrades().info(name))
    }

    pub(super) fn upgrades(&self) -> MutexGuard<'_, Upgrades> {
        self.upgrades.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first line of a trace, and its innermost cause.
fn failure(status: &InstanceStatus) -> String {
    let trace = status.trace.as_deref().unwrap_or_default();
    let first = trace.lines().next().unwrap_or_default();
    let cause = trace.lines().rfind(|line| line.starts_with("Caused by: "));
    match cause {
        Some(cause) => format!("{first} {cause}"),
        None => first.to_owned(),
    }
}

fn upgrade_settings(stored: &ConnectorConfigState) -> Option<UpgradeSettings> {
    if !UpkeepConfig::is_used(&stored.config) {
        return None;
    }
    UpkeepConfig::new(&stored.config)
        .ok()
        .map(|upkeep| upkeep.upgrade)
}
