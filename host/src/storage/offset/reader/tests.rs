use super::*;
use crate::storage::offset::MemoryOffsetBackingStore;

async fn store(entries: &[(&str, Option<&str>)]) -> Arc<dyn OffsetBackingStore> {
    let store = MemoryOffsetBackingStore::new();
    let entries = entries
        .iter()
        .map(|(key, value)| {
            (
                key.as_bytes().to_vec(),
                value.map(|value| value.as_bytes().to_vec()),
            )
        })
        .collect();
    store.set(entries).await.unwrap();
    Arc::new(store)
}

#[tokio::test]
async fn offsets_are_found_by_connector_and_partition() {
    let store = store(&[
        (r#"["c",{"f":"a"}]"#, Some(r#"{"p":1}"#)),
        (r#"["c",{"f":"b"}]"#, None),
        (r#"["other",{"f":"c"}]"#, Some(r#"{"p":3}"#)),
    ])
    .await;
    let reader = OffsetStorageReader::new("c", store);
    let partitions = ["a", "b", "c"].map(|name| OffsetMap::of("f", name));
    let offsets = reader.offsets(&partitions).await.unwrap();
    assert_eq!(offsets, [Some(OffsetMap::of("p", 1i64)), None, None]);
    assert_eq!(
        reader.offset(&partitions[0]).await.unwrap(),
        Some(OffsetMap::of("p", 1i64))
    );
}

#[tokio::test]
async fn all_offsets_of_a_connector_are_listed() {
    let store = store(&[
        (r#"["c",{"f":"a"}]"#, Some(r#"{"p":1}"#)),
        (r#"["c",{"f":"b"}]"#, None),
        (r#"["other",{"f":"c"}]"#, Some(r#"{"p":3}"#)),
        ("rubbish", Some("rubbish")),
    ])
    .await;
    let all = OffsetStorageReader::new("c", store).all().await.unwrap();
    assert_eq!(
        all,
        [(Some(OffsetMap::of("f", "a")), OffsetMap::of("p", 1i64))]
    );
}

#[tokio::test]
async fn a_value_that_is_no_offset_is_an_error() {
    let store = store(&[(r#"["c",{"f":"a"}]"#, Some("[1]"))]).await;
    let reader = OffsetStorageReader::new("c", store);
    let error = reader
        .offset(&OffsetMap::of("f", "a"))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with(
            r#"The stored offset of connector c for partition ["c",{"f":"a"}] cannot be read: "#
        ),
        "{error}"
    );
}
