//! Build logic of the project, called by the Makefile: `cargo xtask <command>`.
//!
//! Owns the order of steps. Each step is a cargo command that a person could type.

mod dependencies;
mod fuzz;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The bundled connectors: packages under `connectors/`, shipped in `plugins/`.
const CONNECTORS: [&str; 2] = ["file-stream-source", "file-stream-sink"];

/// The examples for authors of connectors: packages under `examples/`, which tests load.
const EXAMPLES: [&str; 6] = [
    "csv-converter",
    "generator-source",
    "http-source",
    "mask-transform",
    "redis-sink",
    "tcp-sink",
];

/// Guest programs for tests: packages under `tests/guests/`.
const TEST_GUESTS: [&str; 11] = [
    "careless-sink",
    "careless-source",
    "counting-source",
    "recording-sink",
    "misbehaving-source",
    "misbehaving-sink",
    "misbehaving-transform",
    "probe-source",
    "network-probe",
    "typed-sink",
    "typed-source",
];

/// Guest programs of the benchmark: packages under `bench/guests/`.
const BENCH_GUESTS: [&str; 3] = ["crossing-source", "crossing-sink", "crossing-transform"];

const GUEST_TARGET: &str = "wasm32-wasip2";

const GUEST_PROFILE: &str = "guest";

const USAGE: &str = "\
cargo xtask <command>
  build    the worker and the bundled connectors, into target/release
  guests   the guest programs that tests load, and the examples
  examples the examples for authors of connectors, into target/wasm32-wasip2/guest
  lint     formatting, clippy, the SDK's documentation, licences and duplicate versions, structure
  test     every test; the end-to-end ones start Apache Kafka
  fuzz     libFuzzer on the parsers, then the REST API under schemathesis for longer than in test;
           CONNECT_FUZZ_SECONDS is the time of each target, names of targets choose among them,
           CONNECT_TEST_SEED repeats a run of schemathesis
  bench    the comparison with the JVM worker and kcat; arguments go to the bench program
  golden   records the JVM worker's answers again, into tests/golden";

type Outcome = Result<(), String>;

fn main() -> ExitCode {
    if let Some(compiled) = fuzz::as_rustc_wrapper() {
        return compiled;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("build") => build(),
        Some("guests") => guests(),
        Some("examples") => build_guests(&EXAMPLES),
        Some("lint") => lint(),
        Some("test") => test(rest),
        Some("fuzz") => fuzz(rest),
        Some("bench") => bench(rest),
        Some("golden") => golden(rest),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}

fn cargo(arguments: &[&str]) -> Outcome {
    cargo_with(arguments, &[])
}

/// With environment variables.
fn cargo_with(arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    eprintln!("$ cargo {}", arguments.join(" "));
    let mut command = Command::new("cargo");
    // What cargo told this program about its own package is not for the packages that are built:
    // build scripts that look at it would run again, and all that depends on them.
    for (name, _) in std::env::vars_os() {
        let own = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if own {
            command.env_remove(name);
        }
    }
    let status = command
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(root())
        .status()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo {} failed ({status})", arguments.join(" ")))
    }
}

fn build_guests(packages: &[&str]) -> Outcome {
    let mut arguments = vec![
        "build",
        "--profile",
        GUEST_PROFILE,
        "--target",
        GUEST_TARGET,
    ];
    for package in packages {
        arguments.extend(["-p", package]);
    }
    cargo(&arguments)
}

fn build() -> Outcome {
    build_guests(&CONNECTORS)?;
    install_plugins()?;
    cargo(&["build", "--release", "-p", "connect-wasm"])
}

fn guests() -> Outcome {
    let packages: Vec<&str> = TEST_GUESTS.iter().chain(&EXAMPLES).copied().collect();
    build_guests(&packages)
}

