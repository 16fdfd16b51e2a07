use super::*;
use crate::herder::fake::{Fixture, VERSION, WORKER_ID};
use crate::storage::status::State;
use crate::worker::api::{ConnectorEvents as _, StatusListener as _};

mod restarts;
mod upgrades;
mod versions;

fn name(text: &str) -> ConnectorName {
    ConnectorName::from(text)
}

fn task(connector: &str, task: u32) -> ConnectorTaskId {
    ConnectorTaskId::new(name(connector), task)
}

fn source(extra: &[(&str, &str)]) -> SubmittedConfig {
    let mut config = ConfigMap::new();
    config.insert("connector.class".to_owned(), "FileStreamSource".to_owned());
    config.extend(
        extra
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    SubmittedConfig::new(config)
}

async fn create(fixture: &Fixture, connector: &str, extra: &[(&str, &str)]) -> Put {
    let request = PutConnector::create(name(connector), source(extra), ConfigOrigin::Rest);
    fixture.herder.put_connector_config(request).await.unwrap()
}

async fn create_in(fixture: &Fixture, connector: &str, target: TargetState) -> Put {
    let request =
        PutConnector::create(name(connector), source(&[]), ConfigOrigin::Rest).target(Some(target));
    fixture.herder.put_connector_config(request).await.unwrap()
}

async fn replace(
    fixture: &Fixture,
    connector: &str,
    extra: &[(&str, &str)],
) -> Result<Put, HerderError> {
    let request = PutConnector::put(name(connector), source(extra), ConfigOrigin::Rest);
    fixture.herder.put_connector_config(request).await
}

/// Lets the operations of a connector that nobody waits for come to their end.
async fn settle(fixture: &Fixture, connector: &str) {
    fixture
        .herder
        .submit(&name(connector), |_, answer| async move {
            let _ = answer.send(Ok(()));
        })
        .await
        .unwrap();
}

fn states(fixture: &Fixture, connector: &str) -> String {
    match fixture.herder.connector_status(&name(connector)) {
        Ok(info) => {
            let tasks: Vec<String> = info
                .tasks
                .iter()
                .map(|(id, status)| format!("{id}:{}", status.state))
                .collect();
            format!("{} [{}]", info.connector.state, tasks.join(" "))
        }
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn created_runs_with_its_tasks() {
    let fixture = Fixture::new();
    let put = create(&fixture, "c", &[("tasks", "2")]).await;
    assert!(put.created);
    assert_eq!(put.info.tasks, [task("c", 0), task("c", 1)]);
    assert_eq!(put.info.config["name"], "c");
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "start connector c STARTED Rest",
            "task configs c",
            "start task c-0 STARTED",
            "start task c-1 STARTED"
        ]
    );
    let status = fixture.herder.task_status(&task("c", 1)).unwrap();
    let status = status.status;
    assert_eq!(status.worker_id, WORKER_ID);
    assert_eq!(status.generation, 0);
    assert_eq!(status.version.as_deref(), Some(VERSION));
    assert_eq!(fixture.herder.connectors(), [name("c")]);
}

#[tokio::test]
async fn created_twice_is_refused() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    let request = PutConnector::create(name("c"), source(&[]), ConfigOrigin::Rest);
    let error = fixture
        .herder
        .put_connector_config(request)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Connector c already exists");
    // Validation comes first.
    let request = PutConnector::create(name("c"), SubmittedConfig::default(), ConfigOrigin::Rest);
    let error = fixture
        .herder
        .put_connector_config(request)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "contains no connector type");
}

#[tokio::test]
async fn created_paused_or_stopped_has_no_tasks_until_resumed() {
    for (target, state) in [
        (TargetState::Paused, "PAUSED []"),
        (TargetState::Stopped, "STOPPED []"),
    ] {
        let fixture = Fixture::new();
        let put = create_in(&fixture, "c", target).await;
        assert!(put.info.tasks.is_empty());
        assert_eq!(states(&fixture, "c"), state);
        fixture
            .herder
            .set_target_state(&name("c"), TargetState::Started)
            .await
            .unwrap();
        settle(&fixture, "c").await;
        assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING]");
    }
}

#[tokio::test]
async fn pause_and_resume_keep_tasks() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    for _ in 0..2 {
        fixture
            .herder
            .set_target_state(&name("c"), TargetState::Paused)
            .await
            .unwrap();
    }
    settle(&fixture, "c").await;
    assert_eq!(states(&fixture, "c"), "PAUSED [0:PAUSED]");
    fixture
        .herder
        .set_target_state(&name("c"), TargetState::Started)
        .await
        .unwrap();
    settle(&fixture, "c").await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING]");
    // Task configurations were asked for again, and the tasks left alone.
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "set target c PAUSED",
            "set target c PAUSED",
            "set target c STARTED",
            "task configs c"
        ]
    );
}

