//! RegexRouter: changes the topic of records whose topic matches.
//!
//! Must not know where records come from. Kafka counterpart: RegexRouter of `connect/transforms`.

use connect_data::ConnectRecord;

use super::java_regex::JavaPattern;
use super::keys::{def, required};
use super::operand::Operand;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        required(
            "regex",
            ConfigType::String,
            Importance::High,
            "Regular expression that the whole topic is compared with.",
        )
        .validator(Validator::Regex),
        required(
            "replacement",
            ConfigType::String,
            Importance::High,
            "The new topic; $1 is the first group of the expression.",
        ),
    ])
}

pub(super) struct RegexRouter {
    regex: JavaPattern,
    replacement: String,
    /// The last topic with what it became: most records of a task have the same.
    last: Option<(String, Option<String>)>,
}

impl RegexRouter {
    pub fn create(_operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            regex: JavaPattern::compile("regex", config.text("regex").unwrap_or_default())?,
            replacement: config.text("replacement").unwrap_or_default().to_owned(),
            last: None,
        })
    }

    /// The new topic; none when it stays.
    fn routed(&self, topic: &str) -> Result<Option<String>, Failure> {
        if !self.regex.matches(topic) {
            return Ok(None);
        }
        let routed = self.regex.replace_first(topic, &self.replacement)?;
        Ok(Some(routed))
    }
}

impl Transformation for RegexRouter {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let topic = record.topic.as_deref().ok_or_else(no_topic)?;
        let routed = match &self.last {
            Some((last, routed)) if last == topic => routed.clone(),
            _ => {
                let routed = self.routed(topic)?;
                self.last = Some((topic.to_owned(), routed.clone()));
                routed
            }
        };
        if let Some(routed) = routed {
            record.topic = Some(routed.into());
        }
        Ok(Applied::Kept)
    }
}

/// COMPAT: a record of a source that leaves the topic to its transformations.
fn no_topic() -> Failure {
    Failure::new(
        "java.lang.NullPointerException",
        "Cannot invoke \"java.lang.CharSequence.length()\" because \"this.text\" is null",
    )
}

#[cfg(test)]
mod tests;
