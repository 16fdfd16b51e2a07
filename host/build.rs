//! Gathers what `connect-wasm plugin new` writes: the sources of the SDK and the templates.
//!
//! The program carries them, so that a new crate builds wherever the program is, with the SDK of
//! just that version. Tests stay behind, and what a manifest inherits from this workspace is put in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What belongs to the SDK, below the workspace.
const SDK: [&str; 5] = [
    "LICENSE",
    "connect-data",
    "guest-sdk/src",
    "guest-sdk/wit",
    "wit",
];
/// Files of the SDK that are taken one by one.
const SDK_FILES: [&str; 2] = ["guest-sdk/Cargo.toml", "guest-sdk/README.md"];
const TEMPLATES: &str = "guest-sdk/templates";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let workspace = Workspace::read(&root.join("Cargo.toml"));
    let mut sdk = BTreeMap::new();
    for path in SDK.iter().chain(&SDK_FILES) {
        println!("cargo:rerun-if-changed={}", root.join(path).display());
        gather(&root, Path::new(path), &mut sdk);
    }
    for (path, content) in &mut sdk {
        if path.ends_with("Cargo.toml") {
            *content = workspace.resolved(path, content);
        } else if path.ends_with(".rs") {
            *content = without_tests(content);
        }
    }
    let mut templates = BTreeMap::new();
    println!("cargo:rerun-if-changed={}", root.join(TEMPLATES).display());
    println!(
        "cargo:rerun-if-changed={}",
        root.join("Cargo.toml").display()
    );
    gather(&root.join(TEMPLATES), Path::new(""), &mut templates);
    let mut generated = String::new();
    write_list(&mut generated, "SDK", "the SDK", &sdk);
    write_list(&mut generated, "TEMPLATES", "the templates", &templates);
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(PathBuf::from(folder).join("plugin_new.rs"), generated)
        .expect("the list can be written");
}

/// Adds a file, or all files of a folder, but no tests.
fn gather(root: &Path, path: &Path, files: &mut BTreeMap<String, String>) {
    let full = root.join(path);
    if full.is_dir() {
        for entry in fs::read_dir(&full).expect("the folder can be listed") {
            let name = entry.expect("the folder can be listed").file_name();
            // Templates have tests of their own, which belong to what is written.
            let test = (name == "tests" || name == "tests.rs") && !root.ends_with(TEMPLATES);
            if !test {
                gather(root, &path.join(name), files);
            }
        }
        return;
    }
    let content = fs::read_to_string(&full)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", full.display()));
    files.insert(path.display().to_string(), content);
}

/// Source code without the modules of its tests, which are not carried.
fn without_tests(source: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in source.lines() {
        let module = line.trim_end().ends_with("mod tests;");
        if module
            && kept
                .last()
                .is_some_and(|last| last.trim() == "#[cfg(test)]")
        {
            kept.pop();
            while kept.last().is_some_and(|last| last.trim().is_empty()) {
                kept.pop();
            }
            continue;
        }
        kept.push(line);
    }
    kept.join("\n") + "\n"
}

fn write_list(out: &mut String, name: &str, what: &str, files: &BTreeMap<String, String>) {
    let _ = writeln!(out, "/// The files of {what}: path and content.");
    let _ = writeln!(out, "pub(super) const {name}: &[(&str, &str)] = &[");
    for (path, content) in files {
        let _ = writeln!(out, "    ({path:?}, {content:?}),");
    }
    let _ = writeln!(out, "];");
}

/// What members inherit from the workspace's manifest.
struct Workspace {
    package: BTreeMap<String, String>,
    dependencies: BTreeMap<String, String>,
}

impl Workspace {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("the workspace has a manifest");
        let mut workspace = Self {
            package: BTreeMap::new(),
            dependencies: BTreeMap::new(),
        };
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            } else if let Some((key, value)) = line.split_once(" = ") {
                let table = match section {
                    "[workspace.package]" => &mut workspace.package,
                    "[workspace.dependencies]" => &mut workspace.dependencies,
                    _ => continue,
                };
                table.insert(key.to_owned(), value.to_owned());
            }
        }
        workspace
    }

    /// A member's manifest that stands for itself. Lints and the needs of tests stay behind.
    fn resolved(&self, path: &str, manifest: &str) -> String {
        let mut out = String::new();
        let mut section = "";
        for line in manifest.lines() {
            if line.starts_with('[') {
                section = line;
            }
            if matches!(section, "[lints]" | "[dev-dependencies]") {
                continue;
            }
            let Some(key) = line.strip_suffix(".workspace = true") else {
                assert!(
                    !line.contains("workspace = true"),
                    "{path}: host/build.rs does not know how to resolve: {line}"
                );
                let _ = writeln!(out, "{line}");
                continue;
            };
            let value = match (section, key) {
                ("[package]", key) => self.package.get(key).cloned(),
                // In the new crate the two lie side by side, as they do here.
                (_, "connect-data") => Some("{ path = \"../connect-data\" }".to_owned()),
                (_, key) => self.dependencies.get(key).cloned(),
            };
            let value = value.unwrap_or_else(|| {
                panic!("{path}: the workspace's manifest has no line for {key}")
            });
            let _ = writeln!(out, "{key} = {value}");
        }
        out.trim_end().to_owned() + "\n"
    }
}
