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

use super::sandbox;
use ConfigType::{Boolean, Class, Int, List, Long, Password, String as Text};
use Importance::{High, Low, Medium};

/// Name, type, default (`-` required, `~` null), importance, documentation.
type Row = (
    &'static str,
    ConfigType,
    &'static str,
    Importance,
    &'static str,
);

const REQUIRED: &str = "-";
const NULL: &str = "~";

/// Kafka Connect's own keys, in Kafka's order.
const WORKER: [Row; 20] = [
    (
        "bootstrap.servers",
        List,
        REQUIRED,
        High,
        "Brokers to find the Kafka cluster by, as host:port.",
    ),
    (
        "client.dns.lookup",
        Text,
        "use_all_dns_ips",
        Medium,
        "How host names of brokers are looked up.",
    ),
    (
        "key.converter",
        Class,
        REQUIRED,
        High,
        "Converter of record keys, for connectors that do not name one. key.converter.<k> are its settings.",
    ),
    (
        "key.converter.plugin.version",
        Text,
        NULL,
        Low,
        "Version of the key converter.",
    ),
    (
        "value.converter",
        Class,
        REQUIRED,
        High,
        "Converter of record values, for connectors that do not name one. value.converter.<k> are its settings.",
    ),
    (
        "value.converter.plugin.version",
        Text,
        NULL,
        Low,
        "Version of the value converter.",
    ),
    (
        "task.shutdown.graceful.timeout.ms",
        Long,
        "5000",
        Low,
        "Time in which all tasks together may stop before they are given up.",
    ),
    (
        "offset.flush.interval.ms",
        Long,
        "60000",
        Low,
        "How often tasks commit their offsets.",
    ),
    (
        "offset.flush.timeout.ms",
        Long,
        "5000",
        Low,
        "How long storing source offsets may take before it is cancelled and tried again later.",
    ),
    (
        "plugin.path",
        List,
        NULL,
        Low,
        "Folders and .wasm files in which plugins are looked for.",
    ),
    (
        "plugin.discovery",
        Text,
        "hybrid_warn",
        Low,
        "How a JVM worker finds plugins; has no effect here.",
    ),
    (
        "metrics.sample.window.ms",
        Long,
        "30000",
        Low,
        "Length of the windows that metrics are computed over.",
    ),
    (
        "metrics.num.samples",
        Int,
        "2",
        Low,
        "Windows that metrics are computed over.",
    ),
    (
        "metrics.recording.level",
        Text,
        "INFO",
        Low,
        "The highest level of metrics to record.",
    ),
    (
        "metric.reporters",
        List,
        "org.apache.kafka.common.metrics.JmxReporter",
        Low,
        "Classes that a JVM worker reports metrics to; has no effect here.",
    ),
    (
        "header.converter",
        Class,
        "org.apache.kafka.connect.storage.SimpleHeaderConverter",
        Low,
        "Converter of record headers, for connectors that do not name one. header.converter.<k> are its settings.",
    ),
    (
        "header.converter.plugin.version",
        Text,
        NULL,
        Low,
        "Version of the header converter.",
    ),
    (
        "config.providers",
        List,
        "",
        Low,
        "Aliases of config providers; config.providers.<alias>.class and config.providers.<alias>.param.<k> describe each.",
    ),
    (
        "connector.client.config.override.policy",
        Text,
        "All",
        Medium,
        "Which client settings connectors may override: All, Allowlist, None or Principal.",
    ),
    (
        "topic.creation.enable",
        Boolean,
        "true",
        Low,
        "Whether topics of source connectors with topic.creation.* are created by the worker.",
    ),
];

