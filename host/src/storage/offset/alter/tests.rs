use std::sync::Arc;

use super::*;
use crate::storage::offset::{MemoryOffsetBackingStore, OffsetStorageReader};
use connect_data::OffsetValue;

fn map(fields: &[(&'static str, OffsetValue<'static>)]) -> OffsetMap<'static> {
    fields
        .iter()
        .map(|(field, value)| (*field, value.clone()))
        .collect()
}

fn position(number: i64) -> OffsetMap<'static> {
    OffsetMap::of("position", number)
}

#[test]
fn maps_come_back_as_storage_gives_them() {
    let given = map(&[
        ("position", 3_i64.into()),
        ("x", "y".into()),
        ("nothing", OffsetValue::Null),
        ("d", f64::INFINITY.into()),
        ("b", vec![0xff_u8].into()),
        ("q", 1.0.into()),
    ]);
    let normalized = normalized(&given);
    assert_eq!(normalized.get("d"), Some(&"Infinity".into()));
    assert_eq!(normalized.get("b"), Some(&"/w==".into()));
    assert_eq!(normalized.get("q"), Some(&1.0.into()));
    assert_eq!(normalized.get("position"), Some(&3_i64.into()));
    assert_eq!(normalized.get("nothing"), Some(&OffsetValue::Null));
    assert_eq!(normalized.len(), 6);
}

#[test]
fn fields_are_in_the_order_of_a_hash_map() {
    // Recorded from the JVM worker.
    let given = map(&[
        ("position", 3_i64.into()),
        ("x", "y".into()),
        ("nothing", OffsetValue::Null),
        ("d", "Infinity".into()),
        ("e", 100.0.into()),
        ("q", 1.0.into()),
        ("t", 0.1.into()),
    ]);
    let normalized = normalized(&given);
    let fields: Vec<&str> = normalized.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["q", "d", "t", "e", "nothing", "x", "position"]);
}

#[tokio::test]
async fn a_change_reaches_a_partition_in_whatever_order_it_is_stored() {
    let store = Arc::new(MemoryOffsetBackingStore::new());
    let key = br#"["c",{"table":"t","db":"d"}]"#.to_vec();
    let other = br#"["other",{"table":"t","db":"d"}]"#.to_vec();
    let one = br#"{"position":1}"#.to_vec();
    store
        .set(vec![
            (key.clone(), Some(one.clone())),
            (other.clone(), Some(one.clone())),
        ])
        .await
        .unwrap();
    let partition = map(&[("db", "d".into()), ("table", "t".into())]);
    let change = vec![(Some(partition.clone()), Some(position(7)))];
    alter_offsets(&*store, "c", change).await.unwrap();
    assert_eq!(
        store.entries().await.unwrap(),
        [
            (key, br#"{"position":7}"#.to_vec()),
            (other.clone(), one.clone())
        ]
    );
    alter_offsets(&*store, "c", vec![(Some(partition), None)])
        .await
        .unwrap();
    assert_eq!(store.entries().await.unwrap(), [(other, one)]);
}

#[tokio::test]
async fn new_partitions_are_found_whatever_the_order_in_which_tasks_name_their_fields() {
    let store = Arc::new(MemoryOffsetBackingStore::new());
    let partition = map(&[("db", "d".into()), ("table", "t".into())]);
    let changes = vec![
        (Some(normalized(&partition)), Some(position(3))),
        (None, Some(position(4))),
    ];
    alter_offsets(&*store, "c", changes).await.unwrap();
    let reader = OffsetStorageReader::new("c", store);
    let turned = map(&[("table", "t".into()), ("db", "d".into())]);
    for asked in [partition, turned] {
        assert_eq!(reader.offset(&asked).await.unwrap(), Some(position(3)));
    }
    let unknown = map(&[("db", "d".into()), ("table", "u".into())]);
    assert_eq!(reader.offset(&unknown).await.unwrap(), None);
}
