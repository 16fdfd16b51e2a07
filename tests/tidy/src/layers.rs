//! Which module of the host may import which, and who may use which library.

use crate::sources::{Source, sources};

/// The host's modules by layer. A module imports its own and lower layers; within a layer only
/// what `SAME_LAYER` lists.
const LAYERS: [&[&str]; 7] = [
    &["ids", "clock", "shutdown", "loggers"],
    &["config", "metrics", "errors"],
    &["kafka", "sandbox", "bridge"],
    &["plugin", "converter", "transform", "storage"],
    &["worker"],
    &["herder"],
    &["rest", "cli"],
];

/// Imports within a layer that are meant.
const SAME_LAYER: [(&str, &str); 8] = [
    ("sandbox", "bridge"),
    ("bridge", "sandbox"),
    ("shutdown", "clock"),
    ("loggers", "clock"),
    ("transform", "plugin"),
    ("errors", "config"),
    ("errors", "metrics"),
    ("cli", "rest"),
];

/// Downward imports that the layers would allow but the design does not.
const FORBIDDEN: [(&str, &str); 5] = [
    ("herder", "sandbox"),
    ("herder", "kafka"),
    ("rest", "sandbox"),
    ("rest", "kafka"),
    ("rest", "worker"),
];

/// Libraries with the modules (or crates) that may name them.
const FENCES: [(&str, &[&str]); 21] = [
    (
        "wasmtime",
        &["host/src/sandbox", "host/src/bridge", "bench/"],
    ),
    ("wasmtime_wasi", &["host/src/sandbox", "host/src/bridge"]),
    (
        "rdkafka",
        &["host/src/kafka", "tests/harness", "tests/e2e", "bench/"],
    ),
    ("axum", &["host/src/rest"]),
    ("hyper", &["host/src/rest", "host/src/sandbox/http.rs"]),
    ("wasmtime_wasi_http", &["host/src/sandbox"]),
    ("wasmtime_wasi_tls", &["host/src/sandbox"]),
    ("utoipa", &["host/src/rest"]),
    ("prometheus_client", &["host/src/metrics"]),
    (
        "tracing_subscriber",
        &[
            "host/src/loggers",
            "host/src/cli/logging.rs",
            "host/src/sandbox/output/tests.rs",
            "host/tests/it",
        ],
    ),
    ("clap", &["host/src/cli", "tests/golden", "bench/"]),
    (
        "anyhow",
        &[
            "host/src/cli",
            "host/src/main.rs",
            "tests/",
            "bench/",
            "xtask/",
        ],
    ),
    ("nisshi_broker", &["host/src/cli"]),
    ("clap_complete", &["host/src/cli"]),
    ("comfy_table", &["host/src/cli"]),
    (
        "rustls",
        &[
            "host/src/cli",
            "host/src/sandbox/tls.rs",
            "host/src/sandbox/http.rs",
            "host/tests/it",
        ],
    ),
    (
        "tokio_rustls",
        &["host/src/sandbox/tls.rs", "host/tests/it"],
    ),
    ("rustls_native_certs", &["host/src/sandbox/tls.rs"]),
    ("ipnet", &["host/src/config", "host/src/sandbox"]),
    ("ureq", &["host/src/cli", "tests/harness", "bench/"]),
    ("notify", &["host/src/cli", "host/src/plugin"]),
];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The top-level module of a file of the host.
fn module_of(source: &Source) -> Option<&str> {
    let path = source.path.strip_prefix("host/src/")?;
    let module = path.split('/').next()?.trim_end_matches(".rs");
    (!["lib", "main"].contains(&module)).then_some(module)
}

/// The modules named after `crate::` in a line.
fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter_map(|(start, prefix)| {
        let boundary = line[..start].chars().next_back();
        if boundary.is_some_and(|before| before.is_alphanumeric() || before == '$') {
            return None;
        }
        let rest = &line[start + prefix.len()..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

#[test]
fn modules_import_only_lower_layers() {
    let mut problems = Vec::new();
    for source in sources(&["host/src"]) {
        let Some(module) = module_of(&source) else {
            continue;
        };
        let Some(layer) = layer_of(module) else {
            problems.push(format!("{}: module {module} is in no layer", source.path));
            continue;
        };
        if source.is_test() {
            continue;
        }
        for (number, line) in source.code_lines() {
            for imported in imports(line) {
                let Some(other) = layer_of(imported) else {
                    continue;
                };
                let allowed =
                    imported == module || other < layer || SAME_LAYER.contains(&(module, imported));
                if !allowed || FORBIDDEN.contains(&(module, imported)) {
                    problems.push(format!(
                        "{}:{number}: {module} may not know {imported}",
                        source.path
                    ));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn libraries_stay_behind_their_fences() {
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
            for (library, places) in FENCES {
                if names_library(line, library)
                    && !places.iter().any(|place| source.path.starts_with(place))
                {
                    problems.push(format!(
                        "{}:{number}: {library} is not for here",
                        source.path
                    ));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn names_library(line: &str, library: &str) -> bool {
    let path = format!("{library}::");
    line.match_indices(&path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '"')
    })
}

#[test]
fn the_guest_side_knows_nothing_of_the_host() {
    // Drivers written for tokio run in plugins; connectors that need none do not pull it in.
    const TOKIO: [&str; 3] = [
        "guest-sdk/src/runtime",
        "examples/redis-sink/",
        "examples/tcp-sink/",
    ];
    for source in sources(&["connect-data", "guest-sdk", "connectors", "examples"]) {
        let with_tokio = TOKIO.iter().any(|place| source.path.starts_with(place));
        for (number, line) in source.code_lines() {
            for library in ["tokio", "wasmtime", "rdkafka", "connect_wasm"] {
                let at_home = library == "tokio" && with_tokio;
                assert!(
                    at_home || !names_library(line, library),
                    "{}:{number}: {library} is not for the guest side",
                    source.path
                );
            }
        }
    }
}
