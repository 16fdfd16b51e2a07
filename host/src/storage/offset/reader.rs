//! What a connector and its tasks read of stored offsets.
//!
//! Must not know which store. Kafka counterpart: OffsetStorageReaderImpl. Deviations: a stored
//! value that is no offset is an error, where Kafka logs it and goes on as if there were none; a
//! partition is found whatever the order of its fields.

use std::collections::HashMap;
use std::sync::Arc;

use connect_data::OffsetMap;

use super::{OffsetBackingStore, StorageError, json, normalized};

#[cfg(test)]
mod tests;

/// Reads the offsets of one connector.
#[derive(Clone)]
pub struct OffsetStorageReader {
    connector: String,
    store: Arc<dyn OffsetBackingStore>,
}

impl OffsetStorageReader {
    /// A reader of the offsets of `connector`.
    pub fn new(connector: impl Into<String>, store: Arc<dyn OffsetBackingStore>) -> Self {
        Self {
            connector: connector.into(),
            store,
        }
    }

    /// The offset of a partition, if one is stored. Cancel safe.
    pub async fn offset(
        &self,
        partition: &OffsetMap<'_>,
    ) -> Result<Option<OffsetMap<'static>>, StorageError> {
        let mut offsets = self.offsets(std::slice::from_ref(partition)).await?;
        Ok(offsets.pop().flatten())
    }

    /// The offsets of partitions, in their order; none where none is stored. Cancel safe.
    pub async fn offsets(
        &self,
        partitions: &[OffsetMap<'_>],
    ) -> Result<Vec<Option<OffsetMap<'static>>>, StorageError> {
        let keys: Vec<Vec<u8>> = partitions
            .iter()
            .map(|partition| json::key(&self.connector, Some(partition)))
            .collect();
        let values = self.store.get(&keys).await?;
        let mut offsets = keys
            .iter()
            .zip(values)
            .map(|(key, value)| match value {
                Some(value) => self.parse(key, &value),
                None => Ok(None),
            })
            .collect::<Result<Vec<_>, StorageError>>()?;
        self.find_in_another_order(partitions, &mut offsets).await?;
        Ok(offsets)
    }

    /// Looks for missing partitions that are stored with their fields in another order: users and other workers
    /// do not know the order in which a plugin names them.
    async fn find_in_another_order(
        &self,
        partitions: &[OffsetMap<'_>],
        offsets: &mut [Option<OffsetMap<'static>>],
    ) -> Result<(), StorageError> {
        let missing: HashMap<Option<OffsetMap<'static>>, usize> = partitions
            .iter()
            .zip(&*offsets)
            .enumerate()
            .filter(|(_, (partition, offset))| offset.is_none() && partition.len() > 1)
            .map(|(place, (partition, _))| (Some(normalized(partition)), place))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        for (key, value) in self.store.entries().await? {
            if let Some((connector, partition)) = json::parse_key(&key)
                && connector == self.connector
                && let Some(place) = missing.get(&partition)
            {
                offsets[*place] = self.parse(&key, &value)?;
            }
        }
        Ok(())
    }

    /// All partitions of the connector with their offsets, as `GET /connectors/{c}/offsets` shows
    /// them. Keys that are no partitions are left out. Cancel safe.
    pub async fn all(
        &self,
    ) -> Result<Vec<(Option<OffsetMap<'static>>, OffsetMap<'static>)>, StorageError> {
        let mut offsets = Vec::new();
        for (key, value) in self.store.entries().await? {
            let Some((connector, partition)) = json::parse_key(&key) else {
                continue;
            };
            if connector == self.connector
                && let Some(offset) = self.parse(&key, &value)?
            {
                offsets.push((partition, offset));
            }
        }
        Ok(offsets)
    }

    fn parse(&self, key: &[u8], value: &[u8]) -> Result<Option<OffsetMap<'static>>, StorageError> {
        json::parse_value(value).map_err(|reason| StorageError::Value {
            connector: self.connector.clone(),
            partition: String::from_utf8_lossy(key).into_owned(),
            reason,
        })
    }
}
