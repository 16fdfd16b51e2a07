//! Offsets over REST: users move connectors back and forth, and records follow; and the topics that connectors
//! have used. With `CONNECT_TEST_WORKER=jvm` the same goes to the JVM worker, but for what its plugins lack.

use std::path::Path;

use connect_harness::{
    ConnectorFile, Rest, RestResponse, ScratchDir, TopicRecord, Worker, eventually, guest,
};
use serde_json::{Value, json};

use crate::setup::{
    SOON, append, await_lines, file_sink, file_source, lines_in, topics, unique, values, worker,
};

const ALTERED: &str = "The offsets for this connector have been altered successfully";
const RESET: &str = "The offsets for this connector have been reset successfully";

fn offsets_path(connector: &str) -> String {
    format!("/connectors/{connector}/offsets")
}

fn offsets(rest: &Rest, connector: &str) -> Value {
    rest.get(&offsets_path(connector)).expect(200).json()["offsets"].clone()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write the values in place"
)]
fn alter(rest: &Rest, connector: &str, partition: Value, offset: Value) -> RestResponse {
    let body = json!({"offsets": [{"partition": partition, "offset": offset}]});
    rest.request("PATCH", &offsets_path(connector), Some(&body))
}

fn reset(rest: &Rest, connector: &str) -> RestResponse {
    rest.delete(&offsets_path(connector))
}

fn stop(rest: &Rest, connector: &str) {
    rest.put(&format!("/connectors/{connector}/stop"), None)
        .expect(204);
}

fn resume(rest: &Rest, connector: &str) {
    rest.put(&format!("/connectors/{connector}/resume"), None)
        .expect(202);
}

/// Waits until the only partition of a connector is at an offset.
#[track_caller]
fn await_offset(rest: &Rest, connector: &str, expected: &Value) {
    eventually("the offset is stored", SOON, || {
        let offsets = offsets(rest, connector);
        if offsets[0]["offset"] == *expected {
            Ok(())
        } else {
            Err(offsets.to_string())
        }
    });
}

fn active_topics(rest: &Rest, connector: &str) -> Vec<String> {
    let answer = rest.get(&format!("/connectors/{connector}/topics"));
    let answer = answer.expect(200).json();
    let topics = answer[connector]["topics"].as_array().cloned();
    let mut topics: Vec<String> = topics
        .expect("a list")
        .iter()
        .map(|topic| topic.as_str().expect("a name").to_owned())
        .collect();
    topics.sort();
    topics
}

#[track_caller]
fn await_active_topics(rest: &Rest, connector: &str, expected: &[&str]) {
    eventually("topics are active", SOON, || {
        let active = active_topics(rest, connector);
        if active == expected {
            Ok(())
        } else {
            Err(active.join(", "))
        }
    });
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| format!("line {number}\n")).collect()
}

#[test]
fn a_source_goes_on_where_its_offsets_are_put() {
    let dir = ScratchDir::new("source-offsets");
    let input = dir.write("in.txt", lines(0..10));
    let (name, topic) = (unique("source"), unique("altered"));
    let mut worker = worker(dir.path())
        .connector(file_source(&name, &input, &topic))
        .start();
    let rest = worker.rest().clone();
    topics().await_count(&topic, 10, SOON);
    await_offset(&rest, &name, &json!({"position": 70}));
    let partition = json!({"filename": input.display().to_string()});
    assert_eq!(
        offsets(&rest, &name),
        json!([{"partition": partition, "offset": {"position": 70}}])
    );
    // Running connectors keep their offsets.
    let stop_first = format!(
        "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the \
         specified connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint"
    );
    let back = json!({"position": 14});
    let refused = alter(&rest, &name, partition.clone(), back.clone()).expect(400);
    assert_eq!(refused.message(), stop_first);
    assert_eq!(reset(&rest, &name).expect(400).message(), stop_first);

    stop(&rest, &name);
    let altered = alter(&rest, &name, partition.clone(), back.clone()).expect(200);
    assert_eq!(altered.message(), ALTERED);
    assert_eq!(
        offsets(&rest, &name),
        json!([{"partition": partition, "offset": back}])
    );
    append(&input, &lines(10..12));
    resume(&rest, &name);
    // Two lines are behind the new position; the others come again, and those that came meanwhile.
    topics().await_count(&topic, 20, SOON);
    let expected: Vec<String> = (0..10)
        .chain(2..12)
        .map(|number| format!("line {number}"))
        .collect();
    assert_eq!(values(&topics(), &topic), expected);
    await_offset(&rest, &name, &json!({"position": 86}));

    stop(&rest, &name);
    assert_eq!(reset(&rest, &name).expect(200).message(), RESET);
    assert_eq!(offsets(&rest, &name), json!([]));
    // Nothing to reset is as good.
    assert_eq!(reset(&rest, &name).expect(200).message(), RESET);
    resume(&rest, &name);
    topics().await_count(&topic, 32, SOON);
    let again: Vec<String> = (0..12).map(|number| format!("line {number}")).collect();
    assert_eq!(values(&topics(), &topic)[20..], again);
    worker.stop_cleanly();
}

