//! Says where two JSON values differ.

use std::collections::BTreeSet;

use serde_json::Value;

/// One line for each difference, with the place, what was expected and what was seen.
#[must_use]
pub fn differences(expected: &Value, seen: &Value) -> Vec<String> {
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
                walk(expected, seen, &format!("{place}/{index}"), found);
            }
        }
        _ if expected == seen => {}
        _ => found.push(format!(
            "{place}:\n    expected {expected}\n    seen     {seen}"
        )),
    }
}
