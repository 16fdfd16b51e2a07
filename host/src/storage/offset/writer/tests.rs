use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::*;
use crate::storage::offset::MemoryOffsetBackingStore;

/// A store that fails or never answers when told to.
#[derive(Default)]
struct Moody {
    inner: MemoryOffsetBackingStore,
    fails: AtomicBool,
    hangs: AtomicBool,
}

#[async_trait]
impl OffsetBackingStore for Moody {
    async fn start(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn get(&self, keys: &[RawKey]) -> Result<Vec<RawValue>, StorageError> {
        self.inner.get(keys).await
    }

    async fn set(&self, entries: Vec<(RawKey, RawValue)>) -> Result<(), StorageError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(StorageError::WriterLost { path: "x".into() });
        }
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.inner.set(entries).await
    }

    async fn entries(&self) -> Result<Vec<(RawKey, Vec<u8>)>, StorageError> {
        self.inner.entries().await
    }

    async fn stop(&self) {}
}

fn setup() -> (Arc<Moody>, OffsetStorageWriter) {
    let store = Arc::new(Moody::default());
    let writer = OffsetStorageWriter::new("c", store.clone());
    (store, writer)
}

fn add(writer: &mut OffsetStorageWriter, file: &str, position: i64) {
    let partition = OffsetMap::of("f", file.to_owned());
    writer.offset(Some(partition), Some(OffsetMap::of("p", position)));
}

async fn stored(store: &Moody) -> Vec<(String, String)> {
    let entries = store.entries().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    entries
        .into_iter()
        .map(|(key, value)| (text(key), text(value)))
        .collect()
}

fn entry(file: &str, position: i64) -> (String, String) {
    (
        format!(r#"["c",{{"f":"{file}"}}]"#),
        format!(r#"{{"p":{position}}}"#),
    )
}

#[tokio::test]
async fn the_newest_offset_of_each_partition_is_stored() {
    let (store, mut writer) = setup();
    assert!(!writer.has_data());
    writer.flush().await.unwrap();
    add(&mut writer, "a", 1);
    add(&mut writer, "b", 5);
    add(&mut writer, "a", 2);
    writer.flush().await.unwrap();
    assert_eq!(stored(&store).await, [entry("a", 2), entry("b", 5)]);
    assert!(!writer.has_data());
}

#[tokio::test]
async fn a_failed_flush_is_made_up_for_by_the_next() {
    let (store, mut writer) = setup();
    add(&mut writer, "a", 1);
    add(&mut writer, "b", 5);
    store.fails.store(true, Ordering::Relaxed);
    writer.flush().await.unwrap_err();
    store.fails.store(false, Ordering::Relaxed);
    // What is newer wins over what the failed flush had.
    add(&mut writer, "a", 2);
    writer.flush().await.unwrap();
    assert_eq!(stored(&store).await, [entry("a", 2), entry("b", 5)]);
}

#[tokio::test(start_paused = true)]
async fn a_flush_that_takes_too_long_loses_nothing() {
    let (store, mut writer) = setup();
    add(&mut writer, "a", 1);
    store.hangs.store(true, Ordering::Relaxed);
    let limit = std::time::Duration::from_secs(5);
    tokio::time::timeout(limit, writer.flush())
        .await
        .unwrap_err();
    assert!(writer.has_data());
    writer.cancel_flush();
    writer.cancel_flush();
    add(&mut writer, "b", 2);
    store.hangs.store(false, Ordering::Relaxed);
    writer.flush().await.unwrap();
    assert_eq!(stored(&store).await, [entry("a", 1), entry("b", 2)]);
}

#[tokio::test]
async fn offsets_that_come_during_a_flush_wait_for_the_next() {
    let (store, mut writer) = setup();
    add(&mut writer, "a", 1);
    let entries = writer.begin_flush().unwrap();
    add(&mut writer, "a", 2);
    store.set(entries).await.unwrap();
    writer.finish_flush();
    assert_eq!(stored(&store).await, [entry("a", 1)]);
    writer.flush().await.unwrap();
    assert_eq!(stored(&store).await, [entry("a", 2)]);
}

#[tokio::test]
async fn null_partitions_and_tombstones_are_stored() {
    let (store, mut writer) = setup();
    writer.offset(None, Some(OffsetMap::of("p", 1i64)));
    writer.offset(Some(OffsetMap::of("f", "a")), None);
    let entries = writer.begin_flush().unwrap();
    let key = br#"["c",{"f":"a"}]"#.to_vec();
    assert_eq!(entries[0].0, br#"["c",null]"#);
    assert_eq!(entries[1], (key, None));
    store.set(entries).await.unwrap();
}
