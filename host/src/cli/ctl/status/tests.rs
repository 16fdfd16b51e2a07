use serde_json::json;

use super::*;

pub(in crate::cli::ctl) fn connector(name: &str, tasks: &[(i64, &str, &str)]) -> ConnectorStatus {
    let tasks: Vec<Value> = tasks
        .iter()
        .map(|(id, state, trace)| json!({"id": id, "state": state, "worker_id": "w:1", "trace": trace}))
        .collect();
    let status = json!({
        "name": name,
        "connector": {"state": "RUNNING", "worker_id": "w:1", "version": "4.3.1"},
        "tasks": tasks,
        "type": "source",
    });
    serde_json::from_value(status).expect("a status")
}

#[test]
fn connector_and_tasks_are_rows() {
    let rows = rows(&[
        connector("a", &[(0, "RUNNING", ""), (1, "FAILED", "x")]),
        connector("b", &[]),
    ]);
    let expected = "\
NAME  TYPE    TASK  STATE    WORKER  VERSION
a     source  -     RUNNING  w:1     4.3.1
a     source  0     RUNNING  w:1     -
a     source  1     FAILED   w:1     -
b     source  -     RUNNING  w:1     4.3.1";
    assert_eq!(table(&rows).render(None), expected);
}

#[test]
fn restarts_have_columns_when_there_is_a_policy() {
    let next = "2026-01-31T10:00:00.000Z";
    let instance = |state: &str, restarts: Value| json!({"state": state, "worker_id": "w:1", "version": "1.0", "restarts": restarts});
    let mut status = json!({
        "name": "a",
        "connector": instance("RUNNING", json!({"count": 0, "limit_reached": false})),
        "tasks": [
            instance("FAILED", json!({"count": 2, "next_attempt": next, "limit_reached": false})),
            instance("FAILED", json!({"count": 7, "limit_reached": true})),
        ],
        "type": "sink",
    });
    status["tasks"][0]["id"] = json!(0);
    status["tasks"][1]["id"] = json!(1);
    let status: ConnectorStatus = serde_json::from_value(status).expect("a status");
    let expected = "\
NAME  TYPE  TASK  STATE    WORKER  VERSION  RESTARTS  NEXT RESTART
a     sink  -     RUNNING  w:1     1.0      0         -
a     sink  0     FAILED   w:1     1.0      2         2026-01-31T10:00:00.000Z
a     sink  1     FAILED   w:1     1.0      7         never";
    assert_eq!(table(&rows(&[status])).render(None), expected);
}

#[test]
fn a_status_of_an_old_worker_is_understood() {
    let old =
        json!({"name": "a", "connector": {"state": "RUNNING", "worker_id": "w"}, "tasks": []});
    let status: ConnectorStatus = serde_json::from_value(old).expect("a status");
    assert_eq!(rows(&[status])[0].kind, "");
}

#[test]
fn a_trace_is_shown_whole_or_by_its_first_and_innermost_lines() {
    let trace =
        "Outer: a\n\tat x\nCaused by: Middle: b\n\tat y\nCaused by: Inner: c\u{1b}\n\tat z\n";
    let rows = rows(&[connector("n", &[(3, "FAILED", trace)])]);
    assert_eq!(rows[0].trace_lines(), [""; 0]);
    let whole = [
        "",
        "n task 3 FAILED:",
        "  Outer: a",
        "      at x",
        "  Caused by: Middle: b",
        "      at y",
        "  Caused by: Inner: c\\u{1b}",
        "      at z",
    ];
    assert_eq!(rows[1].trace_lines(), whole);
    let short = [
        "",
        "n task 3 FAILED:",
        "  Outer: a",
        "  Caused by: Inner: c\\u{1b}",
    ];
    assert_eq!(rows[1].trace_in_short(), short);
}
