//! The folder of uploaded plugins, on disk.
//!
//! Owns its layout: `<class>-<version>.wasm` for each plugin (a class has no hyphen in its name), and
//! `.incoming/` for what is still arriving. A plugin appears under its name by a rename, whole and
//! written to the disk, or not at all; there is no other file that says what is in the store. Several
//! workers may share a folder. Knows no plugins, only their names and bytes.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

const INCOMING: &str = ".incoming";

/// The folder.
#[derive(Clone, Debug)]
pub(super) struct PluginStore {
    folder: PathBuf,
}

/// What became of a file that was to be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It has this path.
    At(PathBuf),
    /// There is a file with this path already; nothing was changed.
    Occupied(PathBuf),
}

impl PluginStore {
    /// Opens the folder, making it if needed, tries it out, and removes what uploads left behind
    /// that did not come to their end.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let make = |folder: &Path, mode: u32| {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(folder)
        };
        make(folder, 0o755)?;
        // What is in it will be run as a plugin: others must not be able to put anything there.
        make(&folder.join(INCOMING), 0o700)?;
        let store = Self {
            folder: folder.canonicalize()?,
        };
        store.remove_leftovers()?;
        let mut probe = store.receive()?;
        probe.write_all(b"probe")?;
        Ok(store)
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file for something that arrives. It is removed when it is dropped. While it is open it is
    /// locked, so that no other worker takes it for a leftover.
    pub(super) fn receive(&self) -> io::Result<NamedTempFile> {
        let file = tempfile::Builder::new()
            .prefix("upload-")
            .suffix(".part")
            .tempfile_in(self.folder.join(INCOMING))?;
        file.as_file().try_lock()?;
        Ok(file)
    }

    /// Keeps a file under the name of its plugin. Returns when it is on the disk.
    pub(super) fn keep(
        &self,
        file: &File,
        path: TempPath,
        class: &str,
        version: &str,
        replace: bool,
    ) -> io::Result<Kept> {
        file.sync_all()?;
        let to = self.path(class, version);
        if replace {
            path.persist(&to).map_err(|refused| refused.error)?;
        } else if let Err(refused) = path.persist_noclobber(&to) {
            return match refused.error.kind() {
                io::ErrorKind::AlreadyExists => Ok(Kept::Occupied(to)),
                _ => Err(refused.error),
            };
        }
        self.sync()?;
        Ok(Kept::At(to))
    }

    /// Removes the file of a plugin. Returns when the disk has forgotten it.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.sync(),
        }
    }

    /// Where a plugin's file is.
    pub(super) fn path(&self, class: &str, version: &str) -> PathBuf {
        self.folder.join(format!("{class}-{version}.wasm"))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    /// Files of uploads that nobody holds open any more.
    fn remove_leftovers(&self) -> io::Result<()> {
        for entry in self.folder.join(INCOMING).read_dir()? {
            let path = entry?.path();
            let is_left = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
            if is_left {
                tracing::info!(
                    "Removing {}, the rest of an upload that did not come to its end",
                    path.display()
                );
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn keep(store: &PluginStore, bytes: &[u8], replace: bool) -> Kept {
        let mut file = store.receive().unwrap();
        file.write_all(bytes).unwrap();
        let (file, path) = file.into_parts();
        store.keep(&file, path, "a.B", "1.0", replace).unwrap()
    }

    #[test]
    fn a_plugin_appears_whole_under_its_name_and_none_is_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let store = PluginStore::open(&root.path().join("deep/store")).unwrap();
        let path = store.folder().join("a.B-1.0.wasm");
        assert_eq!(keep(&store, b"one", false), Kept::At(path.clone()));
        assert_eq!(keep(&store, b"two", false), Kept::Occupied(path.clone()));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(keep(&store, b"two", true), Kept::At(path.clone()));
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(store.folder()), [INCOMING, "a.B-1.0.wasm"]);
        assert!(names(&store.folder().join(INCOMING)).is_empty());
        store.remove(&path).unwrap();
        store.remove(&path).unwrap();
        assert_eq!(names(store.folder()), [INCOMING]);
    }

    #[test]
    fn leftovers_are_removed_and_uploads_under_way_are_not() {
        let root = tempfile::tempdir().unwrap();
        let store = PluginStore::open(root.path()).unwrap();
        let incoming = root.path().join(INCOMING);
        let under_way = store.receive().unwrap();
        fs::write(incoming.join("upload-left.part"), "half").unwrap();
        PluginStore::open(root.path()).unwrap();
        let left = under_way.path().file_name().unwrap().to_str().unwrap();
        assert_eq!(names(&incoming), [left]);
        drop(under_way);
        assert!(names(&incoming).is_empty());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        PluginStore::open(&root.path().join("file/store")).unwrap_err();
    }
}
