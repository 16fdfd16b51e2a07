use super::*;

fn config(entries: &[(&str, Option<&str>)]) -> SubmittedConfig {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)))
        .collect()
}

#[test]
fn names_are_filled_in_or_must_agree() {
    let name = ConnectorName::from("c");
    let mut unnamed = config(&[("a", Some("1"))]);
    unnamed.set_name(&name).unwrap();
    assert_eq!(
        unnamed.values.get_index(1).unwrap(),
        (&"name".to_owned(), &"c".to_owned())
    );
    let mut null = config(&[("name", None), ("a", None)]);
    null.set_name(&name).unwrap();
    assert_eq!(null.values["name"], "c");
    assert_eq!(null.null_keys, ["a"]);
    config(&[("name", Some("c"))]).set_name(&name).unwrap();
    let error = config(&[("name", Some("d"))]).set_name(&name).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Connector name configuration (d) doesn't match connector name in the URL (c)"
    );
}

#[test]
fn the_last_of_several_values_counts() {
    let merged = config(&[
        ("a", Some("1")),
        ("b", Some("2")),
        ("a", Some("3")),
        ("b", None),
    ]);
    assert_eq!(merged.values.len(), 1);
    assert_eq!(merged.values["a"], "3");
    assert_eq!(merged.null_keys, ["b"]);
}

#[test]
fn stages_tell_what_goes_on() {
    let stage = |completed| Stage {
        what: "starting connector c".to_owned(),
        began: 0,
        completed,
    };
    assert_eq!(
        stage_summary(&stage(None)),
        "The worker is currently starting connector c, which began at 1970-01-01T00:00:00Z"
    );
    assert_eq!(
        stage_summary(&stage(Some(1_700_000_000_120))),
        "The last operation the worker completed was starting connector c, which began at \
         1970-01-01T00:00:00Z and completed at 2023-11-14T22:13:20.120Z"
    );
    let stages = Stages::new();
    assert_eq!(stages.summary(), None);
    stages.begin("awaiting startup");
    assert!(
        stages
            .summary()
            .unwrap()
            .starts_with("The worker is currently awaiting startup")
    );
    stages.complete();
    assert!(
        stages
            .summary()
            .unwrap()
            .starts_with("The last operation the worker completed was")
    );
}

#[test]
fn timeouts_have_the_stage_between_full_stops() {
    assert_eq!(HerderError::Timeout(None).to_string(), "Request timed out");
    assert_eq!(
        HerderError::Timeout(Some("The worker is currently x".to_owned())).to_string(),
        "Request timed out. The worker is currently x."
    );
}

#[tokio::test]
async fn reconfiguration_requests_are_remembered_once() {
    let requests = ReconfigurationRequests::new();
    for name in ["b", "a", "b"] {
        requests.request_task_reconfiguration(&ConnectorName::from(name));
    }
    requests.arrived().await;
    let names: Vec<String> = requests.take().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(requests.take().is_empty());
}
