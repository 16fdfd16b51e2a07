//! The plugins of a running worker as they change: uploads, deletions, and folders that are watched.
//!
//! Owns the registry, the store, and the order in which the two change: a plugin is on the disk
//! before it is offered, and is offered no more before it leaves the disk. Plugins are compiled and
//! asked who they are on the guests' runtime, one upload at a time. Must not know connectors: who
//! uses a plugin is asked of the caller.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::discovery::{Folders, bundled_folder};
use super::facts::PluginFacts;
use super::loader::{self, LoadError, LoadedPlugin};
use super::origin::{PluginOrigin, PluginPlace};
use super::registry::{PluginError, PluginRegistry, RegisteredPlugin};
use super::store::PluginStore;
use crate::config::version_range::VersionRange;
use crate::sandbox::Sandbox;

mod error;
mod look;
mod upload;
mod watch;

pub use self::error::LibraryError;
use self::look::{Fingerprint, Look};
pub use self::upload::{Upload, Uploaded};

/// LIMIT: uploads at the same time, each of which has a file of its own in the store.
const UPLOADS_MAX: usize = 4;

/// How long what is under way may take to end when the worker stops.
const STOP: Duration = Duration::from_secs(1);

/// How a library is made.
#[derive(Clone, Debug)]
pub struct LibrarySettings {
    /// This program; its folder may have the bundled plugins.
    pub executable: PathBuf,
    /// `plugin.path`
    pub plugin_path: Vec<PathBuf>,
    /// `plugin.store.dir`, or the default; none when there is nowhere to put it.
    pub store_dir: Option<PathBuf>,
    /// `plugin.upload.enable`
    pub upload_enable: bool,
    /// `plugin.upload.max.bytes`
    pub upload_max_bytes: u64,
}

/// The plugins of a running worker.
pub struct PluginLibrary {
    registry: Arc<PluginRegistry>,
    sandbox: Sandbox,
    guests: Handle,
    folders: Folders,
    /// Or why there is none.
    store: Result<PluginStore, String>,
    upload_enable: bool,
    upload_max_bytes: u64,
    /// Held by uploads from the first byte to the answer.
    turns: Arc<Semaphore>,
    /// Held by the one upload that is compiled, so that one component at a time is in memory.
    compiling: Semaphore,
    /// Held while registry and disk change together.
    changes: tokio::sync::Mutex<()>,
    /// The files that are loaded, as they were when they were read.
    loaded: Mutex<HashMap<PathBuf, Fingerprint>>,
    /// What is under way.
    running: TaskTracker,
    stopping: CancellationToken,
}

impl PluginLibrary {
    /// A library without plugins yet. A store that cannot be used costs a warning and uploads.
    pub fn new(settings: LibrarySettings, sandbox: Sandbox, guests: Handle) -> Self {
        let store = match &settings.store_dir {
            None => Err(
                "the worker has no folder for it: set plugin.store.dir in its properties"
                    .to_owned(),
            ),
            Some(folder) => PluginStore::open(folder).map_err(|error| {
                format!(
                    "plugin.store.dir={} cannot be written: {error}",
                    folder.display()
                )
            }),
        };
        let folders = Folders {
            bundled: bundled_folder(&settings.executable),
            plugin_path: settings.plugin_path,
            store: match &store {
                Ok(store) => Some(store.folder().to_owned()),
                // What was uploaded before can still be run, if it can be read.
                Err(_) => settings.store_dir.filter(|folder| folder.is_dir()),
            },
        };
        if let Err(reason) = &store
            && settings.upload_enable
        {
            tracing::warn!("No plugins can be uploaded: {reason}");
        }
        Self {
            registry: Arc::default(),
            sandbox,
            guests,
            folders,
            store,
            upload_enable: settings.upload_enable,
            upload_max_bytes: settings.upload_max_bytes,
            turns: Arc::new(Semaphore::new(UPLOADS_MAX)),
            compiling: Semaphore::new(1),
            changes: tokio::sync::Mutex::new(()),
            loaded: Mutex::default(),
            running: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }
    }

    /// The plugins that there are.
    pub fn registry(&self) -> &Arc<PluginRegistry> {
        &self.registry
    }

    /// All versions of a class or alias, the newest first.
    pub fn versions(&self, class_or_alias: &str) -> Result<Vec<PluginFacts>, LibraryError> {
        let registered = self.registered(class_or_alias)?;
        Ok(registered.iter().map(PluginFacts::from).collect())
    }

    /// The newest version of a class or alias, of those in a range if one is given.
    pub fn details(
        &self,
        class_or_alias: &str,
        version: Option<&str>,
    ) -> Result<PluginFacts, LibraryError> {
        let range = version.map(VersionRange::parse).transpose();
        let range = range.map_err(|_| LibraryError::VersionRange {
            version: version.unwrap_or_default().to_owned(),
        })?;
        let registered = self.registered(class_or_alias)?;
        let fits = |one: &&RegisteredPlugin| {
            let version = &one.plugin.description().version;
            range.as_ref().is_none_or(|range| range.contains(version))
        };
        match registered.iter().find(fits) {
            Some(found) => Ok(found.into()),
            None => Err(no_version(version.unwrap_or_default(), &registered)),
        }
    }

