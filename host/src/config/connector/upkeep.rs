//! The keys of a connector's configuration that Kafka Connect does not have: what becomes of the
//! connector by itself, after a failure and when a newer version of its plugin is there.
//!
//! Owns names, defaults, rules and the typed form. A definition of its own: tools and scripts see the
//! keys of Kafka Connect alone, until a configuration uses one of these. Must not know how connectors
//! are restarted or moved.

use std::sync::LazyLock;
use std::time::Duration;

use crate::config::ConfigMap;
use crate::config::def::{
    ConfigDef, ConfigError, ConfigKey, ConfigType, DefaultValue, Importance, Validator, Width,
};

#[cfg(test)]
mod tests;

/// `errors.restart.policy`
pub const RESTART_POLICY: &str = "errors.restart.policy";
/// `errors.restart.backoff`
pub const RESTART_BACKOFF: &str = "errors.restart.backoff";
/// `errors.restart.backoff.initial.ms`
pub const RESTART_INITIAL: &str = "errors.restart.backoff.initial.ms";
/// `errors.restart.backoff.max.ms`
pub const RESTART_MAX: &str = "errors.restart.backoff.max.ms";
/// `errors.restart.max.attempts`
pub const RESTART_ATTEMPTS: &str = "errors.restart.max.attempts";
/// `errors.restart.reset.after.ms`
pub const RESTART_RESET: &str = "errors.restart.reset.after.ms";
/// `connector.plugin.upgrade`
pub const UPGRADE: &str = "connector.plugin.upgrade";
/// `connector.plugin.upgrade.probation.ms`
pub const UPGRADE_PROBATION: &str = "connector.plugin.upgrade.probation.ms";

/// LIMIT: no time is longer, so that no sum of times overflows.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The time before a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartBackoff {
    /// `n * n + n` minutes after `n` restarts, the first at once.
    Quadratic,
    /// Twice as long each time.
    Exponential {
        /// Before the first restart.
        initial: Duration,
        /// No longer than this.
        max: Duration,
    },
}

impl RestartBackoff {
    /// The time before the next restart, after so many.
    pub fn delay(self, attempts: u32) -> Duration {
        match self {
            Self::Quadratic => {
                let attempts = u64::from(attempts);
                let minutes = attempts.saturating_mul(attempts + 1);
                Duration::from_secs(minutes.saturating_mul(60)).min(LONGEST)
            }
            Self::Exponential { initial, max } => {
                let factor = 1_u32.checked_shl(attempts).unwrap_or(u32::MAX);
                initial.saturating_mul(factor).min(max)
            }
        }
    }
}

/// `errors.restart.*`, when the policy is to restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartSettings {
    /// The time before a restart.
    pub backoff: RestartBackoff,
    /// How often, in a row; none for no limit.
    pub max_attempts: Option<u32>,
    /// The restarts are forgotten after so long without a failure.
    pub reset_after: Duration,
}

/// `connector.plugin.upgrade*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpgradeSettings {
    /// Whether the connector is moved to a newer version by itself.
    pub auto: bool,
    /// A failure within this time after that takes it back.
    pub probation: Duration,
}

/// What becomes of a connector by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpkeepConfig {
    /// How it is restarted after a failure; none when it is not.
    pub restart: Option<RestartSettings>,
    /// How it comes to newer versions of its plugin.
    pub upgrade: UpgradeSettings,
}

impl UpkeepConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// The first value that cannot be.
    pub fn new(config: &ConfigMap) -> Result<Self, ConfigError> {
        let parsed = upkeep_def().parse(config)?;
        let time = |key: &str| milliseconds(parsed.integer(key).unwrap_or_default());
        let (initial, max) = (time(RESTART_INITIAL), time(RESTART_MAX));
        if initial > max {
            let reason = format!("Value must be at most that of {RESTART_MAX}");
            return Err(ConfigError::invalid(
                RESTART_INITIAL,
                &initial.as_millis(),
                reason,
            ));
        }
        let backoff = match parsed.text(RESTART_BACKOFF) {
            Some("exponential") => RestartBackoff::Exponential { initial, max },
            _ => RestartBackoff::Quadratic,
        };
        let restart = RestartSettings {
            backoff,
            max_attempts: parsed
                .integer(RESTART_ATTEMPTS)
                .and_then(|attempts| u32::try_from(attempts).ok()),
            reset_after: time(RESTART_RESET),
        };
        Ok(Self {
            restart: (parsed.text(RESTART_POLICY) == Some("backoff")).then_some(restart),
            upgrade: UpgradeSettings {
                auto: parsed.text(UPGRADE) == Some("auto"),
                probation: time(UPGRADE_PROBATION),
            },
        })
    }

    /// Whether a configuration uses one of these keys.
    pub fn is_used(config: &ConfigMap) -> bool {
        upkeep_def()
            .keys()
            .any(|key| config.contains_key(&key.name))
    }
}

