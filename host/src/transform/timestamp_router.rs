//! TimestampRouter: the topic takes in the record's time.
//!
//! Must not know where records come from. Kafka counterpart: TimestampRouter of `connect/transforms`.

use connect_data::ConnectRecord;

use super::date_format::DateFormat;
use super::keys::{def, with_default};
use super::operand::Operand;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        with_default(
            "topic.format",
            ConfigType::String,
            "${topic}-${timestamp}",
            Importance::High,
            "The new topic, in which ${topic} and ${timestamp} are filled in.",
        ),
        with_default(
            "timestamp.format",
            ConfigType::String,
            "yyyyMMdd",
            Importance::High,
            "Pattern of Java's SimpleDateFormat for the time.",
        ),
    ])
}

pub(super) struct TimestampRouter {
    topic_format: String,
    /// COMPAT: a wrong pattern is only found out when a record is there.
    timestamp_format: Result<DateFormat, Failure>,
}

impl TimestampRouter {
    pub fn create(_operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let pattern = config.text("timestamp.format").unwrap_or_default();
        Ok(Self {
            topic_format: config.text("topic.format").unwrap_or_default().to_owned(),
            timestamp_format: DateFormat::compile(pattern),
        })
    }
}

impl Transformation for TimestampRouter {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let timestamp = (record.timestamp).ok_or_else(|| timestamp_missing(record))?;
        let format = self.timestamp_format.as_ref().map_err(Failure::clone)?;
        let topic = record.topic.as_deref().ok_or_else(no_topic)?;
        // One after the other: a topic may bring a place-holder along.
        let with_topic = self.topic_format.replace("${topic}", topic);
        let topic = with_topic.replace("${timestamp}", &format.format(timestamp));
        record.topic = Some(topic.into());
        Ok(Applied::Kept)
    }
}

#[cold]
fn timestamp_missing(record: &ConnectRecord<'_>) -> Failure {
    Failure::data(format!("Timestamp missing on record: {record}"))
}

/// COMPAT: a record of a source that leaves the topic to its transformations.
fn no_topic() -> Failure {
    Failure::new(
        "java.lang.NullPointerException",
        "Cannot invoke \"String.indexOf(int)\" because \"s\" is null",
    )
}

#[cfg(test)]
mod tests;
