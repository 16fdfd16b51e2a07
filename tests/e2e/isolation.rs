//! Hostile guests beside a well-behaved neighbour in one worker: each ends as its row says, and the
//! neighbour keeps its pace and loses nothing.
//!
//! Owns the stage and the judging; rows are in `isolation/cases.rs`, one table for each kind of harm.
//! A row that fails does not keep the others from being tried.

mod cases;
mod neighbour;
mod network;

use connect_harness::{ScratchDir, TopicRecord, Worker, guest, within};
use serde_json::{Value, json};

use self::cases::{Case, End, SINK};
use self::neighbour::Neighbour;
use crate::setup::{SOON, alone, broker, topics, unique, worker};

/// The neighbour's rate beside a hostile guest, at least, in percent of its rate alone.
const PACE_KEPT_PERCENT: f64 = 90.0;
/// Deadlines of all calls, and time enough to notice that something is wrong.
const CALL_TIMEOUT_MS: &str = "2000";

/// One worker with the neighbour in it.
struct Stage {
    dir: ScratchDir,
    worker: Worker,
    neighbour: Neighbour,
    /// A server that leads to the worker's REST interface.
    redirecting: String,
}

impl Stage {
    fn start(settings: &[(&str, &str)]) -> Stage {
        let dir = ScratchDir::new("isolation");
        std::fs::create_dir(dir.join("granted")).expect("the folder is new");
        dir.write("granted/file.txt", "granted\n");
        dir.write("secret.txt", "secret\n");
        let neighbour = Neighbour::new(&unique("neighbour"), dir.path());
        let plugins = [
            "counting-source",
            "misbehaving-source",
            "misbehaving-sink",
            "network-probe",
        ]
        .map(|package| guest(package).display().to_string())
        .join(",");
        let mut spec = worker(dir.path())
            .set("plugin.path", plugins)
            .set("connector.monitor.interval.ms", "200")
            .set("sandbox.memory.max.bytes", (64 << 20).to_string())
            .set("sandbox.log.lines.per.second", "100")
            .set(
                "sandbox.fs.allow",
                dir.join("granted").display().to_string(),
            );
        for kind in ["call", "start", "poll", "put", "stop"] {
            spec = spec.set(&format!("sandbox.{kind}.timeout.ms"), CALL_TIMEOUT_MS);
        }
        for (key, value) in settings {
            spec = spec.set(key, value);
        }
        for file in neighbour.connectors() {
            spec = spec.connector(file);
        }
        let worker = spec.start();
        neighbour.begin(worker.rest());
        let redirecting = network::redirecting(worker.rest().address());
        Stage {
            redirecting,
            dir,
            worker,
            neighbour,
        }
    }

    /// Tries one hostile guest: how it ended, whether it can be removed, and how the neighbour fared.
    fn try_case(&self, case: &Case) -> Result<(), String> {
        let name = unique(case.name);
        let topic = unique("hostile");
        topics().create(&topic, 1);
        topics().write(
            &topic,
            &[TopicRecord::of_value("one"), TopicRecord::of_value("two")],
        );
        let mark = self.neighbour.mark();
        let answer = self
            .worker
            .rest()
            .post("/connectors", Some(&self.creation(case, &name, &topic)));
        let outcome = match &case.end {
            End::Refused(status, parts) => {
                if answer.status == *status {
                    let parts: Vec<String> = parts.iter().map(|part| self.in_dir(part)).collect();
                    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                    all_in(&parts, &answer.body)
                } else {
                    Err(format!("creation: {} {}", answer.status, answer.body))
                }
            }
            End::ConnectorFailed(parts) => self.await_trace(&name, false, parts),
            End::TaskFailed(parts) => self.await_trace(&name, true, parts),
            End::RunsOn(parts) => self.await_log(&name, parts),
            End::Tried(done, refused) => self.await_probes(&name, done, refused),
        };
        let removed = self.remove(case, &name);
        let pace = self.neighbour.expect_pace(&mark, PACE_KEPT_PERCENT);
        outcome.and(removed).and(pace)
    }

    fn creation(&self, case: &Case, name: &str, topic: &str) -> Value {
        let topic_key = if case.class == SINK {
            "topics"
        } else {
            "topic"
        };
        let mut config =
            json!({ "connector.class": case.class, topic_key: topic, "mode": case.mode });
        for (key, value) in case.config {
            config[*key] = Value::String(self.in_dir(value));
        }
        json!({ "name": name, "config": config })
    }

    /// Waits until the connector, or its task, has failed with a trace that has all parts.
    fn await_trace(&self, name: &str, task: bool, parts: &[&str]) -> Result<(), String> {
        within(SOON, || {
            let status = self.status(name)?;
            let instance = if task {
                &status["tasks"][0]
            } else {
                &status["connector"]
            };
            match instance["trace"].as_str() {
                Some(trace) if instance["state"] == "FAILED" => all_in(parts, trace),
                _ => Err(status.to_string()),
            }
        })
    }

