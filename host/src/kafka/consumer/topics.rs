//! What a consumer subscribes to, and finding out about topics that come later.
//!
//! librdkafka looks at its topics every `metadata.max.age.ms`, five minutes. Java asks again within a second
//! when a subscribed topic is missing; so does this, by listing the topics, which makes librdkafka join again.
//! Patterns are matched here: see `pattern`.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::Subscription;
use super::context::SinkContext;
use super::pattern::TopicPattern;
use crate::kafka::KafkaError;
use crate::kafka::client_config::TranslatedClient;

/// How long listing the topics may take; it is tried again.
const LIST_TIMEOUT: Duration = Duration::from_secs(2);
/// How soon a missing topic is looked for again, doubling up to the second.
const MISSING_FIRST: Duration = Duration::from_millis(250);
const MISSING_LAST: Duration = Duration::from_secs(5);

/// The topics of a consumer.
pub(super) enum Topics {
    Named {
        names: Vec<String>,
        /// When to look for missing topics, when some are.
        look: Option<Instant>,
        pause: Duration,
    },
    Matching {
        pattern: TopicPattern,
        known: Vec<String>,
        look: Instant,
        interval: Duration,
    },
}

impl Topics {
    pub(super) fn new(
        subscription: Subscription,
        translated: &TranslatedClient,
    ) -> Result<Self, KafkaError> {
        Ok(match subscription {
            Subscription::Topics(names) => Self::Named {
                names,
                look: None,
                pause: MISSING_FIRST,
            },
            Subscription::Pattern(pattern) => Self::Matching {
                pattern: TopicPattern::new(&pattern, translated.exclude_internal_topics)?,
                known: Vec::new(),
                look: Instant::now(),
                interval: translated.metadata_refresh,
            },
        })
    }

    /// Subscribes to topics that are known by name.
    pub(super) fn subscribe_named(
        &self,
        consumer: &BaseConsumer<SinkContext>,
    ) -> Result<(), KafkaError> {
        match self {
            Self::Named { names, .. } => subscribe(consumer, names),
            Self::Matching { .. } => Ok(()),
        }
    }

    /// Notes that a topic subscribed to by name does not exist.
    pub(super) fn missing(&mut self) {
        if let Self::Named { look, pause, .. } = self {
            look.get_or_insert(Instant::now() + *pause);
        }
    }

    /// When `refresh` has something to do.
    pub(super) fn next_look(&self) -> Option<Instant> {
        match self {
            Self::Named { look, .. } => *look,
            Self::Matching { look, .. } => Some(*look),
        }
    }

    /// Looks for topics when it is time to.
    pub(super) fn refresh(
        &mut self,
        consumer: &BaseConsumer<SinkContext>,
    ) -> Result<(), KafkaError> {
        let now = Instant::now();
        if self.next_look().is_none_or(|look| now < look) {
            return Ok(());
        }
        let listed = list(consumer);
        match self {
            Self::Named { names, look, pause } => {
                let absent =
                    |name: &&String| listed.as_ref().is_none_or(|topics| !topics.contains(name));
                let absent: Vec<&String> = names.iter().filter(absent).collect();
                let complete = absent.is_empty();
                for name in absent {
                    // Asked for by name, the broker makes the topic where it and allow.auto.create.topics want.
                    if let Err(error) = consumer.fetch_metadata(Some(name), LIST_TIMEOUT) {
                        tracing::debug!(%error, topic = name.as_str(), "asking for a missing topic");
                    }
                }
                *pause = if complete {
                    MISSING_FIRST
                } else {
                    (*pause * 2).min(MISSING_LAST)
                };
                *look = (!complete).then(|| now + *pause);
                Ok(())
            }
            Self::Matching {
                pattern,
                known,
                look,
                interval,
            } => {
                let Some(mut matching) = listed else {
                    *look = now + Duration::from_secs(1);
                    return Ok(());
                };
                *look = now + *interval;
                matching.retain(|topic| pattern.matches(topic));
                matching.sort_unstable();
                if matching == *known {
                    return Ok(());
                }
                *known = matching;
                tracing::info!(topics = known.join(","), "topics that match topics.regex");
                subscribe(consumer, known)
            }
        }
    }
}

fn subscribe(consumer: &BaseConsumer<SinkContext>, names: &[String]) -> Result<(), KafkaError> {
    if names.is_empty() {
        consumer.unsubscribe();
        return Ok(());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    consumer
        .subscribe(&names)
        .map_err(|error| KafkaError::from_rdkafka("Subscribing to topics", &error))
}

/// The topics that exist and can be read; `None` when the cluster could not be asked.
fn list(consumer: &BaseConsumer<SinkContext>) -> Option<Vec<String>> {
    match consumer.fetch_metadata(None, LIST_TIMEOUT) {
        Ok(metadata) => {
            let topics = metadata
                .topics()
                .iter()
                .filter(|topic| topic.error().is_none());
            Some(topics.map(|topic| topic.name().to_owned()).collect())
        }
        Err(error) => {
            tracing::warn!(%error, "the topics could not be listed; trying again");
            None
        }
    }
}
