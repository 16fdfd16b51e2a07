//! The REST API while guests leave no processor idle. How fast it is then is a figure of
//! `make bench` (`rest-under-load`); here it answers at all.

use std::thread;

use connect_harness::{BLOCKED, Duration, ScratchDir, busy_worker, spinning, throughout};
use serde_json::json;

use crate::setup::{alone, topics, unique, worker};

const SPINNING: usize = 20;

#[test]
fn the_api_answers_while_guests_spin_and_one_blocks_in_start() {
    let _alone = alone();
    let dir = ScratchDir::new("responsive");
    let topic = unique("responsive");
    topics().create(&topic, 1);
    let mut started = busy_worker(worker(dir.path()), &topic, SPINNING);
    let rest = started.rest().clone();
    let class = "connect.wasm.test.MisbehavingSourceConnector";
    let valid = json!({"connector.class": class, "name": "valid", "topic": topic});
    throughout("the API answers", Duration::from_secs(10), || {
        for number in 0..SPINNING {
            let path = format!("/connectors/{}/status", spinning(number));
            let status = rest.get(&path).expect(200).json();
            // A task that was stopped by a deadline would spin no more.
            if status["tasks"][0]["state"] != "RUNNING" {
                return Err(status.to_string());
            }
        }
        rest.get("/health").expect(200);
        rest.get("/connectors?expand=status").expect(200);
        // It asks a guest.
        let path = format!("/connector-plugins/{class}/config/validate");
        rest.put(&path, Some(&valid)).expect(200);
        Ok(())
    });
    // Changes of other connectors do not wait for the one in its start.
    let idle = json!({"name": "idle", "config": {"connector.class": class, "topic": topic}});
    rest.post("/connectors", Some(&idle)).expect(201);
    rest.put("/connectors/idle/pause", None).expect(202);
    rest.delete("/connectors/idle").expect(204);
    thread::scope(|scope| {
        for number in 0..SPINNING {
            let rest = &rest;
            scope.spawn(move || {
                let path = format!("/connectors/{}", spinning(number));
                rest.delete(&path).expect(204);
            });
        }
    });
    let left = rest.get("/connectors").expect(200).body;
    assert_eq!(left, format!("[\"{BLOCKED}\"]"));
    started.stop_cleanly();
}
