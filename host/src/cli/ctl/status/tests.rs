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
