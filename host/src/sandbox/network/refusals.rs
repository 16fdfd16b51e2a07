//! What an instance was refused on the network, for metrics and the log.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::super::output::InstanceLog;
use crate::metrics::InstanceUsage;

/// How long the same refusal is not told again.
const SILENCE: Duration = Duration::from_secs(60);
/// LIMIT: refusals told in that time; a guest that scans a network fills no log.
const TOLD_MAX: usize = 16;

/// The refusals of one instance.
pub(super) struct Refusals {
    log: Arc<InstanceLog>,
    usage: Arc<InstanceUsage>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    lines: VecDeque<(Instant, String)>,
    untold: u64,
}

impl Refusals {
    pub(super) fn new(log: Arc<InstanceLog>, usage: Arc<InstanceUsage>) -> Self {
        Self {
            log,
            usage,
            told: Mutex::default(),
        }
    }

    /// Counts a refusal by the worker's key, and tells of it unless it was told lately: what was
    /// wanted, the connector's key, and why not.
    pub(super) fn log(&self, wish: &str, key: Option<&str>, limit: &'static str, why: &str) {
        self.usage.refused(limit);
        let key = key.map_or(String::new(), |key| format!("{key}: "));
        let line = format!("{key}the plugin is refused {wish}: {why}");
        let untold = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.lines.retain(|(at, _)| at.elapsed() < SILENCE);
            let known = told.lines.iter().any(|(_, told)| *told == line);
            if known || told.lines.len() >= TOLD_MAX {
                told.untold += 1;
                return;
            }
            told.lines.push_back((Instant::now(), line.clone()));
            std::mem::take(&mut told.untold)
        };
        match untold {
            0 => self.log.warning(&line),
            untold => self.log.warning(&format!(
                "{line} ({untold} further refusals were not logged)"
            )),
        }
    }
}
