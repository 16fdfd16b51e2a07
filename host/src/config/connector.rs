//! A connector's configuration, typed: what all connectors have.
//!
//! Owns the keys of the framework, and what follows from them together with the worker's
//! configuration (which converter, which client settings). Must not know plugins: their own keys
//! are in the plugin's ConfigDef.
//!
//! Kafka counterpart: ConnectorConfig.

pub mod dead_letter_queue;
mod definition;
pub mod upkeep;

#[cfg(test)]
mod tests;

use std::fmt;

use super::def::{ClassResolver, ConfigError, ParsedConfig, Settings};
use super::worker::WorkerConfig;
use super::{ConfigMap, with_prefix_stripped};
use crate::ids::ConnectorName;

pub use definition::{connector_def, sink_def, source_def};

/// `name`
pub const NAME: &str = "name";
/// `connector.class`
pub const CONNECTOR_CLASS: &str = "connector.class";
/// `connector.plugin.version`
pub const CONNECTOR_VERSION: &str = "connector.plugin.version";
/// `tasks.max`
pub const TASKS_MAX: &str = "tasks.max";
/// `transforms`
pub const TRANSFORMS: &str = "transforms";
/// `predicates`
pub const PREDICATES: &str = "predicates";
/// `topics`
pub const TOPICS: &str = "topics";
/// `topics.regex`
pub const TOPICS_REGEX: &str = "topics.regex";
/// `errors.deadletterqueue.topic.name`
pub const DLQ_TOPIC: &str = "errors.deadletterqueue.topic.name";
/// Settings for the producers of a connector.
pub const PRODUCER_OVERRIDE: &str = "producer.override.";
/// Settings for the consumers of a connector.
pub const CONSUMER_OVERRIDE: &str = "consumer.override.";
/// Settings for the admin clients of a connector.
pub const ADMIN_OVERRIDE: &str = "admin.override.";

/// Which way a connector's records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectorKind {
    /// Into Kafka.
    Source,
    /// Out of Kafka.
    Sink,
}

impl fmt::Display for ConnectorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Source => "source",
            Self::Sink => "sink",
        })
    }
}

/// A converter class and its settings, prefix removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConverterChoice {
    /// The class.
    pub class: String,
    /// Its settings.
    pub settings: ConfigMap,
}

/// What to do when a secret changes behind a config provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadAction {
    /// Nothing.
    None,
    /// Restart the connector.
    Restart,
}

/// `errors.tolerance`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tolerance {
    /// The first error fails the task.
    #[default]
    None,
    /// Records with errors are skipped.
    All,
}

/// `errors.*` of all connectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorSettings {
    /// `errors.retry.timeout`: -1 for ever, 0 no retry.
    pub retry_timeout_ms: i64,
    /// `errors.retry.delay.max.ms`
    pub retry_delay_max_ms: i64,
    /// `errors.tolerance`
    pub tolerance: Tolerance,
    /// `errors.log.enable`
    pub log_enable: bool,
    /// `errors.log.include.messages`
    pub log_include_messages: bool,
}

/// What every connector's configuration says.
#[derive(Clone, Debug)]
pub struct ConnectorConfig {
    raw: ConfigMap,
    /// `name`
    pub name: ConnectorName,
    /// `connector.class`, as given: a class name or an alias.
    pub connector_class: String,
    /// `connector.plugin.version`
    pub plugin_version: Option<String>,
    /// `tasks.max`
    pub tasks_max: u32,
    /// `tasks.max.enforce`
    pub tasks_max_enforce: bool,
    /// `key.converter`, if the connector names one.
    pub key_converter: Option<ConverterChoice>,
    /// `value.converter`, if the connector names one.
    pub value_converter: Option<ConverterChoice>,
    /// `header.converter`, if the connector names one.
    pub header_converter: Option<ConverterChoice>,
    /// `transforms`
    pub transforms: Vec<String>,
    /// `predicates`
    pub predicates: Vec<String>,
    /// `config.action.reload`
    pub reload_action: ReloadAction,
    /// `errors.*`
    pub errors: ErrorSettings,
}

