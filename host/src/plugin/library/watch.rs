//! Waits for changes of the folders, and looks at them.
//!
//! The system tells of changes where it can; a look from time to time finds the rest, such as
//! changes on network file systems and folders that appear later.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{PluginLibrary, PluginWatch};

/// How long after a change the folders are looked at, so that many changes make one look; also how
/// long a file has to stay the same before it is loaded.
const SETTLE: Duration = Duration::from_millis(300);
/// How often the folders are looked at without being told of changes.
const LOOK: Duration = Duration::from_secs(20);
/// The same where the system does not tell.
const LOOK_UNTOLD: Duration = Duration::from_secs(2);

impl PluginLibrary {
    /// Watches the folders until `stopping` is raised.
    pub async fn watch(&self, watch: PluginWatch, stopping: CancellationToken) {
        let PluginWatch(mut look) = watch;
        let changed = Arc::new(Notify::new());
        let mut told = Told::new(&changed);
        told.watch(&look.folders);
        // What changed between the first look and the watching.
        let mut next = Instant::now() + SETTLE;
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = changed.notified() => next = next.min(Instant::now() + SETTLE),
                () = sleep_until(next) => {
                    let settling = tokio::select! {
                        () = stopping.cancelled() => return,
                        settling = look.again(self) => settling,
                    };
                    told.watch(&look.folders);
                    next = Instant::now() + if settling { SETTLE } else { told.interval() };
                }
            }
        }
    }
}

/// What the system tells of changes. Its thread ends when this is dropped.
struct Told {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    /// Folders that could not be watched, so that it is said once.
    untold: BTreeSet<PathBuf>,
}

impl Told {
    fn new(changed: &Arc<Notify>) -> Self {
        let changed = changed.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error may stand for changes that were lost.
            if event.is_ok_and(|event| !changes(&event)) {
                return;
            }
            changed.notify_one();
        });
        let watcher = watcher
            .inspect_err(|error| {
                tracing::warn!(
                    "The system does not tell of changes in the folders of plugins ({error}); they \
                     are looked at every {} s",
                    LOOK_UNTOLD.as_secs()
                );
            })
            .ok();
        Self {
            watcher,
            watched: BTreeSet::new(),
            untold: BTreeSet::new(),
        }
    }

    /// Watches these folders and no others.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        for gone in self.watched.difference(folders) {
            // It may not be there any more, with which the watching has ended.
            let _ = watcher.unwatch(gone);
        }
        self.watched.retain(|folder| folders.contains(folder));
        self.untold.retain(|folder| folders.contains(folder));
        for folder in folders {
            if self.watched.contains(folder) {
                continue;
            }
            match watcher.watch(to_watch(folder), RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder.clone());
                    self.untold.remove(folder);
                }
                Err(error) => {
                    if self.untold.insert(folder.clone()) {
                        tracing::warn!(
                            "Changes in {} are not told ({error}); it is looked at every {} s",
                            folder.display(),
                            LOOK_UNTOLD.as_secs()
                        );
                    }
                }
            }
        }
    }

    fn interval(&self) -> Duration {
        if self.watcher.is_some() && self.untold.is_empty() {
            LOOK
        } else {
            LOOK_UNTOLD
        }
    }
}

/// A file named alone has an empty parent: the working directory.
fn to_watch(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Whether there may be something new. Our own reading is not.
fn changes(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}
