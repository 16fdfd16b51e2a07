//! Java client settings to librdkafka's: users write the Java names, here is what becomes of them.
//!
//! Owns the one table (`table`) of settings with their Java types, librdkafka names and the Java defaults that
//! librdkafka does not share; those defaults are always set explicitly. Settings without a counterpart end up
//! in one warning; bad values are errors under the Java key. Values of secrets appear in neither.
//! Must not know who asks. Reads files only to tell key store formats apart (`ssl`).
//! Kafka counterpart: ProducerConfig, ConsumerConfig, AdminClientConfig.
//!
//! Deliberate deviations: batches are librdkafka's (1 MB) unless `batch.size` is set, since only the fetch
//! sizes of readers could tell; the assignors offered by default are `range` alone, as librdkafka cannot mix
//! eager and cooperative ones (in a group with JVM members `range` is what Java's default list elects, too).

use std::collections::BTreeMap;
use std::time::Duration;

use super::KafkaError;

mod rules;
mod sasl;
mod ssl;
mod table;

use rules::Draft;

/// Which client settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientRole {
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
    /// An admin client.
    Admin,
}

impl ClientRole {
    /// The name as messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Consumer => "consumer",
            Self::Admin => "admin client",
        }
    }
}

/// Where reading starts without a committed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetReset {
    /// At the first record there is.
    Earliest,
    /// After the last record there is.
    Latest,
    /// At the first record that is no older than this (Kafka 4.0's `by_duration:`).
    ByDuration(Duration),
    /// Nowhere: it is an error.
    None,
}

/// Settings that librdkafka understands, and those that this layer serves itself.
#[derive(Clone, PartialEq, Eq)]
pub struct TranslatedClient {
    /// librdkafka's settings, in order of name.
    pub settings: Vec<(String, String)>,
    /// What the user should know; at most one line names the settings without a counterpart.
    pub warnings: Vec<String>,
    /// `bootstrap.servers`, as given.
    pub bootstrap_servers: String,
    /// `client.id`, or the empty string.
    pub client_id: String,
    /// `buffer.memory`: bytes a producer's user may have in flight.
    pub buffer_memory: usize,
    /// `max.request.size`: the largest record a producer takes.
    pub max_request_size: usize,
    /// `max.poll.records`: the largest batch a consumer hands over.
    pub max_poll_records: usize,
    /// `max.poll.interval.ms`: how long a consumer's owner may stay away.
    pub max_poll_interval: Duration,
    /// `auto.offset.reset`.
    pub offset_reset: OffsetReset,
    /// `default.api.timeout.ms`: the bound of calls without one of their own.
    pub api_timeout: Duration,
    /// `metadata.max.age.ms`: how often patterns look for new topics.
    pub metadata_refresh: Duration,
    /// `exclude.internal.topics`: whether patterns match internal topics.
    pub exclude_internal_topics: bool,
    origins: BTreeMap<String, String>,
}

impl TranslatedClient {
    /// The settings without `client.id`: what must be equal for tasks to share a client.
    pub(super) fn sharing_key(&self) -> Vec<(String, String)> {
        self.settings
            .iter()
            .filter(|(key, _)| key != "client.id")
            .cloned()
            .collect()
    }

    /// rdkafka's configuration object.
    pub(super) fn to_rdkafka(&self) -> rdkafka::ClientConfig {
        let mut config = rdkafka::ClientConfig::new();
        for (key, value) in &self.settings {
            config.set(key, value);
        }
        if super::log::is_traced() {
            config.set(
                "debug",
                "generic,broker,topic,metadata,cgrp,consumer,admin,eos",
            );
        }
        config.set_log_level(super::log::level());
        config
    }

    /// Says a refusal of librdkafka in terms of the Java key.
    pub(super) fn construct_error(
        &self,
        role: ClientRole,
        error: &rdkafka::error::KafkaError,
    ) -> KafkaError {
        use rdkafka::error::KafkaError as Rd;
        match error {
            Rd::ClientConfig(_, reason, key, value) => {
                let java = self.origins.get(key).unwrap_or(key);
                let reason = if is_secret(java) {
                    "not accepted"
                } else {
                    reason.trim_end_matches('\0')
                };
                config_error(java, value, reason)
            }
            Rd::ClientCreation(reason) => KafkaError::Construct {
                client: role.name(),
                reason: super::log::redact(reason.trim_end_matches('\0')).into_owned(),
            },
            other => KafkaError::from_rdkafka("Client creation", other),
        }
    }

