//! Reads, verifies and loads one plugin file.

use std::path::{Path, PathBuf};

use super::verify::{VerifyError, verify};
use crate::sandbox::{CompiledPlugin, Sandbox, SandboxError};

/// LIMIT: no plugin comes near; guards memory against a wrong file in the folder.
const PLUGIN_BYTES_MAX: u64 = 256 << 20;

/// Why a plugin file was left out.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: the plugin cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file is too large to be a plugin.
    #[error("{}: {bytes} bytes are too many for a plugin; at most {PLUGIN_BYTES_MAX} are read", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The file is no plugin for this worker.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The plugin does not compile, or does not say who it is.
    #[error("{}: the plugin cannot be loaded: {source}", .path.display())]
    Sandbox {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: SandboxError,
    },
}

/// Loads one plugin.
pub async fn load(sandbox: &Sandbox, path: &Path) -> Result<CompiledPlugin, LoadError> {
    let read_error = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = std::fs::metadata(path).map_err(read_error)?.len();
    if bytes > PLUGIN_BYTES_MAX {
        return Err(LoadError::TooLarge {
            path: path.to_owned(),
            bytes,
        });
    }
    let wasm = std::fs::read(path).map_err(read_error)?;
    let kind = verify(path, &wasm)?;
    sandbox
        .load(path, wasm, kind)
        .await
        .map_err(|source| match source {
            // Its text names the file already.
            SandboxError::Compile { path, message } => {
                VerifyError::Malformed { path, message }.into()
            }
            source => LoadError::Sandbox {
                path: path.to_owned(),
                source,
            },
        })
}
