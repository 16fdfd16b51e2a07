//! The main job: the sample files of Kafka Connect, a file in, a topic between, a file out.

use std::fs;
use std::os::unix::fs::symlink;

use connect_harness::{ScratchDir, worker_binary};
use serde_json::json;

use crate::setup::{
    SOON, append, await_lines, broker, expect_each_line_once, file_sink, file_source, topics,
    unique, values, worker,
};

const JSON_CONVERTER: &str = "org.apache.kafka.connect.json.JsonConverter";

#[test]
fn lines_go_through_a_topic_into_another_file_and_on_after_a_restart() {
    let dir = ScratchDir::new("main-job");
    let (input, output, topic) = (
        dir.join("test.txt"),
        dir.join("test.sink.txt"),
        unique("main"),
    );
    fs::write(&input, "foo\nbär €\n").expect("the file can be written");
    let spec = worker(dir.path())
        .set("key.converter", JSON_CONVERTER)
        .set("value.converter", JSON_CONVERTER)
        .connector(file_source(&unique("source"), &input, &topic))
        .connector(file_sink(&unique("sink"), &output, &topic));
    let mut first = spec.start();
    await_lines(&output, 2, SOON);
    append(&input, "third\n");
    await_lines(&output, 3, SOON);
    first.stop_cleanly();

    append(&input, "fourth\n");
    let mut second = spec.start();
    await_lines(&output, 4, SOON);
    second.stop_cleanly();

    let written = fs::read_to_string(&output).expect("the sink made its file");
    assert_eq!(written, "foo\nbär €\nthird\nfourth\n");
    let envelope = |text: &str| {
        format!(r#"{{"schema":{{"type":"string","optional":false}},"payload":"{text}"}}"#)
    };
    let wanted: Vec<String> = ["foo", "bär €", "third", "fourth"]
        .iter()
        .map(|text| envelope(text))
        .collect();
    assert_eq!(values(&topics(), &topic), wanted);
}

#[test]
fn relative_paths_are_those_of_the_working_directory() {
    let dir = ScratchDir::new("relative");
    let topic = unique("relative");
    dir.write("test.txt", "one\n");
    let mut started = worker(dir.path())
        .connector(file_source(&unique("source"), "test.txt".as_ref(), &topic))
        .connector(file_sink(&unique("sink"), "out.txt".as_ref(), &topic))
        .start();
    await_lines(&dir.join("out.txt"), 1, SOON);
    started.stop_cleanly();
    let offsets = fs::read(dir.join("connect.offsets")).expect("offsets were stored");
    let entries = connect_harness::decode_offset_file(&offsets).expect("offsets are readable");
    assert!(
        entries[0].key.ends_with(r#",{"filename":"test.txt"}]"#),
        "{entries:?}"
    );
}

#[test]
fn the_name_connect_standalone_is_the_command_standalone() {
    let dir = ScratchDir::new("symlink");
    let (input, topic) = (dir.write("in.txt", "one\n"), unique("symlink"));
    let link = dir.join("connect-standalone");
    symlink(worker_binary(), &link).expect("a symlink can be made");
    let mut started = worker(dir.path())
        .program(&link)
        .connector(file_source(&unique("source"), &input, &topic))
        .start();
    topics().await_count(&topic, 1, SOON);
    started.stop_cleanly();
}

#[test]
fn a_connector_made_over_rest_works_and_is_gone_after_a_restart() {
    let dir = ScratchDir::new("rest-made");
    let (input, topic, name) = (
        dir.write("in.txt", "one\n"),
        unique("rest-made"),
        unique("made"),
    );
    let spec = worker(dir.path()).set("sandbox.fs.allow", dir.path().display().to_string());
    let mut first = spec.start();
    let config = json!({ "connector.class": "FileStreamSource", "file": input, "topic": topic });
    let body = json!({ "name": name, "config": config });
    first.rest().post("/connectors", Some(&body)).expect(201);
    topics().await_count(&topic, 1, SOON);
    first.stop_cleanly();

    append(&input, "two\n");
    let mut second = spec.start();
    assert_eq!(second.rest().get("/connectors").json(), json!([]));
    second.rest().post("/connectors", Some(&body)).expect(201);
    topics().await_count(&topic, 2, SOON);
    second.stop_cleanly();
    assert_eq!(values(&topics(), &topic), ["one", "two"]);
}

#[test]
fn paused_connectors_hold_still_and_go_on_without_loss() {
    let dir = ScratchDir::new("pause");
    let (input, output, topic) = (dir.join("in.txt"), dir.join("out.txt"), unique("pause"));
    let lines = connect_harness::NumberedLines::new(30_000, 60);
    let all: Vec<String> = lines.lines().map(|line| line + "\n").collect();
    let (source, sink) = (unique("source"), unique("sink"));
    fs::write(&input, all[..10_000].concat()).expect("the file can be written");
    let mut started = worker(dir.path())
        .connector(file_source(&source, &input, &topic))
        .connector(file_sink(&sink, &output, &topic))
        .start();
    let rest = started.rest().clone();
    let put = |path: String, status: u16| {
        rest.put(&path, None).expect(status);
    };
    put(format!("/connectors/{sink}/pause"), 202);
    rest.await_state(&sink, "PAUSED", SOON);
    topics().await_count(&topic, 10_000, SOON);
    put(format!("/connectors/{source}/pause"), 202);
    rest.await_state(&source, "PAUSED", SOON);
    append(&input, &all[10_000..20_000].concat());
    rest.post(&format!("/connectors/{source}/restart"), None)
        .expect(204);
    rest.await_state(&source, "PAUSED", SOON);
    let before = topics().count(&topic).expect("the broker answers");
    assert_eq!(before, 10_000, "a paused source reads nothing");
    put(format!("/connectors/{source}/resume"), 202);
    topics().await_count(&topic, 20_000, SOON);
    put(format!("/connectors/{source}/stop"), 204);
    rest.await_states(&source, "STOPPED", None, SOON);
    append(&input, &all[20_000..].concat());
    put(format!("/connectors/{source}/resume"), 202);
    put(format!("/connectors/{sink}/resume"), 202);
    topics().await_count(&topic, 30_000, SOON);
    await_lines(&output, 30_000, SOON);
    started.stop_cleanly();
    expect_each_line_once(&topics(), &topic, lines);
    let mut tally = lines.tally();
    fs::read_to_string(&output)
        .expect("the file is text")
        .lines()
        .for_each(|line| tally.add(line));
    tally.expect_exactly_once_in_order();
}

#[test]
fn the_worker_says_which_cluster_it_uses() {
    let dir = ScratchDir::new("root");
    let mut started = worker(dir.path()).start();
    let root = started.rest().get("/").json();
    assert_eq!(root["kafka_cluster_id"], "Q29ubmVjdFdhc21UZXN0cw", "{root}");
    assert!(broker().bootstrap().starts_with("127.0.0.1:"));
    started.stop_cleanly();
}
