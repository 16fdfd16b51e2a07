//! Finds plugin files: `plugins/` beside the executable, the entries of `plugin.path`, and the
//! store.
//!
//! An entry of `plugin.path` is a folder, whose `.wasm` files are taken from it and from one level
//! down (Kafka's layout of one folder for each plugin), or a single file. Nothing is read but names.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::origin::{PluginOrigin, PluginPlace};

/// The folder beside the executable.
const BUNDLED: &str = "plugins";

/// Where plugins are looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Folders {
    /// The bundled ones.
    pub(super) bundled: Option<PathBuf>,
    /// `plugin.path`
    pub(super) plugin_path: Vec<PathBuf>,
    /// `plugin.store.dir`
    pub(super) store: Option<PathBuf>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Plugin files, each once, in the order of precedence.
    pub plugins: Vec<PluginPlace>,
    /// Java archives, which this worker cannot run.
    pub jars: Vec<PathBuf>,
    /// Entries that are not there.
    pub missing: Vec<PathBuf>,
    /// Folders that cannot be listed, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Folders whose changes may change what is found.
    pub folders: BTreeSet<PathBuf>,
}

/// The folder of bundled plugins of this executable.
pub(super) fn bundled_folder(executable: &Path) -> Option<PathBuf> {
    // The binary may be called through a symbolic link, such as `connect-standalone`.
    let executable = executable.canonicalize().ok()?;
    let folder = executable.parent()?.join(BUNDLED);
    folder.is_dir().then_some(folder)
}

impl Folders {
    /// Looks into all of them.
    pub(super) fn look(&self) -> Found {
        let mut look = Look::default();
        if let Some(bundled) = &self.bundled {
            look.entry(PluginOrigin::Bundled, 0, bundled, 1);
        }
        for (index, entry) in self.plugin_path.iter().enumerate() {
            look.entry(PluginOrigin::PluginPath, index, entry, 1);
        }
        if let Some(store) = &self.store {
            look.entry(PluginOrigin::Store, 0, store, 0);
        }
        look.found
    }
}

impl Found {
    /// Tells the log what was passed over.
    pub(super) fn warn(&self) {
        for path in &self.missing {
            tracing::warn!(
                "plugin.path: {} is passed over: it does not exist",
                path.display()
            );
        }
        for (path, reason) in &self.unreadable {
            tracing::warn!("plugin.path: {} is passed over: {reason}", path.display());
        }
        warn_of_jars(&self.jars);
    }
}

/// One warning for all.
pub(super) fn warn_of_jars(jars: &[PathBuf]) {
    if jars.is_empty() {
        return;
    }
    let names: Vec<String> = jars.iter().map(|jar| jar.display().to_string()).collect();
    tracing::warn!(
        "plugin.path: Java archives need the JVM worker and are passed over; connectors here are \
         .wasm components: {}",
        names.join(", ")
    );
}

#[derive(Default)]
struct Look {
    found: Found,
    seen: BTreeSet<PathBuf>,
}

impl Look {
    fn entry(&mut self, origin: PluginOrigin, entry: usize, path: &Path, levels_below: u32) {
        let place = |path: PathBuf| PluginPlace {
            origin,
            entry,
            path,
        };
        if path.is_dir() {
            self.folder(path, levels_below, &place);
            return;
        }
        self.found.folders.extend(path.parent().map(Path::to_owned));
        if path.exists() {
            self.take(place(path.to_owned()));
        } else {
            self.found.missing.push(path.to_owned());
        }
    }

    fn folder(
        &mut self,
        folder: &Path,
        levels_below: u32,
        place: &impl Fn(PathBuf) -> PluginPlace,
    ) {
        self.found.folders.insert(folder.to_owned());
        let listed = folder.read_dir().and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<PathBuf>>>()
        });
        let mut names = match listed {
            Ok(names) => names,
            Err(error) => {
                let reason = error.to_string();
                self.found.unreadable.push((folder.to_owned(), reason));
                return;
            }
        };
        names.sort();
        for path in names {
            if path.is_dir() {
                if levels_below > 0 {
                    self.folder(&path, levels_below - 1, place);
                }
            } else if has_extension(&path, "wasm") || has_extension(&path, "jar") {
                self.take(place(path));
            }
        }
    }

    /// A file named in `plugin.path` itself is taken whatever its name is, so that a mistake is
    /// told and not passed over.
    fn take(&mut self, place: PluginPlace) {
        let path = &place.path;
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !self.seen.insert(identity) {
            return;
        }
        if has_extension(path, "jar") || has_extension(path, "zip") {
            self.found.jars.push(place.path);
        } else {
            self.found.plugins.push(place);
        }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests;
