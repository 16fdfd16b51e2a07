//! Our worker does what the JVM worker was recorded to do.

use std::collections::BTreeSet;
use std::io::Write;

use connect_golden::{Scenario, all, compare, in_parallel, recorded};
use connect_harness::Broker;
use serde_json::Value;

/// REST requests whose answers are compared, at least.
const REQUESTS_MIN: usize = 200;

/// Every endpoint of Kafka Connect 4.3; a segment in braces stands for any.
const ENDPOINTS: [(&str, &str); 30] = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/connectors"),
    ("POST", "/connectors"),
    ("GET", "/connectors/{c}"),
    ("DELETE", "/connectors/{c}"),
    ("GET", "/connectors/{c}/config"),
    ("PUT", "/connectors/{c}/config"),
    ("PATCH", "/connectors/{c}/config"),
    ("GET", "/connectors/{c}/status"),
    ("GET", "/connectors/{c}/tasks"),
    ("GET", "/connectors/{c}/tasks/{n}/status"),
    ("POST", "/connectors/{c}/restart"),
    ("POST", "/connectors/{c}/tasks/{n}/restart"),
    ("PUT", "/connectors/{c}/pause"),
    ("PUT", "/connectors/{c}/resume"),
    ("PUT", "/connectors/{c}/stop"),
    ("GET", "/connectors/{c}/topics"),
    ("PUT", "/connectors/{c}/topics/reset"),
    ("GET", "/connectors/{c}/offsets"),
    ("PATCH", "/connectors/{c}/offsets"),
    ("DELETE", "/connectors/{c}/offsets"),
    ("GET", "/connector-plugins"),
    ("GET", "/connector-plugins/{p}/config"),
    ("PUT", "/connector-plugins/{p}/config/validate"),
    ("GET", "/admin/loggers"),
    ("GET", "/admin/loggers/{l}"),
    ("PUT", "/admin/loggers/{l}"),
    ("POST", "/connectors/{c}/tasks"),
    ("PUT", "/connectors/{c}/fence"),
];

/// Endpoints of one worker for another, which standalone workers always refuse.
const NEVER_A_SUCCESS: [(&str, &str); 2] = [
    ("POST", "/connectors/{c}/tasks"),
    ("PUT", "/connectors/{c}/fence"),
];

#[test]
fn our_worker_does_what_the_jvm_worker_does() {
    let scenarios = all().expect("the scenarios are well-formed");
    let broker = Broker::start();
    let failed = in_parallel(&scenarios, |scenario| compare(scenario, &broker, None));
    // Past the capture of a test's output, so that every run says it.
    writeln!(
        std::io::stderr(),
        "{} requests of {} scenarios compared",
        answers(&scenarios).len(),
        scenarios.len()
    )
    .expect("there is a standard error");
    assert!(
        failed.is_empty(),
        "{} of {} scenarios differ:\n{}",
        failed.len(),
        scenarios.len(),
        failed.join("\n")
    );
}

#[test]
fn every_endpoint_is_compared_with_a_success_and_an_error() {
    let scenarios = all().expect("the scenarios are well-formed");
    let answers = answers(&scenarios);
    assert!(
        answers.len() >= REQUESTS_MIN,
        "{} requests are compared, {REQUESTS_MIN} are wanted",
        answers.len()
    );
    let seen: BTreeSet<(String, &str, bool)> = answers
        .iter()
        .filter_map(|answer| {
            let endpoint = endpoint(&answer.method, &answer.path)?;
            Some((answer.method.clone(), endpoint, answer.status < 300))
        })
        .collect();
    let missing: Vec<String> = ENDPOINTS
        .iter()
        .flat_map(|endpoint| [(endpoint, true), (endpoint, false)])
        .filter(|((method, path), success)| {
            !seen.contains(&((*method).to_owned(), *path, *success))
        })
        .filter(|(endpoint, success)| !(*success && NEVER_A_SUCCESS.contains(endpoint)))
        .map(|((method, path), success)| {
            let what = if success { "success" } else { "error" };
            format!("{method} {path}: no {what}")
        })
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

struct Answer {
    method: String,
    path: String,
    status: u64,
}

/// Every recorded answer to a request.
fn answers(scenarios: &[Scenario]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for scenario in scenarios {
        let record = recorded(scenario).expect("every scenario has a record");
        for seen in record["seen"].as_array().expect("a record has steps") {
            let step = seen["step"].as_u64().expect("a step is a number") as usize;
            if let (Some((method, path)), Some(status)) =
                (scenario.request(step), seen["status"].as_u64())
            {
                answers.push(Answer {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    status,
                });
            }
            for wire in seen["answers"].as_array().unwrap_or(&Vec::<Value>::new()) {
                answers.push(Answer {
                    method: String::new(),
                    path: String::new(),
                    status: wire["status"].as_u64().unwrap_or_default(),
                });
            }
        }
    }
    answers
}

/// Which endpoint a path is.
fn endpoint(method: &str, path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let found = ENDPOINTS.iter().find(|(of_method, pattern)| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        *of_method == method
            && pattern.len() == segments.len()
            && pattern
                .iter()
                .zip(&segments)
                .all(|(wanted, segment)| wanted.starts_with('{') || wanted == segment)
    });
    found.map(|(_, pattern)| *pattern)
}
