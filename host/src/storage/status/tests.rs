use super::*;

fn status(state: State, worker_id: &str, generation: i32) -> InstanceStatus {
    InstanceStatus {
        state,
        trace: None,
        worker_id: worker_id.to_owned(),
        generation,
        version: None,
    }
}

#[test]
fn safe_writes_do_not_hide_a_newer_owner() {
    let store = MemoryStatusBackingStore::new();
    let name = ConnectorName::from("c");
    let state = || store.connector(&name).map(|status| status.state);
    store.put_connector_safe(&name, status(State::Failed, "old", 1));
    assert_eq!(state(), Some(State::Failed));
    store.put_connector(&name, status(State::Running, "new", 2));
    store.put_connector_safe(&name, status(State::Unassigned, "old", 1));
    assert_eq!(state(), Some(State::Running));
    store.put_connector_safe(&name, status(State::Paused, "new", 1));
    assert_eq!(state(), Some(State::Paused));
    store.put_connector_safe(&name, status(State::Failed, "old", 2));
    assert_eq!(state(), Some(State::Failed));
}

#[test]
fn destroyed_is_gone() {
    let store = MemoryStatusBackingStore::new();
    let name = ConnectorName::from("c");
    for task in [1, 0, 10, 2] {
        let id = ConnectorTaskId::new(name.clone(), task);
        store.put_task(&id, status(State::Running, "w", 0));
    }
    assert_eq!(
        store.tasks(&name).into_keys().collect::<Vec<_>>(),
        [0, 1, 2, 10]
    );
    let id = ConnectorTaskId::new(name.clone(), 1);
    store.put_task_safe(&id, status(State::Destroyed, "w", 0));
    assert_eq!(store.task(&id), None);
    assert_eq!(store.tasks(&name).len(), 3);
    assert_eq!(store.connector(&name), None);
}

#[test]
fn names_of_states() {
    for state in [
        State::Unassigned,
        State::Running,
        State::Paused,
        State::Failed,
        State::Restarting,
        State::Stopped,
        State::Destroyed,
    ] {
        assert_eq!(state.to_string().parse(), Ok(state));
    }
    assert!("running".parse::<State>().is_err());
}