#[tokio::test]
async fn stop_takes_tasks_away_and_resume_makes_them_anew() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    for _ in 0..2 {
        fixture
            .herder
            .set_target_state(&name("c"), TargetState::Stopped)
            .await
            .unwrap();
        assert_eq!(states(&fixture, "c"), "STOPPED []");
        assert!(fixture.herder.task_configs(&name("c")).unwrap().is_empty());
    }
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop task c-0",
            "set target c STOPPED",
            "set target c STOPPED"
        ]
    );
    // From STOPPED to PAUSED: no tasks yet.
    fixture
        .herder
        .set_target_state(&name("c"), TargetState::Paused)
        .await
        .unwrap();
    settle(&fixture, "c").await;
    assert_eq!(states(&fixture, "c"), "PAUSED []");
    fixture
        .herder
        .set_target_state(&name("c"), TargetState::Started)
        .await
        .unwrap();
    settle(&fixture, "c").await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING]");
}

#[tokio::test]
async fn put_restarts_the_connector_and_changed_tasks() {
    let fixture = Fixture::new();
    assert!(replace(&fixture, "c", &[]).await.unwrap().created);
    fixture.worker.take_calls();
    let put = replace(&fixture, "c", &[]).await.unwrap();
    assert!(!put.created);
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "start connector c STARTED Rest",
            "task configs c"
        ]
    );
    replace(&fixture, "c", &[("topic", "t")]).await.unwrap();
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "start connector c STARTED Rest",
            "task configs c",
            "stop task c-0",
            "start task c-0 STARTED"
        ]
    );
}

#[tokio::test]
async fn put_keeps_the_target_state() {
    let fixture = Fixture::new();
    create_in(&fixture, "c", TargetState::Stopped).await;
    let put = replace(&fixture, "c", &[("topic", "t")]).await.unwrap();
    assert!(put.info.tasks.is_empty());
    assert_eq!(states(&fixture, "c"), "STOPPED []");
}

#[tokio::test]
async fn fewer_tasks_leave_no_statuses_behind() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("tasks", "3")]).await;
    replace(&fixture, "c", &[("tasks", "1")]).await.unwrap();
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING]");
}

#[tokio::test]
async fn rest_takes_the_command_line_origin_away() {
    let fixture = Fixture::new();
    let request = PutConnector::create(name("c"), source(&[]), ConfigOrigin::CommandLine);
    fixture.herder.put_connector_config(request).await.unwrap();
    assert_eq!(
        fixture.worker.take_calls()[0],
        "start connector c STARTED CommandLine"
    );
    let patch = vec![("file".to_owned(), Some("/etc/shadow".to_owned()))];
    fixture
        .herder
        .patch_connector_config(&name("c"), patch, ConfigOrigin::Rest)
        .await
        .unwrap();
    assert_eq!(
        fixture.worker.take_calls()[1],
        "start connector c STARTED Rest"
    );
}

#[tokio::test]
async fn patch_merges_removes_and_keeps_a_patched_name() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("a", "1"), ("b", "2")]).await;
    let patch = vec![
        ("a".to_owned(), None),
        ("b".to_owned(), Some("3".to_owned())),
        ("name".to_owned(), Some("z".to_owned())),
    ];
    let info = fixture
        .herder
        .patch_connector_config(&name("c"), patch, ConfigOrigin::Rest)
        .await
        .unwrap();
    assert_eq!(info.name, name("c"));
    assert_eq!(info.config["name"], "z");
    assert_eq!(info.config["b"], "3");
    assert!(!info.config.contains_key("a"));
    let error = fixture
        .herder
        .patch_connector_config(&name("d"), Vec::new(), ConfigOrigin::Rest)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Connector d not found");
}