fn milliseconds(number: i64) -> Duration {
    Duration::from_millis(number.max(0).unsigned_abs()).min(LONGEST)
}

/// Name, type, default, documentation; group, order, width, display name.
type Row = (
    &'static str,
    ConfigType,
    &'static str,
    &'static str,
    (&'static str, i32, Width, &'static str),
);

const ERRORS: &str = "Error Handling";
const COMMON: &str = "Common";

const KEYS: [Row; 8] = [
    (
        RESTART_POLICY,
        ConfigType::String,
        "none",
        "What happens when the connector or a task has failed: none, or backoff: it is restarted, each time after a longer while.",
        (ERRORS, 20, Width::Short, "Restart Policy"),
    ),
    (
        RESTART_BACKOFF,
        ConfigType::String,
        "quadratic",
        "The time before a restart: quadratic: n*n+n minutes after n restarts, the first at once; exponential: errors.restart.backoff.initial.ms, then twice as long each time.",
        (ERRORS, 21, Width::Short, "Restart Backoff"),
    ),
    (
        RESTART_INITIAL,
        ConfigType::Long,
        "1000",
        "The time before the first restart, in milliseconds, when the time grows exponentially.",
        (ERRORS, 22, Width::Medium, "Delay Before the First Restart"),
    ),
    (
        RESTART_MAX,
        ConfigType::Long,
        "600000",
        "The longest time before a restart, in milliseconds, when the time grows exponentially.",
        (ERRORS, 23, Width::Medium, "Maximum Delay Before a Restart"),
    ),
    (
        RESTART_ATTEMPTS,
        ConfigType::Int,
        "-1",
        "How often in a row a connector or task is restarted before it stays FAILED; -1 for no limit.",
        (ERRORS, 24, Width::Short, "Maximum Restarts"),
    ),
    (
        RESTART_RESET,
        ConfigType::Long,
        "600000",
        "Restarts are counted anew after a connector or task has run for so many milliseconds without a failure.",
        (ERRORS, 25, Width::Medium, "Restarts Are Forgotten After"),
    ),
    (
        UPGRADE,
        ConfigType::String,
        "on-restart",
        "When the connector comes to a newer version of its plugin within connector.plugin.version: on-restart, or auto: as soon as there is one, and back if it fails.",
        (COMMON, 20, Width::Short, "Plugin Upgrade"),
    ),
    (
        UPGRADE_PROBATION,
        ConfigType::Long,
        "60000",
        "A failure within so many milliseconds after an upgrade by itself takes the connector back to the version before.",
        (COMMON, 21, Width::Medium, "Probation After an Upgrade"),
    ),
];

fn key((name, config_type, default, documentation, shown): &Row) -> ConfigKey {
    let default = DefaultValue::Value((*default).to_owned());
    let (group, order, width, display_name) = *shown;
    let mut key = ConfigKey::new(
        *name,
        *config_type,
        default,
        Importance::Low,
        *documentation,
    )
    .shown(group, order, width, display_name);
    key.validator = Some(match *name {
        RESTART_POLICY => Validator::one_of(&["none", "backoff"]),
        RESTART_BACKOFF => Validator::one_of(&["quadratic", "exponential"]),
        UPGRADE => Validator::one_of(&["on-restart", "auto"]),
        RESTART_ATTEMPTS => Validator::at_least(-1),
        RESTART_INITIAL => Validator::at_least(1),
        _ => Validator::at_least(0),
    });
    key
}

static UPKEEP_DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new(KEYS.iter().map(key)).expect("the definition is constant and tested")
});

/// The keys that Kafka Connect does not have.
pub fn upkeep_def() -> &'static ConfigDef {
    &UPKEEP_DEF
}
