use super::*;

fn partition(number: i32) -> TopicPartition {
    TopicPartition::new("topic", number)
}

fn offsets(pairs: &[(i32, i64)]) -> PartitionOffsets {
    pairs
        .iter()
        .map(|(number, offset)| (partition(*number), *offset))
        .collect()
}

fn assigned(pairs: &[(i32, i64)]) -> SinkOffsets {
    let mut sink = SinkOffsets::default();
    let positions: Vec<_> = pairs.iter().map(|(p, o)| (partition(*p), *o)).collect();
    sink.assign(&positions);
    sink
}

#[test]
fn only_delivered_records_count() {
    let mut sink = assigned(&[(0, 5)]);
    sink.consume(&partition(0), 9);
    assert_eq!(
        sink.current(None),
        offsets(&[(0, 5)]),
        "consumed is not delivered"
    );
    sink.deliver();
    assert_eq!(sink.current(None), offsets(&[(0, 9)]));
    sink.consume(&partition(7), 3);
    sink.deliver();
    assert_eq!(
        sink.current(None),
        offsets(&[(0, 9)]),
        "unassigned partitions are ignored"
    );
}

#[test]
fn a_commit_takes_what_the_task_allows() {
    let mut sink = assigned(&[(0, 5), (1, 5)]);
    sink.consume(&partition(0), 9);
    sink.consume(&partition(1), 8);
    sink.deliver();
    let asked = sink.current(None);
    let decision = sink.decide(&asked, &offsets(&[(0, 7)]));
    assert_eq!(
        decision.offsets,
        Some(offsets(&[(0, 7), (1, 5)])),
        "left out: stays"
    );
    assert!(decision.ignored.is_empty());
    let decision = sink.decide(&asked, &offsets(&[(0, 10), (1, 8), (3, 1)]));
    assert_eq!(decision.offsets, Some(offsets(&[(0, 5), (1, 8)])));
    assert_eq!(decision.ignored.len(), 2, "{:?}", decision.ignored);
    assert!(decision.ignored[0].contains("topic-0/10 -- not yet consumed"));
    assert!(decision.ignored[1].contains("topic-3/1 -- partition not assigned"));
}

#[test]
fn nothing_new_is_not_committed() {
    let mut sink = assigned(&[(0, 5)]);
    let asked = sink.current(None);
    assert_eq!(sink.decide(&asked, &asked).offsets, None);
    sink.consume(&partition(0), 6);
    sink.deliver();
    let asked = sink.current(None);
    let decision = sink.decide(&asked, &asked);
    sink.committed(decision.offsets.as_ref().unwrap());
    assert_eq!(sink.decide(&asked, &asked).offsets, None);
}

#[test]
fn rewinding_and_seeking_move_all_offsets() {
    let mut sink = assigned(&[(0, 5)]);
    sink.consume(&partition(0), 9);
    sink.deliver();
    assert_eq!(sink.rewind(), vec![(partition(0), 5)]);
    assert_eq!(sink.current(None), offsets(&[(0, 5)]));
    sink.seek(&[(partition(0), 2), (partition(4), 2)]);
    assert_eq!(sink.current(None), offsets(&[(0, 2)]));
    assert_eq!(sink.rewind(), vec![(partition(0), 2)]);
}

#[test]
fn revoked_partitions_are_forgotten() {
    let mut sink = assigned(&[(0, 5), (1, 6)]);
    sink.forget(&[partition(0)]);
    assert_eq!(sink.current(None), offsets(&[(1, 6)]));
    assert_eq!(sink.current(Some(&[partition(0)])), offsets(&[]));
}
