//! The table: every setting of the Java clients, whom it concerns, and what it is in librdkafka.

use super::rules::Draft;
use super::{ClientRole, KafkaError, config_error};

const P: u8 = 1;
const C: u8 = 2;
const A: u8 = 4;
const ALL: u8 = P | C | A;

/// What becomes of a setting.
enum Rule {
    /// A whole number within Java's bounds, brought into librdkafka's; and the Java default, when it must be
    /// set because librdkafka's differs.
    Integer {
        native: &'static str,
        java: (i64, i64),
        native_bounds: (i64, i64),
        default: Option<i64>,
    },
    /// Text passed on as it is.
    Text {
        native: &'static str,
        default: Option<&'static str>,
    },
    /// One of some words, in any case; passed on in lower case.
    Word {
        native: &'static str,
        words: &'static [&'static str],
        default: Option<&'static str>,
    },
    /// True or false.
    Boolean {
        native: &'static str,
        default: Option<&'static str>,
    },
    /// Served by this layer, or meaningless without a JVM: nothing to pass on and nothing to say.
    Served,
    /// Has no counterpart; the user is told.
    Missing,
}

use Rule::{Boolean, Integer, Missing, Served, Text, Word};

const INT: i64 = i32::MAX as i64;

/// Java key, clients, rule. Defaults given here are those where librdkafka's own default differs, or where
/// the design relies on the value.
#[rustfmt::skip] // one row, one line
const TABLE: &[(&str, u8, Rule)] = &[
    // Connections, all clients.
    ("bootstrap.servers", ALL, Text { native: "bootstrap.servers", default: None }),
    ("client.id", ALL, Text { native: "client.id", default: None }),
    ("client.dns.lookup", ALL, Word { native: "client.dns.lookup", words: &["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"], default: None }),
    ("client.rack", C, Text { native: "client.rack", default: None }),
    ("security.protocol", ALL, Word { native: "security.protocol", words: &["sasl_ssl", "plaintext", "ssl", "sasl_plaintext"], default: None }),
    ("send.buffer.bytes", ALL, Integer { native: "socket.send.buffer.bytes", java: (-1, INT), native_bounds: (0, 100_000_000), default: None }),
    ("receive.buffer.bytes", ALL, Integer { native: "socket.receive.buffer.bytes", java: (-1, INT), native_bounds: (0, 100_000_000), default: None }),
    ("reconnect.backoff.ms", ALL, Integer { native: "reconnect.backoff.ms", java: (0, i64::MAX), native_bounds: (0, 3_600_000), default: Some(50) }),
    ("reconnect.backoff.max.ms", ALL, Integer { native: "reconnect.backoff.max.ms", java: (0, i64::MAX), native_bounds: (0, 3_600_000), default: Some(1_000) }),
    ("retry.backoff.ms", ALL, Integer { native: "retry.backoff.ms", java: (0, i64::MAX), native_bounds: (1, 300_000), default: Some(100) }),
    ("retry.backoff.max.ms", ALL, Integer { native: "retry.backoff.max.ms", java: (0, i64::MAX), native_bounds: (1, 300_000), default: Some(1_000) }),
    ("socket.connection.setup.timeout.ms", ALL, Integer { native: "socket.connection.setup.timeout.ms", java: (0, i64::MAX), native_bounds: (1_000, INT), default: Some(10_000) }),
    ("socket.connection.setup.timeout.max.ms", ALL, Missing),
    ("connections.max.idle.ms", ALL, Integer { native: "connections.max.idle.ms", java: (-1, i64::MAX), native_bounds: (0, INT), default: Some(540_000) }),
    ("request.timeout.ms", ALL, Integer { native: "socket.timeout.ms", java: (0, INT), native_bounds: (10, 300_000), default: Some(30_000) }),
    ("metadata.max.age.ms", ALL, Integer { native: "topic.metadata.refresh.interval.ms", java: (0, i64::MAX), native_bounds: (10, 3_600_000), default: Some(300_000) }),
    ("metadata.max.idle.ms", P, Missing),
    ("metadata.recovery.strategy", ALL, Word { native: "metadata.recovery.strategy", words: &["none", "rebootstrap"], default: None }),
    ("metadata.recovery.rebootstrap.trigger.ms", ALL, Integer { native: "metadata.recovery.rebootstrap.trigger.ms", java: (0, i64::MAX), native_bounds: (0, INT), default: None }),
    ("enable.metrics.push", ALL, Boolean { native: "enable.metrics.push", default: None }),
    ("default.api.timeout.ms", C | A, Served),
    ("metric.reporters", ALL, Missing),
    ("metrics.num.samples", ALL, Served),
    ("metrics.sample.window.ms", ALL, Served),
    ("metrics.recording.level", ALL, Served),
    ("auto.include.jmx.reporter", ALL, Served),
    ("interceptor.classes", P | C, Missing),
    ("security.providers", ALL, Missing),
    ("config.providers", ALL, Served),
    // Producer.
    ("key.serializer", P, Served),
    ("value.serializer", P, Served),
    ("acks", P, Word { native: "acks", words: &["all", "-1", "0", "1"], default: Some("all") }),
    ("enable.idempotence", P, Served),
    ("max.in.flight.requests.per.connection", P, Integer { native: "max.in.flight.requests.per.connection", java: (1, INT), native_bounds: (1, 1_000_000), default: Some(5) }),
    ("retries", P, Integer { native: "retries", java: (0, INT), native_bounds: (0, INT), default: Some(INT) }),
    ("linger.ms", P, Integer { native: "linger.ms", java: (0, i64::MAX), native_bounds: (0, 900_000), default: Some(5) }),
    ("batch.size", P, Integer { native: "batch.size", java: (0, INT), native_bounds: (1, INT), default: None }),
    ("max.request.size", P, Integer { native: "message.max.bytes", java: (0, INT), native_bounds: (1_000, 1_000_000_000), default: Some(1_048_576) }),
    ("delivery.timeout.ms", P, Integer { native: "message.timeout.ms", java: (0, INT), native_bounds: (1, INT), default: Some(120_000) }),
    ("compression.type", P, Word { native: "compression.type", words: &["none", "gzip", "snappy", "lz4", "zstd"], default: Some("none") }),
    ("compression.gzip.level", P, Served),
    ("compression.lz4.level", P, Served),
    ("compression.zstd.level", P, Served),
    ("partitioner.class", P, Served),
    ("partitioner.ignore.keys", P, Served),
    ("partitioner.adaptive.partitioning.enable", P, Missing),
    ("partitioner.availability.timeout.ms", P, Missing),
    ("buffer.memory", P, Served),
    ("max.block.ms", P, Served),
    ("transactional.id", P, Text { native: "transactional.id", default: None }),
    ("transaction.timeout.ms", P, Integer { native: "transaction.timeout.ms", java: (0, INT), native_bounds: (1_000, INT), default: None }),
    ("transaction.two.phase.commit.enable", P, Missing),
    // Consumer.
    ("key.deserializer", C, Served),
    ("value.deserializer", C, Served),
    ("group.id", C, Text { native: "group.id", default: None }),
    ("group.instance.id", C, Text { native: "group.instance.id", default: None }),
    ("group.protocol", C, Word { native: "group.protocol", words: &["classic", "consumer"], default: None }),
    ("group.remote.assignor", C, Text { native: "group.remote.assignor", default: None }),
    ("session.timeout.ms", C, Integer { native: "session.timeout.ms", java: (0, INT), native_bounds: (1, 3_600_000), default: Some(45_000) }),
    ("heartbeat.interval.ms", C, Integer { native: "heartbeat.interval.ms", java: (0, INT), native_bounds: (1, 3_600_000), default: Some(3_000) }),
    ("max.poll.interval.ms", C, Integer { native: "max.poll.interval.ms", java: (1, INT), native_bounds: (1, 86_400_000), default: Some(300_000) }),
    ("max.poll.records", C, Served),
    ("partition.assignment.strategy", C, Served),
    ("auto.offset.reset", C, Served),
    ("enable.auto.commit", C, Served),
    ("auto.commit.interval.ms", C, Served),
    ("isolation.level", C, Word { native: "isolation.level", words: &["read_committed", "read_uncommitted"], default: Some("read_uncommitted") }),
    ("fetch.min.bytes", C, Integer { native: "fetch.min.bytes", java: (0, INT), native_bounds: (1, 100_000_000), default: Some(1) }),
    ("fetch.max.wait.ms", C, Integer { native: "fetch.wait.max.ms", java: (0, INT), native_bounds: (0, 300_000), default: Some(500) }),
    ("fetch.max.bytes", C, Integer { native: "fetch.max.bytes", java: (0, INT), native_bounds: (1_048_576, 2_147_483_135), default: Some(52_428_800) }),
    ("max.partition.fetch.bytes", C, Integer { native: "max.partition.fetch.bytes", java: (0, INT), native_bounds: (1, 1_000_000_000), default: Some(1_048_576) }),
    ("check.crcs", C, Boolean { native: "check.crcs", default: Some("true") }),
    ("allow.auto.create.topics", C, Boolean { native: "allow.auto.create.topics", default: Some("true") }),
    ("exclude.internal.topics", C, Served),
    // Admin.
    ("bootstrap.controllers", A, Missing),
];

