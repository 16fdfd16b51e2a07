//! Compiled plugins on disk, so that a start with known plugins compiles and runs nothing.
//!
//! One file per plugin content and engine. An entry is used only when it is whole, was made by
//! an engine of the same compatibility, and lies in a folder that nobody else can write; anything
//! else is compiled again and replaced. Beside the machine code an entry keeps what the plugin
//! says about itself. Losing the cache loses time and nothing else.
//!
//! Layout: magic, engine compatibility (32 bytes), SHA-256 of the plugin (32), SHA-256 of the
//! rest (32), length of the description (u32, little-endian), description (JSON), machine code.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

const MAGIC: &[u8; 8] = b"cwasmc01";
const HEADER_BYTES: usize = 8 + 32 + 32 + 32 + 4;

/// The folder of compiled plugins.
pub(super) struct Cache {
    folder: PathBuf,
    compatibility: [u8; 32],
}

/// A whole entry.
pub(super) struct Entry {
    /// What the plugin says about itself, as JSON.
    pub(super) description: Vec<u8>,
    artifact: Vec<u8>,
}

impl Cache {
    /// Opens the folder, making it if needed.
    pub(super) fn open(folder: &Path, compatibility: [u8; 32]) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let found = fs::metadata(folder)?;
        let own = fs::metadata("/proc/self")
            .map(|process| process.uid())
            .unwrap_or(found.uid());
        if found.uid() != own || found.mode() & 0o022 != 0 {
            return Err(io::Error::other("others may write to the folder"));
        }
        Ok(Self {
            folder: folder.to_owned(),
            compatibility,
        })
    }

    /// The entry for a plugin, if there is a whole one that fits.
    pub(super) fn read(&self, plugin: &[u8; 32]) -> Option<Entry> {
        let path = self.path(plugin);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), "a cached plugin cannot be read and is compiled again: {error}");
                return None;
            }
        };
        let entry = self.check(plugin, bytes);
        if entry.is_none() {
            tracing::warn!(path = %path.display(), "a cached plugin is damaged or foreign and is compiled again");
        }
        entry
    }

    fn check(&self, plugin: &[u8; 32], mut bytes: Vec<u8>) -> Option<Entry> {
        let header = bytes.get(..HEADER_BYTES)?;
        let (magic, rest) = header.split_at(8);
        let (compatibility, rest) = rest.split_at(32);
        let (content, rest) = rest.split_at(32);
        let (digest, length) = rest.split_at(32);
        let body = &bytes[HEADER_BYTES - 4..];
        let whole = magic == MAGIC
            && compatibility == self.compatibility
            && content == plugin
            && digest == Sha256::digest(body).as_slice();
        if !whole {
            return None;
        }
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        let start = HEADER_BYTES.checked_add(length)?;
        let description = bytes.get(HEADER_BYTES..start)?.to_vec();
        bytes.drain(..start);
        Some(Entry {
            description,
            artifact: bytes,
        })
    }

    /// Keeps an entry. The file appears whole or not at all.
    pub(super) fn write(
        &self,
        plugin: &[u8; 32],
        description: &[u8],
        artifact: &[u8],
    ) -> io::Result<()> {
        let length = u32::try_from(description.len())
            .map_err(io::Error::other)?
            .to_le_bytes();
        let digest = Sha256::new()
            .chain_update(length)
            .chain_update(description)
            .chain_update(artifact)
            .finalize();
        let path = self.path(plugin);
        // Two workers may write the same entry at a time; each has a file of its own until it is whole.
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = (|| {
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&temporary)?;
            for part in [
                MAGIC.as_slice(),
                &self.compatibility,
                plugin,
                &digest,
                &length,
                description,
                artifact,
            ] {
                file.write_all(part)?;
            }
            file.sync_all()?;
            fs::rename(&temporary, &path)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn path(&self, plugin: &[u8; 32]) -> PathBuf {
        self.folder.join(format!(
            "{}-{}.cwasm",
            hex(plugin),
            &hex(&self.compatibility)[..16]
        ))
    }
}

impl Entry {
    /// The component of the entry.
    #[allow(
        unsafe_code,
        reason = "the engine cannot verify machine code; the cache vouches for it"
    )]
    pub(super) fn component(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes must come from `Component::serialize` of a compatible engine. `check`
        // has verified their digest, which only `Cache::write` makes, and the engine's
        // compatibility hash; `open` has verified that nobody but this user can write the folder,
        // and whoever can act as this user needs no cache entry to run code.
        unsafe { Component::deserialize(engine, &self.artifact) }
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
