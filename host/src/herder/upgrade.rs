//! When a connector comes to a newer version of its plugin by itself, and when it goes back.
//!
//! Owns what each connector's last move led to, which build is not tried again, and how long a new
//! version is on probation, as a state machine that is told what happened. Must not know how connectors
//! are moved. Kafka Connect has no counterpart: there, a new version needs a restart of the worker.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::restart_policy::Moment;
use crate::config::version_range::compare;
use crate::ids::ConnectorName;
use crate::worker::api::ConnectorPlugin;

#[cfg(test)]
mod tests;

/// How it stands with the last move of a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpgradeState {
    /// There was none.
    #[default]
    Idle,
    /// Connector and tasks are being moved, there or back.
    Moving,
    /// The new version runs and has to prove itself.
    Probation,
    /// The new version runs.
    Completed,
    /// The new version failed, and the one before runs.
    RolledBack,
    /// The new version refused the configuration, and nothing was moved.
    Refused,
}

impl fmt::Display for UpgradeState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Idle => "IDLE",
            Self::Moving => "MOVING",
            Self::Probation => "PROBATION",
            Self::Completed => "COMPLETED",
            Self::RolledBack => "ROLLED_BACK",
            Self::Refused => "REFUSED",
        })
    }
}

/// The last move of a connector, as readers see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpgradeInfo {
    /// How it stands.
    pub state: UpgradeState,
    /// The version before.
    pub from: Option<String>,
    /// The newer version.
    pub to: Option<String>,
    /// Why it was refused or given up.
    pub reason: Option<String>,
    /// When the probation ends, in milliseconds since 1970.
    pub probation_ends: Option<i64>,
    /// How long each task stood still, by task number: from the order to stop until it was running.
    pub downtime: BTreeMap<u32, Duration>,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    /// On the way to `to`.
    Moving {
        before: ConnectorPlugin,
        to: ConnectorPlugin,
    },
    /// Until `ends`, a failure takes the connector back.
    Probation {
        before: ConnectorPlugin,
        to: ConnectorPlugin,
        ends: Instant,
    },
    /// It has failed, and waits for its turn to go back.
    Failed {
        before: ConnectorPlugin,
        to: ConnectorPlugin,
    },
}

#[derive(Debug, Default)]
struct Upgrade {
    phase: Phase,
    info: UpgradeInfo,
    /// SHA-256 of the build that failed last.
    refused: Option<String>,
}

/// The upgrades of all connectors that had one.
#[derive(Debug, Default)]
pub struct Upgrades {
    connectors: HashMap<ConnectorName, Upgrade>,
    /// Those in [`Phase::Failed`] that nobody has been told of.
    failed: BTreeSet<ConnectorName>,
}

impl Upgrades {
    /// Whether a connector is to be moved to the newest version of its plugin that fits. Another build
    /// of the same version counts as newer.
    pub fn wants(
        &self,
        name: &ConnectorName,
        current: &ConnectorPlugin,
        newest: &ConnectorPlugin,
    ) -> bool {
        let refused = self
            .connectors
            .get(name)
            .and_then(|one| one.refused.as_ref());
        newest.class == current.class
            && newest.sha256 != current.sha256
            && refused != Some(&newest.sha256)
            && compare(&newest.version, &current.version) != Ordering::Less
    }

    /// A move begins. While a version is on probation, the one to go back to stays the one before it.
    pub fn begin(&mut self, name: &ConnectorName, current: ConnectorPlugin, to: ConnectorPlugin) {
        let upgrade = self.connectors.entry(name.clone()).or_default();
        let before = match std::mem::take(&mut upgrade.phase) {
            Phase::Probation { before, .. } => before,
            _ => current,
        };
        upgrade.info = UpgradeInfo {
            state: UpgradeState::Moving,
            from: Some(before.version.clone()),
            to: Some(to.version.clone()),
            ..UpgradeInfo::default()
        };
        upgrade.phase = Phase::Moving { before, to };
    }

    /// A task runs in its new version.
    pub fn task_moved(&mut self, name: &ConnectorName, task: u32, downtime: Duration) {
        if let Some(upgrade) = self.connectors.get_mut(name) {
            upgrade.info.downtime.insert(task, downtime);
        }
    }

    /// All is moved: the probation begins.
    pub fn moved(&mut self, name: &ConnectorName, probation: Duration, now: Moment) {
        let Some(upgrade) = self.connectors.get_mut(name) else {
            return;
        };
        let Phase::Moving { before, to } = std::mem::take(&mut upgrade.phase) else {
            return;
        };
        if probation.is_zero() {
            upgrade.info.state = UpgradeState::Completed;
            return;
        }
        let waited = i64::try_from(probation.as_millis()).unwrap_or(i64::MAX);
        upgrade.info.state = UpgradeState::Probation;
        upgrade.info.probation_ends = Some(now.epoch_ms.saturating_add(waited));
        upgrade.phase = Phase::Probation {
            before,
            to,
            ends: now.instant + probation,
        };
    }

