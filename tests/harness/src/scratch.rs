//! Temporary folders: one per test program, removed when it or a later one ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A fresh folder, removed on drop; kept and named when the test fails.
pub struct ScratchDir(PathBuf);

impl ScratchDir {
    /// Makes a folder whose name starts with `name`.
    pub fn new(name: &str) -> ScratchDir {
        let dir = tempfile::Builder::new()
            .prefix(&format!("{name}-"))
            .tempdir_in(program_dir())
            .expect("a temporary folder can be made");
        ScratchDir(dir.keep())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A name in the folder.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file in the folder and gives its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a file in a fresh folder can be written");
        path
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("kept for inspection: {}", self.0.display());
        } else if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("cannot remove {}: {error}", self.0.display());
        }
    }
}

/// The folder of this test program. Folders of programs that ended are removed first, since a
/// program that is killed, or whose handles are static, cannot remove its own.
fn program_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let base = std::env::temp_dir().join("connect-harness");
        if let Ok(entries) = fs::read_dir(&base) {
            for entry in entries.flatten() {
                let running = Path::new("/proc").join(entry.file_name()).exists();
                if !running {
                    // Another test program may be removing the same folder.
                    let _ = fs::remove_dir_all(entry.path());
                }
            }
        }
        let dir = base.join(std::process::id().to_string());
        fs::create_dir_all(&dir).expect("the temporary folder can be made");
        dir
    })
}