    /// Logs the warnings, once per client made.
    pub(super) fn log_warnings(&self) {
        for warning in &self.warnings {
            tracing::warn!(client = %self.client_id, "{warning}");
        }
    }
}

/// Translates Java settings, given in order; a later value of a key wins.
pub fn translate(
    role: ClientRole,
    java: &[(String, String)],
) -> Result<TranslatedClient, KafkaError> {
    let mut draft = Draft::new(role, java);
    let bootstrap_servers = bootstrap_servers(&draft)?;
    table::apply(&mut draft)?;
    match role {
        ClientRole::Producer => producer(&mut draft)?,
        ClientRole::Consumer => consumer(&mut draft)?,
        ClientRole::Admin => {}
    }
    ssl::apply(&mut draft)?;
    sasl::apply(&mut draft)?;
    let offset_reset = match role {
        ClientRole::Consumer => offset_reset(&mut draft)?,
        _ => OffsetReset::Latest,
    };
    let max_poll_interval = draft.integer("max.poll.interval.ms", 300_000)?;
    Ok(TranslatedClient {
        bootstrap_servers,
        client_id: draft.get("client.id").unwrap_or_default().to_owned(),
        buffer_memory: draft.size("buffer.memory", 33_554_432)?,
        max_request_size: draft.size("max.request.size", 1_048_576)?,
        max_poll_records: draft.size("max.poll.records", 500)?,
        max_poll_interval: Duration::from_millis(max_poll_interval.unsigned_abs()),
        offset_reset,
        api_timeout: Duration::from_millis(
            draft
                .integer("default.api.timeout.ms", 60_000)?
                .unsigned_abs(),
        ),
        metadata_refresh: Duration::from_millis(
            draft
                .integer("metadata.max.age.ms", 300_000)?
                .unsigned_abs(),
        ),
        exclude_internal_topics: draft.get("exclude.internal.topics") != Some("false"),
        warnings: draft.warnings(),
        origins: draft.origins(),
        settings: draft.into_settings(),
    })
}

/// COMPAT: texts of ClientUtils.parseAndValidateAddresses.
fn bootstrap_servers(draft: &Draft<'_>) -> Result<String, KafkaError> {
    let Some(servers) = draft.get("bootstrap.servers") else {
        return Err(KafkaError::Invalid {
            what: "client configuration",
            reason:
                "Missing required configuration \"bootstrap.servers\" which has no default value."
                    .to_owned(),
        });
    };
    let mut any = false;
    for server in servers
        .split(',')
        .map(str::trim)
        .filter(|server| !server.is_empty())
    {
        any = true;
        // A protocol in front is allowed, as in `PLAINTEXT://host:9092`.
        let address = server
            .rsplit_once("://")
            .map_or(server, |(_, address)| address);
        let port = address.rsplit_once(':').and_then(|(host, port)| {
            let port: Option<u16> = port.parse().ok();
            port.filter(|_| !host.is_empty())
        });
        if port.is_none() {
            let reason = format!("Invalid url in bootstrap.servers: {server}");
            return Err(config_error("bootstrap.servers", servers, &reason));
        }
    }
    if !any {
        let reason = "No resolvable bootstrap urls given in bootstrap.servers";
        return Err(config_error("bootstrap.servers", servers, reason));
    }
    Ok(servers.to_owned())
}

