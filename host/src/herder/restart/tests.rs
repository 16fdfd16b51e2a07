use super::*;
use crate::herder::state::UpkeepInfo;
use crate::storage::status::InstanceStatus;
use crate::worker::api::ConnectorKind;

fn status(state: State) -> InstanceStatus {
    InstanceStatus {
        state,
        trace: (state == State::Failed).then(|| "trace".to_owned()),
        worker_id: "w".to_owned(),
        generation: 0,
        version: None,
    }
}

/// The plan as `connector? [tasks]` for connector, task 0 and task 1 in these states.
fn check(only_failed: bool, include_tasks: bool, states: [State; 3]) -> (bool, Vec<u32>) {
    let connector = ConnectorName::from("c");
    let request = RestartRequest {
        connector: connector.clone(),
        only_failed,
        include_tasks,
    };
    let present = ConnectorStateInfo {
        name: connector,
        connector: status(states[0]),
        tasks: [(0, status(states[1])), (1, status(states[2]))].into(),
        kind: Some(ConnectorKind::Sink),
        upkeep: UpkeepInfo::default(),
    };
    let plan = RestartPlan::new(&request, present.clone());
    let tasks: Vec<u32> = plan.tasks.iter().map(|id| id.task).collect();
    assert_eq!(
        plan.state.connector.state == State::Restarting,
        plan.connector
    );
    assert_eq!(plan.state.connector.trace, present.connector.trace);
    for (task, shown) in &plan.state.tasks {
        let expected = if tasks.contains(task) {
            State::Restarting
        } else {
            present.tasks[task].state
        };
        assert_eq!(shown.state, expected);
        assert_eq!(shown.trace, present.tasks[task].trace);
    }
    (plan.connector, tasks)
}

#[test]
fn plans() {
    use State::{Failed, Paused, Running};
    assert_eq!(
        check(false, false, [Running, Failed, Running]),
        (true, vec![])
    );
    assert_eq!(
        check(false, true, [Running, Failed, Paused]),
        (true, vec![0, 1])
    );
    assert_eq!(
        check(true, false, [Running, Failed, Failed]),
        (false, vec![])
    );
    assert_eq!(check(true, false, [Failed, Failed, Failed]), (true, vec![]));
    assert_eq!(
        check(true, true, [Running, Failed, Running]),
        (false, vec![0])
    );
    assert_eq!(
        check(true, true, [Failed, Running, Failed]),
        (true, vec![1])
    );
    assert_eq!(
        check(true, true, [Running, Running, Running]),
        (false, vec![])
    );
}
