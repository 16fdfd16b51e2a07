use super::*;
use crate::storage::config::{ConfigOrigin, TargetState};

fn map(entries: &[(&str, &str)]) -> ConfigMap {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn references_replace_what_they_stand_for() {
    let connector = map(&[
        ("password", "${file:/secrets:db}"),
        ("url", "jdbc://${env:HOST}/x"),
        ("literal", "${no reference}"),
        ("own", "${file:a}"),
    ]);
    let generated = vec![map(&[
        ("password", "p"),
        ("url", "u"),
        ("literal", "l"),
        ("task", "0"),
    ])];
    let raw = raw_task_configs(&connector, generated);
    assert_eq!(
        raw,
        [map(&[
            ("password", "${file:/secrets:db}"),
            ("url", "jdbc://${env:HOST}/x"),
            ("literal", "l"),
            ("task", "0")
        ])]
    );
}

#[test]
fn what_changes_tasks() {
    let connector = map(&[("a", "1")]);
    let stored = |applied: Option<ConfigMap>, tasks: &[ConfigMap]| ConnectorConfigState {
        config: connector.clone(),
        origin: ConfigOrigin::Rest,
        target: TargetState::Started,
        task_configs: tasks.to_vec(),
        applied_config: applied,
    };
    let (one, other) = (map(&[("t", "1")]), map(&[("t", "2")]));
    let tasks = [one.clone()];
    let check = |applied, generated: &[ConfigMap]| {
        task_configs_changed(&stored(applied, &tasks), generated)
    };
    assert!(!check(Some(connector.clone()), &tasks));
    assert!(check(Some(connector.clone()), &[one.clone(), one.clone()]));
    assert!(check(Some(connector.clone()), &[]));
    assert!(check(Some(connector.clone()), &[other]));
    assert!(check(Some(map(&[("a", "2")])), &tasks));
    assert!(check(None, &tasks));
}
