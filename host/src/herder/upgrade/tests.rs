use std::sync::Arc;

use super::*;
use crate::config::def::ConfigDef;
use crate::worker::api::{ConnectorKind, PluginCode};

fn plugin(version: &str) -> ConnectorPlugin {
    build(version, version)
}

fn build(version: &str, sha256: &str) -> ConnectorPlugin {
    ConnectorPlugin {
        class: "x.Connector".to_owned(),
        kind: ConnectorKind::Source,
        version: version.to_owned(),
        versions: Vec::new(),
        config_def: Arc::new(ConfigDef::default()),
        task_class: "x.Task".to_owned(),
        sha256: sha256.to_owned(),
        code: PluginCode::default(),
    }
}

fn name() -> ConnectorName {
    ConnectorName::from("c")
}

fn now() -> Moment {
    Moment {
        instant: Instant::now(),
        epoch_ms: 1_000_000,
    }
}

const PROBATION: Duration = Duration::from_secs(60);

/// Moved from one version to another, and on probation.
fn moved(upgrades: &mut Upgrades, from: &str, to: &str) {
    upgrades.begin(&name(), plugin(from), plugin(to));
    assert!(upgrades.is_moving(&name()));
    upgrades.task_moved(&name(), 0, Duration::from_millis(7));
    upgrades.moved(&name(), PROBATION, now());
    assert!(upgrades.is_on_probation(&name()));
}

#[test]
fn newer_versions_and_other_builds_are_wanted() {
    let upgrades = Upgrades::default();
    let wants = |from, to: ConnectorPlugin| upgrades.wants(&name(), &plugin(from), &to);
    assert!(wants("1.0", plugin("1.1")));
    assert!(wants("1.9", plugin("1.10")));
    assert!(!wants("1.1", plugin("1.0")));
    assert!(!wants("1.0", plugin("1.0")));
    assert!(wants("1.0", build("1.0", "other")));
    let other_class = ConnectorPlugin {
        class: "y.Connector".to_owned(),
        ..plugin("2.0")
    };
    assert!(!wants("1.0", other_class));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_stands_its_probation_stays() {
    let mut upgrades = Upgrades::default();
    moved(&mut upgrades, "1.0", "2.0");
    let info = upgrades.info(&name());
    assert_eq!(info.state, UpgradeState::Probation);
    assert_eq!(info.probation_ends, Some(1_060_000));
    assert_eq!(info.downtime[&0], Duration::from_millis(7));
    let end = upgrades.next_end().expect("a probation ends");
    tokio::time::sleep_until(end - Duration::from_millis(1)).await;
    assert!(upgrades.end_probations(Instant::now()).is_empty());
    tokio::time::sleep_until(end).await;
    let ended = upgrades.end_probations(Instant::now());
    assert_eq!(ended, [(name(), "2.0".to_owned())]);
    assert_eq!(upgrades.next_end(), None);
    // A failure is nobody's affair any more.
    upgrades.failed(&name(), "broken".to_owned());
    assert!(upgrades.take_failed().is_empty());
    let info = upgrades.info(&name());
    assert_eq!(info.state, UpgradeState::Completed);
    assert_eq!((info.reason, info.probation_ends), (None, None));
}

#[tokio::test(start_paused = true)]
async fn a_failure_on_probation_takes_it_back_once() {
    let mut upgrades = Upgrades::default();
    moved(&mut upgrades, "1.0", "2.0");
    upgrades.failed(&name(), "broken".to_owned());
    upgrades.failed(&name(), "broken, too".to_owned());
    assert_eq!(upgrades.take_failed(), BTreeSet::from([name()]));
    assert!(upgrades.take_failed().is_empty());
    assert!(upgrades.is_moving(&name()));
    let back = upgrades.going_back(&name()).expect("it goes back");
    assert_eq!(
        (&*back.before.version, &*back.failed.version),
        ("1.0", "2.0")
    );
    assert_eq!(back.reason, "broken");
    upgrades.went_back(&name(), back.reason);
    assert!(upgrades.going_back(&name()).is_none());
    assert_eq!(upgrades.info(&name()).state, UpgradeState::RolledBack);
    // That build is not tried again; another one is.
    let wants = |to: &ConnectorPlugin| upgrades.wants(&name(), &plugin("1.0"), to);
    assert!(!wants(&plugin("2.0")));
    assert!(wants(&build("2.0", "repaired")));
    assert!(wants(&plugin("2.1")));
    upgrades.forget(&name());
    assert!(upgrades.wants(&name(), &plugin("1.0"), &plugin("2.0")));
}

#[tokio::test(start_paused = true)]
async fn a_move_on_probation_goes_back_to_what_was_proven() {
    let mut upgrades = Upgrades::default();
    moved(&mut upgrades, "1.0", "2.0");
    moved(&mut upgrades, "2.0", "3.0");
    upgrades.failed(&name(), "broken".to_owned());
    let back = upgrades.going_back(&name()).expect("it goes back");
    assert_eq!(
        (&*back.before.version, &*back.failed.version),
        ("1.0", "3.0")
    );
}

#[tokio::test(start_paused = true)]
async fn without_probation_it_is_done_at_once() {
    let mut upgrades = Upgrades::default();
    upgrades.begin(&name(), plugin("1.0"), plugin("2.0"));
    upgrades.moved(&name(), Duration::ZERO, now());
    assert_eq!(upgrades.info(&name()).state, UpgradeState::Completed);
    assert_eq!(upgrades.next_end(), None);
}

#[tokio::test(start_paused = true)]
async fn who_is_taken_care_of_does_not_go_back() {
    let mut upgrades = Upgrades::default();
    moved(&mut upgrades, "1.0", "2.0");
    upgrades.failed(&name(), "broken".to_owned());
    upgrades.forget(&name());
    assert!(upgrades.take_failed().is_empty());
    assert!(upgrades.going_back(&name()).is_none());
    assert_eq!(upgrades.info(&name()), UpgradeInfo::default());
}