fn bit(role: ClientRole) -> u8 {
    match role {
        ClientRole::Producer => P,
        ClientRole::Consumer => C,
        ClientRole::Admin => A,
    }
}

/// Applies the table to the draft: user's values, then defaults, then a note of what nobody knows.
pub(super) fn apply(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let rows: Vec<_> = TABLE
        .iter()
        .filter(|(_, roles, _)| roles & bit(draft.role) != 0)
        .collect();
    for (key, _, rule) in &rows {
        apply_rule(draft, key, rule)?;
    }
    if draft.role == ClientRole::Producer {
        // Java's request timeout is both how long the client waits and what the broker is told.
        let timeout = draft
            .integer("request.timeout.ms", 30_000)?
            .clamp(1, 900_000);
        draft.set_from(
            "request.timeout.ms",
            "request.timeout.ms",
            &timeout.to_string(),
        );
    }
    let refresh = draft
        .integer("metadata.max.age.ms", 300_000)?
        .clamp(10, 3_600_000);
    draft.set_from(
        "metadata.max.age.ms",
        "metadata.max.age.ms",
        &(refresh * 3).to_string(),
    );
    // Everybody's idle connections are closed now and then; that is no news.
    draft.set("log.connection.close", "false");
    for key in draft.keys() {
        let known = rows.iter().any(|(name, _, _)| *name == key);
        if !known
            && !key.starts_with("ssl.")
            && !key.starts_with("sasl.")
            && !key.starts_with("metrics.context.")
        {
            draft.without_counterpart(key);
        }
    }
    Ok(())
}