const SSL: [Row; 19] = [
    ("ssl.protocol", Text, "TLSv1.3", Medium, "TLS protocol."),
    (
        "ssl.provider",
        Text,
        NULL,
        Medium,
        "Security provider of a JVM; has no effect here.",
    ),
    (
        "ssl.cipher.suites",
        List,
        "",
        Low,
        "Cipher suites; all that are available when empty.",
    ),
    (
        "ssl.enabled.protocols",
        List,
        "TLSv1.2,TLSv1.3",
        Medium,
        "TLS versions that may be used.",
    ),
    (
        "ssl.keystore.type",
        Text,
        "JKS",
        Medium,
        "Format of the key store: JKS, PKCS12 or PEM.",
    ),
    (
        "ssl.keystore.location",
        Text,
        NULL,
        High,
        "File with key and certificates.",
    ),
    (
        "ssl.keystore.password",
        Password,
        NULL,
        High,
        "Password of the key store.",
    ),
    (
        "ssl.key.password",
        Password,
        NULL,
        High,
        "Password of the key.",
    ),
    (
        "ssl.keystore.key",
        Password,
        NULL,
        High,
        "The key itself, in PEM.",
    ),
    (
        "ssl.keystore.certificate.chain",
        Password,
        NULL,
        High,
        "The certificates themselves, in PEM.",
    ),
    (
        "ssl.truststore.certificates",
        Password,
        NULL,
        High,
        "Trusted certificates themselves, in PEM.",
    ),
    (
        "ssl.truststore.type",
        Text,
        "JKS",
        Medium,
        "Format of the trust store: JKS, PKCS12 or PEM.",
    ),
    (
        "ssl.truststore.location",
        Text,
        NULL,
        High,
        "File with trusted certificates.",
    ),
    (
        "ssl.truststore.password",
        Password,
        NULL,
        High,
        "Password of the trust store.",
    ),
    (
        "ssl.keymanager.algorithm",
        Text,
        "SunX509",
        Low,
        "Key manager of a JVM; has no effect here.",
    ),
    (
        "ssl.trustmanager.algorithm",
        Text,
        "PKIX",
        Low,
        "Trust manager of a JVM; has no effect here.",
    ),
    (
        "ssl.endpoint.identification.algorithm",
        Text,
        "https",
        Low,
        "How the host name is checked against a certificate; empty for not at all.",
    ),
    (
        "ssl.secure.random.implementation",
        Text,
        NULL,
        Low,
        "Random numbers of a JVM; has no effect here.",
    ),
    (
        "ssl.engine.factory.class",
        Class,
        NULL,
        Low,
        "TLS engine of a JVM; has no effect here.",
    ),
];

const REST: [Row; 12] = [
    (
        "topic.tracking.enable",
        Boolean,
        "true",
        Low,
        "Whether the topics that connectors use are recorded.",
    ),
    (
        "topic.tracking.allow.reset",
        Boolean,
        "true",
        Low,
        "Whether the record of topics can be reset over REST.",
    ),
    (
        "listeners",
        List,
        "http://:8083",
        Low,
        "URLs that the REST API listens on, as protocol://host:port. Without host, on all interfaces.",
    ),
    (
        "rest.advertised.host.name",
        Text,
        NULL,
        Low,
        "Host name that others are told.",
    ),
    (
        "rest.advertised.port",
        Int,
        NULL,
        Low,
        "Port that others are told.",
    ),
    (
        "rest.advertised.listener",
        Text,
        NULL,
        Low,
        "Protocol of the listener that others are told, http or https.",
    ),
    (
        "access.control.allow.origin",
        Text,
        "",
        Low,
        "Origins that browsers may use the REST API from; none when empty.",
    ),
    (
        "access.control.allow.methods",
        Text,
        "",
        Low,
        "Methods that other origins may use; GET, POST and HEAD when empty.",
    ),
    (
        "response.http.headers.config",
        Text,
        "",
        Low,
        "Headers for all responses, as [action] [name]:[value], separated by commas.",
    ),
    (
        "ssl.client.auth",
        Text,
        "none",
        Low,
        "Whether clients of the REST API must show a certificate: required, requested or none.",
    ),
    (
        "rest.extension.classes",
        List,
        "",
        Low,
        "REST extensions of a JVM worker.",
    ),
    (
        "admin.listeners",
        List,
        NULL,
        Low,
        "URLs for the admin resources; the main listeners when not set, nowhere when empty.",
    ),
];

/// Ours, beside `sandbox.*`.
const OURS: [Row; 3] = [
    (
        "plugin.cache.dir",
        Text,
        NULL,
        Low,
        "Folder in which compiled plugins are kept; in the user's cache folder when not set.",
    ),
    (
        "connector.monitor.interval.ms",
        Long,
        "1000",
        Low,
        "How often connectors are asked to look for changes that need other task configurations.",
    ),
    (
        "connector.client.config.override.allowlist",
        List,
        "",
        Medium,
        "Client settings that connectors may override under the policy Allowlist.",
    ),
];

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
        "metrics.num.samples" | "connector.monitor.interval.ms" => Validator::at_least(1),
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
        Text,
        REQUIRED,
        High,
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
