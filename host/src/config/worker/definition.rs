//! The keys of a worker's configuration.
//!
//! Owns names, types, defaults and rules; documentation is our own prose. Must not know how the
//! values are used. Kafka counterparts: WorkerConfig.baseConfigDef, StandaloneConfig.CONFIG.

use std::sync::LazyLock;

use crate::config::ConfigMap;
use crate::config::def::{
    ConfigDef, ConfigError, ConfigKey, ConfigType, ConfigValue, DefaultValue, Importance,
    PluginBase, Validator,
};
use crate::config::listener::parse_header_rules;

use super::rows::{NULL, OURS, REQUIRED, REST, Row, SSL, WORKER};
use super::sandbox;

/// Keys of Kafka clients that the worker takes without prefix, and prefixes of keys that others
/// read. Everything else that is not defined has no effect.
const KNOWN_ELSEWHERE: [&str; 28] = [
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "config.providers.",
    "producer.",
    "consumer.",
    "admin.",
    "listeners.https.",
    "admin.listeners.https.",
    "metrics.context.",
    "sasl.",
    "ssl.",
    "security.",
    "client.id",
    "metadata.",
    "send.buffer.bytes",
    "receive.buffer.bytes",
    "reconnect.backoff.",
    "socket.connection.setup.",
    "retry.backoff.",
    "request.timeout.ms",
    "connections.max.idle.ms",
    "default.api.timeout.ms",
    "retries",
    "auto.include.jmx.reporter",
    "enable.metrics.push",
    "bootstrap.controllers",
    "rest.extension.",
];

fn key((name, config_type, default, importance, documentation): &Row) -> ConfigKey {
    let default = match *default {
        REQUIRED => DefaultValue::Required,
        NULL => DefaultValue::Null,
        text => DefaultValue::Value(text.to_owned()),
    };
    let key = ConfigKey::new(*name, *config_type, default, *importance, *documentation);
    match validator(name) {
        Some(validator) => key.validator(validator),
        None => key,
    }
}

fn validator(name: &str) -> Option<Validator> {
    Some(match name {
        "bootstrap.servers" => Validator::any_list(false, false),
        "plugin.path" => Validator::any_list(false, true),
        "admin.listeners" => Validator::any_list(true, true),
        "metric.reporters"
        | "config.providers"
        | "ssl.cipher.suites"
        | "ssl.enabled.protocols"
        | "rest.extension.classes"
        | "connector.client.config.override.allowlist" => Validator::any_list(true, false),
        "client.dns.lookup" => Validator::one_of(&[
            "use_all_dns_ips",
            "resolve_canonical_bootstrap_servers_only",
        ]),
        "key.converter" | "value.converter" => Validator::Implements(PluginBase::Converter),
        "header.converter" => Validator::Implements(PluginBase::HeaderConverter),
        "plugin.discovery" => Validator::Rule(check_discovery),
        "metrics.sample.window.ms" => Validator::at_least(0),
        "metrics.num.samples" | "connector.monitor.interval.ms" | "plugin.upload.max.bytes" => {
            Validator::at_least(1)
        }
        "metrics.recording.level" => Validator::one_of(&["INFO", "DEBUG"]),
        "listeners" => Validator::Rule(check_listeners),
        "rest.advertised.port" => Validator::Rule(check_port),
        "response.http.headers.config" => Validator::Rule(check_header_rules),
        "ssl.client.auth" => Validator::one_of(&["required", "requested", "none"]),
        _ => return None,
    })
}

/// COMPAT: the plugin scan of a JVM worker reads the key before the configuration is parsed, and
/// has a text of its own (Plugins.java).
fn check_discovery(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    const MODES: [&str; 4] = ["only_scan", "hybrid_warn", "hybrid_fail", "service_load"];
    let known = value
        .as_text()
        .is_some_and(|text| MODES.iter().any(|mode| mode.eq_ignore_ascii_case(text)));
    if known {
        return Ok(());
    }
    Err(ConfigError::rule(
        key,
        format!(
            "Invalid plugin.discovery value, must be one of [{}]",
            MODES.join(", ")
        ),
    ))
}

fn check_listeners(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    let urls = value.as_list().unwrap_or(&[]);
    if urls.is_empty() {
        return Err(ConfigError::rule(
            key,
            "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.",
        ));
    }
    if urls.iter().any(|url| url.trim().is_empty()) {
        return Err(ConfigError::rule(
            key,
            "Empty URL found when parsing listeners list.",
        ));
    }
    Ok(())
}

/// Kafka takes any number and then advertises an address that nobody can reach.
fn check_port(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_integer() {
        Some(port) if u16::try_from(port).is_err() => Err(ConfigError::invalid(
            key,
            value,
            "Value must be between 0 and 65535",
        )),
        _ => Ok(()),
    }
}

fn check_header_rules(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    let text = value.as_text().unwrap_or("");
    match parse_header_rules(text) {
        Ok(_) => Ok(()),
        Err(message) => Err(ConfigError::rule(key, message)),
    }
}

fn define(rows: impl Iterator<Item = ConfigKey>) -> ConfigDef {
    ConfigDef::new(rows).expect("the worker's definition is constant and tested")
}

static WORKER_DEF: LazyLock<ConfigDef> = LazyLock::new(|| define(worker_keys()));

static STANDALONE_DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let file: Row = (
        "offset.storage.file.filename",
        ConfigType::String,
        REQUIRED,
        Importance::High,
        "File that source offsets are stored in.",
    );
    define(worker_keys().chain([key(&file)]))
});

fn worker_keys() -> impl Iterator<Item = ConfigKey> {
    let rows = WORKER.iter().chain(&SSL).chain(&REST).chain(&OURS);
    rows.map(key).chain(sandbox::keys())
}

/// The keys that workers of all modes have.
pub fn worker_def() -> &'static ConfigDef {
    &WORKER_DEF
}

/// The keys of a standalone worker.
pub fn standalone_def() -> &'static ConfigDef {
    &STANDALONE_DEF
}

/// Whether a worker key is for Kafka clients, so that it is handed on to them.
pub(in crate::config) fn is_client_key(name: &str) -> bool {
    const SHARED: [&str; 6] = [
        "bootstrap.servers",
        "client.dns.lookup",
        "metrics.sample.window.ms",
        "metrics.num.samples",
        "metrics.recording.level",
        "metric.reporters",
    ];
    const CLIENT_PREFIXES: [&str; 17] = [
        "sasl.",
        "ssl.",
        "security.",
        "client.id",
        "metadata.",
        "send.buffer.bytes",
        "receive.buffer.bytes",
        "reconnect.backoff.",
        "socket.connection.setup.",
        "retry.backoff.",
        "request.timeout.ms",
        "connections.max.idle.ms",
        "default.api.timeout.ms",
        "retries",
        "auto.include.jmx.reporter",
        "enable.metrics.push",
        "bootstrap.controllers",
    ];
    // The certificate of REST clients is the server's affair.
    name != "ssl.client.auth"
        && (SHARED.contains(&name)
            || CLIENT_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix)))
}

/// The keys of a configuration that nothing reads.
pub(super) fn unknown_keys(def: &ConfigDef, config: &ConfigMap) -> super::UnknownKeys {
    let known = |name: &str| {
        def.key(name).is_some()
            || KNOWN_ELSEWHERE
                .iter()
                .any(|prefix| name.starts_with(prefix))
    };
    super::UnknownKeys(config.keys().filter(|name| !known(name)).cloned().collect())
}
