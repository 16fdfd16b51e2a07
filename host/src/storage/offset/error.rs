//! Errors of offset stores. Every text names the file or connector and says what to do.

use std::path::PathBuf;

use thiserror::Error;

use super::java_object::JavaObjectError;

/// Why offsets cannot be read or stored.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The offset file cannot be read.
    #[error("The offset file {path} (offset.storage.file.filename) cannot be read: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// The offset file is not one.
    #[error(
        "The offset file {path} (offset.storage.file.filename) is corrupt: {error}. It is neither used nor changed, because without its offsets connectors would start over and repeat their data. Put a backup in its place, or move it away to start without offsets"
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found in it.
        #[source]
        error: JavaObjectError,
    },
    /// The offset file cannot be written.
    #[error(
        "The offset file {path} (offset.storage.file.filename) cannot be written: {error}. The file and its folder must be writable for the worker"
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// The thread that works on the file ended without an answer.
    #[error(
        "The offset file {path} (offset.storage.file.filename) was not written: its writer failed"
    )]
    WriterLost {
        /// The file.
        path: PathBuf,
    },
    /// A stored offset is not the JSON of an offset.
    #[error(
        "The stored offset of connector {connector} for partition {partition} cannot be read: {reason}"
    )]
    Value {
        /// The connector.
        connector: String,
        /// The key in storage.
        partition: String,
        /// What is wrong.
        reason: String,
    },
}
