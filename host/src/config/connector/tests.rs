//! Texts and attributes were recorded from SourceConnectorConfig and SinkConnectorConfig of Apache
//! Kafka 4.3.1.

use super::*;
use crate::config::def::{AnyClass, ConfigDef};

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    [("name", "c"), ("connector.class", "X")]
        .iter()
        .chain(pairs)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn check_rows(def: &ConfigDef, skipped: usize, expected: &[&str]) {
    let rows: Vec<String> = def
        .keys()
        .skip(skipped)
        .map(|key| {
            let group = key.group.as_deref().unwrap_or("null");
            let default = def
                .default_of(&key.name)
                .map_or("REQUIRED".to_owned(), ToString::to_string);
            let (kind, importance, width) =
                (key.config_type, key.importance.name(), key.width.name());
            let (order, display) = (key.order_in_group, &key.display_name);
            format!(
                "{}|{kind}|{default}|{importance}|{group}|{order}|{width}|{display}",
                key.name
            )
        })
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn keys_are_those_of_kafka() {
    check_rows(
        connector_def(),
        0,
        &[
            "name|STRING|REQUIRED|HIGH|Common|1|MEDIUM|Connector name",
            "connector.class|STRING|REQUIRED|HIGH|Common|2|LONG|Connector class",
            "connector.plugin.version|STRING|null|MEDIUM|Common|3|MEDIUM|Connector version",
            "tasks.max|INT|1|HIGH|Common|4|SHORT|Tasks max",
            "tasks.max.enforce|BOOLEAN|true|LOW|Common|5|SHORT|Enforce tasks max",
            "key.converter|CLASS|null|LOW|Common|6|SHORT|Key converter class",
            "key.converter.plugin.version|STRING|null|LOW|Common|7|SHORT|Key converter version",
            "value.converter|CLASS|null|LOW|Common|8|SHORT|Value converter class",
            "value.converter.plugin.version|STRING|null|LOW|Common|9|SHORT|Value converter version",
            "header.converter|CLASS|null|LOW|Common|10|SHORT|Header converter class",
            "header.converter.plugin.version|STRING|null|LOW|Common|11|SHORT|Header converter version",
            "transforms|LIST|[]|LOW|Transforms|12|LONG|Transforms",
            "predicates|LIST|[]|LOW|Predicates|13|LONG|Predicates",
            "config.action.reload|STRING|restart|LOW|Common|14|MEDIUM|Reload Action",
            "errors.retry.timeout|LONG|0|MEDIUM|Error Handling|1|MEDIUM|Retry Timeout for Errors",
            "errors.retry.delay.max.ms|LONG|60000|MEDIUM|Error Handling|2|MEDIUM|Maximum Delay Between Retries for Errors",
            "errors.tolerance|STRING|none|MEDIUM|Error Handling|3|SHORT|Error Tolerance",
            "errors.log.enable|BOOLEAN|false|MEDIUM|Error Handling|4|SHORT|Log Errors",
            "errors.log.include.messages|BOOLEAN|false|MEDIUM|Error Handling|5|SHORT|Log Error Details",
        ],
    );
    check_rows(
        source_def(),
        19,
        &[
            "topic.creation.groups|LIST|[]|LOW|Topic Creation|1|LONG|Topic Creation Groups",
            "exactly.once.support|STRING|requested|MEDIUM|Exactly Once Support|2|SHORT|Exactly once support",
            "transaction.boundary|STRING|poll|MEDIUM|Exactly Once Support|3|SHORT|Transaction Boundary",
            "transaction.boundary.interval.ms|LONG|null|LOW|Exactly Once Support|4|SHORT|Transaction boundary interval",
            "offsets.storage.topic|STRING|null|LOW|offsets.topic|1|LONG|Offsets topic",
        ],
    );
    check_rows(
        sink_def(),
        19,
        &[
            "topics|LIST|[]|HIGH|Common|4|LONG|Topics",
            "topics.regex|STRING||HIGH|Common|4|LONG|Topics regex",
            "errors.deadletterqueue.topic.name|STRING||MEDIUM|Error Handling|6|MEDIUM|Dead Letter Queue Topic Name",
            "errors.deadletterqueue.topic.replication.factor|SHORT|3|MEDIUM|Error Handling|7|MEDIUM|Dead Letter Queue Topic Replication Factor",
            "errors.deadletterqueue.context.headers.enable|BOOLEAN|false|MEDIUM|Error Handling|8|MEDIUM|Enable Error Context Headers",
        ],
    );
}

fn check_errors(def: &ConfigDef, key: &str, value: &str, expected: &[&str]) {
    let validations = def.validate(&config(&[(key, value)]));
    let errors: Vec<String> = validations.into_iter().flat_map(|one| one.errors).collect();
    assert_eq!(errors, expected, "{key}={value}");
}

/// Key, value and messages.
const WRONG_FOR_SOURCE: &[(&str, &str, &[&str])] = &[
    (
        "tasks.max",
        "x",
        &[
            "Invalid value x for configuration tasks.max: Not a number of type INT",
            "Invalid value null for configuration tasks.max: Value must be non-null",
        ],
    ),
    (
        "tasks.max",
        "0",
        &["Invalid value 0 for configuration tasks.max: Value must be at least 1"],
    ),
    (
        "name",
        "",
        &["Invalid value  for configuration name: String may not be empty"],
    ),
    (
        "transforms",
        "a,a",
        &["Invalid value [a, a] for configuration transforms: Duplicate alias provided."],
    ),
    (
        "errors.tolerance",
        "ALL",
        &["Invalid value ALL for configuration errors.tolerance: String must be one of: none, all"],
    ),
    (
        "exactly.once.support",
        "x",
        &[
            "Invalid value x for configuration exactly.once.support: String must be one of (case insensitive): REQUIRED, REQUESTED",
        ],
    ),
    ("exactly.once.support", "ReqUired", &[]),
    (
        "transaction.boundary",
        "x",
        &[
            "Invalid value x for configuration transaction.boundary: String must be one of (case insensitive): INTERVAL, POLL, CONNECTOR",
        ],
    ),
    (
        "transaction.boundary.interval.ms",
        "-1",
        &[
            "Invalid value -1 for configuration transaction.boundary.interval.ms: Value must be at least 0",
        ],
    ),
    (
        "transaction.boundary.interval.ms",
        "x",
        &[
            "Invalid value x for configuration transaction.boundary.interval.ms: Not a number of type LONG",
        ],
    ),
    (
        "offsets.storage.topic",
        " ",
        &["Invalid value  for configuration offsets.storage.topic: String must be non-empty"],
    ),
    (
        "config.action.reload",
        "x",
        &[
            "Invalid value x for configuration config.action.reload: String must be one of: none, restart",
        ],
    ),
    (
        "topic.creation.groups",
        "a,,a",
        &[
            "Invalid value [a, , a] for configuration topic.creation.groups: Duplicate alias provided.",
        ],
    ),
];

const WRONG_FOR_SINK: &[(&str, &str, &[&str])] = &[
    (
        "topics",
        "a,a",
        &["Configuration 'topics' values must not be duplicated."],
    ),
    (
        "topics",
        "a,",
        &["Configuration 'topics' values must not be empty."],
    ),
    (
        "topics.regex",
        "(",
        &[
            "Invalid value ( for configuration topics.regex: Invalid regex: Unclosed group near index 1\n(",
        ],
    ),
    (
        "errors.deadletterqueue.topic.replication.factor",
        "70000",
        &[
            "Invalid value 70000 for configuration errors.deadletterqueue.topic.replication.factor: Not a number of type SHORT",
        ],
    ),
];

#[test]
fn wrong_values_are_told_as_by_kafka() {
    for (key, value, expected) in WRONG_FOR_SOURCE {
        check_errors(source_def(), key, value, expected);
    }
    for (key, value, expected) in WRONG_FOR_SINK {
        check_errors(sink_def(), key, value, expected);
    }
}

#[test]
fn typed() {
    let config = ConnectorConfig::new(&config(&[
        ("tasks.max", "3"),
        ("tasks.max.enforce", "false"),
        ("errors.tolerance", "all"),
        ("errors.retry.timeout", "-1"),
        ("config.action.reload", "none"),
        ("producer.override.linger.ms", "5"),
    ]))
    .unwrap();
    assert_eq!(
        (config.name.as_str(), config.connector_class.as_str()),
        ("c", "X")
    );
    assert_eq!((config.tasks_max, config.tasks_max_enforce), (3, false));
    assert_eq!(
        (config.errors.tolerance, config.errors.retry_timeout_ms),
        (Tolerance::All, -1)
    );
    assert_eq!(config.reload_action, ReloadAction::None);
    assert_eq!(config.client_overrides(PRODUCER_OVERRIDE)["linger.ms"], "5");
    let error = ConnectorConfig::new(&ConfigMap::new())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "Missing required configuration \"name\" which has no default value."
    );
}

#[test]
fn settings_of_a_converter_count_only_with_its_class() {
    let worker: ConfigMap = [
        ("bootstrap.servers", "b:1"),
        ("key.converter", "WorkerKey"),
        ("key.converter.a", "worker"),
        ("value.converter", "WorkerValue"),
        ("value.converter.a", "worker"),
        ("offset.storage.file.filename", "f"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    let (worker, _) = WorkerConfig::standalone(worker, &AnyClass).unwrap();
    let connector = ConnectorConfig::new(&config(&[
        ("key.converter.a", "connector"),
        ("value.converter", "Own"),
        ("value.converter.b", "connector"),
    ]))
    .unwrap();
    let key = connector.key_converter_in(&worker);
    assert_eq!(
        (key.class.as_str(), key.settings["a"].as_str()),
        ("WorkerKey", "worker")
    );
    let value = connector.value_converter_in(&worker);
    assert_eq!(value.class, "Own");
    assert_eq!(
        value.settings,
        ConfigMap::from([("b".to_owned(), "connector".to_owned())])
    );
    let header = connector.header_converter_in(&worker);
    assert_eq!(
        header.class,
        "org.apache.kafka.connect.storage.SimpleHeaderConverter"
    );
}
