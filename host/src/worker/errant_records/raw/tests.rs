use super::*;

fn value(records: &mut RawRecords, partition: i32, offset: i64) -> Option<Vec<u8>> {
    let found = records.find("t", partition, offset)?;
    assert_eq!((found.partition, found.offset), (partition, offset));
    found.value.map(<[u8]>::to_vec)
}

#[test]
fn records_are_found_by_their_coordinates_also_in_earlier_batches() {
    let mut records = RawRecords::default();
    records.keep(ConsumedBatch::of_values(&[
        (0, 5, b"a"),
        (3, 0, b"b"),
        (0, 6, b"c"),
    ]));
    records.keep(ConsumedBatch::default());
    records.keep(ConsumedBatch::of_values(&[(0, 7, b"d")]));
    assert_eq!(value(&mut records, 0, 7).unwrap(), b"d");
    assert_eq!(value(&mut records, 0, 6).unwrap(), b"c");
    assert_eq!(value(&mut records, 3, 0).unwrap(), b"b");
    assert_eq!(value(&mut records, 3, 1), None);
    assert_eq!(value(&mut records, 1, 5), None);
    assert!(records.find("other", 0, 5).is_none());
}

#[test]
fn old_batches_are_forgotten_and_the_last_one_is_kept_whatever_its_size() {
    let large = vec![b'x'; HISTORY_BYTES_MAX / 2];
    let mut records = RawRecords::default();
    for offset in 0..3 {
        records.keep(ConsumedBatch::of_values(&[(0, offset, &large)]));
    }
    assert!(records.find("t", 0, 0).is_none());
    assert!(records.find("t", 0, 1).is_some());
    let huge = vec![b'x'; HISTORY_BYTES_MAX * 2];
    records.keep(ConsumedBatch::of_values(&[(0, 3, &huge)]));
    assert!(records.find("t", 0, 2).is_none());
    assert!(records.find("t", 0, 3).is_some());
}

#[test]
fn a_record_is_shown_as_kafka_logs_it() {
    let batch = ConsumedBatch::of_values(&[(5, 100, b"v")]);
    let mut record = RawRecord::from(&batch.get(0).unwrap());
    assert_eq!(
        record.shown(),
        "consumed record is {topic='t', partition=5, offset=100, timestamp=12, timestampType=CreateTime}"
    );
    record.timestamp_type = TimestampType::NoTimestampType;
    assert_eq!(
        record.shown(),
        "consumed record is {topic='t', partition=5, offset=100}"
    );
}
