//! When connectors and tasks that have failed are restarted by themselves.
//!
//! Owns the count of restarts of each instance and the time of the next one, as a state machine that is
//! told states and times and answers what is due. Must not know how instances are restarted, nor who
//! waits for the time. Kafka Connect has no counterpart: operators and cron jobs do this there.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::connector::upkeep::RestartSettings;
use crate::ids::{ConnectorName, InstanceId};
use crate::storage::status::State;

#[cfg(test)]
mod tests;

/// A moment on both clocks: the one that timers wait for and the one that people read.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// For timers.
    pub instant: Instant,
    /// For people: milliseconds since 1970.
    pub epoch_ms: i64,
}

impl Moment {
    /// Now.
    pub fn now() -> Self {
        Self {
            instant: Instant::now(),
            epoch_ms: crate::clock::epoch_ms(),
        }
    }
}

/// How it stands with the restarts of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestartInfo {
    /// Restarts since the instance last ran well.
    pub count: u32,
    /// When the next one is, in milliseconds since 1970.
    pub next_attempt: Option<i64>,
    /// It has failed, and there will be none any more.
    pub limit_reached: bool,
}

/// What an observation led to, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is restarted after this time, for the so-and-so-many-th time.
    Scheduled {
        /// Counted from 1.
        attempt: u32,
        /// The time.
        delay: Duration,
    },
    /// It stays FAILED after so many restarts.
    LimitReached {
        /// How many there were.
        attempts: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is to be done.
    Idle,
    /// A restart comes at that time.
    Waiting { due: Instant, epoch_ms: i64 },
    /// The time has come; the restart waits for its turn.
    Due,
    /// It is being restarted: what it was before does not count.
    Restarting,
    /// There will be no more.
    LimitReached,
}

#[derive(Clone, Copy, Debug)]
struct Tracker {
    attempts: u32,
    phase: Phase,
    well_since: Option<Instant>,
}

impl Tracker {
    const NEW: Self = Self {
        attempts: 0,
        phase: Phase::Idle,
        well_since: None,
    };

    /// Restarts that count at this time.
    fn attempts_at(&self, settings: &RestartSettings, now: Instant) -> u32 {
        match self.well_since {
            Some(since) if now.duration_since(since) >= settings.reset_after => 0,
            _ => self.attempts,
        }
    }
}

/// The restarts of all instances that have failed lately.
#[derive(Debug, Default)]
pub struct RestartPolicies {
    trackers: HashMap<InstanceId, Tracker>,
}

impl RestartPolicies {
    /// An instance is in that state.
    pub fn observe(
        &mut self,
        id: &InstanceId,
        state: State,
        settings: &RestartSettings,
        now: Moment,
    ) -> Option<Decision> {
        if state == State::Failed {
            return self.failed(id, settings, now);
        }
        let tracker = self.trackers.get_mut(id)?;
        if tracker.phase == Phase::Restarting {
            return None;
        }
        tracker.phase = Phase::Idle;
        tracker.well_since = match (state, tracker.well_since) {
            (State::Running, None) => Some(now.instant),
            (State::Running, since) => since,
            _ => None,
        };
        if tracker.attempts_at(settings, now.instant) == 0 {
            self.trackers.remove(id);
        }
        None
    }

    fn failed(
        &mut self,
        id: &InstanceId,
        settings: &RestartSettings,
        now: Moment,
    ) -> Option<Decision> {
        let tracker = self.trackers.entry(id.clone()).or_insert(Tracker::NEW);
        if tracker.phase != Phase::Idle {
            return None;
        }
        tracker.attempts = tracker.attempts_at(settings, now.instant);
        tracker.well_since = None;
        let attempts = tracker.attempts;
        if settings.max_attempts.is_some_and(|max| attempts >= max) {
            tracker.phase = Phase::LimitReached;
            return Some(Decision::LimitReached { attempts });
        }
        let delay = settings.backoff.delay(attempts);
        let waited = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        tracker.phase = Phase::Waiting {
            due: now.instant + delay,
            epoch_ms: now.epoch_ms.saturating_add(waited),
        };
        Some(Decision::Scheduled {
            attempt: attempts.saturating_add(1),
            delay,
        })
    }

    /// When the next restart is.
    pub fn next_due(&self) -> Option<Instant> {
        let waiting = |tracker: &Tracker| match tracker.phase {
            Phase::Waiting { due, .. } => Some(due),
            _ => None,
        };
        self.trackers.values().filter_map(waiting).min()
    }

    /// The connectors that have something to restart now; each is told once.
    pub fn take_due(&mut self, now: Instant) -> BTreeSet<ConnectorName> {
        let mut connectors = BTreeSet::new();
        for (id, tracker) in &mut self.trackers {
            if matches!(tracker.phase, Phase::Waiting { due, .. } if due <= now) {
                tracker.phase = Phase::Due;
                connectors.insert(id.connector().clone());
            }
        }
        connectors
    }

    /// What of a connector is restarted now, the connector instance first; each counts as restarted.
    /// What does not need it any more is let go.
    pub fn claim(
        &mut self,
        name: &ConnectorName,
        has_failed: impl Fn(&InstanceId) -> bool,
    ) -> Vec<InstanceId> {
        let mut claimed = Vec::new();
        for (id, tracker) in &mut self.trackers {
            if id.connector() != name || tracker.phase != Phase::Due {
                continue;
            }
            if has_failed(id) {
                tracker.attempts = tracker.attempts.saturating_add(1);
                tracker.phase = Phase::Restarting;
                claimed.push(id.clone());
            } else {
                tracker.phase = Phase::Idle;
            }
        }
        claimed.sort_by_key(|id| match id {
            InstanceId::Connector(_) => None,
            InstanceId::Task(id) => Some(id.task),
        });
        claimed
    }

    /// The restarts of a connector are carried out; states count again.
    pub fn restarted(&mut self, name: &ConnectorName) {
        for (id, tracker) in &mut self.trackers {
            if id.connector() == name && tracker.phase == Phase::Restarting {
                tracker.phase = Phase::Idle;
            }
        }
    }

    /// Someone else takes care of an instance: nothing is due any more, and nothing is counted.
    pub fn forget(&mut self, id: &InstanceId) {
        self.trackers.remove(id);
    }

    /// Someone else takes care of a connector and all its tasks.
    pub fn forget_connector(&mut self, name: &ConnectorName) {
        self.trackers.retain(|id, _| id.connector() != name);
    }

    /// How it stands with an instance.
    pub fn info(&self, id: &InstanceId, settings: &RestartSettings, now: Instant) -> RestartInfo {
        let Some(tracker) = self.trackers.get(id) else {
            return RestartInfo::default();
        };
        RestartInfo {
            count: tracker.attempts_at(settings, now),
            next_attempt: match tracker.phase {
                Phase::Waiting { epoch_ms, .. } => Some(epoch_ms),
                _ => None,
            },
            limit_reached: tracker.phase == Phase::LimitReached,
        }
    }
}
