//! `plugin run --watch`: beginning again when what the plugin is made of changes.
//!
//! Owns what is watched, and the order: a crate is built while the old plugin goes on, and only a
//! build that succeeds ends the old run. Offsets are kept from run to run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{RunArguments, RunError, build, prepare};
use crate::cli::plugin::artifact::Artifact;
use crate::cli::plugin::{PluginFailure, note};
use crate::cli::standalone::EndSignals;
use crate::storage::offset::OffsetBackingStore;

/// Editors write several files, or one several times; a build begins when that is over.
const QUIET: Duration = Duration::from_millis(200);

/// Files of a crate that matter, beside those in `src`.
const CRATE_FILES: [&str; 3] = ["Cargo.toml", "build.rs", "config.properties"];

/// Changes of what a plugin is made of.
pub(super) struct Changes {
    changed: mpsc::Receiver<()>,
    /// Watches until it is dropped.
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Begins to watch.
    fn watch(arguments: &RunArguments) -> notify::Result<Self> {
        let (sender, changed) = mpsc::channel(1);
        let plugin = arguments
            .plugin
            .file
            .canonicalize()
            .map_err(notify::Error::io)?;
        let mut files: Vec<PathBuf> = Vec::new();
        let mut folders = Vec::new();
        if plugin.is_dir() {
            folders.push(plugin.join("src"));
            files.extend(CRATE_FILES.map(|name| plugin.join(name)));
        } else {
            files.push(plugin);
        }
        if let Some(config) = &arguments.config.config {
            files.push(config.canonicalize().map_err(notify::Error::io)?);
        }
        let (watched_files, watched_folders) = (files.clone(), folders.clone());
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let matters = |path: &PathBuf| {
                    watched_files.contains(path)
                        || watched_folders
                            .iter()
                            .any(|folder| path.starts_with(folder))
                };
                let changed = event.is_ok_and(|event| {
                    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(matters)
                });
                if changed {
                    // One that waits says all.
                    let _ = sender.try_send(());
                }
            })?;
        for folder in &folders {
            watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        // Folders are watched, not files: what an editor saves is often another file of that name.
        let mut parents: Vec<&Path> = files.iter().filter_map(|file| file.parent()).collect();
        parents.sort_unstable();
        parents.dedup();
        for parent in parents {
            watcher.watch(parent, RecursiveMode::NonRecursive)?;
        }
        Ok(Self {
            changed,
            _watcher: watcher,
        })
    }

    /// Waits for a change, and until no more come. Cancel safe, but for the change itself.
    async fn next(&mut self) {
        if self.changed.recv().await.is_none() {
            // The watcher is gone, which it tells nobody else.
            std::future::pending::<()>().await;
        }
        while let Ok(Some(())) = tokio::time::timeout(QUIET, self.changed.recv()).await {}
    }
}

/// Runs, and runs again after each change, until a signal comes.
pub(super) async fn run(
    arguments: &RunArguments,
    offsets: Arc<dyn OffsetBackingStore>,
    signals: &mut EndSignals,
) -> Result<(), PluginFailure> {
    let mut changes = Changes::watch(arguments).map_err(|error| PluginFailure::System {
        what: "The plugin's files cannot be watched",
        source: std::io::Error::other(error),
    })?;
    let mut built = build(&arguments.plugin).await;
    loop {
        let next = match built {
            Ok(artifact) => run_once(arguments, &artifact, &offsets, &mut changes, signals).await?,
            Err(failure) => {
                note(&format!("error: {failure}\nWaiting for a change."));
                tokio::select! {
                    _ = signals.received() => None,
                    () = changes.next() => Some(build(&arguments.plugin).await),
                }
            }
        };
        match next {
            Some(next) => built = next,
            None => return Ok(()),
        }
    }
}

/// What comes after a run: what was built, or nothing.
type Next = Option<Result<Artifact, PluginFailure>>;

/// A run that goes on by itself, while something is built.
type Going = Option<JoinHandle<Result<(), RunError>>>;

/// One run, until what was built anew takes its place.
async fn run_once(
    arguments: &RunArguments,
    artifact: &Artifact,
    offsets: &Arc<dyn OffsetBackingStore>,
    changes: &mut Changes,
    signals: &mut EndSignals,
) -> Result<Next, PluginFailure> {
    let ending = CancellationToken::new();
    let mut going = match prepare(arguments, artifact, offsets.clone()).await {
        Ok(run) => Some(tokio::spawn(run.go(ending.clone()))),
        Err(failure) => {
            note(&format!("error: {failure}\nWaiting for a change."));
            None
        }
    };
    loop {
        tokio::select! {
            outcome = end_of(&mut going) => match outcome {
                Ok(()) => note("The run is over. Waiting for a change."),
                Err(error) if error.is_broken_pipe() => return Err(error.into()),
                Err(error) => note(&format!("error: {error}\nWaiting for a change.")),
            },
            _ = signals.received() => {
                ending.cancel();
                return match going {
                    Some(_) => end_of(&mut going).await.map(|()| None).map_err(Into::into),
                    None => Ok(None),
                };
            }
            () = changes.next() => {
                note("Something changed; building.");
                let built = build(&arguments.plugin).await;
                if let (Err(failure), Some(_)) = (&built, &going) {
                    note(&format!("error: {failure}\nThe run goes on."));
                    continue;
                }
                ending.cancel();
                if going.is_some() && let Err(error) = end_of(&mut going).await {
                    note(&format!("error: {error}"));
                }
                return Ok(Some(built));
            }
        }
    }
}

/// Waits for the end of a run, for ever when there is none. Cancel safe.
async fn end_of(going: &mut Going) -> Result<(), RunError> {
    let Some(running) = going else {
        return std::future::pending().await;
    };
    let outcome = running.await;
    *going = None;
    outcome.unwrap_or_else(|panic| Err(RunError::Panic(panic)))
}
