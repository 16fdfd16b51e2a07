//! Offsets in memory, lost at exit. For tests and for workers that store none.
//!
//! Kafka counterpart: MemoryOffsetBackingStore.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use indexmap::IndexMap;

use super::{OffsetBackingStore, RawKey, RawValue, StorageError};

/// Entries in the order in which their keys first came.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries(IndexMap<RawKey, RawValue>);

impl Entries {
    pub(super) fn get(&self, keys: &[RawKey]) -> Vec<RawValue> {
        keys.iter()
            .map(|key| self.0.get(key).cloned().flatten())
            .collect()
    }

    pub(super) fn set(&mut self, entries: impl IntoIterator<Item = (RawKey, RawValue)>) {
        self.0.extend(entries);
    }

    /// Entries that are no tombstones.
    pub(super) fn present(&self) -> Vec<(RawKey, Vec<u8>)> {
        self.0
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.clone()?)))
            .collect()
    }

    /// All entries, tombstones too.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], Option<&[u8]>)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref()))
    }
}

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryOffsetBackingStore {
    entries: Mutex<Entries>,
}

impl MemoryOffsetBackingStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        // A panic elsewhere cannot leave the map half changed.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl OffsetBackingStore for MemoryOffsetBackingStore {
    async fn start(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn get(&self, keys: &[RawKey]) -> Result<Vec<RawValue>, StorageError> {
        Ok(self.lock().get(keys))
    }

    async fn set(&self, entries: Vec<(RawKey, RawValue)>) -> Result<(), StorageError> {
        self.lock().set(entries);
        Ok(())
    }

    async fn entries(&self) -> Result<Vec<(RawKey, Vec<u8>)>, StorageError> {
        Ok(self.lock().present())
    }

    async fn stop(&self) {}
}