fn producer(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let idempotent = draft.boolean("enable.idempotence", true)?;
    let explicit =
        draft.get("enable.idempotence").is_some() || draft.get("transactional.id").is_some();
    let all = matches!(draft.get("acks"), None | Some("all" | "-1"));
    let in_flight = draft.integer("max.in.flight.requests.per.connection", 5)?;
    let retries = draft.integer("retries", i64::from(i32::MAX))?;
    // COMPAT: ProducerConfig.postProcessAndValidateIdempotenceConfigs; left at its default, idempotence
    // gives way silently.
    let conflict = if !all {
        Some((
            "acks",
            "Must set acks to all in order to use the idempotent producer.",
        ))
    } else if in_flight > 5 {
        let text = "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.";
        Some(("max.in.flight.requests.per.connection", text))
    } else if retries == 0 {
        Some((
            "retries",
            "Must set retries to non-zero when using the idempotent producer.",
        ))
    } else {
        None
    };
    match conflict {
        Some((key, reason)) if idempotent && explicit => {
            return Err(config_error(
                key,
                draft.get(key).unwrap_or_default(),
                reason,
            ));
        }
        Some(_) => draft.set("enable.idempotence", "false"),
        None => draft.set(
            "enable.idempotence",
            if idempotent { "true" } else { "false" },
        ),
    }
    delivery_timeout(draft)?;
    partitioner(draft)?;
    // Java waits `max.block.ms` for the metadata of a topic; librdkafka fails records of unknown topics after
    // this long. LIMIT: it counts in microseconds in 32 bits, so that more than 35 minutes would be none at all.
    let block = draft.integer("max.block.ms", 60_000)?.clamp(0, 2_000_000);
    draft.set("topic.metadata.propagation.max.ms", &block.to_string());
    // LIMIT: the bounds that count are per task (producer.rs); these only stop a bug from eating all memory.
    draft.set("queue.buffering.max.messages", "1000000");
    draft.set("queue.buffering.max.kbytes", "2000000");
    compression_level(draft)
}

fn delivery_timeout(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let delivery = draft.integer("delivery.timeout.ms", 120_000)?;
    let linger = draft.integer("linger.ms", 5)?;
    let request = draft.integer("request.timeout.ms", 30_000)?;
    if delivery < linger.saturating_add(request) {
        if draft.get("delivery.timeout.ms").is_some() {
            let reason = "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms";
            return Err(config_error(
                "delivery.timeout.ms",
                &delivery.to_string(),
                reason,
            ));
        }
        let raised = linger.saturating_add(request).min(i64::from(i32::MAX));
        draft.set("message.timeout.ms", &raised.to_string());
    }
    Ok(())
}

fn partitioner(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let ignore_keys = draft.boolean("partitioner.ignore.keys", false)?;
    let class = draft
        .get("partitioner.class")
        .unwrap_or_default()
        .to_owned();
    let partitioner = match class.rsplit('.').next().unwrap_or_default() {
        "" | "DefaultPartitioner" if ignore_keys => "random",
        "" | "DefaultPartitioner" => "murmur2_random",
        "UniformStickyPartitioner" => "random",
        "RoundRobinPartitioner" => {
            draft.set("sticky.partitioning.linger.ms", "0");
            draft.warn("partitioner.class RoundRobinPartitioner spreads records at random here, not in turn");
            "random"
        }
        _ => {
            let reason = format!("Class {class} could not be found.");
            return Err(config_error("partitioner.class", &class, &reason));
        }
    };
    draft.set("partitioner", partitioner);
    Ok(())
}

fn compression_level(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let codec = draft.get("compression.type").unwrap_or("none").to_owned();
    let key = format!("compression.{codec}.level");
    if draft.get(&key).is_some() {
        let level = draft.integer(&key, -1)?.clamp(-1, 12);
        draft.set_from(&key, "compression.level", &level.to_string());
    }
    Ok(())
}

fn consumer(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    draft.set("enable.auto.commit", "false");
    draft.set("enable.auto.offset.store", "false");
    // LIMIT: what librdkafka reads ahead. Java keeps one fetch per broker; 16 MiB and 50,000 records keep the
    // rate of librdkafka's own defaults (64 MiB, 100,000) at a quarter of the memory.
    draft.set("queued.max.messages.kbytes", "16384");
    draft.set("queued.min.messages", "50000");
    // librdkafka would wait a second after the read-ahead was full, which a fast reader drains in 50 ms.
    draft.set("fetch.queue.backoff.ms", "10");
    let fetch_max = draft.integer("fetch.max.bytes", 52_428_800)?;
    let partition_max = draft.integer("max.partition.fetch.bytes", 1_048_576)?;
    let receive = fetch_max
        .max(partition_max)
        .saturating_add(1_048_576)
        .clamp(100_000_000, i64::from(i32::MAX));
    draft.set("receive.message.max.bytes", &receive.to_string());
    draft.set(
        "fetch.max.bytes",
        &fetch_max.clamp(1_048_576, 2_147_483_135).to_string(),
    );
    if draft
        .get("group.protocol")
        .is_some_and(|protocol| protocol.eq_ignore_ascii_case("consumer"))
    {
        for broker_side in [
            "session.timeout.ms",
            "heartbeat.interval.ms",
            "partition.assignment.strategy",
        ] {
            draft.unset(broker_side);
        }
        return Ok(());
    }
    group_timeouts(draft)?;
    assignors(draft)
}

