//! Reads, verifies and loads one plugin file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::names::{self, WrongName};
use super::origin::{PluginOrigin, PluginPlace};
use super::verify::{VerifyError, verify};
use crate::sandbox::{CompiledPlugin, Sandbox, SandboxError};

/// LIMIT: no plugin comes near; guards memory against a wrong file in a folder. Uploads have a
/// limit of their own, which they have passed when they are in the store.
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
    /// What the plugin calls itself is no name.
    #[error("{}: {source}", .path.display())]
    Name {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: WrongName,
    },
}

/// What the file of a plugin tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Its size in bytes.
    pub size: u64,
    /// The version of `connect-wasm:plugin` that it was built for.
    pub wit_version: String,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
}

/// A plugin that was loaded.
#[derive(Clone, Debug)]
pub struct LoadedPlugin {
    /// The plugin.
    pub plugin: CompiledPlugin,
    /// What its file tells.
    pub file: Arc<FileFacts>,
}

/// Loads the plugin of a file. Runs the plugin.
pub async fn load(sandbox: &Sandbox, path: &Path) -> Result<LoadedPlugin, LoadError> {
    let place = PluginPlace {
        origin: PluginOrigin::PluginPath,
        entry: 0,
        path: path.to_owned(),
    };
    load_place(sandbox, &place).await
}

/// Loads the plugin of a file. Runs the plugin: to be called where guests run.
pub(super) async fn load_place(
    sandbox: &Sandbox,
    place: &PluginPlace,
) -> Result<LoadedPlugin, LoadError> {
    let path = place.path.clone();
    let limit = match place.origin {
        PluginOrigin::Store => u64::MAX,
        PluginOrigin::Bundled | PluginOrigin::PluginPath => PLUGIN_BYTES_MAX,
    };
    let reading = tokio::task::spawn_blocking(move || read(&path, limit));
    let wasm = reading.await.map_err(|panic| LoadError::Read {
        path: place.path.clone(),
        source: std::io::Error::other(panic),
    })??;
    load_bytes(sandbox, &place.path, wasm).await
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
    let read_error = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = std::fs::metadata(path).map_err(read_error)?.len();
    if bytes > limit {
        return Err(LoadError::TooLarge {
            path: path.to_owned(),
            bytes,
        });
    }
    std::fs::read(path).map_err(read_error)
}

/// Loads a plugin from the bytes of a file. Runs the plugin: to be called where guests run.
pub(super) async fn load_bytes(
    sandbox: &Sandbox,
    path: &Path,
    wasm: Vec<u8>,
) -> Result<LoadedPlugin, LoadError> {
    let component = verify(path, &wasm)?;
    let file = FileFacts {
        size: wasm.len() as u64,
        wit_version: component.wit_version,
        imports: component.imports,
    };
    let loaded = sandbox.load(path, wasm, component.kind).await;
    let plugin = loaded.map_err(|source| match source {
        // Its text names the file already.
        SandboxError::Compile { path, message } => VerifyError::Malformed { path, message }.into(),
        source => LoadError::Sandbox {
            path: path.to_owned(),
            source,
        },
    })?;
    let description = plugin.description();
    names::check(
        &description.class,
        &description.version,
        description
            .kind
            .is_connector()
            .then_some(description.task_class.as_str()),
        &description.aliases,
    )
    .map_err(|source| LoadError::Name {
        path: path.to_owned(),
        source,
    })?;
    Ok(LoadedPlugin {
        plugin,
        file: Arc::new(file),
    })
}
