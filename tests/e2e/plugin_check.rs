//! The conformance kit: the bundled connectors pass it, and for each check there is a guest that does
//! not.

use std::path::{Path, PathBuf};
use std::process::Command;

use connect_harness::{ScratchDir, guest, plugins_dir, worker_binary};
use serde_json::Value;

/// Runs `plugin check` and returns exit code and report.
fn check(plugin: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(worker_binary())
        .args(["plugin", "check"])
        .arg(plugin)
        .args(["-o", "json"])
        .args(arguments)
        .output()
        .expect("the program can be started");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{arguments:?}: no report ({error}): {said}")
    });
    (output.status.code(), report)
}

/// The result of a check in a report.
#[track_caller]
fn result<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().expect("a list of checks");
    let found = checks.iter().find(|check| check["check"] == id);
    found.unwrap_or_else(|| panic!("{id} is not in {report:#}"))
}

#[test]
fn the_bundled_connectors_pass() {
    for name in ["file-stream-source", "file-stream-sink"] {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../connectors")
            .join(name);
        let settings = crate_folder.join("check.properties").display().to_string();
        let wasm = plugins_dir().join(format!("{}.wasm", name.replace('-', "_")));
        let (code, report) = check(&wasm, &["--settings", &settings]);
        assert_eq!(code, Some(0), "{name}: {report:#}");
        assert_eq!(report["failed"], 0, "{report:#}");
        assert_eq!(result(&report, "grants.denied")["result"], "pass");
        let restart = result(
            &report,
            if name.ends_with("source") {
                "task.restart"
            } else {
                "task.order"
            },
        );
        assert_eq!(restart["result"], "pass", "{restart}");
    }
}

/// A guest that fails a check: guest, mode, check, a part of what is said, and further settings.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const SOURCE: &str = "careless-source";
const SINK: &str = "careless-sink";

const CASES: &[Case] = &[
    (SOURCE, "", "config-def.documentation", "silent", &[]),
    (SOURCE, "", "config-def.secrets", "plain.password", &[]),
    (
        SOURCE,
        "invalid",
        "validate.sample",
        "There is no such mode",
        &[],
    ),
    (SOURCE, "", "validate.empty", "a mode", &[]),
    (SOURCE, "", "validate.bad", "no crab is expected", &[]),
    (SOURCE, "", "recommend", "a mode", &[]),
    (
        SOURCE,
        "panic-in-connector-start",
        "connector.start",
        "this is the panic",
        &[],
    ),
    (
        SOURCE,
        "task-class",
        "connector.task-class",
        "AnotherTask",
        &[],
    ),
    (
        SOURCE,
        "too-many",
        "connector.task-configs",
        "returned 2 configurations",
        &[],
    ),
    (
        SOURCE,
        "other-configs",
        "connector.task-configs",
        "the second time",
        &[],
    ),
    (
        SOURCE,
        "fatal-error-in-monitor",
        "connector.monitor",
        "fatal in monitor",
        &[],
    ),
    (
        SOURCE,
        "block-in-connector-stop",
        "connector.stop",
        "did not return within",
        &[],
    ),
    (SOURCE, "", "connector.alter-offsets", "a partition", &[]),
    (SOURCE, "vague-config", "config.wrong", "of kind fatal", &[]),
    (
        SOURCE,
        "no-config-check",
        "config.wrong",
        "start without an error",
        &[],
    ),
    (
        SOURCE,
        "panic-in-start",
        "task.start",
        "this is the panic",
        &[],
    ),
    (SOURCE, "no-topic", "task.records", "no topic", &[]),
    (SOURCE, "sleep", "task.poll", "a poll took", &[]),
    (SOURCE, "busy", "task.idle", "polls without records", &[]),
    (SOURCE, "gap", "task.restart", "records are missing", &[]),
    (SOURCE, "again", "task.restart", "a record comes twice", &[]),
    (
        SOURCE,
        "panic-in-commit",
        "task.commit",
        "this is the panic",
        &[],
    ),
    (
        SOURCE,
        "panic-in-commit-records",
        "task.commit",
        "this is the panic",
        &[],
    ),
    (SOURCE, "sleep", "task.stopping", "came back after", &[]),
    (SOURCE, "hoard", "task.memory", "memory grew", &[]),
    (SOURCE, "backlog", "task.back-pressure", "", &[]),
    (
        SOURCE,
        "unwrap-file",
        "grants.denied",
        "the file opens",
        &["file=in.txt"],
    ),
    (
        SOURCE,
        "vague-file",
        "grants.denied",
        "does not name",
        &["file=in.txt"],
    ),
    (
        SOURCE,
        "retry-file",
        "grants.denied",
        "polls without records",
        &["file=in.txt"],
    ),
    (
        SOURCE,
        "invent",
        "grants.denied",
        "nothing could be read",
        &["file=in.txt"],
    ),
    (
        SINK,
        "panic-in-start",
        "task.start",
        "this is the panic",
        &[],
    ),
    (
        SINK,
        "fatal-error-in-close",
        "task.order",
        "fatal in close",
        &[],
    ),
    (SINK, "unwrap-first", "task.put-empty", "a record", &[]),
    (SINK, "once", "task.put-again", "was here before", &[]),
    (
        SINK,
        "beyond",
        "task.pre-commit",
        "pre-commit answered",
        &[],
    ),
    (SINK, "unwrap-text", "task.odd-records", "a text", &[]),
    (SINK, "hoard", "task.memory", "memory grew", &[]),
    (
        SINK,
        "pretend",
        "grants.denied",
        "put and flush succeeded",
        &[],
    ),
];

