//! A sink connector's configuration, typed, and the rules between its keys.
//!
//! Must not know the plugin's own keys. Kafka counterpart: SinkConnectorConfig.

use regex::Regex;

use super::ConfigMap;
use super::connector::dead_letter_queue::DeadLetterQueueSettings;
use super::connector::{ConnectorConfig, DLQ_TOPIC, TOPICS, TOPICS_REGEX, sink_def};
use super::def::{ConfigError, java_trim, split_list};

#[cfg(test)]
mod tests;

/// What a sink connector reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkTopics {
    /// These topics.
    Names(Vec<String>),
    /// All topics whose whole name matches this pattern.
    Pattern(String),
}

/// What a sink connector's configuration says.
#[derive(Clone, Debug)]
pub struct SinkConnectorConfig {
    /// What all connectors have.
    pub connector: ConnectorConfig,
    /// What to read.
    pub topics: SinkTopics,
    /// Where records with errors go.
    pub dead_letter_queue: DeadLetterQueueSettings,
}

impl SinkConnectorConfig {
    /// Reads a configuration, also with the rules between its keys; converter classes are not
    /// checked.
    pub fn new(config: &ConfigMap) -> Result<Self, ConfigError> {
        let parsed = sink_def().parse(config)?;
        if let Some((key, message)) = topic_errors(config).into_iter().next() {
            return Err(ConfigError::rule(key, message));
        }
        let pattern = parsed.text(TOPICS_REGEX).filter(|text| !text.is_empty());
        Ok(Self {
            topics: match pattern {
                Some(pattern) => SinkTopics::Pattern(pattern.to_owned()),
                None => SinkTopics::Names(parsed.list(TOPICS).to_vec()),
            },
            dead_letter_queue: DeadLetterQueueSettings::of(&parsed),
            connector: ConnectorConfig::typed(config, &parsed),
        })
    }
}

/// What is wrong with the topics that a configuration names, as key and message.
pub(super) fn topic_errors(config: &ConfigMap) -> Vec<(&'static str, String)> {
    let text = |key: &str| config.get(key).map_or("", |text| java_trim(text));
    let (topics, pattern, dlq) = (text(TOPICS), text(TOPICS_REGEX), text(DLQ_TOPIC));
    let both = match (topics.is_empty(), pattern.is_empty()) {
        (false, false) => {
            Some("topics and topics.regex are mutually exclusive options, but both are set.")
        }
        (true, true) => Some("Must configure one of topics or topics.regex"),
        _ => None,
    };
    let mut errors: Vec<(&'static str, String)> = both
        .iter()
        .flat_map(|message| [TOPICS, TOPICS_REGEX].map(|key| (key, (*message).to_owned())))
        .collect();
    if dlq.is_empty() {
        return errors;
    }
    let names = split_list(topics);
    if names.iter().any(|name| name == dlq) {
        let message = format!(
            "The DLQ topic '{dlq}' may not be included in the list of topics ('topics=[{}]') consumed by the connector",
            names.join(", ")
        );
        errors.push((TOPICS, message));
    }
    // A pattern that does not compile has its own error already; Kafka answers 500 here.
    let whole = Regex::new(&format!("^(?:{pattern})$"));
    if !pattern.is_empty() && whole.is_ok_and(|whole| whole.is_match(dlq)) {
        let message = format!(
            "The DLQ topic '{dlq}' may not be matched by the regex for the topics ('topics.regex={pattern}') consumed by the connector"
        );
        errors.push((TOPICS_REGEX, message));
    }
    errors
}