fn group_timeouts(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let session = draft.integer("session.timeout.ms", 45_000)?;
    let heartbeat = draft.integer("heartbeat.interval.ms", 3_000)?;
    let poll = draft.integer("max.poll.interval.ms", 300_000)?;
    if heartbeat >= session {
        let reason = "Heartbeat must be set lower than the session timeout";
        return Err(config_error(
            "heartbeat.interval.ms",
            &heartbeat.to_string(),
            reason,
        ));
    }
    // librdkafka refuses a session timeout above the poll interval, Java does not mind. The broker takes no
    // session timeout below 6 s by default.
    let session = session.min(poll.max(6_000).max(heartbeat + 1));
    draft.set("session.timeout.ms", &session.to_string());
    draft.set(
        "max.poll.interval.ms",
        &poll.max(session).min(86_400_000).to_string(),
    );
    Ok(())
}

fn assignors(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    const KEY: &str = "partition.assignment.strategy";
    let Some(given) = draft.get(KEY).map(str::to_owned) else {
        draft.set(KEY, "range");
        return Ok(());
    };
    let (mut eager, mut cooperative, mut unknown) = (Vec::new(), false, Vec::new());
    for class in given
        .split(',')
        .map(str::trim)
        .filter(|class| !class.is_empty())
    {
        match class.rsplit('.').next().unwrap_or_default() {
            "RangeAssignor" | "range" => eager.push("range"),
            "RoundRobinAssignor" | "roundrobin" => eager.push("roundrobin"),
            "CooperativeStickyAssignor" | "cooperative-sticky" => cooperative = true,
            _ => unknown.push(class.to_owned()),
        }
    }
    if !unknown.is_empty() {
        draft.warn(&format!(
            "{KEY}: {} is not available here and was left out",
            unknown.join(", ")
        ));
    }
    match (eager.is_empty(), cooperative) {
        (true, true) => draft.set(KEY, "cooperative-sticky"),
        (true, false) => {
            let reason = "expected one of org.apache.kafka.clients.consumer.RangeAssignor, \
                          org.apache.kafka.clients.consumer.RoundRobinAssignor, \
                          org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
            return Err(config_error(KEY, &given, reason));
        }
        // As in Java a mixed list means eager rebalances until the eager assignors are taken out.
        (false, _) => {
            eager.dedup();
            draft.set(KEY, &eager.join(","));
        }
    }
    Ok(())
}

fn offset_reset(draft: &mut Draft<'_>) -> Result<OffsetReset, KafkaError> {
    const KEY: &str = "auto.offset.reset";
    let given = draft.get(KEY).unwrap_or("latest").to_ascii_lowercase();
    let (reset, native) = match given.as_str() {
        "earliest" => (OffsetReset::Earliest, "earliest"),
        "latest" => (OffsetReset::Latest, "latest"),
        "none" => (OffsetReset::None, "error"),
        other => {
            let duration = other.strip_prefix("by_duration:").and_then(iso_duration);
            let Some(duration) = duration else {
                let reason = "Invalid value `".to_owned()
                    + other
                    + "` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' \
                       or of the format 'by_duration:<PnDTnHnMn.nS.>'.";
                return Err(config_error(KEY, other, &reason));
            };
            (OffsetReset::ByDuration(duration), "earliest")
        }
    };
    draft.set(KEY, native);
    Ok(reset)
}

fn iso_duration(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    let duration = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .ok()?;
    Duration::try_from(duration).ok()
}

/// Whether a value of this key must never be shown.
pub(super) fn is_secret(key: &str) -> bool {
    const MARKS: &[&str] = &[
        "password",
        "secret",
        "jaas.config",
        "passphrase",
        "token",
        "private.key",
    ];
    matches!(
        key,
        "ssl.keystore.key"
            | "ssl.key.pem"
            | "ssl.keystore.certificate.chain"
            | "ssl.truststore.certificates"
    ) || MARKS.iter().any(|mark| key.contains(mark)) && key != "sasl.oauthbearer.token.endpoint.url"
}

/// A configuration error that hides the values of secrets.
pub(super) fn config_error(key: &str, value: &str, reason: &str) -> KafkaError {
    KafkaError::Config {
        key: key.to_owned(),
        value: if is_secret(key) { "[hidden]" } else { value }.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
