//! Topics by pattern.
//!
//! Java matches the whole name with its own regular expressions. librdkafka would search with POSIX ones, so
//! the topics are listed and matched here, at every refresh of the metadata (`metadata.max.age.ms`).
//! Look-around and back-references are not available: such a pattern is refused when the task starts.

use regex::Regex;

use crate::kafka::KafkaError;

/// COMPAT: org.apache.kafka.common.internals.Topic.INTERNAL_TOPICS.
const INTERNAL_TOPICS: &[&str] = &[
    "__consumer_offsets",
    "__transaction_state",
    "__share_group_state",
];

/// A pattern of topic names.
pub(super) struct TopicPattern {
    regex: Regex,
    exclude_internal: bool,
}

impl TopicPattern {
    pub(super) fn new(pattern: &str, exclude_internal: bool) -> Result<Self, KafkaError> {
        let invalid = |reason: String| KafkaError::Invalid {
            what: "topics.regex",
            reason,
        };
        if pattern.is_empty() {
            return Err(invalid(
                "Topic pattern to subscribe to cannot be empty".to_owned(),
            ));
        }
        let regex =
            Regex::new(&format!("^(?:{pattern})$")).map_err(|error| invalid(error.to_string()))?;
        Ok(Self {
            regex,
            exclude_internal,
        })
    }

    pub(super) fn matches(&self, topic: &str) -> bool {
        self.regex.is_match(topic) && !(self.exclude_internal && INTERNAL_TOPICS.contains(&topic))
    }
}
