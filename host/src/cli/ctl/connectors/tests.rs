use serde_json::json;

use super::super::client::tests::MadeUpWorker;
use super::super::output::tests::Printed;
use super::super::status::tests::connector;
use super::*;

const NOT_FOUND: &str = r#"{"error_code":404,"message":"Connector x not found"}"#;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn tasks_are_counted_by_state() {
    let all = [(0, "RUNNING", ""), (1, "RUNNING", "")];
    assert_eq!(tasks_in_short(&connector("a", &all)), "2/2");
    let mixed = [
        (0, "RUNNING", ""),
        (1, "FAILED", ""),
        (2, "PAUSED", ""),
        (3, "FAILED", ""),
    ];
    assert_eq!(
        tasks_in_short(&connector("a", &mixed)),
        "1/4 (2 FAILED, 1 PAUSED)"
    );
    assert_eq!(tasks_in_short(&connector("a", &[])), "0/0");
}

#[test]
fn the_list_is_sorted_and_shows_connectors_without_status() {
    let answer = json!({
        "z": {"status": connector_json("z"), "info": {"config": {"connector.class": "A"}, "type": "sink"}},
        "a": {"info": {"config": {}, "type": "source"}},
        "m": {},
    });
    let worker = MadeUpWorker::start(&[(200, &answer.to_string())]);
    let printed = Printed::default();
    list(&worker.client(), &mut printed.output(Format::Table)).expect("listed");
    let expected = "\
NAME  TYPE    STATE    TASKS  CLASS
a     source  -        -      -
m     -       -        -      -
z     sink    RUNNING  0/0    A
";
    assert_eq!(printed.text(), expected);
    assert_eq!(
        worker.requests(),
        ["GET /connectors?expand=status&expand=info"]
    );
}

fn connector_json(name: &str) -> Value {
    json!({"name": name, "connector": {"state": "RUNNING", "worker_id": "w"}, "tasks": [], "type": "sink"})
}

#[test]
fn changes_set_and_remove_keys() {
    let patch = patch_of(&names(&["a=1", "b=", "c-", "d=x=y", "e-=z"])).expect("changes");
    let expected = json!({"a": "1", "b": "", "c": null, "d": "x=y", "e-": "z"});
    assert_eq!(Value::Object(patch), expected);
    for wrong in ["", "a", "=v", "-"] {
        let error = patch_of(&names(&[wrong])).expect_err(wrong);
        assert_eq!(error.exit_code(), 1);
        assert!(error.to_string().contains(&format!("'{wrong}'")), "{error}");
    }
}

#[test]
fn a_refused_connector_does_not_keep_the_others() {
    let worker = MadeUpWorker::start(&[(204, ""), (404, NOT_FOUND), (204, "")]);
    let printed = Printed::default();
    let mut output = printed.output(Format::Table);
    let error = delete(&worker.client(), &names(&["a", "x", "c d"]), &mut output).expect_err("x");
    assert_eq!(error.to_string(), "Refused for 1 of 3 connectors");
    assert_eq!(error.exit_code(), 3);
    assert_eq!(printed.text(), "a: deleted\nc d: deleted\n");
    let expected = [
        "DELETE /connectors/a",
        "DELETE /connectors/x",
        "DELETE /connectors/c%20d",
    ];
    assert_eq!(worker.requests(), expected);
}

#[test]
fn one_connector_that_is_refused_is_the_error() {
    let worker = MadeUpWorker::start(&[(404, NOT_FOUND)]);
    let printed = Printed::default();
    let mut output = printed.output(Format::Table);
    let error = pause(&worker.client(), &names(&["x"]), &mut output).expect_err("x");
    assert!(
        error.to_string().contains("Connector x not found"),
        "{error}"
    );
}

#[test]
fn json_of_several_is_a_list_and_of_one_the_answer() {
    let plan = connector_json("a").to_string();
    for (given, answers, expected) in [
        (vec!["a"], vec![(202, plan.as_str())], connector_json("a")),
        (
            vec!["a", "a"],
            vec![(202, plan.as_str()); 2],
            json!([connector_json("a"), connector_json("a")]),
        ),
    ] {
        let worker = MadeUpWorker::start(&answers);
        let printed = Printed::default();
        let mut output = printed.output(Format::Json);
        restart(&worker.client(), &names(&given), true, false, &mut output).expect("restarted");
        let read: Value = serde_json::from_str(&printed.text()).expect("one document");
        assert_eq!(read, expected);
        let asked = "POST /connectors/a/restart?includeTasks=true&onlyFailed=false";
        assert!(worker.requests().iter().all(|request| request == asked));
    }
}

#[test]
fn an_answer_without_a_body_is_no_json() {
    let worker = MadeUpWorker::start(&[(204, "")]);
    let printed = Printed::default();
    let mut output = printed.output(Format::Json);
    restart(&worker.client(), &names(&["a"]), false, false, &mut output).expect("restarted");
    assert_eq!(printed.text(), "");
    assert_eq!(worker.requests(), ["POST /connectors/a/restart"]);
}

#[test]
fn a_plan_is_told_in_words() {
    let plan = |state: &str, tasks: &[(i64, &str, &str)]| {
        let mut status = connector("a", tasks);
        status.connector.state = state.to_owned();
        planned(&status)
    };
    let again = "RESTARTING";
    assert_eq!(
        plan(again, &[(0, again, "")]),
        "restarting the connector and task 0"
    );
    assert_eq!(
        plan("RUNNING", &[(0, again, ""), (2, again, "")]),
        "restarting tasks 0, 2"
    );
    assert_eq!(
        plan(again, &[(0, "RUNNING", "")]),
        "restarting the connector"
    );
    assert_eq!(plan("RUNNING", &[(0, "RUNNING", "")]), "nothing to restart");
}

#[test]
fn a_connector_without_a_name_is_not_asked_for() {
    let error = quoted("").expect_err("empty");
    assert_eq!(error.exit_code(), 1);
}
