//! A worker whose guests leave it no rest: some compute for ever, one waits for ever in its start.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::{Rest, Worker, WorkerSpec, guest};

const CLASS: &str = "connect.wasm.test.MisbehavingSourceConnector";
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// Names of the connectors that compute, `spinning-0` and so on.
pub fn spinning(number: usize) -> String {
    format!("spinning-{number}")
}

/// The connector that waits in its start.
pub const BLOCKED: &str = "blocked";

/// Starts a worker with `count` connectors whose tasks compute for ever in their first poll, and
/// one that blocks in its start. Deadlines of guests are long, so that none is stopped by them.
#[track_caller]
pub fn busy_worker(spec: WorkerSpec, topic: &str, count: usize) -> Worker {
    let hour = (3600 * 1000).to_string();
    let worker = spec
        .set(
            "plugin.path",
            guest("misbehaving-source").display().to_string(),
        )
        .set("sandbox.poll.timeout.ms", &hour)
        .set("sandbox.start.timeout.ms", &hour)
        .start();
    let rest = worker.rest();
    for number in 0..count {
        create(rest, &spinning(number), topic, "spin-in-poll");
        rest.await_state(&spinning(number), "RUNNING", STARTS_WITHIN);
    }
    let (rest, topic) = (rest.clone(), topic.to_owned());
    // The answer to this creation comes after 90 s, or never.
    thread::spawn(move || create(&rest, BLOCKED, &topic, "block-in-connector-start"));
    crate::eventually("the blocking connector is there", STARTS_WITHIN, || {
        let answer = worker.rest().get(&format!("/connectors/{BLOCKED}"));
        match answer.status {
            200 => Ok(()),
            _ => Err(answer.body),
        }
    });
    worker
}

fn create(rest: &Rest, name: &str, topic: &str, mode: &str) {
    let config = json!({"connector.class": CLASS, "topic": topic, "mode": mode});
    let body = json!({"name": name, "config": config}).to_string();
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    // Nobody waits for the blocked one: the worker may be gone by then.
    let _ = rest.try_request("POST", "/connectors", &headers, Some(body.as_bytes()));
}
