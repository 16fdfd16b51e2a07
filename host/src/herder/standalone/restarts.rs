//! Restarts of what has failed, by the connector's own policy.
//!
//! Owns the way from statuses to the state machine of [`restart_policy`](super::super::restart_policy)
//! and from there to restarts in the connector's lane. Whatever a user asks for takes a pending restart
//! away, and is counted as no restart.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use tokio::time::Instant;

use super::super::request::Stages;
use super::super::restart_policy::{Decision, Moment, RestartInfo, RestartPolicies};
use super::super::state::{TaskStateInfo, UpkeepInfo};
use super::operations::Operations;
use crate::config::connector::upkeep::{RestartSettings, UpkeepConfig};
use crate::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use crate::storage::config::{ConnectorConfigState, TargetState};
use crate::storage::status::State;
use crate::worker::api::StatusListener as _;

impl Operations {
    /// Looks at the statuses of a connector. Never waits.
    pub(super) fn observe(&self, name: &ConnectorName) {
        if self.is_upgrades_affair(name) {
            return;
        }
        let stored = self.stored(name);
        let stored = stored.filter(|stored| stored.target == TargetState::Started);
        let Some(settings) = stored.and_then(|stored| restart_settings(&stored)) else {
            self.let_be(name);
            return;
        };
        let store = self.statuses.store();
        let connector = store
            .connector(name)
            .map(|status| (InstanceId::Connector(name.clone()), status.state));
        let tasks = store.tasks(name).into_iter().map(|(task, status)| {
            let id = ConnectorTaskId::new(name.clone(), task);
            (InstanceId::Task(id), status.state)
        });
        let now = Moment::now();
        for (id, state) in connector.into_iter().chain(tasks) {
            let decision = self.restart_policies().observe(&id, state, &settings, now);
            match decision {
                Some(Decision::Scheduled { attempt, delay }) => tracing::info!(
                    instance = %id,
                    "Restart {attempt} by errors.restart.policy follows in {} ms",
                    delay.as_millis()
                ),
                Some(Decision::LimitReached { attempts }) => tracing::error!(
                    instance = %id,
                    "It has failed again after {attempts} restarts, which is \
                     errors.restart.max.attempts, and is not restarted by itself any more"
                ),
                None => {}
            }
        }
    }

    /// When there is something to do next: a restart, or the end of a probation.
    pub(super) fn next_time(&self) -> Option<Instant> {
        let restart = self.restart_policies().next_due();
        let probation = self.next_probation_end();
        restart.into_iter().chain(probation).min()
    }

    /// The connectors that have something to restart now.
    pub(super) fn due_restarts(&self) -> BTreeSet<ConnectorName> {
        self.restart_policies().take_due(Instant::now())
    }

    /// Restarts what of a connector is due and has not recovered.
    pub(super) async fn restart_failed(&self, name: &ConnectorName) {
        let stages = Stages::new();
        let claimed = self
            .restart_policies()
            .claim(name, |id| self.has_failed(id));
        for id in claimed {
            // The restart of the connector may have made its tasks anew.
            if !self.has_failed(&id) {
                continue;
            }
            tracing::info!(instance = %id, "Restarting by errors.restart.policy");
            match &id {
                InstanceId::Connector(_) => {
                    self.statuses
                        .on_connector_status(name, State::Restarting, None);
                    let kept = self.kept_version(name);
                    let renewed = self.renew_connector(name, kept.as_ref(), &stages).await;
                    self.log_failure(name, renewed);
                }
                InstanceId::Task(task) => {
                    let Some(stored) = self.stored(name) else {
                        continue;
                    };
                    self.statuses.on_task_status(task, State::Restarting, None);
                    self.log_failure(name, self.renew_task(task, &stored).await);
                }
            }
        }
        self.restarted(name);
        self.observe(name);
    }

    /// Restarts of a connector are over, however they ended.
    pub(super) fn restarted(&self, name: &ConnectorName) {
        self.restart_policies().restarted(name);
    }

    /// The user takes care of a connector and its tasks.
    pub(super) fn let_be(&self, name: &ConnectorName) {
        self.restart_policies().forget_connector(name);
    }

    /// The user takes care of an instance.
    pub(super) fn let_instance_be(&self, id: &InstanceId) {
        self.restart_policies().forget(id);
    }

    /// How it stands with what the connector does by itself.
    pub(super) fn upkeep<'a>(
        &self,
        name: &ConnectorName,
        stored: Option<&ConnectorConfigState>,
        tasks: impl Iterator<Item = &'a u32>,
    ) -> UpkeepInfo {
        let upgrade = stored.and_then(|stored| self.upgrade_info(name, stored));
        let Some(settings) = stored.and_then(restart_settings) else {
            return UpkeepInfo {
                upgrade,
                ..UpkeepInfo::default()
            };
        };
        let tasks = tasks.map(|task| {
            let id = ConnectorTaskId::new(name.clone(), *task);
            (Some(*task), InstanceId::Task(id))
        });
        let connector = (None, InstanceId::Connector(name.clone()));
        let restarts = std::iter::once(connector)
            .chain(tasks)
            .map(|(task, id)| (task, self.restart_info(&id, &settings)))
            .collect();
        UpkeepInfo { restarts, upgrade }
    }

    /// A task as readers see it; none when it has not reported.
    pub(super) fn task_status(&self, id: &ConnectorTaskId) -> Option<TaskStateInfo> {
        let status = self.statuses.store().task(id)?;
        let settings = self
            .stored(&id.connector)
            .and_then(|stored| restart_settings(&stored));
        let instance = InstanceId::Task(id.clone());
        Some(TaskStateInfo {
            status,
            restarts: settings.map(|settings| self.restart_info(&instance, &settings)),
        })
    }

    fn restart_info(&self, id: &InstanceId, settings: &RestartSettings) -> RestartInfo {
        self.restart_policies().info(id, settings, Instant::now())
    }

    fn has_failed(&self, id: &InstanceId) -> bool {
        let store = self.statuses.store();
        let status = match id {
            InstanceId::Connector(name) => store.connector(name),
            InstanceId::Task(id) => store.task(id),
        };
        status.is_some_and(|status| status.state == State::Failed)
    }

    fn restart_policies(&self) -> MutexGuard<'_, RestartPolicies> {
        self.restarts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The policy of a connector that has one. What is stored was valid when it was stored.
fn restart_settings(stored: &ConnectorConfigState) -> Option<RestartSettings> {
    if !UpkeepConfig::is_used(&stored.config) {
        return None;
    }
    UpkeepConfig::new(&stored.config)
        .ok()
        .and_then(|upkeep| upkeep.restart)
}
