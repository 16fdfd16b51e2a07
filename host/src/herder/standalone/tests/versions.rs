//! Which version of its plugin a connector and its tasks are started in.

use super::*;

async fn created() -> Fixture {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("tasks", "2")]).await;
    fixture.worker.take_calls();
    fixture.worker.set_newest("5.0");
    fixture
}

fn versions(fixture: &Fixture) -> Vec<String> {
    let status = fixture.herder.connector_status(&name("c")).unwrap();
    let all = std::iter::once(status.connector).chain(status.tasks.into_values());
    all.map(|status| status.version.unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_restarted_task_keeps_the_version_of_its_connector() {
    let fixture = created().await;
    fixture.herder.restart_task(&task("c", 1)).await.unwrap();
    assert_eq!(
        fixture.worker.take_calls(),
        ["stop task c-1", "start task c-1 STARTED"]
    );
    assert_eq!(versions(&fixture), [VERSION; 3]);
}

#[tokio::test]
async fn a_restarted_connector_takes_its_tasks_along() {
    let fixture = created().await;
    fixture.herder.restart_connector(&name("c")).await.unwrap();
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
    fixture.herder.restart_connector(&name("c")).await.unwrap();
    assert_eq!(fixture.worker.take_calls().len(), 3);
}

#[tokio::test]
async fn restarts_of_tasks_that_failed_keep_the_version_and_of_all_take_the_newest() {
    let fixture = created().await;
    fixture
        .statuses
        .on_task_status(&task("c", 1), State::Failed, Some("broken".to_owned()));
    let restart = async |only_failed| {
        let request = RestartRequest {
            connector: name("c"),
            only_failed,
            include_tasks: true,
        };
        let planned = fixture.herder.restart_connector_and_tasks(request).await;
        planned.unwrap();
        settle(&fixture, "c").await;
    };
    restart(true).await;
    assert_eq!(versions(&fixture), [VERSION; 3]);
    restart(false).await;
    assert_eq!(versions(&fixture), ["5.0"; 3]);
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
}

#[tokio::test]
async fn tasks_of_a_paused_connector_follow_when_it_is_resumed() {
    let fixture = created().await;
    let target = async |target| {
        let changed = fixture.herder.set_target_state(&name("c"), target).await;
        changed.unwrap();
        settle(&fixture, "c").await;
    };
    target(TargetState::Paused).await;
    fixture.herder.restart_connector(&name("c")).await.unwrap();
    assert_eq!(versions(&fixture), ["5.0", VERSION, VERSION]);
    target(TargetState::Started).await;
    assert_eq!(versions(&fixture), ["5.0"; 3]);
}

#[tokio::test]
async fn a_pause_or_a_stop_alone_changes_no_version() {
    let fixture = created().await;
    for target in [
        TargetState::Paused,
        TargetState::Started,
        TargetState::Stopped,
        TargetState::Started,
    ] {
        let changed = fixture.herder.set_target_state(&name("c"), target).await;
        changed.unwrap();
        settle(&fixture, "c").await;
    }
    assert_eq!(versions(&fixture), [VERSION; 3]);
}
