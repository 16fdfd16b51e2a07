//! Offsets of one connector on their way to the store.
//!
//! Owns two buffers: offsets that came since the last flush, and those that a flush is storing, so
//! that a flush which fails or takes too long loses nothing. Must not know which store, nor when
//! to flush. Kafka counterpart: OffsetStorageWriter.

use std::sync::Arc;

use connect_data::OffsetMap;
use indexmap::IndexMap;

use super::{OffsetBackingStore, RawKey, RawValue, StorageError, json};

#[cfg(test)]
mod tests;

/// Offsets by partition. A partition without a map is what connectors without partitions have; an
/// offset without a map is a tombstone.
type Offsets = IndexMap<Option<OffsetMap<'static>>, Option<OffsetMap<'static>>>;

/// Writes the offsets of one connector.
pub struct OffsetStorageWriter {
    connector: String,
    store: Arc<dyn OffsetBackingStore>,
    data: Offsets,
    /// What the current flush is storing.
    flushing: Option<Offsets>,
}

impl OffsetStorageWriter {
    /// A writer of the offsets of `connector`.
    pub fn new(connector: impl Into<String>, store: Arc<dyn OffsetBackingStore>) -> Self {
        Self {
            connector: connector.into(),
            store,
            data: Offsets::new(),
            flushing: None,
        }
    }

    /// Takes an offset for the next flush; it replaces an older one of that partition.
    pub fn offset(
        &mut self,
        partition: Option<OffsetMap<'static>>,
        offset: Option<OffsetMap<'static>>,
    ) {
        self.data.insert(partition, offset);
    }

    /// Whether there is something to flush.
    pub fn has_data(&self) -> bool {
        !self.data.is_empty() || self.flushing.is_some()
    }

    /// Starts a flush and returns what is to be stored; nothing when there is nothing. A flush
    /// that was neither finished nor cancelled is cancelled.
    pub fn begin_flush(&mut self) -> Option<Vec<(RawKey, RawValue)>> {
        self.cancel_flush();
        if self.data.is_empty() {
            return None;
        }
        let flushing = std::mem::take(&mut self.data);
        let entries = flushing
            .iter()
            .map(|(partition, offset)| {
                let key = json::key(&self.connector, partition.as_ref());
                (key, offset.as_ref().map(json::value))
            })
            .collect();
        self.flushing = Some(flushing);
        Some(entries)
    }

    /// Ends a flush whose entries are stored.
    pub fn finish_flush(&mut self) {
        self.flushing = None;
    }

    /// Gives a flush up: what it was to store is stored by the next one, where nothing newer came
    /// meanwhile.
    pub fn cancel_flush(&mut self) {
        if let Some(mut older) = self.flushing.take() {
            older.extend(std::mem::take(&mut self.data));
            self.data = older;
        }
    }

    /// Stores what came since the last flush; does nothing when nothing did. After an error, or
    /// when the call is given up, the offsets are kept for the next flush: cancel safe.
    pub async fn flush(&mut self) -> Result<(), StorageError> {
        let Some(entries) = self.begin_flush() else {
            return Ok(());
        };
        match self.store.set(entries).await {
            Ok(()) => {
                self.finish_flush();
                Ok(())
            }
            Err(error) => {
                self.cancel_flush();
                Err(error)
            }
        }
    }
}
