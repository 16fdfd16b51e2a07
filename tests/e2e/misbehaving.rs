//! What becomes of a task that failed, beyond what `isolation` tries: fresh instances after restarts,
//! memory that is given back, bounded logs, and connectors that can be used after a stop that hung.

use connect_harness::{ConnectorFile, Duration, Rest, ScratchDir, Worker, eventually, guest};

use crate::setup::{SOON, alone, topics, unique, worker};

const SOURCE: &str = "connect.wasm.test.MisbehavingSourceConnector";
/// Records a second of the neighbour.
const PACE: u64 = 200;
/// LIMIT: a machine with two cores also runs the broker; a neighbour that is hindered stands still
/// for the whole deadline of a call, two seconds here.
const LONGEST_GAP_MS: i64 = 1_000;

/// A worker with a well-behaved neighbour and a connector that does harm.
struct Scene {
    _dir: ScratchDir,
    worker: Worker,
    neighbour_topic: String,
    name: String,
}

impl Scene {
    fn start(mode: &str) -> Scene {
        let dir = ScratchDir::new("misbehaving");
        let (neighbour_topic, name) = (unique("neighbour"), unique("misbehaving"));
        let topic = unique("harm");
        topics().create(&neighbour_topic, 1);
        topics().create(&topic, 1);
        let neighbour = [
            (
                "connector.class",
                "connect.wasm.test.CountingSourceConnector",
            ),
            ("topic", &*neighbour_topic),
            ("rate", &PACE.to_string()),
        ];
        let harm = [
            ("connector.class", SOURCE),
            ("topic", &*topic),
            ("mode", mode),
        ];
        let plugins = ["counting-source", "misbehaving-source"]
            .map(|package| guest(package).display().to_string())
            .join(",");
        let worker = worker(dir.path())
            .set("plugin.path", plugins)
            .set("sandbox.poll.timeout.ms", "2000")
            .set("sandbox.put.timeout.ms", "2000")
            .set("sandbox.start.timeout.ms", "2000")
            .set("sandbox.stop.timeout.ms", "2000")
            .set("sandbox.memory.max.bytes", (64 << 20).to_string())
            .set("sandbox.log.lines.per.second", "100")
            .connector(ConnectorFile::properties(&unique("neighbour"), &neighbour))
            .connector(ConnectorFile::properties(&name, &harm))
            .start();
        Scene {
            _dir: dir,
            worker,
            neighbour_topic,
            name,
        }
    }

    fn rest(&self) -> &Rest {
        self.worker.rest()
    }

    /// Waits until the task has failed and gives its trace.
    #[track_caller]
    fn trace(&self) -> String {
        let status = self
            .rest()
            .await_states(&self.name, "RUNNING", Some("FAILED"), SOON);
        status["tasks"][0]["trace"]
            .as_str()
            .expect("a failed task has a trace")
            .to_owned()
    }

    #[track_caller]
    fn expect_trace(&self, parts: &[&str]) {
        let trace = self.trace();
        for part in parts {
            assert!(
                trace.contains(part),
                "{part:?} is not in the trace:\n{trace}"
            );
        }
    }

    /// Waits until the neighbour made more records, then looks whether it ever stood still.
    #[track_caller]
    fn expect_neighbour_at_pace(&self) {
        let now = topics()
            .count(&self.neighbour_topic)
            .expect("the broker answers");
        topics().await_count(&self.neighbour_topic, now + PACE, SOON);
        let times: Vec<i64> = topics()
            .read(&self.neighbour_topic)
            .iter()
            .map(|record| record.timestamp.expect("the neighbour sets timestamps"))
            .collect();
        let gap = times
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .max()
            .unwrap_or(0);
        assert!(
            gap <= LONGEST_GAP_MS,
            "the neighbour stood still for {gap} ms"
        );
        let took = times[times.len() - 1] - times[0];
        let due = took.unsigned_abs() * PACE / 1000;
        let made = times.len() as u64;
        assert!(
            made * 10 >= due * 8,
            "the neighbour made {made} of {due} records in {took} ms"
        );
    }

    /// A restart gives a fresh instance, which fails in the same way.
    #[track_caller]
    fn expect_fresh_instance_after_restart(&self, part: &str) {
        let before = self.worker.log().matches(part).count();
        let path = format!("/connectors/{}/tasks/0/restart", self.name);
        self.rest().post(&path, None).expect(204);
        eventually("the task fails again", SOON, || {
            let count = self.worker.log().matches(part).count();
            if count > before {
                Ok(())
            } else {
                Err(format!("{part:?} {count} times"))
            }
        });
        self.expect_trace(&[part]);
    }

    #[track_caller]
    fn finish(mut self) {
        self.expect_neighbour_at_pace();
        self.worker.stop_cleanly();
    }
}

#[test]
fn a_source_that_panics() {
    let _alone = alone();
    let scene = Scene::start("panic-in-poll");
    scene.expect_trace(&[SOURCE, "0.1.0", "poll", "trapped", "misbehaving_source"]);
    let log = scene.worker.log();
    assert!(
        log.contains("this is the panic in poll"),
        "its last words are in the log:\n{log}"
    );
    scene.expect_fresh_instance_after_restart("trapped");
    scene.finish();
}

#[test]
fn a_source_that_spins_in_poll() {
    let _alone = alone();
    let scene = Scene::start("spin-in-poll");
    scene.expect_trace(&[SOURCE, "poll", "within 2000 ms", "sandbox.poll.timeout.ms"]);
    scene.expect_fresh_instance_after_restart("sandbox.poll.timeout.ms");
    scene.finish();
}

#[test]
fn a_source_that_takes_all_memory() {
    let _alone = alone();
    let scene = Scene::start("allocate-in-poll");
    scene.expect_trace(&[SOURCE, "poll", "limit", "sandbox.memory.max.bytes"]);
    let usage = scene.worker.process().usage().expect("the worker runs");
    let megabytes = usage.resident_peak >> 20;
    assert!(megabytes < 400, "the worker had {megabytes} MB");
    scene.finish();
}

#[test]
fn a_source_that_floods_the_log() {
    let _alone = alone();
    let scene = Scene::start("flood-log-in-poll");
    scene.expect_neighbour_at_pace();
    let lines = scene.worker.log().matches("flood ").count();
    assert!(
        (1..5_000).contains(&lines),
        "{lines} of its lines are in the log"
    );
    scene.finish();
}

#[test]
fn a_source_that_does_not_stop() {
    let _alone = alone();
    for mode in ["block-in-stop", "spin-in-stop"] {
        let scene = Scene::start(mode);
        scene.rest().await_state(&scene.name, "RUNNING", SOON);
        let path = format!("/connectors/{}/stop", scene.name);
        scene.rest().put(&path, None).expect(204);
        scene
            .rest()
            .await_states(&scene.name, "STOPPED", None, SOON);
        scene
            .rest()
            .put(&format!("/connectors/{}/resume", scene.name), None)
            .expect(202);
        scene.rest().await_state(&scene.name, "RUNNING", SOON);
        // The worker's own stop is held up no longer than it promises.
        scene.finish();
    }
}

#[test]
fn a_source_whose_polls_are_retriable_goes_on() {
    let _alone = alone();
    let scene = Scene::start("retriable-polls");
    eventually(
        "it goes on after its errors",
        Duration::from_secs(20),
        || {
            let log = scene.worker.log();
            if log.contains("retriable 3") {
                Ok(())
            } else {
                Err("not yet".to_owned())
            }
        },
    );
    scene.rest().await_state(&scene.name, "RUNNING", SOON);
    scene.finish();
}
