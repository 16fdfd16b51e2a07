//! The built-in predicates: which records a transformation is applied to.
//!
//! Must not know transformations. Kafka counterparts: HasHeaderKey, RecordIsTombstone and
//! TopicNameMatches of `connect/transforms`.

use connect_data::ConnectRecord;

use super::Predicate;
use super::java_regex::JavaPattern;
use super::keys::{def, required};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator};
use crate::errors::Failure;

/// The keys of HasHeaderKey: holds for records with a certain header.
pub(super) fn has_header_key() -> ConfigDef {
    def([required(
        "name",
        ConfigType::String,
        Importance::Medium,
        "Name of the header.",
    )
    .validator(Validator::NonEmptyText)])
}

/// The keys of RecordIsTombstone: holds for records whose value is null.
pub(super) fn record_is_tombstone() -> ConfigDef {
    ConfigDef::default()
}

/// The keys of TopicNameMatches: holds for records whose whole topic matches.
pub(super) fn topic_name_matches() -> ConfigDef {
    def([required(
        "pattern",
        ConfigType::String,
        Importance::Medium,
        "Regular expression that the whole topic is compared with.",
    )
    .validator(Validator::All(vec![
        Validator::NonEmptyText,
        Validator::Regex,
    ]))])
}

pub(super) struct HasHeaderKey {
    name: String,
}

impl HasHeaderKey {
    pub fn create(config: &ParsedConfig) -> Result<Self, ConfigError> {
        let name = config.text("name").unwrap_or_default().to_owned();
        Ok(Self { name })
    }
}

impl Predicate for HasHeaderKey {
    fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure> {
        Ok(record.headers.iter().any(|header| header.key == self.name))
    }
}

pub(super) struct RecordIsTombstone;

impl RecordIsTombstone {
    pub fn create(_config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self)
    }
}

impl Predicate for RecordIsTombstone {
    fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure> {
        Ok(record.value.is_null())
    }
}

pub(super) struct TopicNameMatches {
    pattern: JavaPattern,
}

impl TopicNameMatches {
    pub fn create(config: &ParsedConfig) -> Result<Self, ConfigError> {
        let pattern = config.text("pattern").unwrap_or_default();
        let pattern = JavaPattern::compile("pattern", pattern)?;
        Ok(Self { pattern })
    }
}

impl Predicate for TopicNameMatches {
    fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure> {
        let topic = record.topic.as_deref();
        Ok(topic.is_some_and(|topic| self.pattern.matches(topic)))
    }
}
