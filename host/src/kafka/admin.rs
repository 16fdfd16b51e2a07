//! Calls about the cluster itself: who it is, which topics it has, making topics, groups' offsets.
//!
//! Each call makes a client of its own and gives it up again: such calls are rare (start-up, a new topic), and
//! an idle client would cost threads and connections. Calls have a deadline and run off the async threads.
//! Must not know why a topic is wanted.
//! Kafka counterpart: org.apache.kafka.clients.admin.Admin, connect.util.ConnectUtils.lookupKafkaClusterId.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError as RdKafkaError;
use rdkafka::types::RDKafkaErrorCode;

use super::client_config::{self, ClientRole, TranslatedClient};
use super::{KafkaError, log};

mod groups;
mod native;
mod topics;

/// What a cluster says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: String,
}

/// A topic to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// The name.
    pub name: String,
    /// The number of partitions; `None` is the broker's default.
    pub partitions: Option<i32>,
    /// The replication factor; `None` is the broker's default.
    pub replication_factor: Option<i32>,
    /// Topic settings.
    pub configs: Vec<(String, String)>,
}

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// The name.
    pub name: String,
    /// The number of partitions.
    pub partitions: usize,
}

/// Why a topic could not be created, by name of the topic.
pub type TopicResult = (String, Result<(), KafkaError>);

/// Keeps the last complaint of librdkafka, to say why a cluster could not be reached.
struct AdminContext {
    client_id: String,
    complaint: Arc<Mutex<Option<String>>>,
}

impl ClientContext for AdminContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log::line(&self.client_id, level, facility, message);
    }

    fn error(&self, error: RdKafkaError, reason: &str) {
        log::client_error(&self.client_id, &error, reason);
        let mut complaint = self
            .complaint
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // That all brokers are down says less than what was wrong with the last one.
        let summary = error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown);
        if !summary || complaint.is_none() {
            *complaint = Some(log::redact(reason).into_owned());
        }
    }
}

impl ConsumerContext for AdminContext {}

/// An admin client.
#[derive(Clone)]
pub struct Admin {
    translated: Arc<TranslatedClient>,
}

impl Admin {
    /// An admin client of Java settings in order (later wins). Connects when it is asked something.
    pub fn new(settings: &[(String, String)]) -> Result<Self, KafkaError> {
        let translated = client_config::translate(ClientRole::Admin, settings)?;
        translated.log_warnings();
        Ok(Self {
            translated: Arc::new(translated),
        })
    }

    /// `default.api.timeout.ms`: how long a call may take whose user has no time of its own.
    pub fn api_timeout(&self) -> Duration {
        self.translated.api_timeout
    }

    /// Asks the cluster who it is. Within `timeout` the answer is there, or
    /// [`KafkaError::ClusterUnreachable`] that names the servers tried.
    pub async fn describe_cluster(
        &self,
        timeout: Duration,
    ) -> Result<ClusterDescription, KafkaError> {
        let admin = self.clone();
        blocking(move || {
            let (client, complaint) = admin.client()?;
            let deadline = Instant::now() + timeout;
            while Instant::now() < deadline {
                let slice = Duration::from_millis(200)
                    .min(deadline.saturating_duration_since(Instant::now()));
                if let Some(cluster_id) = client.client().fetch_cluster_id(slice) {
                    return Ok(ClusterDescription { cluster_id });
                }
                // Serves logs and errors; without a group there are no records.
                let _ = client.poll(Duration::ZERO);
            }
            let complaint = complaint
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            Err(KafkaError::ClusterUnreachable {
                bootstrap_servers: admin.translated.bootstrap_servers.clone(),
                reason: complaint
                    .unwrap_or_else(|| format!("no answer within {} ms", timeout.as_millis())),
            })
        })
        .await
    }

    /// The topics of the cluster.
    pub async fn list_topics(
        &self,
        timeout: Duration,
    ) -> Result<Vec<TopicDescription>, KafkaError> {
        let admin = self.clone();
        blocking(move || {
            let (client, _) = admin.client()?;
            let metadata = client
                .fetch_metadata(None, timeout)
                .map_err(|error| KafkaError::from_rdkafka("Listing topics", &error))?;
            let topics = metadata.topics().iter().map(|topic| TopicDescription {
                name: topic.name().to_owned(),
                partitions: topic.partitions().len(),
            });
            Ok(topics.collect())
        })
        .await
    }

    fn context(&self, complaint: &Arc<Mutex<Option<String>>>) -> AdminContext {
        AdminContext {
            client_id: self.translated.client_id.clone(),
            complaint: Arc::clone(complaint),
        }
    }

    /// A consumer without a group: unlike rdkafka's admin client it serves logs and errors.
    #[allow(
        clippy::type_complexity,
        reason = "a pair that two callers take apart at once"
    )]
    fn client(
        &self,
    ) -> Result<(BaseConsumer<AdminContext>, Arc<Mutex<Option<String>>>), KafkaError> {
        let complaint = Arc::default();
        let client = BaseConsumer::from_config_and_context(
            &self.translated.to_rdkafka(),
            self.context(&complaint),
        )
        .map_err(|error| self.translated.construct_error(ClientRole::Admin, &error))?;
        Ok((client, complaint))
    }
}

async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, KafkaError> + Send + 'static,
) -> Result<T, KafkaError> {
    match tokio::task::spawn_blocking(call).await {
        Ok(result) => result,
        // The runtime is going down, or the call panicked, which the log has told.
        Err(_) => Err(KafkaError::Closed("admin client")),
    }
}

#[cfg(test)]
mod tests;
