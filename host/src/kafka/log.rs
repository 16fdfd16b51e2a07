//! librdkafka's log lines and errors as tracing events (target `librdkafka`), without credentials.
//!
//! Connections that come and go are everyday life and go to debug; a broker that cannot be reached is a
//! warning, as in the Java clients.

use std::borrow::Cow;
use std::sync::LazyLock;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError as RdKafkaError;
use regex::Regex;

/// Lines that say nothing is wrong, or that say again what the error callback says.
const EXPECTED: &[&str] = &[
    "Disconnected",
    "Connection reset by peer",
    "Receive failed",
    "brokers are down",
    "Close connection",
    "Timed out 0 in-flight",
];

static CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)((?:password|secret|token|jaas\.config|private[_.]?key)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s;,]+)"#)
        .expect("the pattern is constant")
});

/// Replaces what looks like a credential.
pub(super) fn redact(message: &str) -> Cow<'_, str> {
    CREDENTIALS.replace_all(message, "$1[hidden]")
}

/// Whether somebody wants librdkafka's debug contexts: `RUST_LOG=librdkafka=trace`.
pub(super) fn is_traced() -> bool {
    tracing::enabled!(target: "librdkafka", tracing::Level::TRACE)
}

/// How chatty librdkafka should be, given what anybody listens to.
pub(super) fn level() -> RDKafkaLogLevel {
    if tracing::enabled!(target: "librdkafka", tracing::Level::DEBUG) {
        RDKafkaLogLevel::Debug
    } else {
        RDKafkaLogLevel::Info
    }
}

/// A log line of the client `client`.
pub(super) fn line(client: &str, level: RDKafkaLogLevel, facility: &str, message: &str) {
    let message = redact(message);
    if EXPECTED.iter().any(|expected| message.contains(expected)) {
        tracing::debug!(target: "librdkafka", client, facility, "{message}");
        return;
    }
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(target: "librdkafka", client, facility, "{message}");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
            tracing::warn!(target: "librdkafka", client, facility, "{message}");
        }
        RDKafkaLogLevel::Notice => {
            tracing::info!(target: "librdkafka", client, facility, "{message}")
        }
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
            tracing::debug!(target: "librdkafka", client, facility, "{message}");
        }
    }
}

/// An error that concerns the whole client `client`; librdkafka goes on by itself.
pub(super) fn client_error(client: &str, error: &RdKafkaError, reason: &str) {
    let reason = redact(reason);
    tracing::debug!(target: "librdkafka", client, %error, "{reason}");
}

#[cfg(test)]
mod tests;