/// Puts the bundled connectors beside the executable. A file that is the same already is left
/// alone, so that its compiled form stays in the cache and a running worker sees no change.
fn install_plugins() -> Outcome {
    let target = target_directory();
    let plugins = target.join("release").join("plugins");
    std::fs::create_dir_all(&plugins)
        .map_err(|error| format!("{} cannot be created: {error}", plugins.display()))?;
    for package in CONNECTORS {
        let name = format!("{}.wasm", package.replace('-', "_"));
        let built = target.join(GUEST_TARGET).join(GUEST_PROFILE).join(&name);
        let installed = plugins.join(&name);
        let bytes = std::fs::read(&built)
            .map_err(|error| format!("{} cannot be read: {error}", built.display()))?;
        if std::fs::read(&installed).is_ok_and(|present| present == bytes) {
            continue;
        }
        let partial = plugins.join(format!(".{name}.partial"));
        std::fs::write(&partial, &bytes)
            .and_then(|()| std::fs::rename(&partial, &installed))
            .map_err(|error| format!("{} cannot be written: {error}", installed.display()))?;
    }
    Ok(())
}

fn target_directory() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn lint() -> Outcome {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--release",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])?;
    let mut guests = vec![
        "clippy",
        "--profile",
        GUEST_PROFILE,
        "--target",
        GUEST_TARGET,
    ];
    for package in CONNECTORS
        .iter()
        .chain(&EXAMPLES)
        .chain(&TEST_GUESTS)
        .chain(&BENCH_GUESTS)
    {
        guests.extend(["-p", package]);
    }
    guests.extend(["--", "-D", "warnings"]);
    cargo(&guests)?;
    let documentation = [
        "doc",
        "--release",
        "--no-deps",
        "-p",
        "connect-sdk",
        "-p",
        "connect-data",
        "--features",
        "connect-sdk/tokio",
    ];
    cargo_with(&documentation, &[("RUSTDOCFLAGS", "-D warnings")])?;
    dependencies::check(&root())?;
    cargo(&["test", "--release", "-p", "connect-tidy"])
}

fn test(filters: &[String]) -> Outcome {
    build()?;
    guests()?;
    let mut arguments = vec!["test", "--release", "--no-fail-fast"];
    arguments.extend(filters.iter().map(String::as_str));
    cargo(&arguments)
}

/// The parsers under libFuzzer, for the targets that are named alone; without names also the test of
/// the REST API with more requests than in `make test`, and with a seed that is not the same each time.
fn fuzz(targets: &[String]) -> Outcome {
    const EXAMPLES: &str = "500";
    const SECONDS: u64 = 20 * 60;
    let seconds = match std::env::var("CONNECT_FUZZ_SECONDS") {
        Ok(text) => text
            .parse()
            .map_err(|error| format!("CONNECT_FUZZ_SECONDS={text}: {error}"))?,
        Err(_) => SECONDS,
    };
    fuzz::run(seconds, targets)?;
    if !targets.is_empty() {
        return Ok(());
    }
    build()?;
    let seed = std::env::var("CONNECT_TEST_SEED").unwrap_or_else(|_| {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        now.as_secs().to_string()
    });
    eprintln!("CONNECT_TEST_SEED={seed}");
    let arguments = ["test", "--release", "-p", "connect-e2e", "--", "fuzz_rest"];
    let settings = [
        ("CONNECT_FUZZ_EXAMPLES", EXAMPLES),
        ("CONNECT_TEST_SEED", &seed),
    ];
    cargo_with(&arguments, &settings)
}

fn bench(rest: &[String]) -> Outcome {
    build()?;
    guests()?;
    build_guests(&BENCH_GUESTS)?;
    let guests = target_directory().join(GUEST_TARGET).join(GUEST_PROFILE);
    cargo(&[
        "run",
        "--release",
        "-p",
        "connect-crossing",
        "--",
        &guests.display().to_string(),
    ])?;
    let mut arguments = vec!["run", "--release", "-p", "connect-bench", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments)
}

fn golden(rest: &[String]) -> Outcome {
    let mut arguments = vec!["run", "--release", "-p", "connect-golden", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments)
}
