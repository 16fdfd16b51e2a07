//! Topics that the worker makes for source connectors. All but the answer to a wrong group, and the wait for a
//! broker, is what the JVM worker does: `CONNECT_TEST_WORKER=jvm` shows it.

use connect_harness::{
    Broker, ConnectorFile, Duration, Flavor, Rest, ScratchDir, Worker, WorkerSpec, eventually,
    throughout,
};
use serde_json::{Value, json};

use crate::setup::{LATER, SOON, file_source_with, flavor, topics, unique, worker};

const DEFAULTS: [(&str, &str); 2] = [
    ("topic.creation.default.replication.factor", "1"),
    ("topic.creation.default.partitions", "2"),
];

fn source(name: &str, dir: &ScratchDir, topic: &str, settings: &[(&str, &str)]) -> ConnectorFile {
    let lines = dir.write("lines.txt", "one\ntwo\nthree\n");
    file_source_with(name, &lines, topic, settings)
}

/// The trace of a task, once it has failed.
#[track_caller]
pub fn trace(rest: &Rest, connector: &str) -> String {
    let path = format!("/connectors/{connector}/tasks/0/status");
    eventually(&format!("the task of {connector} fails"), SOON, || {
        let status = rest.get(&path);
        let status: Value = serde_json::from_str(&status.body).unwrap_or_default();
        match (status["state"].as_str(), status["trace"].as_str()) {
            (Some("FAILED"), Some(trace)) => Ok(trace.to_owned()),
            _ => Err(status.to_string()),
        }
    })
}

/// The exceptions of a trace, without Java's frames.
pub fn exceptions(trace: &str) -> Vec<&str> {
    let lines = trace.lines().map(str::trim_end);
    lines
        .filter(|line| !line.starts_with('\t') && !line.is_empty())
        .collect()
}

#[test]
fn each_topic_has_the_settings_of_the_first_group_that_takes_it() {
    let dir = ScratchDir::new("topic-groups");
    let groups = [
        ("topic.creation.groups", "kept, wide"),
        ("topic.creation.kept.include", "kept-.*"),
        ("topic.creation.kept.retention.ms", "7200000"),
        ("topic.creation.kept.max.message.bytes", "2000000"),
        ("topic.creation.wide.include", "kept-.*, wide-.*"),
        ("topic.creation.wide.exclude", ".*[0-9]x"),
        ("topic.creation.wide.partitions", "5"),
    ];
    let settings = [DEFAULTS.as_slice(), &groups].concat();
    let names = ["kept", "wide", "other", "there"];
    let topic_of: Vec<String> = names.iter().map(|name| unique(name)).collect();
    let excluded = format!("{}x", topic_of[1]);
    topics().create(&topic_of[3], 7);
    let mut spec = worker(dir.path());
    for topic in topic_of.iter().chain([&excluded]) {
        spec = spec.connector(source(&format!("from-{topic}"), &dir, topic, &settings));
    }
    let mut started = spec.start();
    for topic in topic_of.iter().chain([&excluded]) {
        topics().await_count(topic, 3, SOON);
    }
    let partitions = |topic: &str| topics().partitions(topic).expect("the broker answers");
    assert_eq!(partitions(&topic_of[0]), 2, "kept");
    assert_eq!(partitions(&topic_of[1]), 5, "wide");
    assert_eq!(partitions(&topic_of[2]), 2, "other");
    assert_eq!(partitions(&topic_of[3]), 7, "a topic that was there");
    assert_eq!(partitions(&excluded), 2, "excluded");
    let setting = |topic: &str, key: &str| {
        let found = topics().setting(topic, key).expect("the broker answers");
        found.unwrap_or_default()
    };
    assert_eq!(setting(&topic_of[0], "retention.ms"), "7200000");
    assert_eq!(setting(&topic_of[0], "max.message.bytes"), "2000000");
    assert_ne!(setting(&topic_of[1], "retention.ms"), "7200000");
    started.stop_cleanly();
}

#[test]
fn a_worker_that_may_not_make_topics_leaves_them_to_the_broker() {
    let dir = ScratchDir::new("topics-off");
    let topic = unique("topics-off");
    let settings = [
        (
            "topic.creation.default.partitions",
            "wrong, and not looked at",
        ),
        ("topic.creation.default.replication.factor", "1"),
    ];
    let mut started = worker(dir.path())
        .set("topic.creation.enable", "false")
        .connector(source("off", &dir, &topic, &settings))
        .start();
    topics().await_count(&topic, 3, SOON);
    assert_eq!(topics().partitions(&topic).expect("the broker answers"), 1);
    started.stop_cleanly();
}

