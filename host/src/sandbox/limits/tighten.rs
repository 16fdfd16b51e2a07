//! A connector's own limits: each at most the worker's.
//!
//! Owns the rule that `sandbox.*` of a connector's configuration tightens and never loosens, and
//! what is said about a key that does otherwise.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{
    CALL_TIMEOUT_MS, CPU_PERCENT, DISK_MAX_BYTES, Deadlines, HANDLES_MAX, INSTANCES_MAX,
    LOG_BYTES_PER_SECOND, LOG_LINE_MAX_BYTES, LOG_LINES_PER_SECOND, Limits, MEMORY_MAX_BYTES,
    PAYLOAD_MAX_BYTES, POLL_TIMEOUT_MS, PUT_TIMEOUT_MS, SOCKETS_MAX, START_TIMEOUT_MS,
    STOP_TIMEOUT_MS, TABLE_MAX_ELEMENTS,
};
use crate::config::ConfigMap;
use crate::config::def::{ConfigDef, ConfigError};
use crate::config::worker::{limit_keys, sandbox_keys};

/// What the keys of the sandbox begin with.
const PREFIX: &str = "sandbox.";

impl Limits {
    /// These limits with those of a connector's configuration, where it has any.
    ///
    /// # Errors
    ///
    /// Every key whose value is no number, is looser than the worker's, or is no limit at all.
    pub fn tightened_by(&self, config: &ConfigMap) -> Result<Self, Vec<ConfigError>> {
        let given = config.keys().filter(|key| key.starts_with(PREFIX));
        let given: BTreeSet<&str> = given.map(String::as_str).collect();
        let mut limits = self.clone();
        let mut errors = Vec::new();
        for key in limit_keys().filter(|key| given.contains(key.name.as_str())) {
            let name = key.name.clone();
            let parsed = ConfigDef::new([key]).and_then(|def| def.parse(config));
            match parsed {
                Ok(parsed) => {
                    let wanted = parsed
                        .integer(&name)
                        .and_then(|wanted| wanted.try_into().ok());
                    if let (Some(wanted), Some(limit)) = (wanted, limits.limit(&name))
                        && let Err(error) = limit.tighten(&name, wanted)
                    {
                        errors.push(error);
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        errors.extend(given.iter().filter_map(|key| misplaced(key)));
        if errors.is_empty() {
            Ok(limits)
        } else {
            Err(errors)
        }
    }

    /// The limit of a key.
    fn limit(&mut self, key: &str) -> Option<Limit<'_>> {
        let Deadlines {
            call,
            start,
            poll,
            put,
            stop,
        } = &mut self.deadlines;
        Some(match key {
            MEMORY_MAX_BYTES => Limit::Size(&mut self.memory_bytes),
            TABLE_MAX_ELEMENTS => Limit::Size(&mut self.table_elements),
            INSTANCES_MAX => Limit::Size(&mut self.core_instances),
            HANDLES_MAX => Limit::Size(&mut self.handles),
            SOCKETS_MAX => Limit::Size(&mut self.sockets),
            PAYLOAD_MAX_BYTES => Limit::Size(&mut self.host_call_bytes),
            DISK_MAX_BYTES => Limit::Long(&mut self.disk_bytes),
            CPU_PERCENT => Limit::Int(&mut self.cpu_percent),
            LOG_LINES_PER_SECOND => Limit::Int(&mut self.log_lines_per_second),
            LOG_BYTES_PER_SECOND => Limit::Size(&mut self.log_bytes_per_second),
            LOG_LINE_MAX_BYTES => Limit::Size(&mut self.log_line_bytes),
            CALL_TIMEOUT_MS => Limit::Time(call),
            START_TIMEOUT_MS => Limit::Time(start),
            POLL_TIMEOUT_MS => Limit::Time(poll),
            PUT_TIMEOUT_MS => Limit::Time(put),
            STOP_TIMEOUT_MS => Limit::Time(stop),
            _ => return None,
        })
    }
}

/// One number of the limits, in the unit of its key.
enum Limit<'a> {
    Size(&'a mut usize),
    Long(&'a mut u64),
    Int(&'a mut u32),
    Time(&'a mut Duration),
}

impl Limit<'_> {
    fn tighten(self, key: &str, wanted: u64) -> Result<(), ConfigError> {
        let worker = match &self {
            Self::Size(limit) => **limit as u64,
            Self::Long(limit) => **limit,
            Self::Int(limit) => u64::from(**limit),
            Self::Time(limit) => u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        };
        if wanted > worker {
            let reason = format!(
                "A connector may only tighten the limits of its worker, which has {key}={worker}. \
                 Lower the value, or remove it to have the worker's"
            );
            return Err(ConfigError::invalid(key, &wanted, reason));
        }
        // Not above a number that fits, so that it fits.
        match self {
            Self::Size(limit) => *limit = usize::try_from(wanted).unwrap_or(*limit),
            Self::Long(limit) => *limit = wanted,
            Self::Int(limit) => *limit = u32::try_from(wanted).unwrap_or(*limit),
            Self::Time(limit) => *limit = Duration::from_millis(wanted),
        }
        Ok(())
    }
}

/// What is wrong with a key of the sandbox that is no limit: without an effect it would give a
/// wrong sense of safety.
fn misplaced(key: &str) -> Option<ConfigError> {
    if limit_keys().any(|limit| limit.name == key) {
        return None;
    }
    let limits: Vec<String> = limit_keys().map(|limit| limit.name).collect();
    let limits = limits.join(", ");
    let message = if sandbox_keys().iter().any(|known| known.name == key) {
        format!(
            "Configuration {key} belongs to the worker and has no effect on a connector; remove \
             it. What a connector can tighten: {limits}"
        )
    } else {
        format!(
            "Configuration {key} is not known. What a connector can tighten of its sandbox: \
             {limits}"
        )
    };
    Some(ConfigError::rule(key, message))
}
