//! Everything that ours does differently on purpose, with the reason. An entry that changes nothing
//! is an error.

use serde_json::{Value, json};

mod answers;
mod decided;
mod reasons;

use answers::ANSWERS;
use decided::DECIDED;

/// Answers of a scenario that differ for one reason.
struct Answers {
    scenario: &'static str,
    #[allow(dead_code, reason = "for the reader of the table")]
    reason: &'static str,
    /// The name of the request, the status, and the message of the error.
    answers: &'static [(&'static str, u16, &'static str)],
}

/// Something else in a scenario that ours does differently for one reason.
struct Decided {
    scenario: &'static str,
    #[allow(dead_code, reason = "for the reader of the table")]
    reason: &'static str,
    /// The name of the request, or `#` and the index of what was seen; a JSON pointer into that;
    /// what ours gives, as JSON, or nothing if it is absent.
    changes: &'static [(&'static str, &'static str, &'static str)],
}

/// What our worker must give, made from the record of the JVM worker.
///
/// # Panics
///
/// When an entry of the tables is of no use: it points nowhere, or names what the JVM gives too.
#[must_use]
pub fn expected_of_ours(scenario: &str, recorded: &Value) -> Value {
    let mut expected = recorded.clone();
    for answers in ANSWERS.iter().filter(|table| table.scenario == scenario) {
        for (request, status, message) in answers.answers {
            let seen = seen(scenario, &mut expected, request);
            replace_answer(seen, &format!("{scenario}: {request}"), *status, message);
        }
    }
    for decided in DECIDED.iter().filter(|table| table.scenario == scenario) {
        for (request, pointer, ours) in decided.changes {
            let seen = seen(scenario, &mut expected, request);
            change(
                seen,
                &format!("{scenario}: {request} {pointer}"),
                pointer,
                ours,
            );
        }
    }
    expected
}

/// What was seen of a request or, with `#`, at an index.
fn seen<'a>(scenario: &str, record: &'a mut Value, name: &str) -> &'a mut Value {
    let steps = record["seen"].as_array_mut().expect("a record has steps");
    let index = name.strip_prefix('#').and_then(|index| index.parse().ok());
    let mut found = steps
        .iter_mut()
        .enumerate()
        .filter(|(at, step)| step["request"] == name || step["wire"] == name || index == Some(*at))
        .map(|(_, step)| step);
    let step = found
        .next()
        .unwrap_or_else(|| panic!("{scenario} has no {name:?}"));
    assert!(found.next().is_none(), "{scenario} has several {name:?}");
    step
}

fn replace_answer(seen: &mut Value, place: &str, status: u16, message: &str) {
    let body = json!({ "error_code": status, "message": message });
    assert_ne!(seen["body"], body, "{place} is the same on the JVM");
    seen["status"] = json!(status);
    seen["headers"] = json!({ "content-type": "application/json" });
    seen["body"] = body;
}

fn change(seen: &mut Value, place: &str, pointer: &str, ours: &str) {
    let before = seen.clone();
    let (parent, last) = pointer
        .rsplit_once('/')
        .unwrap_or_else(|| panic!("{place}: a pointer begins with a slash"));
    let parent = seen
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("{place} points nowhere"));
    let ours: Option<Value> =
        (!ours.is_empty()).then(|| serde_json::from_str(ours).expect("the table holds JSON"));
    match (parent, ours) {
        (Value::Object(fields), Some(ours)) => drop(fields.insert(last.to_owned(), ours)),
        (Value::Object(fields), None) => drop(fields.remove(last)),
        (Value::Array(items), Some(ours)) => {
            let index: usize = last.parse().expect("lists have numbers");
            items[index] = ours;
        }
        _ => panic!("{place} points nowhere"),
    }
    assert_ne!(*seen, before, "{place} is the same on the JVM");
}