#[test]
fn what_the_broker_refuses_is_told_in_its_words() {
    let dir = ScratchDir::new("topics-refused");
    let cases: [(&str, &str, [&str; 2]); 3] = [
        (
            "topic.creation.default.nonsense",
            "x",
            [
                "ConnectException: Unable to create topic(s) 'TOPIC': Unknown topic config name: nonsense",
                "InvalidConfigurationException: Unknown topic config name: nonsense",
            ],
        ),
        (
            "topic.creation.default.retention.ms",
            "soon",
            [
                "ConnectException: Unable to create topic(s) 'TOPIC': Invalid value soon for configuration retention.ms: Not a number of type LONG",
                "InvalidConfigurationException: Invalid value soon for configuration retention.ms: Not a number of type LONG",
            ],
        ),
        (
            "topic.creation.default.replication.factor",
            "3",
            [
                "ConnectException: Unable to create topic(s) 'TOPIC': Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered",
                "InvalidReplicationFactorException: Unable to replicate the partition 3 time(s)",
            ],
        ),
    ];
    let mut spec = worker(dir.path());
    let mut made = Vec::new();
    for (key, value, expected) in cases {
        let topic = unique("refused");
        let mut settings = DEFAULTS.to_vec();
        settings.retain(|(own, _)| *own != key);
        settings.push((key, value));
        spec = spec.connector(source(&topic, &dir, &topic, &settings));
        made.push((topic, expected));
    }
    let mut started = spec.start();
    for (topic, expected) in made {
        let trace = trace(started.rest(), &topic);
        let found = exceptions(&trace);
        assert_eq!(found.len(), 2, "{trace}");
        for (found, expected) in found.iter().zip(expected) {
            let expected = expected.replace("TOPIC", &topic);
            assert!(found.contains(&expected), "{found}\nlacks {expected}");
        }
        assert!(found[0].starts_with("org.apache.kafka.connect.errors.ConnectException"));
        assert!(found[1].starts_with("Caused by: org.apache.kafka.common.errors.Invalid"));
        assert_eq!(topics().partitions(&topic).expect("the broker answers"), 0);
    }
    started.stop_cleanly();
}

#[test]
fn wrong_groups_are_refused_before_the_connector_is_made() {
    let dir = ScratchDir::new("topics-wrong");
    let lines = dir.write("lines.txt", "one\n").display().to_string();
    let mut started = worker(dir.path())
        .set("sandbox.fs.allow", dir.path().display().to_string())
        .start();
    let cases = [
        (
            "topic.creation.default.partitions",
            "0",
            "Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use the broker's default",
        ),
        (
            "topic.creation.kept.include",
            "a,(b",
            "Invalid value [a, (b] for configuration include: Syntax error in regular expression: Unclosed group near index 2\n(b",
        ),
        (
            "topic.creation.kept.partitions",
            "many",
            "Invalid value many for configuration topic.creation.kept.partitions: Not a number of type INT",
        ),
    ];
    for (key, value, expected) in cases {
        let mut config = json!({
            "connector.class": "FileStreamSource",
            "file": lines,
            "topic": "never",
            "topic.creation.groups": "kept",
            "topic.creation.default.replication.factor": "1",
            "topic.creation.default.partitions": "1",
        });
        config[key] = json!(value);
        let name = unique("wrong");
        let body = json!({"name": name, "config": config});
        let answer = started.rest().post("/connectors", Some(&body));
        let message = answer.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(message.contains(expected), "{message}");
        // The JVM worker keeps the connector and says 500.
        let (status, kept) = match flavor() {
            Flavor::Jvm => (500, 200),
            Flavor::Wasm => (400, 404),
        };
        assert_eq!(answer.status, status);
        let found = started.rest().get(&format!("/connectors/{name}"));
        assert_eq!(found.status, kept);
    }
    started.stop_cleanly();
}

/// A worker with a task that has asked a dead broker for its topic.
fn worker_of_a_dead_broker(dir: &ScratchDir, own: &mut Broker) -> Worker {
    let lines = dir.write("lines.txt", "one\ntwo\nthree\n");
    let started = WorkerSpec::new(flavor(), &own.bootstrap(), dir.path())
        .set("sandbox.fs.allow", dir.path().display().to_string())
        .start();
    own.kill();
    let config = json!({
        "connector.class": "FileStreamSource",
        "file": lines.display().to_string(),
        "topic": "late",
        "topic.creation.default.replication.factor": "1",
        "topic.creation.default.partitions": "4",
    });
    let body = json!({"name": "late", "config": config});
    started.rest().post("/connectors", Some(&body)).expect(201);
    eventually("the task asks for its topic", SOON, || {
        let asked = started.log().contains("Checking whether topic exists");
        asked.then_some(()).ok_or("it has not asked yet".to_owned())
    });
    started
}

#[test]
fn a_broker_that_is_away_when_a_topic_is_to_be_made_is_waited_for() {
    let mut own = Broker::start();
    let dir = ScratchDir::new("topics-away");
    let mut started = worker_of_a_dead_broker(&dir, &mut own);
    let running = || {
        let status = started.rest().get("/connectors/late/status").body;
        match status.matches("\"RUNNING\"").count() {
            2 => Ok(()),
            _ => Err(status),
        }
    };
    throughout("the task goes on", Duration::from_secs(2), running);
    own.start_again();
    own.topics().await_count("late", 3, LATER);
    assert_eq!(own.topics().partitions("late").expect("it answers"), 4);
    running().expect("the task runs");
    started.stop_cleanly();
}

#[test]
fn a_task_that_waits_for_a_broker_can_be_stopped() {
    let mut own = Broker::start();
    let dir = ScratchDir::new("topics-stop");
    let mut started = worker_of_a_dead_broker(&dir, &mut own);
    let path = "/connectors/late";
    started.rest().request("DELETE", path, None).expect(204);
    started.rest().get(path).expect(404);
    started.stop_cleanly();
}