impl ConnectorConfig {
    /// Reads a configuration; converter classes are not checked.
    pub fn new(config: &ConfigMap) -> Result<Self, ConfigError> {
        let parsed = connector_def().parse(config)?;
        Ok(Self::typed(config, &parsed))
    }

    /// Reads a configuration, given the converter classes that exist.
    pub fn with_classes(
        config: &ConfigMap,
        classes: &dyn ClassResolver,
    ) -> Result<Self, ConfigError> {
        let parsed = connector_def().parse_settings(Settings::new(config).classes(classes))?;
        Ok(Self::typed(config, &parsed))
    }

    pub(super) fn typed(config: &ConfigMap, parsed: &ParsedConfig) -> Self {
        let text = |key: &str| parsed.text(key).unwrap_or_default().to_owned();
        let number = |key: &str| parsed.integer(key).unwrap_or_default();
        let converter = |key: &str| {
            // COMPAT: settings without the class key are ignored, as Kafka does
            // (Worker.newConverter): the worker's converter has the worker's settings.
            parsed.text(key).map(|class| ConverterChoice {
                class: class.to_owned(),
                settings: with_prefix_stripped(config, &format!("{key}.")),
            })
        };
        Self {
            raw: config.clone(),
            name: ConnectorName::new(text(NAME)),
            connector_class: text(CONNECTOR_CLASS),
            plugin_version: parsed.text("connector.plugin.version").map(str::to_owned),
            tasks_max: u32::try_from(number(TASKS_MAX)).unwrap_or(1),
            tasks_max_enforce: parsed.boolean("tasks.max.enforce"),
            key_converter: converter("key.converter"),
            value_converter: converter("value.converter"),
            header_converter: converter("header.converter"),
            transforms: parsed.list(TRANSFORMS).to_vec(),
            predicates: parsed.list(PREDICATES).to_vec(),
            reload_action: match parsed.text("config.action.reload") {
                Some("none") => ReloadAction::None,
                _ => ReloadAction::Restart,
            },
            errors: ErrorSettings {
                retry_timeout_ms: number("errors.retry.timeout"),
                retry_delay_max_ms: number("errors.retry.delay.max.ms"),
                tolerance: match parsed.text("errors.tolerance") {
                    Some("all") => Tolerance::All,
                    _ => Tolerance::None,
                },
                log_enable: parsed.boolean("errors.log.enable"),
                log_include_messages: parsed.boolean("errors.log.include.messages"),
            },
        }
    }

    /// The configuration as it was given.
    pub fn raw(&self) -> &ConfigMap {
        &self.raw
    }

    /// The key converter to use: the connector's if it names one, or the worker's.
    pub fn key_converter_in<'a>(&'a self, worker: &'a WorkerConfig) -> &'a ConverterChoice {
        self.key_converter.as_ref().unwrap_or(&worker.key_converter)
    }

    /// The value converter to use: the connector's if it names one, or the worker's.
    pub fn value_converter_in<'a>(&'a self, worker: &'a WorkerConfig) -> &'a ConverterChoice {
        self.value_converter
            .as_ref()
            .unwrap_or(&worker.value_converter)
    }

    /// The header converter to use: the connector's if it names one, or the worker's.
    pub fn header_converter_in<'a>(&'a self, worker: &'a WorkerConfig) -> &'a ConverterChoice {
        self.header_converter
            .as_ref()
            .unwrap_or(&worker.header_converter)
    }

    /// The settings for this connector's clients under a prefix such as [`PRODUCER_OVERRIDE`],
    /// prefix removed.
    pub fn client_overrides(&self, prefix: &str) -> ConfigMap {
        with_prefix_stripped(&self.raw, prefix)
    }
}
