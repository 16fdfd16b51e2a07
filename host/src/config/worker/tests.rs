//! Texts were recorded from StandaloneConfig of Apache Kafka 4.3.1, where it has the key.

use super::*;
use crate::config::def::{AnyClass, PluginBase};
use crate::config::listener::Scheme;
use crate::config::net_rule::NetRule;

struct Classes;

impl ClassResolver for Classes {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        (name != "nope").then(|| name.to_owned())
    }

    fn refusal(&self, base: PluginBase, class: &str) -> Option<String> {
        (base == PluginBase::Converter && class.contains("SimpleHeader"))
            .then(|| format!("Class class {class} does not implement the Converter interface"))
    }
}

fn config(changes: &[(&str, Option<&str>)]) -> ConfigMap {
    let mut config: ConfigMap = [
        ("bootstrap.servers", "localhost:9092"),
        ("key.converter", "a.StringConverter"),
        ("value.converter", "a.JsonConverter"),
        ("offset.storage.file.filename", "/tmp/connect.offsets"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    for (key, value) in changes {
        match value {
            Some(value) => config.insert((*key).to_owned(), (*value).to_owned()),
            None => config.shift_remove(*key),
        };
    }
    config
}

fn parse(changes: &[(&str, Option<&str>)]) -> Result<WorkerConfig, WorkerConfigError> {
    WorkerConfig::standalone(config(changes), &Classes).map(|(config, _)| config)
}

fn check_error(key: &str, value: Option<&str>, expected: &str) {
    assert_eq!(parse(&[(key, value)]).unwrap_err().to_string(), expected);
}

#[test]
fn defaults() {
    let (config, unknown) = WorkerConfig::standalone(config(&[]), &AnyClass).unwrap();
    assert_eq!(unknown.warning(), None);
    assert_eq!(config.bootstrap_servers, ["localhost:9092"]);
    assert_eq!(config.offset_flush_interval, Duration::from_secs(60));
    assert_eq!(config.offset_flush_timeout, Duration::from_secs(5));
    assert_eq!(
        config.task_shutdown_graceful_timeout,
        Duration::from_secs(5)
    );
    assert_eq!(
        config.header_converter.class,
        "org.apache.kafka.connect.storage.SimpleHeaderConverter"
    );
    assert_eq!(config.rest.listeners.len(), 1);
    assert_eq!(config.rest.listeners[0].port, 8083);
    assert_eq!(config.rest.admin_listeners, AdminListeners::Main);
    assert_eq!(config.override_policy, OverridePolicy::All);
    assert!(
        config.topic_creation_enable
            && config.topic_tracking_enable
            && config.topic_tracking_allow_reset
    );
    assert!(config.plugin_path.is_empty() && config.plugin_cache_dir.is_none());
    assert_eq!(config.connector_monitor_interval, Duration::from_secs(10));
    assert!(config.sandbox.fs_allow.is_empty() && !config.sandbox.stdio_allow);
    assert_eq!(config.sandbox.net_allow, [NetRule::parse("*").unwrap()]);
    assert_eq!(config.sandbox.memory_max_bytes, 512 << 20);
    assert_eq!(config.sandbox.stop_timeout, Duration::from_secs(10));
}

#[test]
fn values() {
    let config = parse(&[
        ("bootstrap.servers", Some("a:1, b:2,a:1")),
        ("key.converter.schemas.enable", Some("false")),
        ("listeners", Some("http://:0,HTTPS://h:2")),
        ("admin.listeners", Some("")),
        ("rest.advertised.listener", Some("HTTPS")),
        ("plugin.path", Some("/a,/b")),
        ("connector.client.config.override.policy", Some("Principal")),
        ("sandbox.fs.allow", Some("/data, /tmp/x")),
        ("sandbox.stdio.allow", Some("true")),
        ("sandbox.call.timeout.ms", Some(" 12 ")),
        ("offset.flush.interval.ms", Some("-5")),
    ])
    .unwrap();
    assert_eq!(config.bootstrap_servers, ["a:1", "b:2"]);
    assert_eq!(config.key_converter.settings["schemas.enable"], "false");
    assert!(config.value_converter.settings.is_empty());
    assert_eq!(config.rest.listeners[1].scheme, Scheme::Https);
    assert_eq!(config.rest.admin_listeners, AdminListeners::Disabled);
    assert_eq!(config.rest.advertised.protocol.as_deref(), Some("https"));
    assert_eq!(
        config.plugin_path,
        [PathBuf::from("/a"), PathBuf::from("/b")]
    );
    assert_eq!(config.override_policy, OverridePolicy::Principal);
    assert_eq!(
        config.sandbox.fs_allow,
        [PathBuf::from("/data"), PathBuf::from("/tmp/x")]
    );
    assert!(config.sandbox.stdio_allow);
    assert_eq!(config.sandbox.call_timeout, Duration::from_millis(12));
    assert_eq!(config.offset_flush_interval, Duration::ZERO);
    assert_eq!(config.raw()["bootstrap.servers"], "a:1, b:2,a:1");
}

/// Key, value and message.
const WRONG_VALUES: &[(&str, &str, &str)] = &[
    (
        "key.converter",
        "nope",
        "Invalid value nope for configuration key.converter: Class nope could not be found.",
    ),
    (
        "value.converter",
        "x.SimpleHeaderConverter",
        "Class class x.SimpleHeaderConverter does not implement the Converter interface",
    ),
    (
        "bootstrap.servers",
        "",
        "Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value",
    ),
    (
        "bootstrap.servers",
        "a:1,,b:2",
        "Configuration 'bootstrap.servers' values must not be empty.",
    ),
    (
        "offset.flush.interval.ms",
        "x",
        "Invalid value x for configuration offset.flush.interval.ms: Not a number of type LONG",
    ),
    (
        "offset.flush.interval.ms",
        "1.5",
        "Invalid value 1.5 for configuration offset.flush.interval.ms: Not a number of type LONG",
    ),
    (
        "listeners",
        "",
        "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.",
    ),
    (
        "listeners",
        "http://a:1,,",
        "Empty URL found when parsing listeners list.",
    ),
    (
        "listeners",
        "foo",
        "Listener doesn't have the right format (protocol://hostname:port). Found: 'foo' (configuration listeners)",
    ),
    (
        "admin.listeners",
        "http://a:1,",
        "Configuration 'admin.listeners' values must not be empty.",
    ),
    (
        "plugin.path",
        "",
        "Configuration 'plugin.path' must not be empty. Valid values include: any non-empty value",
    ),
    (
        "metrics.recording.level",
        "x",
        "Invalid value x for configuration metrics.recording.level: String must be one of: INFO, DEBUG",
    ),
    (
        "metrics.num.samples",
        "0",
        "Invalid value 0 for configuration metrics.num.samples: Value must be at least 1",
    ),
    (
        "topic.creation.enable",
        "yes",
        "Invalid value yes for configuration topic.creation.enable: Expected value to be either true or false",
    ),
    (
        "rest.advertised.port",
        "80x",
        "Invalid value 80x for configuration rest.advertised.port: Not a number of type INT",
    ),
    (
        "rest.advertised.port",
        "70000",
        "Invalid value 70000 for configuration rest.advertised.port: Value must be between 0 and 65535",
    ),
    (
        "response.http.headers.config",
        "foo bar:1",
        "Invalid header config action: 'foo'. Expected one of [set, add, setDate, addDate]",
    ),
    (
        "plugin.discovery",
        "x",
        "Invalid plugin.discovery value, must be one of [only_scan, hybrid_warn, hybrid_fail, service_load]",
    ),
    (
        "connector.client.config.override.policy",
        "Foo",
        "Failed to find any class that implements interface org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy and which name matches Foo, available policies are: All, Allowlist, None, Principal",
    ),
    (
        "sandbox.memory.max.bytes",
        "0",
        "Invalid value 0 for configuration sandbox.memory.max.bytes: Value must be at least 1",
    ),
    (
        "sandbox.fs.allow",
        "/a,",
        "Configuration 'sandbox.fs.allow' values must not be empty.",
    ),
];

#[test]
fn wrong_values_are_told_as_by_kafka() {
    let missing =
        |key: &str| format!("Missing required configuration \"{key}\" which has no default value.");
    for key in [
        "bootstrap.servers",
        "key.converter",
        "value.converter",
        "offset.storage.file.filename",
    ] {
        check_error(key, None, &missing(key));
    }
    for (key, value, expected) in WRONG_VALUES {
        check_error(key, Some(value), expected);
    }
}

#[test]
fn unknown_keys_are_named_in_one_warning() {
    let config = config(&[
        ("offset.flush.intervall.ms", Some("1")),
        ("producer.linger.ms", Some("1")),
        ("key.converter.schemas.enable", Some("true")),
        ("sasl.mechanism", Some("PLAIN")),
        ("group.id", Some("x")),
    ]);
    let (_, unknown) = WorkerConfig::standalone(config, &AnyClass).unwrap();
    assert_eq!(
        unknown.warning().unwrap(),
        "These worker configurations are not known and have no effect: offset.flush.intervall.ms, group.id"
    );
}

#[test]
fn override_policies() {
    let policy = |name: &str, allowed: &[String]| OverridePolicy::parse(name, allowed).unwrap();
    assert!(policy("All", &[]).allows("x"));
    assert!(!policy("NoneConnectorClientConfigOverridePolicy", &[]).allows("x"));
    assert!(
        policy("a.b.PrincipalConnectorClientConfigOverridePolicy", &[]).allows("sasl.jaas.config")
    );
    let allowlist = policy("Allowlist", &["linger.ms".to_owned()]);
    assert!(allowlist.allows("linger.ms") && !allowlist.allows("acks"));
    assert_eq!(
        allowlist.violation("acks"),
        "The 'Allowlist' policy does not allow 'acks' to be overridden in the connector configuration."
    );
}