#[test]
fn altered_source_offsets_outlive_the_worker() {
    let dir = ScratchDir::new("stored-offsets");
    let input = dir.write("in.txt", lines(0..10));
    let (name, topic) = (unique("source"), unique("stored"));
    let spec = worker(dir.path()).connector(file_source(&name, &input, &topic));
    let mut first = spec.start();
    topics().await_count(&topic, 10, SOON);
    stop(first.rest(), &name);
    let partition = json!({"filename": input.display().to_string()});
    alter(first.rest(), &name, partition, json!({"position": 49})).expect(200);
    first.kill();
    let mut second = spec.start();
    topics().await_count(&topic, 13, SOON);
    assert_eq!(
        values(&topics(), &topic)[10..],
        ["line 7", "line 8", "line 9"]
    );
    second.stop_cleanly();
}

#[test]
fn the_source_connector_and_the_worker_refuse_what_is_no_offset() {
    let dir = ScratchDir::new("refused-offsets");
    let input = dir.write("in.txt", lines(0..10));
    let (name, topic) = (unique("source"), unique("refused"));
    let mut worker = worker(dir.path())
        .connector(file_source(&name, &input, &topic))
        .start();
    let rest = worker.rest().clone();
    topics().await_count(&topic, 10, SOON);
    stop(&rest, &name);
    let before = offsets(&rest, &name);
    let file = json!({"filename": "a"});
    for (partition, offset, status, message) in [
        (
            json!({"filename": ["a"]}),
            json!({"position": 1}),
            500,
            "Offsets may only contain primitive types as values, but field filename contains ARRAY",
        ),
        (
            file.clone(),
            json!({"position": {}}),
            500,
            "Offsets may only contain primitive types as values, but field position contains MAP",
        ),
        (
            file.clone(),
            json!({"position": "1"}),
            500,
            "The value for the 'position' key in the offset is expected to be a Long value",
        ),
        (
            file.clone(),
            json!({"position": -1}),
            500,
            "The value for the 'position' key in the offset should be a non-negative value",
        ),
        (
            file.clone(),
            json!({"x": 1}),
            500,
            "Offset objects should either be null or contain the key 'position'",
        ),
        (
            Value::Null,
            json!({"position": 1}),
            500,
            "Partition objects cannot be null",
        ),
        (
            json!({}),
            json!({"position": 1}),
            500,
            "Partition objects should contain the key 'filename'",
        ),
    ] {
        let answer = alter(&rest, &name, partition, offset).expect(status);
        assert_eq!(answer.message(), message);
    }
    assert_eq!(offsets(&rest, &name), before);
    let empty = json!({"offsets": []});
    let answer = rest.request("PATCH", &offsets_path(&name), Some(&empty));
    assert_eq!(
        answer.expect(400).message(),
        "Partitions / offsets need to be provided for an alter offsets request"
    );
    worker.stop_cleanly();
}

fn topic_partition(topic: &str, number: i32) -> Value {
    json!({"kafka_topic": topic, "kafka_partition": number})
}

