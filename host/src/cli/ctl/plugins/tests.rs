use serde_json::json;

use super::super::client::tests::MadeUpWorker;
use super::super::output::tests::Printed;
use super::*;

#[test]
fn keys_show_what_is_required_and_what_they_default_to() {
    let keys: Vec<Key> = serde_json::from_value(json!([
        {"name": "a", "type": "STRING", "required": true, "default_value": null, "importance": "HIGH",
         "documentation": "Two\n  lines."},
        {"name": "b", "type": "LIST", "required": false, "default_value": "", "importance": "LOW"},
        {"name": "c", "type": "INT", "required": false, "default_value": "7", "importance": "LOW"},
        {"name": "d", "type": "INT", "required": false, "default_value": null, "importance": "LOW"},
    ]))
    .expect("keys");
    let expected = "\
KEY  TYPE    DEFAULT     IMPORTANCE  DOCUMENTATION
a    STRING  (required)  HIGH        Two lines.
b    LIST    (empty)     LOW         -
c    INT     7           LOW         -
d    INT     (null)      LOW         -";
    assert_eq!(keys_table(&keys).render(None), expected);
}

fn validated(file: &str, answer: &Value, format: Format) -> (Result<(), CtlError>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("c.properties");
    std::fs::write(&path, file).expect("written");
    let worker = MadeUpWorker::start(&[(200, &answer.to_string())]);
    let printed = Printed::default();
    let mut output = printed.output(format);
    let path = path.display().to_string();
    let outcome = validate(&worker.client(), &path, &mut output);
    let request = worker.requests().remove(0);
    (outcome, printed.text().replace(&path, "FILE"), request)
}

#[test]
fn errors_are_a_row_for_each_key_and_an_exit_code() {
    let key = |name: &str, errors: &[&str]| json!({"definition": {"name": name}, "value": {"name": name, "errors": errors}});
    let answer = json!({
        "name": "a.B$C", "error_count": 3, "groups": [],
        "configs": [key("good", &[]), key("tasks.max", &["one", "two"]), key("topic", &["three"])],
    });
    let file = "connector.class=a.B$C\ntasks.max=0\n";
    let (outcome, text, request) = validated(file, &answer, Format::Table);
    assert_eq!(
        text,
        "KEY        ERROR\ntasks.max  one; two\ntopic      three\n"
    );
    let error = outcome.expect_err("invalid");
    assert_eq!(error.to_string(), "The configuration has 3 errors");
    assert_eq!(error.exit_code(), 3);
    let expected = "PUT /connector-plugins/a.B%24C/config/validate \
         {\"connector.class\":\"a.B$C\",\"tasks.max\":\"0\"}";
    assert_eq!(request, expected);
    let (outcome, text, _) = validated(file, &answer, Format::Name);
    assert!(outcome.is_err());
    assert_eq!(text, "tasks.max\ntopic\n");
}

#[test]
fn a_valid_configuration_is_said_to_be_one() {
    let answer = json!({"name": "A", "error_count": 0, "configs": []});
    let (outcome, text, _) = validated("connector.class=A", &answer, Format::Table);
    outcome.expect("valid");
    assert_eq!(text, "FILE: valid for A\n");
}

#[test]
fn keys_that_nobody_defines_are_found() {
    let validation: Validation = serde_json::from_value(json!({
        "error_count": 0,
        "configs": [
            {"definition": {"name": "topic"}, "value": null},
            {"definition": null, "value": {"name": "producer.override.acks", "errors": []}},
        ],
    }))
    .expect("a validation");
    let given = [
        "topic",
        "producer.override.acks",
        "topic.creation.default.partitions",
        "tpoic",
    ];
    let given: Vec<String> = given.iter().map(|key| (*key).to_owned()).collect();
    assert_eq!(unknown_keys(&given, &validation), ["tpoic"]);
}
