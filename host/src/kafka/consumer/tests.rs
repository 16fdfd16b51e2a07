use super::batch::tests::batch;
use super::exchange::Rendezvous;
use super::pattern::TopicPattern;
use super::*;

fn partition(number: i32) -> TopicPartition {
    TopicPartition::new("t", number)
}

/// A consumer without a thread; the test plays its part.
fn detached(positions: &[(i32, i64)]) -> (SinkConsumer, Arc<Exchange>) {
    let exchange = Arc::new(Exchange::new());
    let (_, finished) = oneshot::channel();
    let mut consumer = SinkConsumer {
        exchange: Arc::clone(&exchange),
        commits: CommitLane::detached(Arc::clone(&exchange)),
        partitions: BTreeMap::new(),
        commands: 0,
        finished,
    };
    let positions: Vec<_> = positions
        .iter()
        .map(|(number, offset)| (partition(*number), *offset))
        .collect();
    consumer.rebalanced(Notice::Assigned(positions));
    (consumer, exchange)
}

async fn poll(consumer: &mut SinkConsumer) -> ConsumerEvent {
    consumer.poll(Duration::ZERO).await.unwrap()
}

fn offsets(event: &ConsumerEvent) -> Vec<(i32, i64)> {
    match event {
        ConsumerEvent::Records(batch) => batch
            .iter()
            .map(|record| (record.partition, record.offset))
            .collect(),
        other => panic!("expected records, got {other:?}"),
    }
}

#[tokio::test]
async fn records_move_the_position() {
    let (mut consumer, exchange) = detached(&[(0, 5), (1, 0)]);
    exchange.put_batch(batch(&[(0, 5), (1, 0), (0, 6)]), 0);
    assert_eq!(
        offsets(&poll(&mut consumer).await),
        [(0, 5), (1, 0), (0, 6)]
    );
    assert_eq!(consumer.position(&partition(0)), Some(7));
    assert_eq!(consumer.position(&partition(1)), Some(1));
    assert!(matches!(poll(&mut consumer).await, ConsumerEvent::Empty));
}

#[tokio::test]
async fn nothing_older_than_a_seek_is_delivered() {
    let (mut consumer, exchange) = detached(&[(0, 0), (1, 0)]);
    exchange.put_batch(batch(&[(0, 0), (1, 0)]), 0);
    consumer.seek(&[(partition(0), 100)]).unwrap();
    // Read before the thread carried the seek out, so stale as well.
    exchange.put_batch(batch(&[(0, 1)]), 0);
    exchange.put_batch(batch(&[(0, 100)]), 1);
    assert_eq!(offsets(&poll(&mut consumer).await), [(1, 0)]);
    assert_eq!(consumer.position(&partition(0)), Some(100));
    assert_eq!(offsets(&poll(&mut consumer).await), [(0, 100)]);
    assert_eq!(
        exchange.next_command(),
        Some((1, Command::Seek(vec![(partition(0), 100)])))
    );
}

#[tokio::test]
async fn a_paused_partition_goes_on_where_its_owner_was() {
    let (mut consumer, exchange) = detached(&[(0, 0), (1, 0)]);
    exchange.put_batch(batch(&[(0, 0)]), 0);
    poll(&mut consumer).await;
    exchange.put_batch(batch(&[(0, 1), (1, 0), (0, 2)]), 0);
    consumer.pause(&[partition(0)]).unwrap();
    assert_eq!(offsets(&poll(&mut consumer).await), [(1, 0)]);
    consumer.resume(&[partition(0)]).unwrap();
    assert_eq!(
        exchange.next_command(),
        Some((1, Command::Pause(vec![partition(0)])))
    );
    assert_eq!(
        exchange.next_command(),
        Some((2, Command::Resume(vec![(partition(0), 1)])))
    );
    // Still from before the pause.
    exchange.put_batch(batch(&[(0, 3)]), 1);
    assert!(matches!(poll(&mut consumer).await, ConsumerEvent::Empty));
    // Pausing and resuming what is so already changes nothing.
    consumer.resume(&[partition(0)]).unwrap();
    assert_eq!(
        exchange.next_command(),
        Some((3, Command::Resume(Vec::new())))
    );
}

