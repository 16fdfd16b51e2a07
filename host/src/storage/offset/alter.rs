//! Stored offsets changed by hand: by users, not by tasks.
//!
//! Owns the form in which a map of a request is stored. A partition with several fields may be stored with its
//! fields in another order than the JVM's or this worker's: a change goes to every stored form of its partition.
//! Must not know what asks for changes.
//!
//! Kafka counterpart: Worker.normalizeSourceConnectorOffsets. Deviation: Kafka changes a partition only where it
//! is stored in the order of a HashMap, and says that it did otherwise.

use std::collections::HashMap;

use connect_data::OffsetMap;

use super::{OffsetBackingStore, RawKey, StorageError, json};
use crate::config::hash_order;

#[cfg(test)]
mod tests;

/// A partition or offset as it comes back from storage: with 64-bit numbers, bytes and what JSON has no number
/// for as text, and with its fields in the order of a Java HashMap.
pub fn normalized(map: &OffsetMap<'_>) -> OffsetMap<'static> {
    let stored = json::parse_value(&json::value(map))
        .ok()
        .flatten()
        .expect("what is written for a map of primitive values is read back");
    let fields: Vec<_> = stored.iter().collect();
    hash_order::filled(fields, |(field, _)| field)
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value.clone().into_owned()))
        .collect()
}

/// Stores offsets of partitions of `connector`, or removes them. A call that is given up may still take effect.
pub async fn alter_offsets(
    store: &dyn OffsetBackingStore,
    connector: &str,
    changes: Vec<(Option<OffsetMap<'static>>, Option<OffsetMap<'static>>)>,
) -> Result<(), StorageError> {
    let mut stored: HashMap<Option<OffsetMap<'static>>, Vec<RawKey>> = HashMap::new();
    for (key, _) in store.entries().await? {
        if let Some((owner, partition)) = json::parse_key(&key)
            && owner == connector
        {
            stored.entry(partition).or_default().push(key);
        }
    }
    let mut entries = Vec::with_capacity(changes.len());
    for (partition, offset) in changes {
        let value = offset.as_ref().map(json::value);
        let keys = stored
            .remove(&partition)
            .unwrap_or_else(|| vec![json::key(connector, partition.as_ref())]);
        entries.extend(keys.into_iter().map(|key| (key, value.clone())));
    }
    store.set(entries).await
}
