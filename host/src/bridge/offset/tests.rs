use super::*;

#[test]
fn every_offset_value_survives_a_round_trip_in_order() {
    let map: OffsetMap<'static> = [
        ("z", OffsetValue::Null),
        ("a", OffsetValue::Boolean(true)),
        ("position", OffsetValue::Integer(i64::MIN)),
        ("ratio", OffsetValue::Float(0.1)),
        ("file", OffsetValue::Text("zeile ä\0".into())),
        ("token", OffsetValue::Bytes(vec![0, 255].into())),
    ]
    .into_iter()
    .map(|(key, value)| (Cow::Borrowed(key), value))
    .collect();
    let back = from_wit(to_wit(&map));
    assert_eq!(back, map);
    let keys: Vec<&str> = back.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["z", "a", "position", "ratio", "file", "token"]);
}

#[test]
fn partitions_and_offsets_survive_a_round_trip() {
    let partitions = vec![TopicPartition {
        topic: "lines".to_owned(),
        partition: 3,
    }];
    assert_eq!(
        partitions_from_wit(partitions_to_wit(partitions.clone())),
        partitions
    );
    let offsets = vec![PartitionOffset {
        topic: "lines".to_owned(),
        partition: 3,
        offset: 9,
    }];
    assert_eq!(
        partition_offsets_from_wit(partition_offsets_to_wit(&offsets)),
        offsets
    );
}