#[test]
fn a_sink_goes_on_where_its_groups_offsets_are_put() {
    let dir = ScratchDir::new("sink-offsets");
    let output = dir.join("out.txt");
    let (name, topic) = (unique("sink"), unique("sunk"));
    topics().create(&topic, 2);
    for partition in 0..2 {
        let records: Vec<TopicRecord> = (0..10)
            .map(|number| TopicRecord {
                partition: Some(partition),
                ..TopicRecord::of_value(format!("{partition}/{number}"))
            })
            .collect();
        topics().write(&topic, &records);
    }
    let mut worker = worker(dir.path())
        .connector(file_sink(&name, &output, &topic))
        .start();
    let rest = worker.rest().clone();
    await_lines(&output, 20, SOON);
    stop(&rest, &name);
    let listed = |offsets: &[(i32, i64)]| {
        let listed = offsets.iter().map(|(partition, offset)| {
            json!({"partition": topic_partition(&topic, *partition), "offset": {"kafka_offset": offset}})
        });
        Value::Array(listed.collect())
    };
    assert_eq!(offsets(&rest, &name), listed(&[(0, 10), (1, 10)]));

    // One partition back, the other one unknown from now on; numbers may be texts.
    let body = json!({"offsets": [
        {"partition": topic_partition(&topic, 0), "offset": {"kafka_offset": "7"}},
        {"partition": {"kafka_topic": topic, "kafka_partition": "1"}, "offset": null},
    ]});
    let altered = rest.request("PATCH", &offsets_path(&name), Some(&body));
    assert_eq!(altered.expect(200).message(), ALTERED);
    assert_eq!(offsets(&rest, &name), listed(&[(0, 7)]));
    resume(&rest, &name);
    await_lines(&output, 33, SOON);
    stop(&rest, &name);
    assert_eq!(offsets(&rest, &name), listed(&[(0, 10), (1, 10)]));
    let written = std::fs::read_to_string(&output).expect("the file is text");
    let mut again: Vec<&str> = written.lines().skip(20).collect();
    again.sort_unstable();
    let expected: Vec<String> = (7..10)
        .map(|number| format!("0/{number}"))
        .chain((0..10).map(|number| format!("1/{number}")))
        .collect();
    assert_eq!(again, expected);

    assert_eq!(reset(&rest, &name).expect(200).message(), RESET);
    assert_eq!(offsets(&rest, &name), json!([]));
    assert_eq!(reset(&rest, &name).expect(200).message(), RESET);
    resume(&rest, &name);
    await_lines(&output, 53, SOON);
    worker.stop_cleanly();
    assert_eq!(lines_in(&output), 53);
}

#[test]
fn what_the_broker_refuses_is_told() {
    let dir = ScratchDir::new("refused-group");
    let output = dir.join("out.txt");
    let (name, topic) = (unique("sink"), unique("group"));
    topics().write(&topic, &[TopicRecord::of_value("one")]);
    let mut worker = worker(dir.path())
        .connector(file_sink(&name, &output, &topic))
        .start();
    let rest = worker.rest().clone();
    await_lines(&output, 1, SOON);
    stop(&rest, &name);
    let at = json!({"kafka_offset": 1});
    let failed = format!("Failed to alter consumer group offsets for connector {name}");
    for (partition, offset) in [
        (topic_partition(&unique("nowhere"), 0), at.clone()),
        (topic_partition(&unique("nowhere"), 0), Value::Null),
        (topic_partition(&topic, 99), at.clone()),
        (topic_partition(&topic, 99), Value::Null),
        (topic_partition(&topic, -1), at.clone()),
        (topic_partition("", 0), at.clone()),
        (topic_partition("a b", 0), at.clone()),
    ] {
        let answer = alter(&rest, &name, partition, offset).expect(500);
        assert_eq!(answer.message(), failed);
    }
    let negative = json!({"kafka_offset": -1});
    let answer = alter(&rest, &name, topic_partition(&topic, 0), negative);
    assert_eq!(
        answer.expect(500).message(),
        format!("Failed to modify offsets for sink connector {name}")
    );
    let answer = alter(&rest, &name, json!({"kafka_topic": topic}), at.clone());
    assert_eq!(
        answer.expect(400).message(),
        "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"
    );
    assert_eq!(
        offsets(&rest, &name),
        json!([{"partition": topic_partition(&topic, 0), "offset": at}])
    );
    // Without a group there is nothing to take an offset from.
    reset(&rest, &name).expect(200);
    let answer = alter(&rest, &name, topic_partition(&topic, 0), Value::Null);
    assert_eq!(answer.expect(500).message(), failed);
    // A group comes into being with its first offset.
    let answer = alter(&rest, &name, topic_partition(&topic, 0), at);
    assert_eq!(answer.expect(200).message(), ALTERED);
    worker.stop_cleanly();
}

