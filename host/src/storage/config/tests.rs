use super::*;

fn map(value: &str) -> ConfigMap {
    [("key".to_owned(), value.to_owned())].into_iter().collect()
}

#[tokio::test]
async fn snapshots_do_not_change() {
    let store = MemoryConfigBackingStore::new();
    let name = ConnectorName::from("c");
    let empty = store.snapshot();
    store
        .put_connector_config(&name, map("1"), ConfigOrigin::Rest, None)
        .await
        .unwrap();
    let first = store.snapshot();
    store
        .put_task_configs(&name, vec![map("t0"), map("t1")])
        .await
        .unwrap();
    store
        .put_connector_config(
            &name,
            map("2"),
            ConfigOrigin::Rest,
            Some(TargetState::Paused),
        )
        .await
        .unwrap();
    let second = store.snapshot();
    store.remove_connector_config(&name).await.unwrap();

    assert!(!empty.contains(&name));
    assert_eq!(first.connector(&name).unwrap().config, map("1"));
    assert_eq!(first.connector(&name).unwrap().target, TargetState::Started);
    let connector = second.connector(&name).unwrap();
    assert_eq!(connector.config, map("2"));
    assert_eq!(connector.target, TargetState::Paused);
    assert_eq!(connector.applied_config, Some(map("1")));
    let ids = connector.task_ids(&name);
    assert_eq!(ids.len(), 2);
    assert_eq!(second.task_config(&ids[1]), Some(&map("t1")));
    assert_eq!(
        second.task_config(&ConnectorTaskId::new(name.clone(), 2)),
        None
    );
    assert!(!store.snapshot().contains(&name));
}

#[tokio::test]
async fn the_target_state_is_kept_unless_one_is_given() {
    let store = MemoryConfigBackingStore::new();
    let name = ConnectorName::from("c");
    let target = || {
        store
            .snapshot()
            .connector(&name)
            .map(|connector| connector.target)
    };
    store
        .put_target_state(&name, TargetState::Paused)
        .await
        .unwrap();
    assert_eq!(target(), None);
    let stopped = Some(TargetState::Stopped);
    store
        .put_connector_config(&name, map("1"), ConfigOrigin::Rest, stopped)
        .await
        .unwrap();
    store
        .put_connector_config(&name, map("2"), ConfigOrigin::Rest, None)
        .await
        .unwrap();
    assert_eq!(target(), stopped);
    store
        .put_target_state(&name, TargetState::Started)
        .await
        .unwrap();
    assert_eq!(target(), Some(TargetState::Started));
}

#[test]
fn names_of_target_states() {
    for target in [
        TargetState::Started,
        TargetState::Paused,
        TargetState::Stopped,
    ] {
        assert_eq!(target.to_string().parse(), Ok(target));
    }
    assert!("RUNNING".parse::<TargetState>().is_err());
}