    /// Deletes a plugin of the store. `users` names who uses a class and version.
    pub async fn delete(
        &self,
        class_or_alias: &str,
        version: Option<&str>,
        users: impl Fn(&str, &str) -> Vec<String> + Send,
    ) -> Result<(), LibraryError> {
        if !self.upload_enable {
            return Err(LibraryError::UploadsDisabled);
        }
        let _changing = self.changes.lock().await;
        let registered = self.registered(class_or_alias)?;
        let chosen = choose(&registered, version)?;
        let description = chosen.plugin.description();
        let (class, version) = (description.class.clone(), description.version.clone());
        if chosen.place.origin != PluginOrigin::Store {
            return Err(LibraryError::NotInStore {
                class,
                version,
                origin: chosen.place.origin,
                path: chosen.place.path.clone(),
            });
        }
        let store = self
            .store
            .as_ref()
            .map_err(|reason| LibraryError::NoStore {
                reason: reason.clone(),
            })?;
        let check_unused = || match users(&class, &version) {
            users if users.is_empty() => Ok(()),
            users => Err(LibraryError::InUse {
                class: class.clone(),
                version: version.clone(),
                users,
            }),
        };
        check_unused()?;
        let path = chosen.place.path.clone();
        let removed = self.registry.remove(&path);
        // A connector may have been started in between; from here on none can be.
        if let (Err(used), Some(removed)) = (check_unused(), removed) {
            self.registry.add_again(removed);
            return Err(used);
        }
        self.lock_loaded().remove(&path);
        let store = store.clone();
        let removing = tokio::task::spawn_blocking(move || store.remove(&path));
        let removed = removing.await.map_err(std::io::Error::other);
        removed.flatten().map_err(|source| LibraryError::Disk {
            what: format!("plugin {class} {version} cannot be deleted"),
            reason: source.to_string(),
        })
    }

    /// Ends what is under way. Uploads that have not been kept yet leave nothing behind.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.running.close();
        if tokio::time::timeout(STOP, self.running.wait())
            .await
            .is_err()
        {
            tracing::warn!("{} uploads of plugins are left behind", self.running.len());
        }
    }

    fn registered(&self, class_or_alias: &str) -> Result<Vec<RegisteredPlugin>, LibraryError> {
        self.registry
            .registered(class_or_alias)
            .map_err(|error| match error {
                PluginError::Ambiguous { .. } => LibraryError::Ambiguous(error.to_string()),
                PluginError::Unknown { class, .. } | PluginError::Version { class, .. } => {
                    LibraryError::Unknown { class }
                }
            })
    }

    /// Loads a file on the guests' runtime.
    async fn load(&self, place: &PluginPlace) -> Result<LoadedPlugin, LoadError> {
        let (sandbox, place) = (self.sandbox.clone(), place.clone());
        let path = place.path.clone();
        let loading = self
            .guests
            .spawn(async move { loader::load_place(&sandbox, &place).await });
        loading.await.unwrap_or_else(|panic| {
            Err(LoadError::Read {
                path,
                source: std::io::Error::other(panic),
            })
        })
    }

    /// Loads everything that there is now, and returns what is to be watched from here on.
    pub async fn load_all(&self) -> PluginWatch {
        let mut look = Look::default();
        look.first(self).await;
        PluginWatch(look)
    }

    fn lock_loaded(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Fingerprint>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_loaded(&self, path: &Path, fingerprint: Fingerprint) {
        self.lock_loaded().insert(path.to_owned(), fingerprint);
    }
}

/// What the watching of folders goes on from.
pub struct PluginWatch(Look);

/// The one that a request to delete means.
fn choose<'a>(
    registered: &'a [RegisteredPlugin],
    version: Option<&str>,
) -> Result<&'a RegisteredPlugin, LibraryError> {
    let is_it =
        |one: &&RegisteredPlugin| Some(one.plugin.description().version.as_str()) == version;
    match (version, registered) {
        (None, [one]) => Ok(one),
        (None, _) => Err(LibraryError::VersionNeeded {
            class: class_of(registered),
            versions: versions_of(registered),
        }),
        (Some(version), _) => registered
            .iter()
            .find(is_it)
            .ok_or_else(|| no_version(version, registered)),
    }
}

fn no_version(version: &str, registered: &[RegisteredPlugin]) -> LibraryError {
    LibraryError::NoVersion {
        class: class_of(registered),
        version: version.to_owned(),
        versions: versions_of(registered),
    }
}

fn class_of(registered: &[RegisteredPlugin]) -> String {
    let first = registered.first();
    first.map_or_else(String::new, |one| one.plugin.description().class.clone())
}

fn versions_of(registered: &[RegisteredPlugin]) -> Vec<String> {
    let versions = registered.iter();
    versions
        .map(|one| one.plugin.description().version.clone())
        .collect()
}