/// Words that Java's clients take in any case, and list in capitals.
const ANY_CASE: [&str; 3] = [
    "security.protocol",
    "group.protocol",
    "metadata.recovery.strategy",
];

fn apply_rule(draft: &mut Draft<'_>, key: &str, rule: &Rule) -> Result<(), KafkaError> {
    let given = draft.get(key).map(str::to_owned);
    let (native, value) = match rule {
        Served => return Ok(()),
        Missing => {
            if given.is_some_and(|value| !value.is_empty()) {
                draft.without_counterpart(key);
            }
            return Ok(());
        }
        Integer {
            native,
            java,
            native_bounds,
            default,
        } => {
            let value = match given {
                Some(text) => Some(integer(key, &text, *java)?),
                None => *default,
            };
            (
                native,
                value.map(|value| value.clamp(native_bounds.0, native_bounds.1).to_string()),
            )
        }
        Text { native, default } => (
            native,
            given
                .filter(|text| !text.is_empty())
                .or(default.map(str::to_owned)),
        ),
        Word {
            native,
            words,
            default,
        } => match given {
            Some(text) => {
                let word = text.to_ascii_lowercase();
                if !words.contains(&word.as_str()) {
                    let words = words.join(", ");
                    let reason = if ANY_CASE.contains(&key) {
                        format!(
                            "String must be one of (case insensitive): {}",
                            words.to_ascii_uppercase()
                        )
                    } else {
                        format!("String must be one of: {words}")
                    };
                    return Err(config_error(key, &text, &reason));
                }
                (native, Some(word))
            }
            None => (native, default.map(str::to_owned)),
        },
        Boolean { native, default } => match given {
            Some(_) => (native, Some(draft.boolean(key, false)?.to_string())),
            None => (native, default.map(str::to_owned)),
        },
    };
    if let Some(value) = value {
        draft.set_from(key, native, &value);
    }
    Ok(())
}

fn integer(key: &str, text: &str, (low, high): (i64, i64)) -> Result<i64, KafkaError> {
    let kind = if high == i64::MAX { "LONG" } else { "INT" };
    let not_a_number = || config_error(key, text, &format!("Not a number of type {kind}"));
    let value: i64 = text.parse().map_err(|_| not_a_number())?;
    if value > high {
        return Err(not_a_number());
    }
    if value < low {
        return Err(config_error(
            key,
            text,
            &format!("Value must be at least {low}"),
        ));
    }
    Ok(value)
}
