//! Plugins in Python, built by componentize-py (PyPI, with the checksums of
//! `clients/componentize.txt`) once into the user's cache folder, and again when the program, the
//! contract or the version changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::{cache, python_environment};

const REQUIREMENTS: &str = include_str!("../clients/componentize.txt");

/// The component of the Python program in `tests/guests/<name>`, whose module is `app`.
#[track_caller]
pub fn python_guest(name: &str, world: &str) -> PathBuf {
    build(name, world).unwrap_or_else(|error| panic!("the Python guest {name}: {error:#}"))
}

fn build(name: &str, world: &str) -> anyhow::Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let source = workspace.join("tests/guests").join(name);
    let wit = workspace.join("wit");
    let mut recipe = format!("{REQUIREMENTS}{world}");
    for folder in [&source, &wit, &wit.join("deps/wasi-io")] {
        append_files(folder, &mut recipe)?;
    }
    let component = format!("{}.wasm", name.replace('-', "_"));
    let present = |dir: &Path| dir.join("out").join(&component).is_file();
    let dir = cache::folder(name, &recipe, present, |dir| {
        python_environment::make(dir, REQUIREMENTS)?;
        let out = dir.join("out");
        fs::create_dir_all(&out)?;
        let mut componentize = Command::new(dir.join("venv/bin/componentize-py"));
        componentize
            // The program lies in the repository, where nothing is to be written.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg("-d")
            .arg(&wit)
            .args(["-w", world, "componentize", "-p"])
            .arg(&source)
            .args(["app", "-o"])
            .arg(out.join(&component));
        cache::run(&mut componentize, python_environment::NEEDS)
    })?;
    Ok(dir.join("out").join(component))
}

/// The files of a folder in the order of their names.
fn append_files(folder: &Path, recipe: &mut String) -> anyhow::Result<()> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "py" || it == "wit") {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        recipe.push_str(&fs::read_to_string(path)?);
    }
    Ok(())
}
