//! Our worker does what the JVM worker was recorded to do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::{fs, thread};

use connect_golden::{Scenario, all, differences, expected_of_ours, recorded_path, run};
use connect_harness::{Broker, Flavor};

/// LIMIT: the machine is shared with the broker.
const SCENARIOS_AT_ONCE: usize = 2;

#[test]
fn our_worker_does_what_the_jvm_worker_does() {
    let scenarios = all().expect("the scenarios are well-formed");
    assert!(!scenarios.is_empty(), "no scenarios");
    let broker = Broker::start();
    let left = Mutex::new(scenarios.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..SCENARIOS_AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = next(&left) {
                    if let Err(report) = compare(scenario, &broker) {
                        failed.lock().expect("no panic while held").push(report);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while held");
    assert!(
        failed.is_empty(),
        "{} of {} scenarios differ:\n{}",
        failed.len(),
        scenarios.len(),
        failed.join("\n")
    );
}

fn next<'a>(left: &Mutex<std::slice::Iter<'a, Scenario>>) -> Option<&'a Scenario> {
    left.lock().expect("no panic while held").next()
}

fn compare(scenario: &Scenario, broker: &Broker) -> Result<(), String> {
    let name = &scenario.name;
    let text = fs::read_to_string(recorded_path(name))
        .map_err(|error| format!("{name}: no record: {error}"))?;
    let recorded =
        serde_json::from_str(&text).map_err(|error| format!("{name}: bad record: {error}"))?;
    let seen = catch_unwind(AssertUnwindSafe(|| run(scenario, Flavor::Wasm, broker)))
        .map_err(|_| format!("{name}: did not come to its end, see above"))?;
    let found = differences(&expected_of_ours(name, &recorded), &seen);
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!("{name}:\n  {}", found.join("\n  ")))
    }
}
