//! Looking at folders again and again: what is new, changed or gone, and what is whole.
//!
//! A file is loaded when it is the same in two looks, so that nothing that is still being written is
//! taken. A file that cannot be loaded is looked at again when it has changed; the log is told once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::super::discovery::{Found, warn_of_jars};
use super::super::loader::{LoadError, LoadedPlugin};
use super::super::origin::PluginPlace;
use super::PluginLibrary;

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Fingerprint {
    /// Of a path.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::new(&path.metadata()?))
    }

    /// Of an open file.
    pub(super) fn of_file(file: &File) -> io::Result<Self> {
        Ok(Self::new(&file.metadata()?))
    }

    fn new(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Seen once as it is.
    Settling,
    /// Loaded as it is.
    Loaded,
    /// Cannot be loaded as it is.
    Refused,
}

/// What is known of the folders.
#[derive(Debug, Default)]
pub(super) struct Look {
    seen: HashMap<PathBuf, (Fingerprint, State)>,
    /// Files of which the log was told that they cannot be loaded.
    told: HashSet<PathBuf>,
    jars: HashSet<PathBuf>,
    /// Folders to be watched.
    pub(super) folders: BTreeSet<PathBuf>,
}

impl Look {
    /// The first look: what is there is loaded at once.
    pub(super) async fn first(&mut self, library: &PluginLibrary) {
        let Some(found) = self.find(library).await else {
            return;
        };
        found.warn();
        self.jars.extend(found.jars);
        for place in &found.plugins {
            if let Ok(fingerprint) = Fingerprint::of(&place.path) {
                self.load(library, place, fingerprint).await;
            }
        }
    }

    /// A further look. Returns whether there is a file that may still be written to, so that the
    /// next look is to be soon.
    pub(super) async fn again(&mut self, library: &PluginLibrary) -> bool {
        let Some(found) = self.find(library).await else {
            return true;
        };
        let new_jars: Vec<PathBuf> = found
            .jars
            .iter()
            .filter(|jar| self.jars.insert((*jar).clone()))
            .cloned()
            .collect();
        warn_of_jars(&new_jars);
        let mut settling = false;
        for place in &found.plugins {
            settling |= self.look_at(library, place).await;
        }
        self.forget(library, &found).await;
        settling
    }

    /// Listing folders may wait for a disk.
    async fn find(&mut self, library: &PluginLibrary) -> Option<Found> {
        let folders = library.folders.clone();
        let found = tokio::task::spawn_blocking(move || folders.look())
            .await
            .ok()?;
        self.folders.clone_from(&found.folders);
        Some(found)
    }

    /// Returns whether the file may still be written to.
    async fn look_at(&mut self, library: &PluginLibrary, place: &PluginPlace) -> bool {
        let Ok(fingerprint) = Fingerprint::of(&place.path) else {
            return false;
        };
        // An upload has put it there.
        if library.lock_loaded().get(&place.path) == Some(&fingerprint) {
            self.seen
                .insert(place.path.clone(), (fingerprint, State::Loaded));
            return false;
        }
        match self.seen.get(&place.path) {
            Some((seen, State::Loaded | State::Refused)) if *seen == fingerprint => false,
            Some((seen, State::Settling)) if *seen == fingerprint => {
                self.load(library, place, fingerprint).await
            }
            _ => {
                self.seen
                    .insert(place.path.clone(), (fingerprint, State::Settling));
                true
            }
        }
    }

    /// Returns whether the file has changed meanwhile.
    async fn load(
        &mut self,
        library: &PluginLibrary,
        place: &PluginPlace,
        before: Fingerprint,
    ) -> bool {
        let path = &place.path;
        let loaded = library.load(place).await;
        let state = match offer(library, place, loaded, before).await {
            Offered::Yes => {
                self.told.remove(path);
                State::Loaded
            }
            Offered::Changed => State::Settling,
            Offered::Refused(error) => {
                let stays = library.lock_loaded().contains_key(path);
                let stays = if stays {
                    "; what was loaded from the file before stays"
                } else {
                    ""
                };
                if self.told.insert(path.clone()) {
                    tracing::error!(
                        "a plugin is left out: {error}. The file is looked at again when it \
                         changes{stays}"
                    );
                } else {
                    tracing::debug!("a plugin is still left out: {error}");
                }
                State::Refused
            }
        };
        self.seen.insert(path.clone(), (before, state));
        state == State::Settling
    }

    /// Takes plugins out of the registry whose files are gone.
    async fn forget(&mut self, library: &PluginLibrary, found: &Found) {
        let is_found = |path: &PathBuf| found.plugins.iter().any(|place| place.path == *path);
        self.seen.retain(|path, _| is_found(path));
        self.told.retain(is_found);
        let gone: Vec<PathBuf> = library
            .registry
            .loaded()
            .into_iter()
            .map(|one| one.place.path)
            .filter(|path| !is_found(path))
            .collect();
        if gone.is_empty() {
            return;
        }
        let _changing = library.changes.lock().await;
        for path in gone {
            // A folder that cannot be listed for a moment takes nothing away, and an upload may
            // have put the file there after the look.
            let unlisted = |folder: &PathBuf| path.starts_with(folder);
            if path.is_file() || found.unreadable.iter().any(|(folder, _)| unlisted(folder)) {
                continue;
            }
            library.registry.remove(&path);
            library.lock_loaded().remove(&path);
        }
    }
}

enum Offered {
    Yes,
    Changed,
    Refused(LoadError),
}

/// Offers a plugin if its file is still what it was before it was read.
async fn offer(
    library: &PluginLibrary,
    place: &PluginPlace,
    loaded: Result<LoadedPlugin, LoadError>,
    before: Fingerprint,
) -> Offered {
    let _changing = library.changes.lock().await;
    if Fingerprint::of(&place.path).ok() != Some(before) {
        return Offered::Changed;
    }
    match loaded {
        Ok(loaded) => {
            library.note_loaded(&place.path, before);
            library.registry.add(loaded, place.clone());
            Offered::Yes
        }
        Err(error) => Offered::Refused(error),
    }
}
