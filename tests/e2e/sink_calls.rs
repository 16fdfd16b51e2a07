//! What a sink task is called with, in which order, and redelivery after a retriable error.

use std::fs;

use connect_harness::{ConnectorFile, ScratchDir, TopicRecord, WorkerSpec, eventually, guest};

use crate::setup::{SOON, topics, unique, worker};

/// A worker with a recording sink that writes its calls into `calls.txt`.
fn recording(dir: &ScratchDir, name: &str, topic: &str, settings: &[(&str, &str)]) -> WorkerSpec {
    let file = dir.join("calls.txt").display().to_string();
    let mut config = vec![
        (
            "connector.class",
            "connect.wasm.test.RecordingSinkConnector",
        ),
        ("file", &*file),
        ("topics", topic),
    ];
    config.extend_from_slice(settings);
    worker(dir.path())
        .set("plugin.path", guest("recording-sink").display().to_string())
        .connector(ConnectorFile::properties(name, &config))
}

fn calls(dir: &ScratchDir) -> Vec<String> {
    let text = fs::read_to_string(dir.join("calls.txt")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[track_caller]
fn await_call(dir: &ScratchDir, call: &str) {
    eventually(&format!("the task is called with {call:?}"), SOON, || {
        let calls = calls(dir);
        if calls.iter().any(|line| line == call) {
            Ok(())
        } else {
            Err(calls.join("\n"))
        }
    });
}

fn write(topic: &str, values: &[&str]) {
    let records: Vec<TopicRecord> = values
        .iter()
        .map(|value| TopicRecord::of_value(*value))
        .collect();
    topics().write(topic, &records);
}

#[test]
fn a_task_is_started_opened_fed_committed_closed_and_stopped_in_that_order() {
    let dir = ScratchDir::new("calls");
    let (topic, name) = (unique("calls"), unique("sink"));
    topics().create(&topic, 1);
    write(&topic, &["a", "b"]);
    let mut started = recording(&dir, &name, &topic, &[]).start();
    await_call(&dir, &format!("record {topic}-0@1 key=null value=b"));
    await_call(&dir, &format!("flush {topic}-0@2"));
    started.stop_cleanly();
    let calls = calls(&dir);
    let at = |call: &str| {
        let found = calls.iter().position(|line| line == call);
        found.unwrap_or_else(|| panic!("no call {call:?} in {calls:#?}"))
    };
    let order = [
        at("start"),
        at(&format!("open {topic}-0")),
        at(&format!("record {topic}-0@0 key=null value=a")),
        at(&format!("pre-commit {topic}-0@2")),
        at(&format!("flush {topic}-0@2")),
        at(&format!("close {topic}-0")),
        at("stop"),
    ];
    assert!(order.is_sorted(), "{calls:#?}");
    assert_eq!(calls.last().map(String::as_str), Some("stop"));
    let committed = topics().committed(&format!("connect-{name}"), &topic);
    assert_eq!(committed.expect("the broker answers"), [(0, 2)]);
}

#[test]
fn a_retriable_error_brings_the_same_records_again() {
    let dir = ScratchDir::new("retriable");
    let (topic, name) = (unique("retriable"), unique("sink"));
    topics().create(&topic, 1);
    write(&topic, &["a", "b", "c"]);
    let mut started = recording(&dir, &name, &topic, &[("retriable.puts", "3")]).start();
    await_call(&dir, &format!("record {topic}-0@2 key=null value=c"));
    write(&topic, &["d"]);
    await_call(&dir, &format!("record {topic}-0@3 key=null value=d"));
    started.rest().await_state(&name, "RUNNING", SOON);
    started.stop_cleanly();
    let calls = calls(&dir);
    let records: Vec<&String> = calls
        .iter()
        .filter(|line| line.starts_with("record "))
        .collect();
    assert_eq!(records.len(), 4, "each record is taken once: {calls:#?}");
    let puts: Vec<&String> = calls
        .iter()
        .filter(|line| line.starts_with("put "))
        .collect();
    assert!(puts.len() >= 4, "three puts failed first: {puts:?}");
    assert!(
        puts[..4].iter().all(|put| *put == puts[0]),
        "the same batch each time: {puts:?}"
    );
}

#[test]
fn offsets_that_a_task_does_not_give_are_not_committed() {
    let dir = ScratchDir::new("nothing-committed");
    let (topic, name) = (unique("nothing-committed"), unique("sink"));
    topics().create(&topic, 1);
    write(&topic, &["a", "b"]);
    let spec = recording(&dir, &name, &topic, &[("pre.commit", "nothing")]);
    let mut first = spec.start();
    await_call(&dir, &format!("pre-commit {topic}-0@2"));
    first.stop_cleanly();
    let committed = topics().committed(&format!("connect-{name}"), &topic);
    assert_eq!(committed.expect("the broker answers"), []);
    let mut second = spec.start();
    eventually("both records come again", SOON, || {
        let calls = calls(&dir);
        let count = calls
            .iter()
            .filter(|line| line.starts_with("record "))
            .count();
        if count >= 4 {
            Ok(())
        } else {
            Err(calls.join("\n"))
        }
    });
    second.stop_cleanly();
}