/// A worker with a sink, of which another worker may have one of the same name.
fn sharing_worker(dir: &Path, name: &str, topic: &str) -> Worker {
    let output = dir.join("out.txt");
    worker(dir)
        .connector(file_sink(name, &output, topic))
        .start()
}

#[test]
fn a_group_with_members_keeps_its_offsets() {
    let (own_dir, other_dir) = (ScratchDir::new("own"), ScratchDir::new("other"));
    let (name, topic) = (unique("shared"), unique("shared"));
    topics().write(&topic, &[TopicRecord::of_value("one")]);
    let mut own = sharing_worker(own_dir.path(), &name, &topic);
    await_lines(&own_dir.join("out.txt"), 1, SOON);
    let rest = own.rest().clone();
    stop(&rest, &name);
    // As tasks that have not stopped yet would be.
    let mut other = sharing_worker(other_dir.path(), &name, &topic);
    topics().write(&topic, &[TopicRecord::of_value("two")]);
    await_lines(&other_dir.join("out.txt"), 1, SOON);
    let text = |verb: &str| {
        format!(
            "Failed to {verb} consumer group offsets for connector {name} either because its tasks haven't stopped \
             completely yet or the connector was resumed before the request to {verb} its offsets could be \
             successfully completed. If the connector is in a stopped state, this operation can be safely retried. \
             If it doesn't eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie \
             sink tasks."
        )
    };
    for offset in [json!({"kafka_offset": 0}), Value::Null] {
        let answer = alter(&rest, &name, topic_partition(&topic, 0), offset);
        assert_eq!(answer.expect(500).message(), text("alter"));
    }
    assert_eq!(reset(&rest, &name).expect(500).message(), text("reset"));
    other.stop_cleanly();
    assert_eq!(
        offsets(&rest, &name),
        json!([{"partition": topic_partition(&topic, 0), "offset": {"kafka_offset": 2}}])
    );
    assert_eq!(reset(&rest, &name).expect(200).message(), RESET);
    own.stop_cleanly();
}

#[test]
fn a_group_of_another_name_is_the_one_that_is_changed() {
    let dir = ScratchDir::new("own-group");
    let (name, topic, group) = (unique("sink"), unique("own"), unique("group"));
    topics().write(&topic, &[TopicRecord::of_value("one")]);
    let output = dir.join("out.txt");
    let sink = file_sink(&name, &output, &topic);
    let file = ConnectorFile {
        content: format!("{}\nconsumer.override.group.id={group}\n", sink.content),
        ..sink
    };
    let mut worker = worker(dir.path()).connector(file).start();
    let rest = worker.rest().clone();
    await_lines(&output, 1, SOON);
    stop(&rest, &name);
    alter(
        &rest,
        &name,
        topic_partition(&topic, 0),
        json!({"kafka_offset": 0}),
    )
    .expect(200);
    assert_eq!(
        topics()
            .committed(&group, &topic)
            .expect("the broker answers"),
        [(0, 0)]
    );
    worker.stop_cleanly();
}

