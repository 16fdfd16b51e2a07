//! Source offsets: where each source partition of a connector is to go on.
//!
//! Owns the trait of offset stores, in raw bytes, with its backends, and the reader and writer that
//! give connectors their view of it. Must not know tasks, or when offsets may be stored.
//!
//! Kafka counterparts: OffsetBackingStore, OffsetStorageReaderImpl, OffsetStorageWriter,
//! FileOffsetBackingStore, MemoryOffsetBackingStore.

mod alter;
mod error;
mod file;
mod java_object;
mod json;
mod memory;
mod reader;
mod writer;

use async_trait::async_trait;

pub use alter::{alter_offsets, normalized};
pub use error::StorageError;
pub use file::FileOffsetBackingStore;
pub use java_object::JavaObjectError;
pub use memory::MemoryOffsetBackingStore;
pub use reader::OffsetStorageReader;
pub use writer::OffsetStorageWriter;

/// A stored key.
pub type RawKey = Vec<u8>;
/// A stored value; none is a tombstone.
pub type RawValue = Option<Vec<u8>>;

/// Keeps offsets as bytes. Shared by all connectors and tasks of a worker.
#[async_trait]
pub trait OffsetBackingStore: Send + Sync {
    /// Makes the store ready: reads what is stored. Called once, before anything else.
    async fn start(&self) -> Result<(), StorageError>;

    /// The values of these keys, in their order; none for a key without a value or a tombstone.
    async fn get(&self, keys: &[RawKey]) -> Result<Vec<RawValue>, StorageError>;

    /// Stores values. When it returns without an error they are on disk. A call that is given up
    /// may still take effect.
    async fn set(&self, entries: Vec<(RawKey, RawValue)>) -> Result<(), StorageError>;

    /// All entries, tombstones left out.
    async fn entries(&self) -> Result<Vec<(RawKey, Vec<u8>)>, StorageError>;

    /// Ends the work of the store. What was set is stored already.
    async fn stop(&self);
}
