//! A source connector's configuration, typed.
//!
//! Must not know the plugin's own keys. Kafka counterpart: SourceConnectorConfig.

use super::ConfigMap;
use super::connector::dead_letter_queue::DeadLetterQueueSettings;
use super::connector::{ConnectorConfig, source_def};
use super::def::ConfigError;

/// `exactly.once.support`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExactlyOnceSupport {
    /// If possible.
    Requested,
    /// Or not at all.
    Required,
}

/// `transaction.boundary`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionBoundary {
    /// Each batch.
    Poll,
    /// After a time.
    Interval,
    /// The connector says.
    Connector,
}

/// What a source connector's configuration says.
#[derive(Clone, Debug)]
pub struct SourceConnectorConfig {
    /// What all connectors have.
    pub connector: ConnectorConfig,
    /// `topic.creation.groups`
    pub topic_creation_groups: Vec<String>,
    /// `exactly.once.support`
    pub exactly_once_support: ExactlyOnceSupport,
    /// `transaction.boundary`
    pub transaction_boundary: TransactionBoundary,
    /// `transaction.boundary.interval.ms`
    pub transaction_boundary_interval_ms: Option<i64>,
    /// `offsets.storage.topic`
    pub offsets_storage_topic: Option<String>,
    /// Where records with errors go. Kafka Connect has this for sinks only.
    pub dead_letter_queue: DeadLetterQueueSettings,
}

impl SourceConnectorConfig {
    /// Reads a configuration; converter classes are not checked.
    pub fn new(config: &ConfigMap) -> Result<Self, ConfigError> {
        let parsed = source_def().parse(config)?;
        let upper = |key: &str| parsed.text(key).map(str::to_ascii_uppercase);
        Ok(Self {
            topic_creation_groups: parsed.list("topic.creation.groups").to_vec(),
            exactly_once_support: match upper("exactly.once.support").as_deref() {
                Some("REQUIRED") => ExactlyOnceSupport::Required,
                _ => ExactlyOnceSupport::Requested,
            },
            transaction_boundary: match upper("transaction.boundary").as_deref() {
                Some("INTERVAL") => TransactionBoundary::Interval,
                Some("CONNECTOR") => TransactionBoundary::Connector,
                _ => TransactionBoundary::Poll,
            },
            transaction_boundary_interval_ms: parsed.integer("transaction.boundary.interval.ms"),
            offsets_storage_topic: parsed.text("offsets.storage.topic").map(str::to_owned),
            dead_letter_queue: DeadLetterQueueSettings::of_source(config)?,
            connector: ConnectorConfig::typed(config, &parsed),
        })
    }

    /// Whether the connector names settings for topics that the worker should create.
    pub fn uses_topic_creation(&self) -> bool {
        self.connector
            .raw()
            .keys()
            .any(|key| key.starts_with("topic.creation."))
    }
}
