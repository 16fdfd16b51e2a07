//! Things that tests run and that are fetched once into the user's cache folder: folders that are
//! complete or made anew, and jars that are what a checksum list says.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};

/// A folder below the cache folder that `fill` makes complete. It is left alone while its stamp
/// says that it was filled from the same `recipe`, and emptied before it is filled again. Programs
/// that start at the same time wait for the one that fills it.
pub(crate) fn folder(
    name: &str,
    recipe: &str,
    present: impl Fn(&Path) -> bool,
    fill: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let dir = cache_folder()?.join("connect-wasm").join(name);
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let lock = File::create(dir.join("lock"))?;
    lock.lock()?;
    let stamp = dir.join("verified");
    let wanted = hex(&Sha256::digest(recipe));
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && present(&dir) {
        return Ok(dir);
    }
    for entry in fs::read_dir(&dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != "lock" {
            fs::remove_file(entry.path())?;
        }
    }
    fill(&dir)?;
    fs::write(&stamp, wanted)?;
    Ok(dir)
}

fn cache_folder() -> anyhow::Result<PathBuf> {
    if let Some(dir) = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
        return Ok(PathBuf::from(dir));
    }
    let home = std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(Path::new(&home).join(".cache"))
}

/// Runs a command to its end. `needs` says what to install when it cannot be run.
pub(crate) fn run(command: &mut Command, needs: &str) -> anyhow::Result<()> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {command:?} ({needs})"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed ({needs}): {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Copies the dependencies of the `pom.xml` in `dir`.
pub(crate) fn copy_dependencies(dir: &Path, settings: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("mvn");
    command
        .args(["-q", "-B", "dependency:copy-dependencies"])
        .args(settings)
        .current_dir(dir);
    run(&mut command, "it needs the Debian package maven")
}

/// The lines of a checksum list: digest and path below the folder.
fn listed(checksums: &str) -> impl Iterator<Item = (&str, &str)> {
    checksums.lines().filter_map(|line| line.split_once("  "))
}

/// Whether every file of a checksum list is there.
pub(crate) fn all_present(dir: &Path, checksums: &str) -> bool {
    listed(checksums).all(|(_, path)| dir.join(path).is_file())
}

/// Checks that `folders` hold the files of a checksum list and no others.
pub(crate) fn verify(dir: &Path, checksums: &str, folders: &[&str]) -> anyhow::Result<()> {
    for (digest, path) in listed(checksums) {
        let bytes = fs::read(dir.join(path)).with_context(|| format!("{path} was not fetched"))?;
        ensure!(
            hex(&Sha256::digest(bytes)) == digest,
            "{path} differs from what its checksum list says"
        );
    }
    let mut found = 0;
    for folder in folders {
        found += fs::read_dir(dir.join(folder))?.count();
    }
    ensure!(
        found == listed(checksums).count(),
        "{found} files were fetched, but {} are listed",
        listed(checksums).count()
    );
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
