//! Names and calls that this project does not use.

use crate::sources::{Source, sources};

/// Parts of type and module names that say nothing, with what to do instead.
const NAMES: [&str; 8] = [
    "Manager", "Handler", "Service", "Helper", "Util", "Common", "Misc", "Pipeline",
];

/// Calls with the reason why not. The folders are where they are at home.
const CALLS: [(&str, &[&str], &str); 4] = [
    ("unbounded_channel(", &[], "every queue has a bound"),
    (
        "SystemTime::now(",
        &[
            "host/src/clock.rs",
            "guest-sdk/",
            "connectors/",
            "examples/",
            "tests/",
            "bench/",
        ],
        "time comes from clock.rs",
    ),
    (
        "std::env::var",
        &[
            "host/build.rs",
            "host/src/cli",
            "host/src/config/provider",
            "tests/",
            "bench/",
            "xtask/",
        ],
        "the environment is read at the edge",
    ),
    (
        "thread::sleep(",
        &["tests/harness/", "tests/guests/", "bench/"],
        "wait for a condition",
    ),
];

#[test]
fn types_have_names_that_explain_themselves() {
    let mut problems = Vec::new();
    for source in sources(&[
        "host/src",
        "connect-data/src",
        "guest-sdk/src",
        "connectors",
        "examples",
    ]) {
        if source.path.starts_with("host/src/rest") {
            continue;
        }
        for (number, line) in source.code_lines() {
            for keyword in ["struct ", "enum ", "trait ", "mod "] {
                let Some(start) = declaration(line, keyword) else {
                    continue;
                };
                let name = &line[start..];
                let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                let name = &name[..end.unwrap_or(name.len())];
                if NAMES.iter().any(|banned| {
                    name.to_lowercase() == banned.to_lowercase() || name.ends_with(banned)
                }) {
                    problems.push(format!("{}:{number}: {name} says nothing", source.path));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn declaration(line: &str, keyword: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let rest = trimmed
        .strip_prefix("pub ")
        .or_else(|| trimmed.strip_prefix("pub(crate) "))
        .unwrap_or(trimmed);
    rest.starts_with(keyword)
        .then(|| line.len() - rest.len() + keyword.len())
}

#[test]
fn calls_that_hide_trouble_are_not_made() {
    let mut problems = Vec::new();
    for source in sources(&[
        "host",
        "connect-data",
        "guest-sdk",
        "connectors",
        "examples",
        "tests",
        "bench",
    ]) {
        for (number, line) in source.code_lines() {
            for (call, homes, reason) in CALLS {
                if line.contains(call) && !is_home(&source, homes) {
                    problems.push(format!("{}:{number}: {call}...): {reason}", source.path));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn is_home(source: &Source, homes: &[&str]) -> bool {
    source.path.starts_with("tests/tidy/") || homes.iter().any(|home| source.path.starts_with(home))
}
