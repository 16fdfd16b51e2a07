use super::*;

/// A batch of records without content, by partition of topic `t` and offset.
pub(in crate::kafka::consumer) fn batch(records: &[(i32, i64)]) -> ConsumedBatch {
    let mut batch = ConsumedBatch::default();
    for (number, offset) in records {
        let partition = TopicPartition::new("t", *number);
        let found = batch
            .partitions
            .iter()
            .position(|known| *known == partition);
        let index = found.unwrap_or_else(|| {
            batch.partitions.push(partition);
            batch.next_offsets.push(-1);
            batch.partitions.len() - 1
        });
        batch.push(&record(index as u32, *offset, None, None));
    }
    batch
}

impl ConsumedBatch {
    /// A batch of topic `t` for other modules' tests: partition, offset and value of each record.
    pub(crate) fn of_values(records: &[(i32, i64, &[u8])]) -> Self {
        let places: Vec<(i32, i64)> = records
            .iter()
            .map(|(partition, offset, _)| (*partition, *offset))
            .collect();
        let mut made = batch(&places);
        for (place, (_, _, value)) in records.iter().enumerate() {
            let value = made.copy(Some(value));
            made.entries[place].value = value;
        }
        made
    }
}

fn record<'a>(
    partition_index: u32,
    offset: i64,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
) -> RawRecord<'a> {
    RawRecord {
        partition_index,
        offset,
        timestamp: Some(12),
        timestamp_type: TimestampType::CreateTime,
        key,
        value,
    }
}

#[test]
fn records_come_out_as_they_went_in() {
    let mut batch = batch(&[(3, 8)]);
    batch.push(&record(0, 9, Some(b"key"), Some(b"")));
    batch.push_header("a", Some(b"1"));
    batch.push_header("a", None);
    batch.push(&RawRecord {
        timestamp: None,
        timestamp_type: TimestampType::NoTimestampType,
        ..record(0, 10, None, Some(b"v"))
    });
    let records: Vec<_> = batch.iter().collect();
    assert_eq!(records.len(), 3);
    assert_eq!(
        (records[0].key, records[0].value, records[0].timestamp),
        (None, None, Some(12))
    );
    assert_eq!(
        (records[1].key, records[1].value),
        (Some(&b"key"[..]), Some(&b""[..]))
    );
    assert_eq!(
        records[1].headers().collect::<Vec<_>>(),
        [("a", Some(&b"1"[..])), ("a", None)]
    );
    assert_eq!(
        (records[2].timestamp, records[2].headers().len()),
        (None, 0)
    );
    assert_eq!(
        (&**records[2].topic, records[2].partition, records[2].offset),
        ("t", 3, 10)
    );
    assert_eq!(
        batch.next_offsets().collect::<Vec<_>>(),
        [(&TopicPartition::new("t", 3), 11)]
    );
}

#[test]
fn retaining_forgets_offsets_of_what_goes() {
    let mut batch = batch(&[(0, 1), (1, 5), (0, 2)]);
    batch.retain(|partition| partition.partition == 1);
    assert_eq!(
        batch.iter().map(|record| record.offset).collect::<Vec<_>>(),
        [5]
    );
    assert_eq!(
        batch.next_offsets().collect::<Vec<_>>(),
        [(&TopicPartition::new("t", 1), 6)]
    );
}
