//! The settings of the Kafka clients that connectors use, in Java's names.
//!
//! Owns the layers: what the worker demands, the worker's `producer.`, `consumer.` and `admin.`
//! keys, the connector's overrides; later settings replace earlier ones. Must not know librdkafka:
//! the kafka module translates. Serialisers, metrics contexts and other matters of a JVM are left
//! out.
//!
//! Kafka counterparts: Worker.baseProducerConfigs, baseConsumerConfigs, adminConfigs.

mod definition;

use super::connector::{ADMIN_OVERRIDE, CONSUMER_OVERRIDE, ConnectorConfig, PRODUCER_OVERRIDE};
use super::with_prefix_stripped;
use super::worker::WorkerConfig;
use crate::ids::ConnectorTaskId;

pub use definition::Client;

#[cfg(test)]
mod tests;

/// Settings in order: of a setting that occurs twice, the last value counts.
pub type ClientSettings = Vec<(String, String)>;

/// The producer of a source task.
pub fn source_producer(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    task: &ConnectorTaskId,
) -> ClientSettings {
    producer(worker, connector, format!("connector-producer-{task}"))
}

/// LIMIT: of a record in a source's dead letter queue: what a broker takes in one request. A record that was too large
/// for its own topic is to fit here.
pub const SOURCE_DEAD_LETTER_BYTES_MAX: &str = "104857600";

/// The producer of a source task's dead letter queue.
pub fn source_dead_letter_producer(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    task: &ConnectorTaskId,
) -> ClientSettings {
    let mut settings = dead_letter_producer(worker, connector, task);
    settings.extend(pairs(&[
        ("max.request.size", SOURCE_DEAD_LETTER_BYTES_MAX),
        ("buffer.memory", SOURCE_DEAD_LETTER_BYTES_MAX),
    ]));
    settings
}

/// The producer of a sink task's dead letter queue.
pub fn dead_letter_producer(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    task: &ConnectorTaskId,
) -> ClientSettings {
    producer(worker, connector, format!("connector-dlq-producer-{task}"))
}

fn producer(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    client_id: String,
) -> ClientSettings {
    let mut settings = vec![bootstrap(worker)];
    settings.extend(pairs(&[
        ("max.block.ms", "9223372036854775807"),
        ("enable.idempotence", "false"),
        ("acks", "all"),
        ("max.in.flight.requests.per.connection", "1"),
        ("delivery.timeout.ms", "2147483647"),
    ]));
    settings.push(("client.id".to_owned(), client_id));
    settings.extend(with_prefix_stripped(worker.raw(), "producer."));
    settings.extend(connector.client_overrides(PRODUCER_OVERRIDE));
    settings
}

/// Whether the worker's policy allows what a connector sets of the clients that have this prefix, such as
/// [`PRODUCER_OVERRIDE`].
///
/// # Errors
///
/// Kafka's text that names the settings which are not allowed, without values.
pub fn check_overrides(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    prefix: &str,
) -> Result<(), String> {
    let policy = &worker.override_policy;
    let refused: Vec<String> = connector
        .client_overrides(prefix)
        .keys()
        .filter(|setting| !policy.allows(setting))
        .map(|setting| policy.violation(setting))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(format!(
        "Client Config Overrides not allowed [{}]",
        refused.join(", ")
    ))
}

/// The consumer of a sink task.
pub fn sink_consumer(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    task: &ConnectorTaskId,
) -> ClientSettings {
    let mut settings = vec![
        ("group.id".to_owned(), format!("connect-{}", task.connector)),
        ("client.id".to_owned(), format!("connector-consumer-{task}")),
        bootstrap(worker),
    ];
    settings.extend(pairs(&[
        ("enable.auto.commit", "false"),
        ("auto.offset.reset", "earliest"),
    ]));
    settings.extend(with_prefix_stripped(worker.raw(), "consumer."));
    settings.extend(connector.client_overrides(CONSUMER_OVERRIDE));
    settings
}

/// Which of a connector's admin clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminPurpose<'a> {
    /// Creates the topics of a source task.
    TopicCreation(&'a ConnectorTaskId),
    /// Creates the topic of a task's dead letter queue.
    DeadLetterQueue,
    /// Works on the connector's offsets.
    Offsets,
}

/// An admin client of a connector.
pub fn connector_admin(
    worker: &WorkerConfig,
    connector: &ConnectorConfig,
    purpose: AdminPurpose<'_>,
) -> ClientSettings {
    let client_id = match purpose {
        AdminPurpose::TopicCreation(task) => format!("connector-adminclient-{task}"),
        // COMPAT: without the task, as in Worker.sinkTaskReporters.
        AdminPurpose::DeadLetterQueue => "connector-dlq-adminclient-".to_owned(),
        AdminPurpose::Offsets => format!("connector-worker-adminclient-{}", connector.name),
    };
    let mut settings = worker_admin(worker);
    settings.push(("client.id".to_owned(), client_id));
    settings.extend(
        with_prefix_stripped(worker.raw(), "admin.")
            .into_iter()
            .filter(
                // `admin.listeners` is the REST server's.
                |(key, _)| !key.starts_with("listeners"),
            ),
    );
    settings.extend(connector.client_overrides(ADMIN_OVERRIDE));
    settings
}

/// The worker's own admin client. Kafka hands it all of the worker's properties; here those that
/// are a client's, so that the rest need not be warned about.
pub fn worker_admin(worker: &WorkerConfig) -> ClientSettings {
    let mut settings = vec![bootstrap(worker)];
    settings.extend(
        worker
            .raw()
            .iter()
            .filter(|(key, _)| super::worker::is_client_key(key) && *key != "bootstrap.servers")
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    settings
}

fn bootstrap(worker: &WorkerConfig) -> (String, String) {
    (
        "bootstrap.servers".to_owned(),
        worker.bootstrap_servers.join(","),
    )
}

fn pairs(settings: &[(&str, &str)]) -> ClientSettings {
    settings
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
