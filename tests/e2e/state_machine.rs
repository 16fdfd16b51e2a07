//! Commands to a connector whose own instance has failed, which no configuration of the JVM's
//! FileStream connectors brings about: what `WorkerConnector` and `StandaloneHerder` do in Kafka is
//! what is expected here. Commands to instances that run, are paused, stopped, or whose tasks have
//! failed are compared with the JVM worker's answers in `tests/golden`.

use connect_harness::{Rest, ScratchDir, Worker, eventually, guest, throughout};
use serde_json::{Value, json};

use crate::setup::{SOON, topics, unique, worker};

const CLASS: &str = "connect.wasm.test.MisbehavingSourceConnector";
/// LIMIT: short, so that the connector's error, which it raises when it is monitored, comes soon.
const MONITOR_INTERVAL_MS: &str = "200";

struct Scene {
    dir: ScratchDir,
    worker: Worker,
    topic: String,
}

impl Scene {
    fn start(name: &str) -> Scene {
        let (dir, topic) = (ScratchDir::new(name), unique(name));
        topics().create(&topic, 1);
        let worker = worker(dir.path())
            .set(
                "plugin.path",
                guest("misbehaving-source").display().to_string(),
            )
            .set("connector.monitor.interval.ms", MONITOR_INTERVAL_MS)
            .start();
        Scene { dir, worker, topic }
    }

    fn rest(&self) -> &Rest {
        self.worker.rest()
    }

    fn config(&self, mode: &str) -> Value {
        json!({"connector.class": CLASS, "topic": self.topic, "mode": mode})
    }

    fn create(&self, name: &str, mode: &str, status: u16) {
        let body = json!({"name": name, "config": self.config(mode)});
        self.rest().post("/connectors", Some(&body)).expect(status);
    }

    /// `FAILED [RUNNING]`: the state of the connector, and of its tasks.
    fn states(&self, name: &str) -> String {
        let status = self.rest().get(&format!("/connectors/{name}/status"));
        if status.status == 404 {
            return "none".to_owned();
        }
        let status = status.json();
        let text = |value: &Value| value["state"].as_str().unwrap_or_default().to_owned();
        let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
        let tasks: Vec<String> = tasks.iter().map(text).collect();
        format!("{} [{}]", text(&status["connector"]), tasks.join(" "))
    }

    /// Waits for states, and sees that they last.
    #[track_caller]
    fn expect_states(&self, name: &str, wanted: &str) {
        let seen = || match self.states(name) {
            states if states == wanted => Ok(()),
            states => Err(states),
        };
        eventually(&format!("{name} is {wanted}"), SOON, seen);
        let a_while = connect_harness::Duration::from_millis(600);
        throughout(&format!("{name} stays {wanted}"), a_while, seen);
    }

    /// Sends a command for a connector, then waits for the states.
    #[track_caller]
    fn command(&self, name: &str, method: &str, command: &str, status: u16, wanted: &str) {
        let path = format!("/connectors/{name}{command}");
        self.rest().request(method, &path, None).expect(status);
        self.expect_states(name, wanted);
    }

    /// How often the connector has raised its error so far.
    fn raised(&self, name: &str) -> usize {
        let instance = format!("[{name}|worker]");
        let log = self.worker.log();
        log.lines()
            .filter(|line| line.contains(&instance) && line.contains("this is the raised error"))
            .count()
    }
}

/// What brings a failed instance back, as `method`, command, status: each time there is a new one,
/// which fails again.
const NEW_INSTANCES: [(&str, &str, u16); 4] = [
    ("POST", "/restart", 204),
    ("POST", "/restart?onlyFailed=true", 202),
    ("POST", "/restart?includeTasks=true", 202),
    ("POST", "/restart?includeTasks=true&onlyFailed=true", 202),
];

#[test]
fn a_connector_that_raised_an_error_leaves_its_tasks_and_comes_back_by_restart_or_stop() {
    let mut scene = Scene::start("raised");
    scene.create("c", "raise-error", 201);
    scene.expect_states("c", "FAILED [RUNNING]");
    // A failed instance is neither paused nor resumed; its tasks are.
    scene.command("c", "PUT", "/pause", 202, "FAILED [PAUSED]");
    scene.command("c", "POST", "/tasks/0/restart", 204, "FAILED [PAUSED]");
    scene.command("c", "PUT", "/resume", 202, "FAILED [RUNNING]");
    scene.command("c", "POST", "/tasks/0/restart", 204, "FAILED [RUNNING]");
    let missing = scene.rest().post("/connectors/c/tasks/1/restart", None);
    assert_eq!(missing.expect(404).message(), "Task c-1 not found");
    for (method, command, status) in NEW_INSTANCES {
        let before = scene.raised("c");
        scene.command("c", method, command, status, "FAILED [RUNNING]");
        assert!(scene.raised("c") > before, "{command} made no new instance");
    }
    // What is wanted outlives the instance.
    scene.command("c", "PUT", "/pause", 202, "FAILED [PAUSED]");
    scene.command("c", "POST", "/restart", 204, "PAUSED [PAUSED]");
    scene.command("c", "PUT", "/resume", 202, "FAILED [RUNNING]");
    scene.command("c", "PUT", "/stop", 204, "STOPPED []");
    scene.command("c", "PUT", "/stop", 204, "STOPPED []");
    scene.command("c", "PUT", "/resume", 202, "FAILED [RUNNING]");
    let mended = scene.config("");
    scene
        .rest()
        .put("/connectors/c/config", Some(&mended))
        .expect(200);
    scene.expect_states("c", "RUNNING [RUNNING]");
    let failing = scene.config("raise-error");
    scene
        .rest()
        .put("/connectors/c/config", Some(&failing))
        .expect(200);
    scene.expect_states("c", "FAILED [RUNNING]");
    scene.command("c", "DELETE", "", 204, "none");
    scene.worker.stop_cleanly();
    drop(scene.dir);
}

#[test]
fn a_connector_that_cannot_start_has_no_tasks_until_it_is_mended() {
    let mut scene = Scene::start("unstartable");
    scene.create("c", "fatal-error-in-connector-start", 500);
    scene.expect_states("c", "FAILED []");
    scene.create("c", "", 409);
    scene.command("c", "PUT", "/pause", 202, "FAILED []");
    scene.command("c", "PUT", "/resume", 202, "FAILED []");
    let failed = scene.rest().post("/connectors/c/restart", None).expect(500);
    let message = failed.message();
    assert!(
        message.contains("fatal in connector-start"),
        "the answer tells why: {message}"
    );
    scene.expect_states("c", "FAILED []");
    for (method, command, status) in NEW_INSTANCES.into_iter().skip(1) {
        scene.command("c", method, command, status, "FAILED []");
    }
    scene.command("c", "POST", "/tasks/0/restart", 404, "FAILED []");
    scene.command("c", "PUT", "/stop", 204, "STOPPED []");
    scene.command("c", "POST", "/restart", 204, "STOPPED []");
    scene.command("c", "PUT", "/pause", 202, "PAUSED []");
    scene.command("c", "PUT", "/resume", 202, "FAILED []");
    let mended = json!({"mode": null});
    let patch = scene
        .rest()
        .request("PATCH", "/connectors/c/config", Some(&mended));
    patch.expect(200);
    scene.expect_states("c", "RUNNING [RUNNING]");
    scene.command("c", "DELETE", "", 204, "none");
    scene.worker.stop_cleanly();
    drop(scene.dir);
}
