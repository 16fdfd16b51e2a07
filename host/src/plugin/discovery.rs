//! Finds plugin files: `plugins/` beside the executable, then the entries of `plugin.path`.
//!
//! An entry is a folder, whose `.wasm` files are taken from it and from one level down (Kafka's
//! layout of one folder for each plugin), or a single file. Nothing is read but names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::origin::{PluginOrigin, PluginPlace};

/// The folder beside the executable.
const BUNDLED: &str = "plugins";

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Plugin files, each once, bundled ones first.
    pub plugins: Vec<PluginPlace>,
    /// Java archives, which this worker cannot run.
    pub jars: Vec<PathBuf>,
    /// Entries that cannot be listed, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// The folder of bundled plugins of this executable.
pub(super) fn bundled_folder(executable: &Path) -> Option<PathBuf> {
    // The binary may be called through a symbolic link, such as `connect-standalone`.
    let executable = executable.canonicalize().ok()?;
    let folder = executable.parent()?.join(BUNDLED);
    folder.is_dir().then_some(folder)
}

impl Found {
    /// Looks into the bundled folder, if there is one, and the entries of `plugin.path`.
    pub(super) fn look(bundled: Option<&Path>, plugin_path: &[PathBuf]) -> Self {
        let mut found = Self::default();
        let mut seen = BTreeSet::new();
        let bundled = bundled.map(|folder| (PluginOrigin::Bundled, 0, folder));
        let named = plugin_path.iter().enumerate();
        let named = named.map(|(index, path)| (PluginOrigin::PluginPath, index, path.as_path()));
        for (origin, index, entry) in bundled.into_iter().chain(named) {
            let place = |path: PathBuf| PluginPlace {
                origin,
                entry: index,
                path,
            };
            if entry.is_dir() {
                found.look_into(entry, 1, &place, &mut seen);
            } else if entry.exists() {
                found.take(place(entry.to_owned()), &mut seen);
            } else {
                found
                    .unreadable
                    .push((entry.to_owned(), "it does not exist".to_owned()));
            }
        }
        found
    }

    fn look_into(
        &mut self,
        folder: &Path,
        levels_below: u32,
        place: &impl Fn(PathBuf) -> PluginPlace,
        seen: &mut BTreeSet<PathBuf>,
    ) {
        let mut names: Vec<PathBuf> = match folder.read_dir() {
            Ok(entries) => entries
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .collect(),
            Err(error) => {
                self.unreadable.push((folder.to_owned(), error.to_string()));
                return;
            }
        };
        names.sort();
        for path in names {
            if path.is_dir() {
                if levels_below > 0 {
                    self.look_into(&path, levels_below - 1, place, seen);
                }
            } else if has_extension(&path, "wasm") || has_extension(&path, "jar") {
                self.take(place(path), seen);
            }
        }
    }

    /// A file named in `plugin.path` itself is taken whatever its name is, so that a mistake is
    /// told and not passed over.
    fn take(&mut self, place: PluginPlace, seen: &mut BTreeSet<PathBuf>) {
        let path = &place.path;
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !seen.insert(identity) {
            return;
        }
        if has_extension(path, "jar") || has_extension(path, "zip") {
            self.jars.push(place.path);
        } else {
            self.plugins.push(place);
        }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests;
