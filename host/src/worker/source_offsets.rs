//! The source offsets of one task on their way to storage.
//!
//! Owns the numbers of source partitions and the offsets that are committable and not stored yet.
//! Offsets are decoded here, for each partition once a look at deliveries, not for each record, so
//! that no batch is kept until the next commit. Numbers are never given back: a task that names
//! ever new source partitions grows with them. Knows no Kafka client and
//! no guest. Kafka's counterpart: `OffsetStorageWriter` as a task uses it.

use std::collections::HashMap;
use std::sync::Arc;

use connect_data::OffsetMap;
use connect_data::batch::EncodedOffsetMap;

use crate::errors::Failure;
use crate::storage::offset::{OffsetBackingStore, OffsetStorageWriter, StorageError};

use super::submitted::{OffsetInBatch, PartitionNumber};

/// The offsets of one task.
pub(super) struct SourceOffsets {
    writer: OffsetStorageWriter,
    numbers: HashMap<Option<Vec<u8>>, PartitionNumber>,
    /// The encoded partitions, by number; none is a null partition.
    partitions: Vec<Option<Vec<u8>>>,
}

impl SourceOffsets {
    /// For a task of `connector`, stored in `store`.
    pub(super) fn new(connector: &str, store: Arc<dyn OffsetBackingStore>) -> Self {
        Self {
            writer: OffsetStorageWriter::new(connector, store),
            numbers: HashMap::new(),
            partitions: Vec::new(),
        }
    }

    /// The number of a source partition: equal bytes, equal numbers.
    pub(super) fn partition_number(
        &mut self,
        encoded: Option<EncodedOffsetMap<'_>>,
    ) -> PartitionNumber {
        let key = encoded.map(|encoded| encoded.as_bytes().to_vec());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number =
            PartitionNumber::try_from(self.partitions.len()).unwrap_or(PartitionNumber::MAX);
        self.partitions.push(key.clone());
        self.numbers.insert(key, number);
        number
    }

    /// Takes offsets that may be stored; newer ones replace older ones.
    ///
    /// # Errors
    ///
    /// When an offset or partition is not in the format of BATCH.md.
    pub(super) fn add(
        &mut self,
        committable: Vec<(PartitionNumber, OffsetInBatch)>,
    ) -> Result<(), Failure> {
        for (number, offset) in committable {
            let partition = match self.partitions.get(number as usize) {
                Some(Some(bytes)) => Some(decode(bytes)?),
                _ => None,
            };
            let offset = offset.bytes().map(decode).transpose()?;
            self.writer.offset(partition, offset);
        }
        Ok(())
    }

    /// Stores what was added since the last flush; does nothing when nothing was.
    pub(super) async fn flush(&mut self) -> Result<(), StorageError> {
        self.writer.flush().await
    }

    /// After a flush that failed or was given up: what it was to store is stored by the next one.
    pub(super) fn cancel_flush(&mut self) {
        self.writer.cancel_flush();
    }
}

fn decode(bytes: &[u8]) -> Result<OffsetMap<'static>, Failure> {
    EncodedOffsetMap::new(bytes)
        .decode()
        .map(OffsetMap::into_owned)
        .map_err(|error| {
            Failure::connect("The plugin's poll returned a source offset that cannot be read")
                .caused_by_error(&error)
        })
}
