//! The Rust files of the project.

use std::path::{Path, PathBuf};

/// A file with its path from the root of the workspace.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// The lines that are not comments and not tests, with their numbers from 1.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .take_while(|(_, line)| !line.starts_with("#[cfg(test)]\nmod tests {"))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Whether the file is a test.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
    }
}

/// All Rust files under the named folders.
pub fn sources(folders: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    for folder in folders {
        collect(&root, &root.join(folder), &mut found);
    }
    assert!(!found.is_empty(), "no Rust files under {folders:?}");
    found
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("tests/tidy lies in the workspace")
        .to_owned()
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("source files are UTF-8");
            let path = path
                .strip_prefix(root)
                .expect("under the root")
                .display()
                .to_string();
            found.push(Source { path, text });
        }
    }
}