    /// The new version refuses the configuration; nothing was moved.
    pub fn refuse(
        &mut self,
        name: &ConnectorName,
        current: &ConnectorPlugin,
        to: &ConnectorPlugin,
        reason: String,
    ) {
        let upgrade = self.connectors.entry(name.clone()).or_default();
        upgrade.refused = Some(to.sha256.clone());
        upgrade.info = UpgradeInfo {
            state: UpgradeState::Refused,
            from: Some(current.version.clone()),
            to: Some(to.version.clone()),
            reason: Some(reason),
            ..UpgradeInfo::default()
        };
    }

    /// Something of the connector has failed: within the probation it has to go back.
    pub fn failed(&mut self, name: &ConnectorName, reason: String) {
        let Some(upgrade) = self.connectors.get_mut(name) else {
            return;
        };
        match std::mem::take(&mut upgrade.phase) {
            Phase::Probation { before, to, .. } => {
                upgrade.phase = Phase::Failed { before, to };
                upgrade.info.state = UpgradeState::Moving;
                upgrade.info.probation_ends = None;
                upgrade.info.reason = Some(reason);
                self.failed.insert(name.clone());
            }
            other => upgrade.phase = other,
        }
    }

    /// Those that have to go back; each is told once.
    pub fn take_failed(&mut self) -> BTreeSet<ConnectorName> {
        std::mem::take(&mut self.failed)
    }

    /// The version that a connector goes back to, from the one that failed; none when it need not.
    pub fn going_back(&mut self, name: &ConnectorName) -> Option<GoingBack> {
        let upgrade = self.connectors.get(name)?;
        match &upgrade.phase {
            Phase::Moving { before, to } | Phase::Failed { before, to } => Some(GoingBack {
                before: before.clone(),
                failed: to.clone(),
                reason: upgrade.info.reason.clone().unwrap_or_default(),
            }),
            Phase::Idle | Phase::Probation { .. } => None,
        }
    }

    /// The connector is back, or as far as it came; its failed version is not tried again.
    pub fn went_back(&mut self, name: &ConnectorName, reason: String) {
        let Some(upgrade) = self.connectors.get_mut(name) else {
            return;
        };
        if let Phase::Moving { to, .. } | Phase::Failed { to, .. } =
            std::mem::take(&mut upgrade.phase)
        {
            upgrade.refused = Some(to.sha256);
            upgrade.info.state = UpgradeState::RolledBack;
            upgrade.info.reason = Some(reason);
        }
    }

    /// Whether a move is under way or due, so that nobody else takes care of failures.
    pub fn is_moving(&self, name: &ConnectorName) -> bool {
        let upgrade = self.connectors.get(name);
        upgrade.is_some_and(|one| matches!(one.phase, Phase::Moving { .. } | Phase::Failed { .. }))
    }

    /// Whether a failure takes the connector back.
    pub fn is_on_probation(&self, name: &ConnectorName) -> bool {
        let upgrade = self.connectors.get(name);
        upgrade.is_some_and(|one| matches!(one.phase, Phase::Probation { .. }))
    }

    /// When the next probation ends.
    pub fn next_end(&self) -> Option<Instant> {
        let end = |upgrade: &Upgrade| match upgrade.phase {
            Phase::Probation { ends, .. } => Some(ends),
            _ => None,
        };
        self.connectors.values().filter_map(end).min()
    }

    /// Ends the probations whose time has come; gives the connectors with their new versions.
    pub fn end_probations(&mut self, now: Instant) -> Vec<(ConnectorName, String)> {
        let mut ended = Vec::new();
        for (name, upgrade) in &mut self.connectors {
            match std::mem::take(&mut upgrade.phase) {
                Phase::Probation { to, ends, .. } if ends <= now => {
                    upgrade.info.state = UpgradeState::Completed;
                    upgrade.info.probation_ends = None;
                    ended.push((name.clone(), to.version));
                }
                other => upgrade.phase = other,
            }
        }
        ended
    }

    /// A user takes care of the connector, or it is no more: nothing counts that was before.
    pub fn forget(&mut self, name: &ConnectorName) {
        self.connectors.remove(name);
        self.failed.remove(name);
    }

    /// How it stands with a connector.
    pub fn info(&self, name: &ConnectorName) -> UpgradeInfo {
        let upgrade = self.connectors.get(name);
        upgrade.map(|one| one.info.clone()).unwrap_or_default()
    }
}

/// What a connector goes back to, and why.
#[derive(Clone, Debug)]
pub struct GoingBack {
    /// The version to go back to.
    pub before: ConnectorPlugin,
    /// The version that failed.
    pub failed: ConnectorPlugin,
    /// Why.
    pub reason: String,
}
