//! An upload, from its first byte to the plugin that is offered.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::OwnedSemaphorePermit;

use super::super::facts::PluginFacts;
use super::super::loader::{self, LoadError, LoadedPlugin};
use super::super::origin::{PluginOrigin, PluginPlace};
use super::super::registry::RegisteredPlugin;
use super::super::store::{Kept, PluginStore};
use super::{Fingerprint, LibraryError, PluginLibrary, UPLOADS_MAX};

/// How long an upload waits for others to end before it is turned away.
const TURN: Duration = Duration::from_secs(30);

/// What errors call the file that has no name yet.
const UPLOADED_FILE: &str = "the uploaded file";

/// An upload that is arriving. Dropping it leaves nothing behind.
pub struct Upload {
    library: Arc<PluginLibrary>,
    store: PluginStore,
    file: tokio::fs::File,
    path: TempPath,
    digest: Sha256,
    written: u64,
    turn: OwnedSemaphorePermit,
}

/// A plugin that has been uploaded.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// Whether it is new; otherwise the same bytes were there already.
    pub created: bool,
    /// What it is.
    pub plugin: PluginFacts,
}

/// What has arrived, to be looked at.
struct Arrived {
    file: File,
    path: TempPath,
    sha256: String,
}

impl PluginLibrary {
    /// Begins an upload, of so many bytes if the client says so.
    pub async fn begin_upload(
        self: &Arc<Self>,
        announced: Option<u64>,
    ) -> Result<Upload, LibraryError> {
        if !self.upload_enable {
            return Err(LibraryError::UploadsDisabled);
        }
        let limit = self.upload_max_bytes;
        if announced.is_some_and(|bytes| bytes > limit) {
            return Err(LibraryError::TooLarge { limit });
        }
        let store = self
            .store
            .clone()
            .map_err(|reason| LibraryError::NoStore { reason })?;
        let turn = tokio::time::timeout(TURN, self.turns.clone().acquire_owned());
        let turn = tokio::select! {
            turn = turn => turn,
            () = self.stopping.cancelled() => return Err(LibraryError::Stopping),
        };
        let Ok(Ok(turn)) = turn else {
            return Err(LibraryError::Busy { count: UPLOADS_MAX });
        };
        let receiving = store.clone();
        let file = blocking(move || receiving.receive()).await?;
        let (file, path) = file.into_parts();
        Ok(Upload {
            library: self.clone(),
            store,
            file: file.into(),
            path,
            digest: Sha256::new(),
            written: 0,
            turn,
        })
    }
}

impl Upload {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), LibraryError> {
        self.written += bytes.len() as u64;
        let limit = self.library.upload_max_bytes;
        if self.written > limit {
            return Err(LibraryError::TooLarge { limit });
        }
        self.digest.update(bytes);
        self.file
            .write_all(bytes)
            .await
            .map_err(|error| disk(&error))
    }

    /// All bytes are there: verifies, compiles, stores and offers the plugin. From here on it goes
    /// on whether or not somebody waits for the answer.
    pub async fn finish(mut self) -> Result<Uploaded, LibraryError> {
        if self.written == 0 {
            return Err(LibraryError::Invalid {
                reason: "it is empty; expected the bytes of a .wasm component as the body"
                    .to_owned(),
            });
        }
        self.file.flush().await.map_err(|error| disk(&error))?;
        let arrived = Arrived {
            file: self.file.into_std().await,
            path: self.path,
            sha256: hex(&self.digest.finalize()),
        };
        let (library, store, turn) = (self.library, self.store, self.turn);
        let stopping = library.stopping.clone();
        let guests = library.guests.clone();
        let running = library.running.clone();
        let taking_in = async move {
            let _turn = turn;
            tokio::select! {
                uploaded = library.take_in(&store, arrived) => uploaded,
                () = stopping.cancelled() => Err(LibraryError::Stopping),
            }
        };
        let task = running.spawn_on(taking_in, &guests);
        task.await.map_err(|_| LibraryError::Interrupted)?
    }
}

impl PluginLibrary {
    async fn take_in(
        &self,
        store: &PluginStore,
        arrived: Arrived,
    ) -> Result<Uploaded, LibraryError> {
        if let Some(same) = self.same_bytes(&arrived.sha256) {
            return Ok(same);
        }
        // Never closed.
        let _compiling = self.compiling.acquire().await;
        // Somebody else may have uploaded the same in the meantime.
        if let Some(same) = self.same_bytes(&arrived.sha256) {
            return Ok(same);
        }
        let mut reading = arrived.file.try_clone().map_err(|error| disk(&error))?;
        let wasm = blocking(move || {
            let mut wasm = Vec::new();
            reading.rewind()?;
            reading.read_to_end(&mut wasm)?;
            Ok(wasm)
        })
        .await?;
        let loaded = loader::load_bytes(&self.sandbox, Path::new(UPLOADED_FILE), wasm).await;
        let loaded = loaded.map_err(|error: LoadError| LibraryError::Invalid {
            reason: error.to_string(),
        })?;
        self.keep(store, arrived, loaded).await
    }

