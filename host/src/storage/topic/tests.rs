use super::*;

fn task(connector: &str, number: u32) -> ConnectorTaskId {
    ConnectorTaskId::new(ConnectorName::from(connector), number)
}

#[test]
fn topics_belong_to_connectors() {
    let store = MemoryTopicBackingStore::new();
    for (task, topic) in [
        (task("a", 0), "t2"),
        (task("a", 1), "t1"),
        (task("a", 1), "t2"),
        (task("b", 0), "t3"),
    ] {
        store.put(&task, topic);
    }
    assert_eq!(store.topics(&ConnectorName::from("a")), ["t1", "t2"]);
    assert_eq!(store.topics(&ConnectorName::from("b")), ["t3"]);
    assert!(store.topics(&ConnectorName::from("c")).is_empty());
}

#[test]
fn forgetting_is_noticed() {
    let store = MemoryTopicBackingStore::new();
    let (a, b) = (ConnectorName::from("a"), ConnectorName::from("b"));
    store.put(&task("a", 0), "t");
    store.put(&task("b", 0), "t");
    let before = store.generation();
    store.delete(&a);
    assert_ne!(store.generation(), before);
    assert!(store.topics(&a).is_empty());
    assert_eq!(store.topics(&b), ["t"]);
}
