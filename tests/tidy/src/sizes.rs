//! Files and lines stay small enough to read.

use crate::sources::{root, sources};

/// Lines of code a file may have. Above, a file is split, or listed with its size.
const LINES_MAX: usize = 600;

/// Files above `LINES_MAX` and the size they may not pass. May only shrink.
const EXCEPTIONS: [(&str, usize); 0] = [];

#[test]
fn files_are_small() {
    let mut problems = Vec::new();
    for source in sources(&[
        "host",
        "connect-data",
        "guest-sdk",
        "connectors",
        "examples",
        "xtask",
        "bench",
    ]) {
        if source.is_test() {
            continue;
        }
        let lines = source.text.lines().count();
        let limit = EXCEPTIONS
            .iter()
            .find(|(path, _)| *path == source.path)
            .map_or(LINES_MAX, |(_, limit)| *limit);
        if lines > limit {
            problems.push(format!("{}: {lines} lines, at most {limit}", source.path));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn modules_are_files_and_open_with_what_they_own() {
    let mut problems = Vec::new();
    for source in sources(&[
        "host/src",
        "connect-data/src",
        "guest-sdk/src",
        "connectors",
        "examples",
    ]) {
        if source.path.ends_with("/mod.rs") {
            problems.push(format!("{}: write x.rs beside x/", source.path));
        }
        if !source.is_test() && !source.text.starts_with("//!") {
            problems.push(format!(
                "{}: the first line says what the module owns",
                source.path
            ));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_map_is_one_page() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let lines = map.lines().count();
    assert!(
        lines <= 150,
        "ARCHITECTURE.md has {lines} lines, at most 150"
    );
}

#[test]
fn the_map_names_what_is_there() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut missing = Vec::new();
    for source in sources(&["host/src"]) {
        let Some(name) = source.path.strip_prefix("host/src/") else {
            continue;
        };
        let top = name
            .split('/')
            .next()
            .unwrap_or(name)
            .trim_end_matches(".rs");
        if !map.contains(top) && !["lib", "main"].contains(&top) {
            missing.push(top.to_owned());
        }
    }
    missing.dedup();
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md does not mention {missing:?}"
    );
}