/// Settings for the careless guests: a file to read, and one to write.
fn settings(scratch: &ScratchDir, guest: &str) -> PathBuf {
    scratch.write("lines.txt", "one\ntwo\n");
    let own = match guest {
        SINK => "set.file=out.txt\nset.topics=t\n",
        _ => "file.in.txt=lines.txt\nset.topic=t\n",
    };
    scratch.write("check.properties", own)
}

#[test]
fn for_each_check_there_is_a_guest_that_fails_it() {
    let scratch = ScratchDir::new("check");
    let mut wrong = Vec::new();
    for (name, mode, id, part, more) in CASES {
        let settings = settings(&scratch, name).display().to_string();
        let mode = format!("mode={mode}");
        let mut arguments = vec!["--settings", &settings, "--only", id, "--set", &mode];
        for set in *more {
            arguments.extend(["--set", set]);
        }
        let (code, report) = check(&guest(name), &arguments);
        let found = result(&report, id);
        let said = found["message"].as_str().unwrap_or_default();
        if code != Some(1) || found["result"] != "fail" || !said.contains(part) {
            wrong.push(format!("{name} {mode} {id}: exit code {code:?}, {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The other side: without a mode, nothing but what they always do is wrong.
#[test]
fn careless_guests_that_take_care_pass_the_rest() {
    let scratch = ScratchDir::new("check");
    for name in [SOURCE, SINK] {
        let settings = settings(&scratch, name).display().to_string();
        let mode = "mode=none";
        let (_, report) = check(&guest(name), &["--settings", &settings, "--set", mode]);
        let checks = report["checks"].as_array().expect("a list");
        let failed: Vec<&str> = checks
            .iter()
            .filter(|check| check["result"] == "fail")
            .filter_map(|check| check["check"].as_str())
            .collect();
        let always: &[&str] = match name {
            SOURCE => &[
                "config-def.documentation",
                "config-def.secrets",
                "validate.empty",
                "validate.bad",
                "recommend",
                "connector.alter-offsets",
            ],
            _ => &[],
        };
        assert_eq!(failed, always, "{name}: {report:#}");
    }
}

/// `config-def` takes no configuration, so its harm is written into the component.
#[test]
fn a_wrong_config_def_fails_its_own_check() {
    let scratch = ScratchDir::new("check");
    let wasm = std::fs::read(guest("misbehaving-source")).expect("the guest is built");
    for (harm, part) in [("twice", "defined twice"), ("bad-default", "regex")] {
        let marker = b"harm-in-config-def:";
        let place = wasm.windows(marker.len()).position(|bytes| bytes == marker);
        let start = place.expect("the guest has the text") + marker.len();
        let mut wasm = wasm.clone();
        wasm[start..start + harm.len()].copy_from_slice(harm.as_bytes());
        let (code, report) = check(&scratch.write("harmful.wasm", wasm), &[]);
        assert_eq!(code, Some(1), "{report:#}");
        let found = result(&report, "config-def");
        assert_eq!(found["result"], "fail", "{report:#}");
        let said = found["message"].as_str().unwrap_or_default();
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_file_that_is_no_plugin_fails_the_first_check_and_a_missing_one_has_exit_code_2() {
    let artifacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts");
    for name in [
        "core-module.wasm",
        "unknown-import.wasm",
        "other-wit-version.wasm",
    ] {
        let (code, report) = check(&artifacts.join(name), &[]);
        assert_eq!(code, Some(1), "{name}: {report:#}");
        assert_eq!(result(&report, "load")["result"], "fail");
    }
    let output = Command::new(worker_binary())
        .args(["plugin", "check", "/nowhere/x.wasm"])
        .output()
        .expect("the program can be started");
    assert_eq!(output.status.code(), Some(2));
}
