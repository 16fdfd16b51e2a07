use super::*;

struct Tracker {
    records: SubmittedRecords,
}

fn tracker() -> Tracker {
    Tracker {
        records: SubmittedRecords::default(),
    }
}

impl Tracker {
    fn submit(&mut self, partition: u32, offset: &str) -> u64 {
        let batch = Arc::new(offset.as_bytes().to_vec());
        let range = Some((0, u32::try_from(offset.len()).unwrap()));
        self.records
            .submit(partition, OffsetInBatch { batch, range })
    }

    fn committable(&mut self) -> Vec<(u32, String)> {
        let mut taken: Vec<_> = self
            .records
            .take_committable()
            .into_iter()
            .map(|(partition, offset)| {
                (
                    partition,
                    String::from_utf8(offset.bytes().unwrap().to_vec()).unwrap(),
                )
            })
            .collect();
        taken.sort();
        taken
    }
}

fn pairs(expected: &[(u32, &str)]) -> Vec<(u32, String)> {
    expected
        .iter()
        .map(|(partition, offset)| (*partition, (*offset).to_owned()))
        .collect()
}

#[test]
fn an_offset_is_committable_only_behind_acknowledged_records_of_its_partition() {
    let mut tracker = tracker();
    let a1 = tracker.submit(1, "a1");
    let a2 = tracker.submit(1, "a2");
    let b1 = tracker.submit(2, "b1");
    let b2 = tracker.submit(2, "b2");
    assert_eq!(tracker.committable(), pairs(&[]));
    tracker.records.acknowledge(a2);
    assert_eq!(tracker.committable(), pairs(&[]), "a1 blocks a2");
    tracker.records.acknowledge(b1);
    assert_eq!(tracker.committable(), pairs(&[(2, "b1")]));
    assert_eq!(tracker.committable(), pairs(&[]), "taken once");
    tracker.records.acknowledge(a1);
    tracker.records.acknowledge(b2);
    assert_eq!(tracker.committable(), pairs(&[(1, "a2"), (2, "b2")]));
    assert_eq!(tracker.committable(), pairs(&[]));
    assert_eq!(tracker.records.unacknowledged(), 0);
}

#[test]
fn unknown_and_repeated_acknowledgements_have_no_effect() {
    let mut tracker = tracker();
    let a1 = tracker.submit(1, "a1");
    tracker.records.acknowledge(a1 + 7);
    tracker.records.acknowledge(a1);
    tracker.records.acknowledge(a1);
    assert_eq!(tracker.records.unacknowledged(), 0);
    assert_eq!(tracker.committable(), pairs(&[(1, "a1")]));
    let a2 = tracker.submit(1, "a2");
    assert_eq!(a2, a1 + 1);
    assert_eq!(tracker.records.next_sequence(), a2 + 1);
    tracker.records.acknowledge(a2);
    assert_eq!(tracker.committable(), pairs(&[(1, "a2")]));
}

#[test]
fn a_blocked_partition_does_not_hold_up_the_others() {
    let mut tracker = tracker();
    let blocked = tracker.submit(1, "a1");
    for number in 0..1000 {
        let sequence = tracker.submit(2, &format!("b{number}"));
        tracker.records.acknowledge(sequence);
    }
    assert_eq!(tracker.committable(), pairs(&[(2, "b999")]));
    tracker.records.acknowledge(blocked);
    assert_eq!(tracker.committable(), pairs(&[(1, "a1")]));
    assert!(
        tracker.records.index.is_empty(),
        "nothing is kept for acknowledged records"
    );
}
