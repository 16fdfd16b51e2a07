use super::*;

fn unreachable() -> Admin {
    Admin::new(&[("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())]).unwrap()
}

const SHORT: Duration = Duration::from_millis(700);

fn partition(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition::new(topic, partition)
}

#[tokio::test]
async fn an_unreachable_broker_ends_every_call_at_its_deadline() {
    let admin = unreachable();
    let started = Instant::now();
    let listed = admin.list_group_offsets("g", SHORT).await.unwrap_err();
    let altered = admin
        .alter_group_offsets("g", &[(partition("t", 0), 5)], SHORT)
        .await
        .unwrap_err();
    let deleted = admin
        .delete_group_offsets("g", &[partition("t", 0)], SHORT)
        .await
        .unwrap_err();
    let group = admin.delete_group("g", SHORT).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(8));
    for (error, operation) in [
        (listed, "Listing consumer group offsets"),
        (altered, "Altering consumer group offsets"),
        (deleted, "Deleting consumer group offsets"),
        (group, "Deleting a consumer group"),
    ] {
        let text = error.to_string();
        assert!(text.starts_with(&format!("{operation} failed: ")), "{text}");
        assert!(error.retriable(), "{text}");
    }
}

#[tokio::test]
async fn partitions_that_no_broker_can_have_are_refused_at_once() {
    let admin = unreachable();
    let started = Instant::now();
    for impossible in [partition("t", -1), partition("", 0), partition("a\0b", 0)] {
        let offsets = vec![(partition("t", 0), 1), (impossible.clone(), 1)];
        let altered = admin.alter_group_offsets("g", &offsets, SHORT).await;
        let deleted = admin.delete_group_offsets("g", &[impossible], SHORT).await;
        for outcome in [altered, deleted] {
            let code = outcome.unwrap_err().code().unwrap();
            assert_eq!(code.name(), "UNKNOWN_TOPIC_OR_PARTITION");
        }
    }
    assert!(started.elapsed() < SHORT);
}

#[tokio::test]
async fn nothing_to_change_needs_no_broker() {
    let admin = unreachable();
    assert_eq!(admin.alter_group_offsets("g", &[], SHORT).await, Ok(()));
    assert_eq!(admin.delete_group_offsets("g", &[], SHORT).await, Ok(()));
}

#[test]
fn only_an_absent_coordinator_is_worth_another_try() {
    for (number, away) in [
        (14, true),
        (15, true),
        (16, true),
        (88, true),
        (25, false),
        (68, false),
        (69, false),
        (3, false),
    ] {
        assert_eq!(
            coordinator_is_away(ErrorCode::new(number)),
            away,
            "{number}"
        );
    }
}