    fn same_bytes(&self, sha256: &str) -> Option<Uploaded> {
        let loaded = self.registry.loaded();
        let same = loaded.iter().find(|one| one.plugin.digest() == sha256)?;
        Some(Uploaded {
            created: false,
            plugin: same.into(),
        })
    }

    async fn keep(
        &self,
        store: &PluginStore,
        arrived: Arrived,
        loaded: LoadedPlugin,
    ) -> Result<Uploaded, LibraryError> {
        let _changing = self.changes.lock().await;
        let description = loaded.plugin.description();
        let (class, version) = (description.class.clone(), description.version.clone());
        if let Some(there) = self.check_free(&loaded)? {
            return Ok(there);
        }
        // A file of that name that is not offered: another worker may have put it there just now.
        let place = PluginPlace {
            origin: PluginOrigin::Store,
            entry: 0,
            path: store.path(&class, &version),
        };
        let mut replace = false;
        if place.path.exists() {
            match self.load(&place).await {
                Ok(other) => {
                    self.registry.add(other, place.clone());
                    if let Some(there) = self.check_free(&loaded)? {
                        return Ok(there);
                    }
                }
                Err(error) => {
                    tracing::warn!("an upload replaces a file that is no plugin: {error}");
                    replace = true;
                }
            }
        }
        let (keeping, file, path) = (store.clone(), arrived.file, arrived.path);
        let (kept_class, kept_version) = (class.clone(), version.clone());
        let kept = blocking(move || {
            let kept = keeping.keep(&file, path, &kept_class, &kept_version, replace)?;
            Ok((kept, Fingerprint::of_file(&file)?))
        });
        let (path, fingerprint) = match kept.await? {
            (Kept::At(path), fingerprint) => (path, fingerprint),
            (Kept::Occupied(_), _) => return self.other_worker_was_first(place, &loaded).await,
        };
        self.note_loaded(&path, fingerprint);
        let place = PluginPlace {
            path: path.clone(),
            ..place
        };
        let loaded = LoadedPlugin {
            plugin: loaded.plugin.moved_to(&path),
            file: loaded.file,
        };
        let registered = RegisteredPlugin {
            plugin: loaded.plugin.clone(),
            file: loaded.file.clone(),
            place: place.clone(),
        };
        self.registry.add(loaded, place);
        Ok(Uploaded {
            created: true,
            plugin: (&registered).into(),
        })
    }

    /// Two workers that share a store took in the same class and version at the same time.
    async fn other_worker_was_first(
        &self,
        place: PluginPlace,
        loaded: &LoadedPlugin,
    ) -> Result<Uploaded, LibraryError> {
        let failed = |what: String| LibraryError::Disk {
            what: "Another worker has stored a plugin of that name".to_owned(),
            reason: what,
        };
        let other = self.load(&place).await;
        let other = other.map_err(|error| failed(error.to_string()))?;
        self.registry.add(other, place);
        let there = self.check_free(loaded)?;
        there.ok_or_else(|| failed("it is another plugin; try again".to_owned()))
    }

    /// The plugin if it is there already; an error if another one is in its place.
    fn check_free(&self, loaded: &LoadedPlugin) -> Result<Option<Uploaded>, LibraryError> {
        let description = loaded.plugin.description();
        let all = self.registry.loaded();
        let of_class = || {
            let is_it =
                |one: &&RegisteredPlugin| one.plugin.description().class == description.class;
            all.iter().filter(is_it)
        };
        let there = of_class().find(|one| one.plugin.description().version == description.version);
        if let Some(there) = there {
            if there.plugin.digest() == loaded.plugin.digest() {
                return Ok(Some(Uploaded {
                    created: false,
                    plugin: there.into(),
                }));
            }
            return Err(LibraryError::Conflict {
                class: description.class.clone(),
                version: description.version.clone(),
                sha256: there.plugin.digest().to_owned(),
                path: there.place.path.clone(),
            });
        }
        match of_class().find(|one| one.plugin.description().kind != description.kind) {
            None => Ok(None),
            Some(other) => Err(LibraryError::OtherKind {
                class: description.class.clone(),
                there: other.plugin.description().kind.name(),
                uploaded: description.kind.name(),
            }),
        }
    }
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn disk(error: &std::io::Error) -> LibraryError {
    LibraryError::Disk {
        what: "The upload cannot be stored".to_owned(),
        reason: error.to_string(),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, LibraryError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| LibraryError::Interrupted)?
        .map_err(|error| disk(&error))
}
