//! Runs scenarios on our worker and says where it differs from the record.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::{fs, thread};

use connect_harness::{Broker, Flavor};
use serde_json::Value;

use crate::scenario::{Scenario, recorded_path};

/// LIMIT: the machine is shared with the broker.
const SCENARIOS_AT_ONCE: usize = 2;

/// Does something with each scenario, with a few at once, and gives the reports of those where it
/// failed.
///
/// # Panics
///
/// When it panics.
pub fn in_parallel(
    scenarios: &[Scenario],
    action: impl Fn(&Scenario) -> Result<(), String> + Sync,
) -> Vec<String> {
    let left = Mutex::new(scenarios.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..SCENARIOS_AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = next(&left) {
                    if let Err(report) = action(scenario) {
                        failed.lock().expect("no panic while held").push(report);
                    }
                }
            });
        }
    });
    failed.into_inner().expect("no panic while held")
}

fn next<'a>(left: &Mutex<std::slice::Iter<'a, Scenario>>) -> Option<&'a Scenario> {
    left.lock().expect("no panic while held").next()
}

/// What the JVM worker did.
///
/// # Errors
///
/// There is no record, or it cannot be read.
pub fn recorded(scenario: &Scenario) -> Result<Value, String> {
    let name = &scenario.name;
    let text = fs::read_to_string(recorded_path(name))
        .map_err(|error| format!("{name}: no record: {error}"))?;
    let mut record =
        serde_json::from_str(&text).map_err(|error| format!("{name}: bad record: {error}"))?;
    // A rule that is newer than the record counts, too.
    crate::normalise::normalise(&mut record);
    Ok(record)
}

/// Runs a scenario on our worker and compares what it does with the record; leaves it in a folder
/// if one is given.
///
/// # Errors
///
/// Where ours differs, or that it did not come to the scenario's end.
pub fn compare(
    scenario: &Scenario,
    broker: &Broker,
    seen_dir: Option<&Path>,
) -> Result<(), String> {
    let name = &scenario.name;
    let recorded = recorded(scenario)?;
    let seen = catch_unwind(AssertUnwindSafe(|| {
        crate::run(scenario, Flavor::Wasm, broker)
    }))
    .map_err(|_| format!("{name}: did not come to its end, see above"))?;
    if let Some(dir) = seen_dir {
        fs::write(dir.join(format!("{name}.json")), crate::record_text(&seen))
            .map_err(|error| format!("{name}: {error}"))?;
    }
    let found = differences(&crate::expected_of_ours(name, &recorded), &seen);
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!("{name}:\n  {}", found.join("\n  ")))
    }
}

/// One line for each difference, with the place, what was expected and what was seen.
pub(crate) fn differences(expected: &Value, seen: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(expected, seen, "", &mut found);
    found
}

fn walk(expected: &Value, seen: &Value, place: &str, found: &mut Vec<String>) {
    match (expected, seen) {
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for name in names {
                let place = format!("{place}/{name}");
                match (left.get(name), right.get(name)) {
                    (Some(expected), Some(seen)) => walk(expected, seen, &place, found),
                    (Some(expected), None) => {
                        found.push(format!("{place}: absent, expected {expected}"))
                    }
                    (None, Some(seen)) => found.push(format!("{place}: not expected, but {seen}")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (expected, seen)) in left.iter().zip(right).enumerate() {
                // A request is called by its name, a row of a validation by its key.
                let name = expected["request"]
                    .as_str()
                    .or_else(|| expected["name"].as_str());
                let place = match name {
                    Some(name) => format!("{place}/{index} ({name})"),
                    None => format!("{place}/{index}"),
                };
                walk(expected, seen, &place, found);
            }
        }
        _ if expected == seen => {}
        _ => found.push(format!(
            "{place}:\n    expected {expected}\n    seen     {seen}"
        )),
    }
}
