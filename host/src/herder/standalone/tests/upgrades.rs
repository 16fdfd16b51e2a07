//! Moves to newer versions by connector.plugin.upgrade=auto, in paused time.

use std::time::Duration;

use super::*;
use crate::herder::UpgradeInfo;
use crate::herder::upgrade::UpgradeState;

const AUTO: [(&str, &str); 3] = [
    ("connector.plugin.upgrade", "auto"),
    ("connector.plugin.upgrade.probation.ms", "1000"),
    ("tasks", "2"),
];

async fn created(extra: &[(&str, &str)]) -> Fixture {
    let fixture = Fixture::new();
    create(&fixture, "c", &[&AUTO[..], extra].concat()).await;
    fixture.worker.take_calls();
    fixture
}

async fn newest(fixture: &Fixture, version: &str) {
    fixture.worker.set_newest(version);
    pass(1).await;
}

async fn pass(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn upgrade(fixture: &Fixture) -> UpgradeInfo {
    let status = fixture.herder.connector_status(&name("c")).unwrap();
    status.upkeep.upgrade.expect("it is upgraded by itself")
}

/// The versions of connector and tasks.
fn versions(fixture: &Fixture) -> Vec<String> {
    let status = fixture.herder.connector_status(&name("c")).unwrap();
    let all = std::iter::once(status.connector).chain(status.tasks.into_values());
    all.map(|status| status.version.unwrap_or_default())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn connector_first_then_task_by_task() {
    let fixture = created(&[]).await;
    assert_eq!(upgrade(&fixture), UpgradeInfo::default());
    newest(&fixture, "5.0").await;
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "start connector c STARTED Rest of 5.0",
            "task configs c",
            "stop task c-0",
            "start task c-0 STARTED of 5.0",
            "stop task c-1",
            "start task c-1 STARTED of 5.0",
        ]
    );
    assert_eq!(versions(&fixture), ["5.0"; 3]);
    let info = upgrade(&fixture);
    assert_eq!(info.state, UpgradeState::Probation);
    assert_eq!(info.from.as_deref(), Some(VERSION));
    assert_eq!(info.downtime.len(), 2);
    pass(1000).await;
    assert_eq!(upgrade(&fixture).state, UpgradeState::Completed);
    assert!(fixture.worker.calls_are_empty());
}

#[tokio::test(start_paused = true)]
async fn others_are_not_moved() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("connector.plugin.upgrade", "on-restart")]).await;
    fixture.worker.take_calls();
    newest(&fixture, "5.0").await;
    assert!(fixture.worker.calls_are_empty());
    let status = fixture.herder.connector_status(&name("c")).unwrap();
    assert_eq!(status.upkeep.upgrade, None);
}

#[tokio::test(start_paused = true)]
async fn an_older_version_changes_nothing() {
    let fixture = created(&[]).await;
    newest(&fixture, "4.2").await;
    assert!(fixture.worker.calls_are_empty());
    assert_eq!(upgrade(&fixture).state, UpgradeState::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_paused_connector_is_moved_when_it_is_resumed() {
    let fixture = created(&[]).await;
    let target = async |target| {
        let changed = fixture.herder.set_target_state(&name("c"), target).await;
        changed.unwrap();
        pass(1).await;
    };
    target(TargetState::Paused).await;
    newest(&fixture, "5.0").await;
    assert_eq!(versions(&fixture), [VERSION; 3]);
    target(TargetState::Started).await;
    assert_eq!(versions(&fixture), ["5.0"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_version_whose_connector_does_not_start_touches_no_task() {
    let fixture = created(&[("fail.start.of", "5.0")]).await;
    newest(&fixture, "5.0").await;
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "start connector c STARTED Rest of 5.0",
            "stop connector c",
            "start connector c STARTED Rest",
            "task configs c",
        ]
    );
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
    let info = upgrade(&fixture);
    assert_eq!(info.state, UpgradeState::RolledBack);
    assert!(
        info.reason
            .is_some_and(|reason| reason.contains("asked to"))
    );
    // Not again by itself, but for another version or by hand.
    newest(&fixture, "5.0").await;
    assert!(fixture.worker.calls_are_empty());
    newest(&fixture, "5.1").await;
    assert_eq!(versions(&fixture), ["5.1"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_start_takes_all_back() {
    let fixture = created(&[("fail.task.of", "5.0")]).await;
    newest(&fixture, "5.0").await;
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "start connector c STARTED Rest of 5.0",
            "task configs c",
            "stop task c-0",
            "start task c-0 STARTED of 5.0",
            "stop connector c",
            "start connector c STARTED Rest",
            "task configs c",
            "stop task c-0",
            "start task c-0 STARTED",
        ]
    );
    assert_eq!(versions(&fixture), [VERSION; 3]);
    assert_eq!(upgrade(&fixture).state, UpgradeState::RolledBack);
    // By hand, the newest it is, and it stays FAILED.
    fixture.herder.restart_connector(&name("c")).await.unwrap();
    pass(1).await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:FAILED 1:FAILED]");
    assert_eq!(upgrade(&fixture).state, UpgradeState::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_failure_within_the_probation_takes_all_back() {
    let fixture = created(&[
        ("errors.restart.policy", "backoff"),
        ("errors.restart.backoff", "exponential"),
    ])
    .await;
    newest(&fixture, "5.0").await;
    fixture.worker.take_calls();
    pass(500).await;
    fixture.statuses.on_task_status(
        &task("c", 1),
        State::Failed,
        Some("broken\n\tat x".to_owned()),
    );
    pass(1).await;
    assert_eq!(versions(&fixture), [VERSION; 3]);
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
    let info = upgrade(&fixture);
    assert_eq!(info.state, UpgradeState::RolledBack);
    assert_eq!(info.reason.as_deref(), Some("Task c-1 failed: broken"));
    // The policy looks after the version before, and keeps it.
    fixture.worker.take_calls();
    fixture
        .statuses
        .on_connector_status(&name("c"), State::Failed, Some("broken".to_owned()));
    pass(1002).await;
    assert_eq!(
        fixture.worker.take_calls()[..2],
        ["stop connector c", "start connector c STARTED Rest"]
    );
    assert_eq!(versions(&fixture), [VERSION; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_after_the_probation_is_a_failure() {
    let fixture = created(&[]).await;
    newest(&fixture, "5.0").await;
    pass(1000).await;
    fixture
        .statuses
        .on_task_status(&task("c", 1), State::Failed, Some("broken".to_owned()));
    pass(3_600_000).await;
    assert_eq!(versions(&fixture), ["5.0"; 3]);
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:FAILED]");
}

#[tokio::test(start_paused = true)]
async fn many_connectors_are_moved_a_few_at_a_time() {
    let fixture = Fixture::new();
    for number in 0..20 {
        create(&fixture, &format!("c{number}"), &AUTO).await;
    }
    newest(&fixture, "5.0").await;
    for number in 0..20 {
        let status = fixture
            .herder
            .task_status(&task(&format!("c{number}"), 1))
            .unwrap();
        assert_eq!(status.status.version.as_deref(), Some("5.0"));
    }
}
