//! `errors.deadletterqueue.*`: where records with errors go.
//!
//! Owns the keys for source connectors, which Kafka Connect does not have: a definition of its own,
//! listed only when a configuration uses one of them. Those of sinks are in the framework's
//! definition. Must not know what is written there.

use std::sync::LazyLock;

use super::{DLQ_TOPIC, sink_def};
use crate::config::ConfigMap;
use crate::config::def::{ConfigDef, ConfigError, ConfigKey, ParsedConfig};

/// `errors.deadletterqueue.topic.replication.factor`
pub const DLQ_REPLICATION_FACTOR: &str = "errors.deadletterqueue.topic.replication.factor";
/// `errors.deadletterqueue.context.headers.enable`
pub const DLQ_CONTEXT_HEADERS: &str = "errors.deadletterqueue.context.headers.enable";

const KEYS: [&str; 3] = [DLQ_TOPIC, DLQ_REPLICATION_FACTOR, DLQ_CONTEXT_HEADERS];

/// Where records with errors go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterQueueSettings {
    /// `errors.deadletterqueue.topic.name`; none when records are not kept.
    pub topic: Option<String>,
    /// `errors.deadletterqueue.topic.replication.factor`
    pub replication_factor: i16,
    /// `errors.deadletterqueue.context.headers.enable`
    pub context_headers: bool,
}

impl DeadLetterQueueSettings {
    /// The settings in a configuration of a sink, or of a source that uses them.
    pub fn of(parsed: &ParsedConfig) -> Self {
        let topic = parsed.text(DLQ_TOPIC).filter(|text| !text.is_empty());
        Self {
            topic: topic.map(str::to_owned),
            replication_factor: parsed
                .integer(DLQ_REPLICATION_FACTOR)
                .and_then(|number| i16::try_from(number).ok())
                .unwrap_or(3),
            context_headers: parsed.boolean(DLQ_CONTEXT_HEADERS),
        }
    }

    /// The settings of a source connector.
    ///
    /// # Errors
    ///
    /// The first value that cannot be.
    pub fn of_source(config: &ConfigMap) -> Result<Self, ConfigError> {
        Ok(Self::of(&source_dead_letter_queue_def().parse(config)?))
    }
}

/// Whether a source connector's configuration uses one of these keys.
pub fn has_dead_letter_queue(config: &ConfigMap) -> bool {
    KEYS.iter().any(|key| config.contains_key(*key))
}

static SOURCE_DEAD_LETTER_QUEUE_DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let keys = KEYS.iter().filter_map(|key| sink_def().key(key));
    let keys: Vec<ConfigKey> = keys.cloned().collect();
    ConfigDef::new(keys).expect("the framework's definition is constant and tested")
});

/// The keys that source connectors may have besides those of Kafka Connect.
pub fn source_dead_letter_queue_def() -> &'static ConfigDef {
    &SOURCE_DEAD_LETTER_QUEUE_DEF
}