#[tokio::test]
async fn a_build_failure_answers_with_its_message_and_stays_stored() {
    let fixture = Fixture::new();
    let request = PutConnector::create(
        name("c"),
        source(&[("fail.build", "no replication factor")]),
        ConfigOrigin::Rest,
    );
    let error = fixture
        .herder
        .put_connector_config(request)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no replication factor");
    assert!(
        fixture
            .herder
            .connector_info(&name("c"))
            .unwrap()
            .tasks
            .is_empty()
    );
    let status = fixture
        .herder
        .connector_status(&name("c"))
        .unwrap()
        .connector;
    assert_eq!(status.state, State::Failed);
    assert_eq!(status.version, None);
    let trace = "org.apache.kafka.connect.errors.ConnectException: no replication factor";
    assert_eq!(status.trace.as_deref(), Some(trace));
    // A restart fails in the same way; what repairs it is another configuration.
    let error = fixture
        .herder
        .restart_connector(&name("c"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no replication factor");
    replace(&fixture, "c", &[]).await.unwrap();
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING]");
}

#[tokio::test]
async fn a_start_failure_keeps_the_version() {
    let fixture = Fixture::new();
    let extra = [(
        "fail.start",
        "Failed to transition connector c to state STARTED",
    )];
    let error = replace(&fixture, "c", &extra).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Failed to transition connector c to state STARTED"
    );
    let status = fixture
        .herder
        .connector_status(&name("c"))
        .unwrap()
        .connector;
    assert_eq!(status.state, State::Failed);
    assert_eq!(status.version.as_deref(), Some(VERSION));
}

#[tokio::test]
async fn failing_task_configs_fail_the_connector() {
    let fixture = Fixture::new();
    let error = replace(&fixture, "c", &[("fail.tasks", "too many")])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "too many");
    assert_eq!(states(&fixture, "c"), "FAILED []");
}

#[tokio::test]
async fn delete_leaves_nothing() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    fixture.herder.delete_connector(&name("c")).await.unwrap();
    assert_eq!(
        fixture.worker.take_calls(),
        ["stop task c-0", "stop connector c"]
    );
    assert_eq!(states(&fixture, "c"), "No status found for connector c");
    assert!(fixture.herder.connectors().is_empty());
    let error = fixture
        .herder
        .delete_connector(&name("c"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Connector c not found");
    let error = fixture.herder.connector_info(&name("c")).unwrap_err();
    assert_eq!(error.to_string(), "Connector c not found");
}

#[tokio::test]
async fn restart_of_the_connector_alone_leaves_tasks() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    fixture.herder.restart_connector(&name("c")).await.unwrap();
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "start connector c STARTED Rest",
            "task configs c"
        ]
    );
}

#[tokio::test]
async fn restart_of_failed_tasks() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("tasks", "2")]).await;
    fixture
        .statuses
        .on_task_status(&task("c", 1), State::Failed, Some("broken".to_owned()));
    fixture.worker.take_calls();
    let request = RestartRequest {
        connector: name("c"),
        only_failed: true,
        include_tasks: true,
    };
    let planned = fixture
        .herder
        .restart_connector_and_tasks(request)
        .await
        .unwrap();
    assert_eq!(planned.connector.state, State::Running);
    assert_eq!(planned.tasks[&0].state, State::Running);
    assert_eq!(planned.tasks[&1].state, State::Restarting);
    assert_eq!(planned.tasks[&1].trace.as_deref(), Some("broken"));
    settle(&fixture, "c").await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:RUNNING 1:RUNNING]");
    assert_eq!(
        fixture.worker.take_calls(),
        ["stop task c-1", "start task c-1 STARTED"]
    );
}

#[tokio::test]
async fn restart_of_everything_does_not_regenerate_tasks() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    let request = RestartRequest {
        connector: name("c"),
        only_failed: false,
        include_tasks: true,
    };
    fixture
        .herder
        .restart_connector_and_tasks(request)
        .await
        .unwrap();
    settle(&fixture, "c").await;
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "stop connector c",
            "stop task c-0",
            "start connector c STARTED Rest",
            "start task c-0 STARTED"
        ]
    );
}

#[tokio::test]
async fn restart_of_a_task() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    fixture.herder.restart_task(&task("c", 0)).await.unwrap();
    assert_eq!(
        fixture.worker.take_calls(),
        ["stop task c-0", "start task c-0 STARTED"]
    );
    let error = fixture
        .herder
        .restart_task(&task("c", 1))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Task c-1 not found");
    let error = fixture
        .herder
        .restart_task(&task("d", 0))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Unknown connector: d");
}

#[tokio::test]
async fn a_task_that_cannot_be_started_is_failed_without_a_version() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("fail.task.build", "no")]).await;
    assert_eq!(states(&fixture, "c"), "RUNNING [0:FAILED]");
    assert_eq!(
        fixture
            .herder
            .task_status(&task("c", 0))
            .unwrap()
            .status
            .version,
        None
    );
    let error = fixture
        .herder
        .restart_task(&task("c", 0))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Failed to start task: c-0");
}

#[tokio::test]
async fn a_connector_asks_for_reconfiguration() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    create_in(&fixture, "p", TargetState::Paused).await;
    fixture.worker.take_calls();
    for connector in ["c", "c", "p", "gone"] {
        fixture
            .reconfigurations
            .request_task_reconfiguration(&name(connector));
    }
    while fixture.worker.calls_are_empty() {
        tokio::task::yield_now().await;
    }
    for connector in ["c", "p", "gone"] {
        settle(&fixture, connector).await;
    }
    assert_eq!(fixture.worker.take_calls(), ["task configs c"]);
}

