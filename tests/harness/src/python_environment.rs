//! A virtual environment of Python with pinned packages from PyPI.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cache;

/// What a machine needs for it, for messages.
pub(crate) const NEEDS: &str = "it needs Python 3.11 or later and the Debian package python3-venv";

/// Makes `venv` in the folder, with the packages of `requirements`, each with its checksum.
pub(crate) fn make(dir: &Path, requirements: &str) -> anyhow::Result<()> {
    cache::run(
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(dir.join("venv")),
        NEEDS,
    )?;
    let file = dir.join("requirements.txt");
    fs::write(&file, requirements)?;
    let mut install = Command::new(dir.join("venv/bin/python"));
    install
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        // Wheels alone: nothing of what is fetched is run while it is installed.
        .args(["--require-hashes", "--no-deps", "--only-binary", ":all:"])
        .arg("-r")
        .arg(&file);
    cache::run(&mut install, NEEDS)
}
