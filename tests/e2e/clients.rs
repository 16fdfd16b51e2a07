//! Third-party clients of the Connect REST API, unmodified: each goes through a session with real
//! connectors. What the sessions expect, the JVM worker does: `CONNECT_TEST_WORKER=jvm` shows it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use connect_harness::{Process, RestClients, ScratchDir};
use serde_json::json;

use crate::setup::{LATER, lines_in, topics, unique, worker};

/// Runs a session on a worker of its own, and looks at what it has left.
fn session(client: &str, steps: usize, command: impl FnOnce(&ScratchDir) -> Command) {
    let dir = ScratchDir::new(client);
    let (topic, source, sink) = (unique(client), unique("source"), unique("sink"));
    let path = |name: &str| dir.join(name).display().to_string();
    dir.write("in.txt", "one\ntwo\nthree\n");
    topics().create(&topic, 1);
    let spec = worker(dir.path()).set("sandbox.fs.allow", dir.path().display().to_string());
    let mut started = spec.start();
    let settings = json!({
        "url": format!("http://127.0.0.1:{}", spec.port()),
        "input": path("in.txt"),
        "output": path("out.txt"),
        "moved_output": path("moved.txt"),
        "source": {
            "connector.class": "FileStreamSource",
            "tasks.max": "1",
            "file": path("in.txt"),
            "topic": topic,
            "name": source,
        },
        "sink": {
            "connector.class": "FileStreamSink",
            "tasks.max": "1",
            "file": path("out.txt"),
            "topics": topic,
            "name": sink,
        },
    });
    let file = dir.write("session.json", settings.to_string());
    let mut command = command(&dir);
    command.arg(&file).current_dir(dir.path());
    let mut process = Process::spawn(client, &command, &dir.join("session.log"));
    let status = process.wait(LATER);
    let log = process.log();
    assert!(
        status.success(),
        "the session of {client} failed ({status}):\n{log}"
    );
    // A program that ends early without an error has not passed.
    let seen = log.matches("step: ").count();
    assert_eq!(seen, steps, "steps of the session:\n{log}");
    assert_eq!(lines_in(&dir.join("out.txt")), 3);
    let moved = fs::read_to_string(dir.join("moved.txt")).expect("the sink wrote it");
    assert!(moved.starts_with("after the update\n"), "{moved:?}");
    assert_eq!(started.rest().get("/connectors").expect(200).body, "[]");
    started.stop_cleanly();
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("clients")
        .join(name)
}

fn python(name: &str) -> Command {
    RestClients::get().python(&program(name))
}

#[test]
fn kafka_connect_py_from_pypi() {
    session("kafka-connect-py", 12, |_| {
        python("kafka_connect_py_session.py")
    });
}

#[test]
fn kafka_connect_api_from_pypi() {
    session("kafka-connect-api", 8, |_| {
        python("kafka_connect_api_session.py")
    });
}

#[test]
fn kafkaconnect_from_pypi() {
    session("kafkaconnect", 7, |_| python("kafkaconnect_session.py"));
}

#[test]
fn kafka_connect_client_from_npm() {
    session("kafka-connect-client", 9, |_| {
        RestClients::get().node(&program("kafka_connect_client_session.js"))
    });
}

#[test]
fn kafka_connect_client_from_maven() {
    session("sourcelab", 9, |dir| {
        let classes = dir.join("classes");
        RestClients::get().java(&program("SourcelabSession.java"), &classes)
    });
}
