//! Settings that connectors give to their Kafka clients: which are allowed, and that they arrive. What is
//! expected, the JVM worker does: `CONNECT_TEST_WORKER=jvm` shows it.

use std::path::Path;

use connect_harness::{ConnectorFile, ScratchDir, TopicRecord, eventually};
use serde_json::json;

use crate::setup::{SOON, await_lines, file_sink, file_source_with, topics, unique, worker};
use crate::topic_creation::{exceptions, trace};

/// A FileStream sink with one more setting.
fn sink_with(name: &str, file: &Path, topic: &str, setting: (&str, &str)) -> ConnectorFile {
    let mut connector = file_sink(name, file, topic);
    let (key, value) = setting;
    connector.content.push_str(&format!("{key}={value}\n"));
    connector
}

/// A policy with its further worker setting; the overrides of a connector; which of them are refused.
type Case = (
    &'static str,
    Option<(&'static str, &'static str)>,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

const CASES: [Case; 4] = [
    (
        "All",
        None,
        &[
            ("producer.override.linger.ms", "1"),
            ("producer.override.unheard.of", "x"),
        ],
        &[],
    ),
    (
        "None",
        None,
        &[
            ("producer.override.linger.ms", "1"),
            // Sources have no consumers, nor admin clients without topics to make.
            ("consumer.override.max.poll.records", "1"),
            ("admin.override.retries", "1"),
        ],
        &["linger.ms"],
    ),
    (
        "Principal",
        None,
        &[
            ("producer.override.security.protocol", "PLAINTEXT"),
            ("producer.override.sasl.mechanism", "PLAIN"),
            ("producer.override.batch.size", "1"),
        ],
        &["batch.size"],
    ),
    (
        "Allowlist",
        Some((
            "connector.client.config.override.allowlist",
            "linger.ms, acks",
        )),
        &[
            ("producer.override.linger.ms", "1"),
            ("producer.override.acks", "1"),
            ("producer.override.unheard.of", "x"),
            ("topic.creation.default.partitions", "1"),
            ("topic.creation.default.replication.factor", "1"),
            ("admin.override.retries", "1"),
        ],
        &["unheard.of", "retries"],
    ),
];

#[test]
fn the_policy_decides_what_a_connector_may_set() {
    for (policy, setting, overrides, refused) in CASES {
        let dir = ScratchDir::new("override-policy");
        let mut spec = worker(dir.path())
            .set("connector.client.config.override.policy", policy)
            .set("sandbox.fs.allow", dir.path().display().to_string());
        if let Some((key, value)) = setting {
            spec = spec.set(key, value);
        }
        let mut started = spec.start();
        let topic = unique("override-policy");
        topics().create(&topic, 1);
        let mut config = json!({
            "connector.class": "FileStreamSource",
            "file": dir.write("lines.txt", "one\n").display().to_string(),
            "topic": topic,
        });
        for (key, value) in overrides {
            config[*key] = json!(value);
        }
        let body = json!({"name": "c", "config": config});
        let answer = started.rest().post("/connectors", Some(&body));
        if refused.is_empty() {
            answer.expect(201);
            topics().await_count(&topic, 1, SOON);
        } else {
            let answer = answer.expect(400).json();
            let message = answer["message"].as_str().unwrap_or_default();
            let mut lines: Vec<&str> = message.lines().collect();
            let first = format!(
                "Connector configuration is invalid and contains the following {} error(s):",
                refused.len()
            );
            assert_eq!(lines.remove(0), first);
            lines.pop();
            let expected: Vec<String> = refused
                .iter()
                .map(|key| {
                    format!(
                        "The '{policy}' policy does not allow '{key}' to be overridden in the connector configuration."
                    )
                })
                .collect();
            assert_eq!(lines, expected);
        }
        started.stop_cleanly();
    }
}

#[test]
fn a_producer_has_the_settings_of_its_connector_alone() {
    let dir = ScratchDir::new("override-producer");
    let lines = dir.write("lines.txt", format!("{}\n", "x".repeat(2000)));
    let (small, normal) = (unique("override-small"), unique("override-normal"));
    topics().create(&small, 1);
    topics().create(&normal, 1);
    let limit = [("producer.override.max.request.size", "1000")];
    let mut started = worker(dir.path())
        .connector(file_source_with(&small, &lines, &small, &limit))
        .connector(file_source_with(&normal, &lines, &normal, &[]))
        .start();
    let trace = trace(started.rest(), &small);
    assert!(trace.contains("RecordTooLargeException"), "{trace}");
    assert!(trace.contains("max.request.size"), "{trace}");
    topics().await_count(&normal, 1, SOON);
    started.stop_cleanly();
}

#[test]
fn a_consumer_has_the_group_that_its_connector_names() {
    let dir = ScratchDir::new("override-consumer");
    let (topic, group, output) = (
        unique("override-group"),
        unique("own-group"),
        dir.join("out"),
    );
    topics().create(&topic, 1);
    topics().write(
        &topic,
        &[TopicRecord::of_value("one"), TopicRecord::of_value("two")],
    );
    let sink = sink_with(
        &topic,
        &output,
        &topic,
        ("consumer.override.group.id", &group),
    );
    let mut started = worker(dir.path()).connector(sink).start();
    await_lines(&output, 2, SOON);
    eventually("the offset is committed", SOON, || {
        match topics().committed(&group, &topic) {
            Ok(found) if found == [(0, 2)] => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    let offsets = started.rest().get(&format!("/connectors/{topic}/offsets"));
    let offsets = offsets.expect(200).json();
    assert_eq!(offsets["offsets"][0]["offset"]["kafka_offset"], json!(2));
    started.stop_cleanly();
    let of_default = topics().committed(&format!("connect-{topic}"), &topic);
    assert_eq!(of_default.expect("the broker answers"), []);
}

/// Override, value, and what the task fails with.
const WRONG_VALUES: [(&str, &str, &str); 5] = [
    (
        "producer.override.acks",
        "some",
        "Invalid value some for configuration acks: String must be one of: all, -1, 0, 1",
    ),
    (
        "producer.override.batch.size",
        "-5",
        "Invalid value -5 for configuration batch.size: Value must be at least 0",
    ),
    (
        "producer.override.compression.type",
        "zip",
        "Invalid value zip for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd",
    ),
    (
        "consumer.override.isolation.level",
        "high",
        "Invalid value high for configuration isolation.level: String must be one of: read_committed, read_uncommitted",
    ),
    (
        "consumer.override.max.poll.records",
        "0",
        "Invalid value 0 for configuration max.poll.records: Value must be at least 1",
    ),
];

#[test]
fn a_client_that_cannot_be_made_fails_its_task_with_the_clients_words() {
    let dir = ScratchDir::new("override-wrong");
    let lines = dir.write("lines.txt", "one\n");
    let topic = unique("override-wrong");
    topics().create(&topic, 1);
    let mut spec = worker(dir.path());
    for (key, value, _) in WRONG_VALUES {
        let connector = if key.starts_with("consumer") {
            sink_with(key, &dir.join("out"), &topic, (key, value))
        } else {
            file_source_with(key, &lines, &topic, &[(key, value)])
        };
        spec = spec.connector(connector);
    }
    let admin = [
        ("topic.creation.default.partitions", "1"),
        ("topic.creation.default.replication.factor", "1"),
        ("admin.override.security.protocol", "NONE"),
    ];
    spec = spec.connector(file_source_with("admin", &lines, &topic, &admin));
    let mut started = spec.start();
    for (key, _, expected) in WRONG_VALUES {
        let trace = trace(started.rest(), key);
        let expected = format!("org.apache.kafka.common.config.ConfigException: {expected}");
        assert_eq!(exceptions(&trace), [expected]);
    }
    let trace = trace(started.rest(), "admin");
    // The JVM lists the protocols in the order of a hash table.
    assert!(
        trace.starts_with("org.apache.kafka.common.config.ConfigException: Invalid value NONE for configuration security.protocol: String must be one of (case insensitive): "),
        "{trace}"
    );
    started.stop_cleanly();
}
