//! Offsets in a file, in the format of a JVM worker's, which either worker can take over.
//!
//! Owns the file: reading it at the start, and replacing it as a whole at each change, so that at
//! any moment it holds the old offsets or the new ones. Must not know what the bytes mean.
//!
//! Kafka counterpart: FileOffsetBackingStore. Deviations: a file that ends early is refused, unless
//! it is empty, where Kafka starts without offsets; the file is replaced by a new one that is on
//! disk first, where Kafka overwrites it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::java_object::{read_map, write_map};
use super::memory::Entries;
use super::{OffsetBackingStore, RawKey, RawValue, StorageError};

#[cfg(test)]
mod tests;

/// A store in a file.
pub struct FileOffsetBackingStore {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    /// The generation that is in the file. Held while the file is written, never together with a
    /// wait for anything else.
    written: Mutex<u64>,
}

#[derive(Default)]
struct State {
    entries: Entries,
    /// Counts changes.
    generation: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Neither maps nor numbers are left half changed by a panic elsewhere.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FileOffsetBackingStore {
    /// A store in `path` (`offset.storage.file.filename`), which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            shared: Arc::new(Shared {
                path: path.into(),
                state: Mutex::default(),
                written: Mutex::default(),
            }),
        }
    }

    /// Runs work on the file on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let shared = self.shared.clone();
        match tokio::task::spawn_blocking(move || work(&shared)).await {
            Ok(result) => result,
            Err(_) => Err(StorageError::WriterLost {
                path: self.shared.path.clone(),
            }),
        }
    }
}

#[async_trait]
impl OffsetBackingStore for FileOffsetBackingStore {
    async fn start(&self) -> Result<(), StorageError> {
        self.blocking(Shared::load).await
    }

    async fn get(&self, keys: &[RawKey]) -> Result<Vec<RawValue>, StorageError> {
        Ok(lock(&self.shared.state).entries.get(keys))
    }

    async fn set(&self, entries: Vec<(RawKey, RawValue)>) -> Result<(), StorageError> {
        let generation = {
            let mut state = lock(&self.shared.state);
            state.entries.set(entries);
            state.generation += 1;
            state.generation
        };
        self.blocking(move |shared| shared.save(generation)).await
    }

    async fn entries(&self) -> Result<Vec<(RawKey, Vec<u8>)>, StorageError> {
        Ok(lock(&self.shared.state).entries.present())
    }

    async fn stop(&self) {}
}

impl Shared {
    fn load(&self) -> Result<(), StorageError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                return Err(StorageError::Read {
                    path: self.path.clone(),
                    error,
                });
            }
        };
        if !bytes.is_empty() {
            let entries = read_map(&bytes).map_err(|error| StorageError::Corrupt {
                path: self.path.clone(),
                error,
            })?;
            lock(&self.state).entries.set(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))),
            );
        }
        self.check_writable()
    }

    /// Finds out at the start, and not at the first commit, that offsets cannot be stored.
    fn check_writable(&self) -> Result<(), StorageError> {
        let target = self.target();
        let check = || {
            if target.exists() {
                OpenOptions::new().write(true).open(&target)?;
            }
            let temporary = temporary(&target);
            File::create(&temporary)?;
            fs::remove_file(&temporary)
        };
        check().map_err(|error| self.write_error(error))
    }

    /// Writes the file, unless a write that began later has written this generation already: the
    /// tasks of a worker commit at about the same time, and one write serves all that wait.
    fn save(&self, generation: u64) -> Result<(), StorageError> {
        let mut written = lock(&self.written);
        if *written >= generation {
            return Ok(());
        }
        let (bytes, newest) = {
            let state = lock(&self.state);
            (write_map(state.entries.iter()), state.generation)
        };
        replace(&self.target(), &bytes).map_err(|error| self.write_error(error))?;
        *written = newest;
        Ok(())
    }

    /// The file itself where the configured path is a link, which must stay one.
    fn target(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    fn write_error(&self, error: io::Error) -> StorageError {
        StorageError::Write {
            path: self.path.clone(),
            error,
        }
    }
}

/// A name in the same folder, since a file can only be renamed within its file system.
fn temporary(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    target.with_file_name(name)
}

/// Replaces a file: after a crash, the old or the new content is there, never a part.
fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary(target);
    let written = write_new(target, &temporary, bytes);
    if written.is_err() {
        // The error counts; what is left over would be overwritten by the next write anyway.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(target: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    if let Ok(existing) = fs::metadata(target) {
        file.set_permissions(existing.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, target)?;
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}
