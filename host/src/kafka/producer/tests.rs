use super::slot::unpack;
use super::*;

fn delivery(sequence: u64) -> Delivery {
    Delivery {
        sequence,
        result: Ok(RecordMetadata {
            partition: 0,
            offset: sequence as i64,
        }),
    }
}

/// A producer that never finds a broker: records stay in flight.
fn stranded(pool: &Producers, extra: &[(&str, &str)]) -> TaskProducer {
    let mut settings = vec![("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())];
    settings.extend(
        extra
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    pool.producer_for(&settings, true).unwrap()
}

fn record(value: &[u8]) -> ProducerRecord<'_> {
    ProducerRecord {
        topic: "t",
        value: Some(value),
        ..ProducerRecord::default()
    }
}

#[test]
fn opaque_pointers_carry_slot_and_sequence() {
    for (slot, sequence) in [(0, 0), (7, 12_345), (u16::MAX, SEQUENCE_END - 1)] {
        assert_eq!(unpack(pack(slot, sequence)), (usize::from(slot), sequence));
    }
}

#[tokio::test]
async fn deliveries_are_taken_in_order_and_free_a_closed_slot() {
    let slot = TaskSlot::default();
    assert!(!slot.deliver(delivery(1), 10));
    assert!(!slot.deliver(delivery(2), 5));
    slot.wait_for_delivery().await;
    let mut out = Vec::new();
    assert_eq!(slot.take(&mut out), 15);
    assert_eq!(
        out.iter()
            .map(|delivery| delivery.sequence)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    assert!(!slot.close(4));
    assert!(!slot.deliver(delivery(3), 1));
    assert!(slot.deliver(delivery(4), 1));
}

#[test]
fn tasks_with_equal_settings_share_a_client() {
    let pool = Producers::new();
    let one = stranded(&pool, &[("client.id", "a")]);
    let two = stranded(&pool, &[("client.id", "b")]);
    let three = stranded(&pool, &[("client.id", "c"), ("acks", "1")]);
    let client = |producer: &TaskProducer| Arc::as_ptr(producer.client.as_ref().unwrap());
    assert_eq!(client(&one), client(&two));
    assert_ne!(client(&one), client(&three));
    assert_ne!(one.slot_index, two.slot_index);
}

#[tokio::test]
async fn a_task_is_bounded_in_bytes_and_records_and_leaves_room_to_others() {
    let pool = Producers::new();
    let mut greedy = stranded(&pool, &[("buffer.memory", "2000000")]);
    let mut modest = stranded(&pool, &[("buffer.memory", "2000000")]);
    let large = vec![b'x'; 1_000_000];
    assert_eq!(greedy.send(&record(&large), 0).unwrap(), SendResult::Queued);
    assert_eq!(greedy.send(&record(&large), 1).unwrap(), SendResult::Queued);
    assert_eq!(greedy.send(&record(&large), 2).unwrap(), SendResult::Full);
    assert_eq!(
        modest.send(&record(b"small"), 0).unwrap(),
        SendResult::Queued
    );

    let mut sent = 1;
    while modest.send(&record(b"s"), sent).unwrap() == SendResult::Queued {
        sent += 1;
    }
    assert_eq!(sent as usize, TASK_RECORDS_MAX);
    assert_eq!(modest.in_flight(), TASK_RECORDS_MAX);
    greedy.close(Duration::ZERO).await;
    modest.close(Duration::ZERO).await;
}

#[test]
fn records_that_cannot_be_sent_are_refused_with_javas_words() {
    let pool = Producers::new();
    let mut producer = stranded(&pool, &[("max.request.size", "2000")]);
    let refuse = |producer: &mut TaskProducer, record: ProducerRecord<'_>| {
        producer.send(&record, 0).unwrap_err().to_string()
    };
    assert_eq!(
        refuse(&mut producer, record(&[b'x'; 3_000])),
        "The message is 3086 bytes when serialized which is larger than 2000, which is the value of the \
         max.request.size configuration."
    );
    let negative = ProducerRecord {
        partition: Some(-1),
        ..record(b"v")
    };
    assert_eq!(
        refuse(&mut producer, negative),
        "Invalid partition: -1. Partition number should always be non-negative or null."
    );
    let early = ProducerRecord {
        timestamp: Some(-5),
        ..record(b"v")
    };
    assert_eq!(
        refuse(&mut producer, early),
        "Invalid timestamp: -5. Timestamp should always be non-negative or null."
    );
    let nameless = ProducerRecord {
        topic: "",
        ..record(b"v")
    };
    assert_eq!(
        refuse(&mut producer, nameless),
        "Invalid topic: \"\" is not the name of a topic"
    );
}

#[test]
fn lengths_are_zigzag_varints() {
    let cases = [
        (0, 1),
        (63, 1),
        (64, 2),
        (8_191, 2),
        (8_192, 3),
        (1 << 20, 4),
    ];
    for (value, size) in cases {
        assert_eq!(varint_size(value), size, "{value}");
    }
}
