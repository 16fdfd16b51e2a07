//! `errors.restart.policy`: who fails is restarted, and goes on where it was; nothing is lost on the way.

use std::path::{Path, PathBuf};

use connect_harness::{ConnectorFile, ScratchDir, WorkerSpec, eventually, guest_edition};
use serde_json::json;

use crate::setup::{SOON, topics, unique, worker};
use crate::upgrade::expect_whole_streams;

const SOURCE: &str = "connect.wasm.test.CountingSourceConnector";

/// A folder with one plugin, and a worker that has it.
fn worker_with(dir: &Path, package: &str, edition: &str) -> WorkerSpec {
    let plugins: PathBuf = dir.join("plugins");
    std::fs::create_dir(&plugins).expect("a folder can be made");
    let file = plugins.join(format!("{package}.wasm"));
    std::fs::write(&file, guest_edition(package, edition)).expect("a file can be written");
    worker(dir).set("plugin.path", plugins.display().to_string())
}

#[test]
fn a_task_that_fails_again_and_again_is_restarted_up_to_the_limit() {
    let dir = ScratchDir::new("restart-policy");
    let (name, topic) = (unique("restarted"), unique("restarted"));
    topics().create(&topic, 1);
    let config = [
        ("connector.class", SOURCE),
        ("topic", &*topic),
        ("rate", "0"),
        ("batch.size", "100"),
        ("errors.restart.policy", "backoff"),
        ("errors.restart.backoff", "exponential"),
        ("errors.restart.backoff.initial.ms", "100"),
        ("errors.restart.max.attempts", "3"),
    ];
    let mut worker = worker_with(
        dir.path(),
        "counting-source",
        "version=1.0.0 panic=records after=500",
    )
    .connector(ConnectorFile::properties(&name, &config))
    .start();
    let path = format!("/connectors/{name}/tasks/0/status");
    let spent = json!({"count": 3, "limit_reached": true});
    let limit_reached = || {
        // There is none before the task has begun.
        let status = worker.rest().get(&path).json();
        if status["restarts"] == spent && status["state"] == "FAILED" {
            Ok(())
        } else {
            Err(status.to_string())
        }
    };
    eventually("all restarts are used up", SOON, limit_reached);
    // Four instances made five batches of a hundred each.
    topics().await_count(&topic, 2000, SOON);
    expect_whole_streams(&topic, 1);
    // Whoever restarts it by hand starts the count anew.
    let restart = format!("/connectors/{name}/tasks/0/restart");
    worker.rest().post(&restart, None).expect(204);
    topics().await_count(&topic, 4000, SOON);
    eventually("all restarts are used up again", SOON, limit_reached);
    expect_whole_streams(&topic, 1);
    let listed = worker.rest().get(&format!("/connectors/{name}/status"));
    let listed = listed.expect(200).json();
    let none = json!({"count": 0, "limit_reached": false});
    assert_eq!(listed["connector"]["restarts"], none);
    worker.stop_cleanly();
}

#[test]
fn a_pending_restart_is_shown_and_does_not_hold_up_the_worker() {
    let dir = ScratchDir::new("restart-policy");
    let (name, topic) = (unique("waiting"), unique("waiting"));
    topics().create(&topic, 1);
    let config = [
        ("connector.class", SOURCE),
        ("topic", &*topic),
        ("errors.restart.policy", "backoff"),
        ("errors.restart.backoff", "exponential"),
        ("errors.restart.backoff.initial.ms", "600000"),
    ];
    let mut worker = worker_with(dir.path(), "counting-source", "version=1.0.0 panic=start")
        .connector(ConnectorFile::properties(&name, &config))
        .start();
    let status = worker
        .rest()
        .await_states(&name, "RUNNING", Some("FAILED"), SOON);
    let restarts = &status["tasks"][0]["restarts"];
    assert_eq!(restarts["count"], 0, "{status}");
    let next = restarts["next_attempt"].as_str().unwrap_or_default();
    assert!(next.ends_with('Z') && next.len() == 24, "{status}");
    // A failed task has the version that it was to run.
    assert_eq!(status["tasks"][0]["version"], "1.0.0");
    worker.stop_cleanly();
}

#[test]
fn a_connector_that_does_not_start_is_started_again() {
    let dir = ScratchDir::new("restart-policy");
    let (name, topic) = (unique("broken"), unique("broken"));
    let config = json!({
        "connector.class": SOURCE,
        "topic": topic,
        "errors.restart.policy": "backoff",
        "errors.restart.backoff": "exponential",
        "errors.restart.backoff.initial.ms": "50",
        "errors.restart.max.attempts": "2",
    });
    let edition = "version=1.0.0 panic=connector-start";
    let mut worker = worker_with(dir.path(), "counting-source", edition).start();
    let path = format!("/connectors/{name}");
    worker
        .rest()
        .put(&format!("{path}/config"), Some(&config))
        .expect(500);
    eventually("all restarts are used up", SOON, || {
        let status = worker.rest().get(&format!("{path}/status")).json();
        if status["connector"]["restarts"] == json!({"count": 2, "limit_reached": true}) {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    let log = worker.log();
    assert_eq!(
        log.matches("Restarting by errors.restart.policy").count(),
        2
    );
    let wrong = json!({"name": name, "connector.class": SOURCE, "topic": topic, "errors.restart.policy": "always"});
    let refused = worker
        .rest()
        .put(&format!("{path}/config"), Some(&wrong))
        .expect(400);
    assert!(
        refused
            .message()
            .contains("errors.restart.policy: String must be one of: none, backoff"),
        "{}",
        refused.body
    );
    worker.stop_cleanly();
}
