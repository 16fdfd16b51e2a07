//! `cargo xtask fuzz`: libFuzzer on the targets of `tests/fuzz`, with the corpus that is kept there.
//!
//! Only our own crates are instrumented, by a wrapper around rustc (this program itself), so that the
//! hundreds of others are not built once more. A corpus is one file: before each input its length in
//! four bytes, little-endian.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::{Outcome, cargo_with, root, target_directory};

/// The targets: functions of `connect_fuzz`, and the names of their programs and corpora.
const TARGETS: [&str; 7] = [
    "source_batch",
    "sink_batch",
    "offset_map",
    "header_text",
    "properties",
    "json_converter",
    "plugin_file",
];

/// Set for the builds of which this program is the wrapper.
const WRAPPER: &str = "CONNECT_XTASK_INSTRUMENTS";

/// What libFuzzer needs to see which code an input reaches, and the checks of a debug build.
const INSTRUMENTATION: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions=on",
    "-Coverflow-checks=on",
    "--cfg=fuzzing",
];

/// When this program runs as a wrapper of rustc: what became of the compilation.
pub(super) fn as_rustc_wrapper() -> Option<ExitCode> {
    std::env::var_os(WRAPPER)?;
    let mut arguments = std::env::args_os().skip(1);
    let mut compilation = Command::new(arguments.next()?);
    // Build scripts are programs without a fuzzer in them.
    let instrumented =
        std::env::args_os().all(|argument| !argument.to_string_lossy().starts_with("build_script"));
    let added: &[&str] = if instrumented { &INSTRUMENTATION } else { &[] };
    let status = compilation.args(arguments).args(added).status();
    let succeeded = status.is_ok_and(|status| status.success());
    Some(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs each target, or those that are named, for so many seconds, and keeps what reached new code.
pub(super) fn run(seconds: u64, names: &[String]) -> Outcome {
    build()?;
    for target in TARGETS {
        if names.is_empty() || names.iter().any(|name| name == target) {
            fuzz(target, seconds)?;
        }
    }
    Ok(())
}

fn build() -> Outcome {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let settings = [
        ("RUSTC_WORKSPACE_WRAPPER", &*program.to_string_lossy()),
        (WRAPPER, "1"),
    ];
    let arguments = [
        "build",
        "--release",
        "-p",
        "connect-fuzz",
        "--features",
        "libfuzzer",
        "--bins",
    ];
    cargo_with(&arguments, &settings)
}

fn fuzz(target: &str, seconds: u64) -> Outcome {
    let work = target_directory().join("fuzz").join(target);
    let [seeds, found, least] = ["seeds", "found", "least"].map(|name| work.join(name));
    for folder in [&seeds, &found, &least] {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
    }
    let corpus = root().join("tests/fuzz/corpus").join(target);
    unpack(&corpus, &seeds)?;
    let artifacts = format!("-artifact_prefix={}/", work.display());
    let time = format!("-max_total_time={seconds}");
    let limits = [&*time, &*artifacts, "-timeout=10", "-print_final_stats=1"];
    let fuzzed = libfuzzer(target, &limits, &[&found, &seeds]);
    // What was found before a failure is as good as the rest.
    libfuzzer(target, &["-merge=1"], &[&least, &found, &seeds])?;
    pack(&least, &corpus)?;
    fuzzed
}

fn libfuzzer(target: &str, options: &[&str], folders: &[&Path]) -> Outcome {
    let program = format!("fuzz-{}", target.replace('_', "-"));
    eprintln!("$ {program} {}", options.join(" "));
    let status = Command::new(target_directory().join("release").join(&program))
        .args(options)
        .args(folders)
        .status()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "{program} failed ({status}); the input is in {}",
            target_directory().join("fuzz").join(target).display()
        ))
    }
}

fn unpack(corpus: &Path, folder: &Path) -> Outcome {
    let bytes = match std::fs::read(corpus) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(told(corpus, &error)),
    };
    let mut rest = &bytes[..];
    let mut number = 0;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (input, after) = after
            .split_at_checked(length)
            .ok_or_else(|| format!("{}: cut off", corpus.display()))?;
        let path = folder.join(number.to_string());
        std::fs::write(&path, input).map_err(|error| told(&path, &error))?;
        (rest, number) = (after, number + 1);
    }
    Ok(())
}

/// The inputs in the order of their lengths, so that a corpus that did not change stays the same.
fn pack(folder: &Path, corpus: &Path) -> Outcome {
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    for entry in folder.read_dir().map_err(|error| told(folder, &error))? {
        let path = entry.map_err(|error| told(folder, &error))?.path();
        inputs.push(std::fs::read(&path).map_err(|error| told(&path, &error))?);
    }
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let mut bytes = Vec::new();
    for input in &inputs {
        let length = u32::try_from(input.len()).map_err(|error| error.to_string())?;
        bytes.extend(length.to_le_bytes());
        bytes.extend(input);
    }
    let parent: PathBuf = corpus.parent().map(Path::to_owned).unwrap_or_default();
    std::fs::create_dir_all(&parent).map_err(|error| told(&parent, &error))?;
    eprintln!("{}: {} inputs", corpus.display(), inputs.len());
    std::fs::write(corpus, bytes).map_err(|error| told(corpus, &error))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