#[test]
fn a_plugin_that_misbehaves_about_offsets_harms_itself_alone() {
    let dir = ScratchDir::new("misbehaving-offsets");
    let plugins = ["misbehaving-source", "misbehaving-sink"]
        .map(|package| guest(package).display().to_string())
        .join(",");
    let mut spec = worker(dir.path())
        .set("plugin.path", plugins)
        .set("sandbox.call.timeout.ms", "1500");
    let topic = unique("harm");
    topics().create(&topic, 1);
    let modes = [
        "spin-in-alter-offsets",
        "block-in-alter-offsets",
        "panic-in-alter-offsets",
        "fatal-error-in-alter-offsets",
        "none",
    ];
    let mut names = Vec::new();
    for (class, key) in [("Source", "topic"), ("Sink", "topics")] {
        for mode in modes {
            let name = unique(mode);
            let config = json!({
                "name": name,
                "config": {
                    "connector.class": format!("connect.wasm.test.Misbehaving{class}Connector"),
                    key: topic,
                    "mode": mode,
                },
                "initial_state": "STOPPED",
            });
            spec = spec.connector(ConnectorFile {
                name: format!("{name}.json"),
                content: config.to_string(),
            });
            names.push((class.to_lowercase(), mode, name));
        }
    }
    let mut worker = spec.start();
    for (kind, mode, name) in names {
        let (partition, offset) = if kind == "source" {
            (json!({"a": 1}), json!({"b": 2}))
        } else {
            (topic_partition(&topic, 0), json!({"kafka_offset": 0}))
        };
        let answer = alter(worker.rest(), &name, partition, offset);
        let message = answer.message();
        let expected = match mode {
            "spin-in-alter-offsets" | "block-in-alter-offsets" => {
                format!("Timed out while calling the 'alterOffsets' method for {kind} connector {name}")
            }
            "panic-in-alter-offsets" => {
                format!("Failed to modify offsets for {kind} connector {name}")
            }
            "fatal-error-in-alter-offsets" => "fatal in alter-offsets".to_owned(),
            _ => "The Connect framework-managed offsets for this connector have been altered successfully. However, \
                  if this connector manages offsets externally, they will need to be manually altered in the system \
                  that the connector uses."
                .to_owned(),
        };
        assert_eq!(message, expected, "{kind} {mode}");
        assert_eq!(answer.status == 200, mode == "none", "{kind} {mode}");
        // A change that was refused is none.
        let count = offsets(worker.rest(), &name).as_array().map(Vec::len);
        assert_eq!(count, Some(usize::from(mode == "none")), "{kind} {mode}");
    }
    worker.stop_cleanly();
}

#[test]
fn topics_are_active_once_they_are_used() {
    let dir = ScratchDir::new("active-topics");
    let input = dir.write("in.txt", "");
    let output = dir.join("out.txt");
    let (source, sink, topic) = (unique("source"), unique("sink"), unique("active"));
    topics().create(&topic, 1);
    let mut worker = worker(dir.path())
        .connector(file_source(&source, &input, &topic))
        .connector(file_sink(&sink, &output, &topic))
        .start();
    let rest = worker.rest().clone();
    for connector in [&source, &sink] {
        rest.await_state(connector, "RUNNING", SOON);
        assert_eq!(active_topics(&rest, connector), Vec::<String>::new());
    }
    append(&input, "one\n");
    await_lines(&output, 1, SOON);
    for connector in [&source, &sink] {
        await_active_topics(&rest, connector, &[&topic]);
        rest.put(&format!("/connectors/{connector}/topics/reset"), None)
            .expect(202);
        assert_eq!(active_topics(&rest, connector), Vec::<String>::new());
    }
    append(&input, "two\n");
    for connector in [&source, &sink] {
        await_active_topics(&rest, connector, &[&topic]);
    }
    // A stopped connector has used what it has used.
    stop(&rest, &source);
    assert_eq!(active_topics(&rest, &source), [topic]);
    worker.stop_cleanly();
}

#[test]
fn tracking_of_topics_can_be_switched_off() {
    for (key, status, message) in [
        ("topic.tracking.enable", 403, "Topic tracking is disabled."),
        (
            "topic.tracking.allow.reset",
            200,
            "Topic tracking reset is disabled.",
        ),
    ] {
        let dir = ScratchDir::new("untracked");
        let mut worker = worker(dir.path()).set(key, "false").start();
        let rest = worker.rest();
        let answer = rest.get("/connectors/c/topics").expect(status);
        if status == 403 {
            assert_eq!(answer.message(), message);
        }
        let answer = rest.put("/connectors/c/topics/reset", None);
        assert_eq!(answer.expect(403).message(), message);
        worker.stop_cleanly();
    }
}