#[tokio::test]
async fn references_are_stored_instead_of_secrets() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[("secret", "${file:/s:k}")]).await;
    let tasks = fixture.herder.task_configs(&name("c")).unwrap();
    assert_eq!(tasks[0]["secret"], "${file:/s:k}");
}

#[tokio::test(start_paused = true)]
async fn a_blocked_connector_holds_up_nobody_else() {
    let fixture = Fixture::new();
    let error = replace(&fixture, "slow", &[("block.start", "")])
        .await
        .unwrap_err();
    let HerderError::Timeout(Some(stage)) = &error else {
        panic!("{error}")
    };
    assert!(
        stage.starts_with("The worker is currently starting connector slow, which began at 20"),
        "{stage}"
    );
    assert_eq!(error.to_string(), format!("Request timed out. {stage}."));
    // It goes on, and what was asked for it meanwhile comes after it.
    create(&fixture, "quick", &[]).await;
    fixture.herder.health_check().await.unwrap();
    assert_eq!(states(&fixture, "quick"), "RUNNING [0:RUNNING]");
    assert_eq!(
        states(&fixture, "slow"),
        "No status found for connector slow"
    );
    let slow = name("slow");
    let delete = fixture.herder.delete_connector(&slow);
    fixture.worker.gate.add_permits(1);
    delete.await.unwrap();
    assert!(
        fixture
            .worker
            .take_calls()
            .contains(&"start task slow-0 STARTED".to_owned())
    );
    assert_eq!(fixture.herder.connectors(), [name("quick")]);
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_herder_lives() {
    let fixture = Fixture::new();
    let error = replace(&fixture, "c", &[("panic", "")]).await.unwrap_err();
    assert_eq!(error.to_string(), "Request interrupted");
    replace(&fixture, "c", &[]).await.unwrap();
}

#[tokio::test]
async fn requests_after_the_stop_are_refused() {
    let fixture = Fixture::new();
    create(&fixture, "c", &[]).await;
    fixture.worker.take_calls();
    fixture.stopping.cancel();
    fixture.running.await.unwrap();
    assert_eq!(fixture.worker.take_calls(), ["stop"]);
    let error = fixture
        .herder
        .delete_connector(&name("c"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "The herder is shutting down");
    let error = fixture.herder.health_check().await.unwrap_err();
    assert_eq!(error.to_string(), "The herder is shutting down");
    // Readers still see what there was.
    assert_eq!(fixture.herder.connectors(), [name("c")]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_a_blocked_start() {
    let fixture = Fixture::new();
    let herder = fixture.herder.clone();
    let blocked = tokio::spawn(async move {
        let request = PutConnector::put(
            name("slow"),
            source(&[("block.start", "")]),
            ConfigOrigin::Rest,
        );
        herder.put_connector_config(request).await
    });
    while fixture.worker.calls_are_empty() {
        tokio::task::yield_now().await;
    }
    fixture.stopping.cancel();
    fixture.running.await.unwrap();
    assert_eq!(blocked.await.unwrap(), Err(HerderError::Stopping));
}

#[tokio::test]
async fn unknown_connectors() {
    let fixture = Fixture::new();
    let herder = &fixture.herder;
    for target in [
        TargetState::Paused,
        TargetState::Started,
        TargetState::Stopped,
    ] {
        let error = herder
            .set_target_state(&name("c"), target)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "Unknown connector c");
    }
    let error = herder.restart_connector(&name("c")).await.unwrap_err();
    assert_eq!(error.to_string(), "Unknown connector: c");
    let request = RestartRequest {
        connector: name("c"),
        only_failed: true,
        include_tasks: false,
    };
    let error = herder
        .restart_connector_and_tasks(request)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Unknown connector: c");
    let error = herder.task_configs(&name("c")).unwrap_err();
    assert_eq!(error.to_string(), "Connector c not found");
    let error = herder.task_status(&task("c", 3)).unwrap_err();
    assert_eq!(error.to_string(), "No status found for task c-3");
}

#[tokio::test]
async fn a_null_that_validation_let_pass_is_refused() {
    let fixture = Fixture::new();
    let mut config = source(&[]);
    config.null_keys.push("file".to_owned());
    let request = PutConnector::create(name("c"), config, ConfigOrigin::Rest);
    let error = fixture
        .herder
        .put_connector_config(request)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Non-string value found in original settings for key file: null"
    );
    assert!(fixture.herder.connectors().is_empty());
}