    fn in_dir(&self, text: &str) -> String {
        text.replace("{dir}", &self.dir.path().display().to_string())
            .replace("{broker}", &broker().bootstrap())
            .replace("{rest}", self.worker.rest().address())
            .replace("{redirecting}", &self.redirecting)
    }

    /// Waits until the task has tried everything, and looks how it went.
    fn await_probes(&self, name: &str, done: &[&str], refused: &[&str]) -> Result<(), String> {
        let tried: Vec<String> = done
            .iter()
            .chain(refused)
            .map(|probe| format!("probe {} -> ", self.in_dir(probe)))
            .collect();
        let tried: Vec<&str> = tried.iter().map(String::as_str).collect();
        self.await_log(name, &tried)?;
        let lines = self.lines_of(name);
        let was_done = |probe: &str| lines.contains(&format!("probe {} -> ok", self.in_dir(probe)));
        if let Some(probe) = done.iter().find(|probe| !was_done(probe)) {
            return Err(format!("{probe} was refused: {lines}"));
        }
        match refused.iter().find(|probe| was_done(probe)) {
            Some(probe) => Err(format!("{probe} was done: {lines}")),
            None => Ok(()),
        }
    }

    /// The log lines that name the connector or its tasks.
    fn lines_of(&self, name: &str) -> String {
        let log = self.worker.log();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(name)).collect();
        lines.join("\n")
    }

    /// Waits until lines of the connector or its tasks have all parts; it must run still.
    fn await_log(&self, name: &str, parts: &[&str]) -> Result<(), String> {
        within(SOON, || all_in(parts, &self.lines_of(name)))?;
        let status = self.status(name)?;
        let states = status["tasks"].as_array().into_iter().flatten();
        let running = states
            .chain([&status["connector"]])
            .all(|instance| instance["state"] == "RUNNING");
        if running {
            Ok(())
        } else {
            Err(format!("it does not run on: {status}"))
        }
    }

    fn status(&self, name: &str) -> Result<Value, String> {
        let answer = self
            .worker
            .rest()
            .get(&format!("/connectors/{name}/status"));
        serde_json::from_str(&answer.body).map_err(|error| format!("{error}: {}", answer.body))
    }

    /// Whatever it does, it can be removed.
    fn remove(&self, case: &Case, name: &str) -> Result<(), String> {
        let path = format!("/connectors/{name}");
        let expected = match case.end {
            End::Refused(..) => 404,
            _ => 204,
        };
        let answer = self.worker.rest().delete(&path);
        if answer.status != expected {
            return Err(format!("deletion: {} {}", answer.status, answer.body));
        }
        match self.worker.rest().get(&path).status {
            404 => Ok(()),
            status => Err(format!("after the deletion: {status}")),
        }
    }

    /// The worker ends as promised, and all that the neighbour made is in its file, once and in order.
    fn finish(mut self) -> Result<(), String> {
        self.neighbour.end(self.worker.rest())?;
        self.worker.stop_cleanly();
        Ok(())
    }
}

fn all_in(parts: &[&str], text: &str) -> Result<(), String> {
    match parts.iter().find(|part| !text.contains(*part)) {
        Some(part) => Err(format!("{part:?} is not in: {text}")),
        None => Ok(()),
    }
}

/// Tries all rows of a table in one worker with these settings.
#[track_caller]
fn try_all(cases: &[Case], settings: &[(&str, &str)]) {
    let _alone = alone();
    let stage = Stage::start(settings);
    let mut problems: Vec<String> = Vec::new();
    for case in cases {
        if let Err(problem) = stage.try_case(case) {
            problems.push(format!("{}: {problem}", case.name));
        }
    }
    if let Err(problem) = stage.finish() {
        problems.push(problem);
    }
    assert!(
        problems.is_empty(),
        "{} of {} hostile guests:\n{}",
        problems.len(),
        cases.len(),
        problems.join("\n")
    );
}

#[test]
fn guests_that_compute_for_ever() {
    try_all(cases::SPINNING, &[]);
}

#[test]
fn guests_that_never_come_back() {
    try_all(cases::BLOCKING, &[]);
}

#[test]
fn guests_that_take_what_they_can() {
    try_all(cases::GREEDY, &[]);
}

#[test]
fn guests_that_lie() {
    try_all(cases::LYING, &[]);
}

#[test]
fn guests_that_want_other_files() {
    try_all(cases::REACHING, &[("sandbox.poll.timeout.ms", "30000")]);
}

#[test]
fn guests_that_want_other_endpoints() {
    try_all(network::CONNECTING, &[]);
}
