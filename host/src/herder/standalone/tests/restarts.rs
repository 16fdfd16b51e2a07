//! Restarts by errors.restart.policy, in paused time.

use std::time::Duration;

use tokio::time::Instant;

use super::*;

const BACKOFF: [(&str, &str); 4] = [
    ("errors.restart.policy", "backoff"),
    ("errors.restart.backoff", "exponential"),
    ("errors.restart.backoff.initial.ms", "1000"),
    ("errors.restart.max.attempts", "2"),
];

fn fail(fixture: &Fixture, number: u32) {
    fixture
        .statuses
        .on_task_status(&task("c", number), State::Failed, Some("broken".to_owned()));
}

fn count(fixture: &Fixture, number: u32) -> u32 {
    let status = fixture.herder.task_status(&task("c", number)).unwrap();
    status.restarts.expect("there is a policy").count
}

/// Lets time pass, with all that happens meanwhile.
async fn pass(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

async fn created() -> Fixture {
    let fixture = Fixture::new();
    create(&fixture, "c", &[&BACKOFF[..], &[("tasks", "2")]].concat()).await;
    fixture.worker.take_calls();
    fixture
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_is_restarted_until_the_limit() {
    let fixture = created().await;
    for (attempt, delay) in [(1, 1000), (2, 2000)] {
        fail(&fixture, 1);
        pass(delay - 1).await;
        assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:FAILED]");
        pass(2).await;
        assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
        assert_eq!(
            fixture.worker.take_calls(),
            ["stop task c-1", "start task c-1 STARTED"]
        );
        assert_eq!((count(&fixture, 0), count(&fixture, 1)), (0, attempt));
    }
    fail(&fixture, 1);
    pass(3_600_000).await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:FAILED]");
    let info = fixture.herder.connector_status(&name("c")).unwrap();
    assert!(info.upkeep.restarts[&Some(1)].limit_reached);
    // Whoever restarts it by hand starts the count anew.
    fixture.herder.restart_task(&task("c", 1)).await.unwrap();
    fail(&fixture, 1);
    pass(1001).await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_does_not_start_is_started_again_with_its_tasks() {
    let fixture = Fixture::new();
    let broken = [&BACKOFF[..], &[("fail.start", "not yet")]].concat();
    replace(&fixture, "c", &broken).await.unwrap_err();
    fixture.worker.take_calls();
    pass(1001).await;
    assert_eq!(
        fixture.worker.take_calls(),
        ["stop connector c", "start connector c STARTED Rest"]
    );
    pass(2000).await;
    assert_eq!(fixture.worker.take_calls().len(), 2);
    pass(3_600_000).await;
    assert!(fixture.worker.calls_are_empty());
    assert_eq!(states(&fixture, "c"), "FAILED []");
}

#[tokio::test(start_paused = true)]
async fn what_a_user_does_takes_the_pending_restart_away() {
    for state in ["pause", "stop", "delete", "restart", "config"] {
        let fixture = created().await;
        fail(&fixture, 0);
        pass(500).await;
        let (herder, connector) = (&fixture.herder, name("c"));
        match state {
            "pause" => {
                herder
                    .set_target_state(&connector, TargetState::Paused)
                    .await
            }
            "stop" => {
                herder
                    .set_target_state(&connector, TargetState::Stopped)
                    .await
            }
            "delete" => herder.delete_connector(&connector).await,
            "restart" => herder.restart_task(&task("c", 0)).await,
            _ => replace(&fixture, "c", &BACKOFF).await.map(|_| ()),
        }
        .unwrap();
        pass(1).await;
        fixture.worker.take_calls();
        pass(3_600_000).await;
        assert!(fixture.worker.calls_are_empty(), "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_failed_after_a_pause_is_restarted_then() {
    let fixture = created().await;
    fail(&fixture, 0);
    for target in [TargetState::Paused, TargetState::Started] {
        fixture
            .herder
            .set_target_state(&name("c"), target)
            .await
            .unwrap();
        pass(1).await;
    }
    // The fake brings all tasks to the new state.
    fail(&fixture, 0);
    pass(1001).await;
    assert_eq!(count(&fixture, 0), 1);
}

#[tokio::test(start_paused = true)]
async fn without_the_policy_nothing_is_restarted_and_nothing_shown() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("errors.restart.backoff", "exponential")]).await;
    fail(&fixture, 0);
    fixture.worker.take_calls();
    pass(3_600_000).await;
    assert!(fixture.worker.calls_are_empty());
    let info = fixture.herder.connector_status(&name("c")).unwrap();
    assert!(info.upkeep.restarts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_worker_does_not_wait_for_restarts() {
    let fixture = created().await;
    fail(&fixture, 0);
    pass(1).await;
    let began = Instant::now();
    fixture.stopping.cancel();
    fixture.running.await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(500));
    assert_eq!(fixture.worker.take_calls(), ["stop"]);
}
