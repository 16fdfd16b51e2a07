//! Topics, looked for and made.
//!
//! Owns retries while brokers come and go, and the deadline of a call. Must not know why a topic is wanted.
//! Kafka counterparts: Admin.describeTopics, Admin.createTopics.

use std::ffi::CString;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use tokio_util::sync::CancellationToken;

use super::native::topics::{TopicOutcome, TopicToCreate, create_topics, describe_topic};
use super::{Admin, NewTopic, TopicResult, blocking};
use crate::kafka::KafkaError;
use crate::kafka::error::ErrorCode;

/// Pause before a cluster that is changing is asked again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// LIMIT: how long librdkafka works on one try. A request that a dying broker never answers costs this much.
const TRY: Duration = Duration::from_secs(30);

impl Admin {
    /// Whether a topic exists. Asking does not make it, whatever the broker is set to.
    pub async fn topic_exists(&self, topic: &str, timeout: Duration) -> Result<bool, KafkaError> {
        const OPERATION: &str = "Describing topics";
        let name = CString::new(topic).map_err(|_| zero_character())?;
        let outcomes = self
            .topic_call(OPERATION, timeout, move |client, deadline, go_on| {
                describe_topic(client, &name, deadline, go_on)
            })
            .await?;
        match outcomes.into_iter().find_map(|(_, result)| result.err()) {
            None => Ok(true),
            Some(error) if is_unknown_topic(error.code()) => Ok(false),
            Some(error) => Err(error),
        }
    }

    /// Creates topics; one result each. A topic that exists is `TOPIC_ALREADY_EXISTS`.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        timeout: Duration,
    ) -> Result<Vec<TopicResult>, KafkaError> {
        const OPERATION: &str = "Creating topics";
        let native: Vec<_> = topics
            .iter()
            .map(TopicToCreate::new)
            .collect::<Result<_, _>>()?;
        self.topic_call(OPERATION, timeout, move |client, deadline, go_on| {
            create_topics(client, &native, deadline, go_on)
        })
        .await
    }

    /// Makes a call until it has an answer that no further try would change, or `timeout` has passed.
    async fn topic_call(
        &self,
        operation: &'static str,
        timeout: Duration,
        call: impl Fn(
            &rdkafka::client::Client<super::AdminContext>,
            Instant,
            &dyn Fn() -> bool,
        ) -> Result<Vec<TopicOutcome>, ErrorCode>
        + Send
        + 'static,
    ) -> Result<Vec<TopicResult>, KafkaError> {
        let admin = self.clone();
        let deadline = Instant::now() + timeout;
        // Nobody waits any more when this future is dropped.
        let given_up = CancellationToken::new();
        let _guard = given_up.clone().drop_guard();
        blocking(move || {
            let (client, _) = admin.client()?;
            loop {
                let end = deadline.min(Instant::now() + TRY);
                let outcome = call(client.client(), end, &|| {
                    // Serves logs and errors; without a group there are no records.
                    let _ = client.poll(Duration::ZERO);
                    !given_up.is_cancelled()
                });
                let again = match &outcome {
                    Ok(outcomes) => outcomes.iter().any(is_passing),
                    Err(code) => code.retriable(),
                };
                if again && !given_up.is_cancelled() && Instant::now() + RETRY_PAUSE < deadline {
                    let _ = client.poll(RETRY_PAUSE);
                    continue;
                }
                return match outcome {
                    Ok(outcomes) => Ok(outcomes
                        .into_iter()
                        .map(|outcome| result(operation, outcome))
                        .collect()),
                    Err(code) if code.retriable() => {
                        Err(KafkaError::TimedOut { operation, timeout })
                    }
                    Err(code) => Err(KafkaError::Code { operation, code }),
                };
            }
        })
        .await
    }
}

/// Whether another try may have another outcome. That a topic is unknown is an answer.
fn is_passing(outcome: &TopicOutcome) -> bool {
    outcome
        .error
        .as_ref()
        .is_some_and(|(code, _)| code.retriable() && !is_unknown_topic(Some(*code)))
}

fn is_unknown_topic(code: Option<ErrorCode>) -> bool {
    code.is_some_and(|code| code.name() == "UNKNOWN_TOPIC_OR_PARTITION")
}

fn result(operation: &'static str, outcome: TopicOutcome) -> TopicResult {
    let result = match outcome.error {
        None => Ok(()),
        Some((code, Some(message))) => Err(KafkaError::Broker { code, message }),
        Some((code, None)) => Err(KafkaError::Code { operation, code }),
    };
    (outcome.topic, result)
}

pub(super) fn zero_character() -> KafkaError {
    KafkaError::Invalid {
        what: "topic",
        reason: "its name or a setting contains a zero character".to_owned(),
    }
}
