use super::*;

#[tokio::test(start_paused = true)]
async fn children_end_or_are_given_up() {
    let mut children = Children::new();
    let stopping = children.stopping();
    children.spawn("good", async move { stopping.cancelled().await });
    children.spawn("stubborn", std::future::pending());
    assert_eq!(children.len(), 2);
    assert_eq!(children.stop(Duration::from_secs(5)).await, ["stubborn"]);
    assert!(children.is_empty());
}

#[tokio::test]
async fn a_panic_is_seen() {
    let mut children = Children::new();
    children.spawn("bad", async { panic!("of {}", 1) });
    let ended = children.next_ended().await.unwrap();
    assert_eq!(ended.name, "bad");
    assert_eq!(ended.ending, Ending::Panicked("of 1".to_owned()));
    assert_eq!(children.next_ended().await, None);
}

#[tokio::test]
async fn one_child_can_end_them_all() {
    let mut children = Children::new();
    let (first, second) = (children.stopping(), children.stopping());
    children.spawn("first", async move { first.cancel() });
    children.spawn("second", async move { second.cancelled().await });
    assert!(children.next_ended().await.is_some());
    assert_eq!(
        children.next_ended().await.map(|ended| ended.ending),
        Some(Ending::Returned)
    );
}
