//! The table of a worker's keys. Must not know how they are checked or used.

use crate::config::def::{ConfigType, Importance};

use ConfigType::{Boolean, Class, Int, List, Long, Password, String as Text};
use Importance::{High, Low, Medium};

/// Name, type, default (`-` required, `~` null), importance, documentation.
pub(super) type Row = (
    &'static str,
    ConfigType,
    &'static str,
    Importance,
    &'static str,
);

pub(super) const REQUIRED: &str = "-";
pub(super) const NULL: &str = "~";

/// Kafka Connect's own keys, in Kafka's order.
pub(super) const WORKER: [Row; 20] = [
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

pub(super) const SSL: [Row; 19] = [
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

pub(super) const REST: [Row; 12] = [
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
pub(super) const OURS: [Row; 3] = [
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