#[tokio::test]
async fn a_revocation_overtakes_records_and_waits_for_the_next_poll() {
    let (mut consumer, exchange) = detached(&[(0, 0), (1, 0)]);
    exchange.put_batch(batch(&[(0, 0), (1, 0)]), 0);
    exchange.put_notice(Notice::Revoked(vec![partition(0)]));
    assert!(
        matches!(poll(&mut consumer).await, ConsumerEvent::Revoked(gone) if gone == [partition(0)])
    );
    assert_eq!(consumer.assignment(), [partition(0), partition(1)]);
    assert_eq!(
        exchange.meet(Some(std::time::Instant::now())),
        Rendezvous::Expired
    );
    exchange.put_notice(Notice::Revoked(vec![partition(0)]));
    poll(&mut consumer).await;
    // The next poll is the answer, and what is left of the batch comes with it.
    assert_eq!(offsets(&poll(&mut consumer).await), [(1, 0)]);
    assert_eq!(exchange.meet(None), Rendezvous::Answered);
    assert_eq!(consumer.assignment(), [partition(1)]);
    let refused = consumer.pause(&[partition(0)]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "No current assignment for partition t-0"
    );
}

#[tokio::test]
async fn commits_after_a_missed_rebalance_are_refused() {
    let (mut consumer, exchange) = detached(&[(0, 0)]);
    exchange.put_notice(Notice::Revoked(vec![partition(0)]));
    poll(&mut consumer).await;
    assert_eq!(
        exchange.meet(Some(std::time::Instant::now())),
        Rendezvous::Expired
    );
    let outcome = consumer.commit_async(&[(partition(0), 1)]).wait().await;
    assert_eq!(outcome, Err(KafkaError::CommitFailed));
}

#[tokio::test]
async fn waking_ends_one_poll() {
    let (mut consumer, _exchange) = detached(&[]);
    consumer.waker().wake();
    let event = consumer.poll(Duration::from_secs(3600)).await.unwrap();
    assert!(matches!(event, ConsumerEvent::Empty));
}

#[test]
fn reading_ahead_is_bounded() {
    let exchange = Exchange::new();
    assert!(!exchange.may_poll(), "the owner has never polled");
    let presence = exchange.enter();
    assert!(exchange.may_poll());
    exchange.put_batch(batch(&[(0, 0)]), 0);
    exchange.put_batch(batch(&[(0, 1)]), 0);
    assert!(!exchange.may_poll());
    exchange.take().unwrap();
    assert!(exchange.may_poll());
    drop(presence);
}

#[test]
fn patterns_match_whole_names_as_in_java() {
    let pattern = TopicPattern::new(r"orders-\d+|audit", true).unwrap();
    for (topic, expected) in [
        ("orders-7", true),
        ("audit", true),
        ("audit-2", false),
        ("my-orders-7", false),
    ] {
        assert_eq!(pattern.matches(topic), expected, "{topic}");
    }
    assert!(
        !TopicPattern::new(".*", true)
            .unwrap()
            .matches("__consumer_offsets")
    );
    assert!(
        TopicPattern::new(".*", false)
            .unwrap()
            .matches("__consumer_offsets")
    );
    assert!(
        TopicPattern::new("a(?=b)", true)
            .is_err_and(|error| error.to_string().starts_with("Invalid topics.regex: "))
    );
}

#[test]
fn a_group_id_is_needed() {
    let settings = [("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())];
    let refused =
        SinkConsumer::subscribe(&settings, Subscription::Topics(vec!["t".to_owned()]), "x");
    assert!(refused.is_err_and(|error| error.to_string().starts_with("Invalid group.id: ")));
}
