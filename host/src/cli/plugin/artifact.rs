//! A plugin as a user names it: a `.wasm` file, or the folder of a crate that builds one.
//!
//! Owns the building of crates, by `cargo` as the user would call it, and finding out which file
//! came of it. Knows nothing of what is in the file.

use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;
use thiserror::Error;

use crate::plugin::{self, LoadError, LoadedPlugin};
use crate::sandbox::{Sandbox, SandboxConfig};

/// The target that connectors are built for.
const TARGET: &str = "wasm32-wasip2";
/// The sample configuration of a crate.
const SAMPLE: &str = "config.properties";

/// Which plugin, and how it is built.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct PluginArgument {
    /// The plugin: a .wasm file, or the folder of a crate, which is built first.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Builds the crate with `--release`.
    #[arg(long)]
    pub(super) release: bool,
}

/// Why there is no file.
#[derive(Debug, Error)]
pub(super) enum ArtifactError {
    /// A folder that is no crate.
    #[error("{}: a folder without Cargo.toml; name a .wasm file or the folder of a crate", .0.display())]
    NoCrate(PathBuf),
    /// There is no such file.
    #[error("{}: there is no such file", .0.display())]
    Missing(PathBuf),
    /// Cargo cannot be run.
    #[error("{} cannot be run: {source}; building a crate needs Rust, see https://rustup.rs", .cargo.display())]
    Cargo {
        /// The program.
        cargo: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The crate does not build.
    #[error("{}: `cargo build --target {TARGET}` failed ({status}); if the target is missing, `rustup target add {TARGET}` installs it", .folder.display())]
    Failed {
        /// The crate.
        folder: PathBuf,
        /// How it ended.
        status: ExitStatus,
    },
    /// The crate builds, but no component.
    #[error("{}: the crate builds no .wasm file; Cargo.toml needs [lib] with crate-type = [\"cdylib\", \"rlib\"]", .0.display())]
    NoComponent(PathBuf),
    /// The crate builds several.
    #[error("{}: the crate builds several .wasm files, name one of them: {}", .folder.display(), shown(.files))]
    Several {
        /// The crate.
        folder: PathBuf,
        /// The files.
        files: Vec<PathBuf>,
    },
}

fn shown(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    names.join(", ")
}

/// A plugin's file, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Artifact {
    /// The component.
    pub(super) file: PathBuf,
    /// The crate that it was built from.
    pub(super) crate_folder: Option<PathBuf>,
}

impl Artifact {
    /// Finds the file, and builds it first when a crate is named. Blocks while cargo runs.
    pub(super) fn of(plugin: &PluginArgument) -> Result<Self, ArtifactError> {
        let path = &plugin.file;
        if !path.is_dir() {
            if !path.exists() {
                return Err(ArtifactError::Missing(path.clone()));
            }
            return Ok(Self {
                file: path.clone(),
                crate_folder: None,
            });
        }
        if !path.join("Cargo.toml").is_file() {
            return Err(ArtifactError::NoCrate(path.clone()));
        }
        Ok(Self {
            file: build(path, plugin.release)?,
            crate_folder: Some(path.clone()),
        })
    }

    /// The sample configuration of the crate, if there is one.
    pub(super) fn sample_config(&self) -> Option<PathBuf> {
        self.beside(SAMPLE)
    }

    /// A file of the crate, if it is there.
    pub(super) fn beside(&self, name: &str) -> Option<PathBuf> {
        let path = self.crate_folder.as_ref()?.join(name);
        path.is_file().then_some(path)
    }

    /// Verifies, compiles and asks the plugin who it is.
    pub(super) async fn load(&self) -> Result<LoadedPlugin, LoadError> {
        // What is built over and over would only fill the cache.
        let cache_dir = match self.crate_folder {
            Some(_) => None,
            None => super::cache_dir(),
        };
        let sandbox = Sandbox::new(&SandboxConfig {
            cache_dir,
            ..SandboxConfig::default()
        });
        let sandbox = sandbox.map_err(|source| LoadError::Sandbox {
            path: self.file.clone(),
            source,
        })?;
        plugin::load(&sandbox, &self.file).await
    }
}

/// A message of cargo, as far as it is of interest.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Builds the crate and returns its component.
fn build(folder: &Path, release: bool) -> Result<PathBuf, ArtifactError> {
    // Cargo sets CARGO for its own commands, and a user may choose another one by it.
    let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let mut command = Command::new(&cargo);
    command
        .args(["build", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if release {
        command.arg("--release");
    }
    let failed = |source| ArtifactError::Cargo {
        cargo: cargo.clone(),
        source,
    };
    let mut child = command.spawn().map_err(failed)?;
    let mut files = Vec::new();
    if let Some(out) = child.stdout.take() {
        let own = folder.join("Cargo.toml");
        for line in BufReader::new(out).lines() {
            let line = line.map_err(failed)?;
            components(&line, &own, &mut files);
        }
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(ArtifactError::Failed {
            folder: folder.to_owned(),
            status,
        });
    }
    match files.len() {
        0 => Err(ArtifactError::NoComponent(folder.to_owned())),
        1 => Ok(files.remove(0)),
        _ => Err(ArtifactError::Several {
            folder: folder.to_owned(),
            files,
        }),
    }
}

/// Adds the components that a line of cargo's messages tells of, if they are those of `manifest`.
fn components(line: &str, manifest: &Path, files: &mut Vec<PathBuf>) {
    // Build scripts may write other lines in between.
    let Ok(message) = serde_json::from_str::<Message>(line) else {
        return;
    };
    let own = |path: &Path| path.canonicalize().ok() == manifest.canonicalize().ok();
    if message.reason != "compiler-artifact" || !own(&message.manifest_path) {
        return;
    }
    let wasm = |file: &PathBuf| {
        file.extension()
            .is_some_and(|extension| extension == "wasm")
    };
    files.extend(message.filenames.into_iter().filter(wasm));
}

#[cfg(test)]
mod tests;
