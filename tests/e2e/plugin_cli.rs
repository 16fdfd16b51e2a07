//! `connect-wasm plugin` as a stranger uses it: a new crate, its tests, its build, runs without Kafka,
//! and the upload to a worker, up to records in Kafka.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use connect_harness::{ScratchDir, plugins_dir, worker_binary};
use serde_json::{Value, json};

use crate::setup::{LATER, SOON, topics, unique, worker};

/// The workspace, whose lock file and build folder new crates share: nothing is fetched that was not
/// fetched for it, and only the first build of all is one from the start.
fn workspace() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    path.canonicalize().expect("the workspace is there")
}

/// The workspace's toolchain, which has the target.
fn toolchain() -> String {
    let file = std::fs::read_to_string(workspace().join("rust-toolchain.toml"));
    let file = file.expect("the workspace names its toolchain");
    let channel = file
        .lines()
        .find_map(|line| line.strip_prefix("channel = "));
    channel.expect("a channel").trim_matches('"').to_owned()
}

/// The program, or cargo, set up to build new crates.
fn command(program: &Path, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", workspace().join("target/scaffold"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("RUSTUP_TOOLCHAIN", toolchain());
    command
}

fn plugin(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = command(&worker_binary(), dir);
    command.arg("plugin").args(arguments);
    command
}

#[track_caller]
fn succeeded(command: &mut Command) -> Output {
    let output = command.output().expect("the program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}: {said}",
        output.status
    );
    output
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    let parse = |line: &str| serde_json::from_str(line).expect("a line of JSON");
    text.lines().map(parse).collect()
}

/// What the values of lines say.
fn payloads(output: &Output) -> Vec<String> {
    let payload = |line: &Value| line["value"]["payload"].as_str().map(str::to_owned);
    lines(output).iter().filter_map(payload).collect()
}

/// Makes a crate with `plugin new`.
fn new_crate(scratch: &ScratchDir, name: &str, kind: &str) -> PathBuf {
    succeeded(&mut plugin(scratch.path(), &["new", name, "--kind", kind]));
    let folder = scratch.join(name);
    std::fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("the lock file can be copied");
    folder
}

/// Runs a sink with these lines as its standard input.
fn run_sink(dir: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = plugin(dir, arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be started");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    stdin.write_all(input.as_bytes()).expect("the sink reads");
    drop(stdin);
    child.wait_with_output().expect("the sink ends")
}

#[test]
fn a_new_source_goes_from_nothing_to_records_in_kafka() {
    let scratch = ScratchDir::new("plugin-cli");
    let folder = new_crate(&scratch, "price-source", "source");
    let again = plugin(scratch.path(), &["new", "price-source", "--kind", "sink"]).output();
    assert_eq!(
        again.expect("it runs").status.code(),
        Some(1),
        "nothing is replaced"
    );

    succeeded(command(Path::new("cargo"), &folder).arg("test"));
    let offsets = scratch.join("offsets").display().to_string();
    let run = [
        "run",
        ".",
        "--max-records",
        "3",
        "--offsets",
        &offsets,
        "-s",
        "interval.ms=5",
    ];
    let first = succeeded(&mut plugin(&folder, &run));
    assert_eq!(payloads(&first), ["Hello 0", "Hello 1", "Hello 2"]);
    assert_eq!(lines(&first)[2]["sourceOffset"], json!({"number": 2}));
    let second = succeeded(&mut plugin(&folder, &run));
    assert_eq!(payloads(&second), ["Hello 3", "Hello 4", "Hello 5"]);

    let report = succeeded(&mut plugin(&folder, &["check", ".", "-o", "json"]));
    let report: Value = serde_json::from_slice(&report.stdout).expect("a report");
    assert_eq!(
        (&report["failed"], &report["skipped"]),
        (&json!(0), &json!(2)),
        "{report:#}"
    );

    let target = workspace().join("target/scaffold/wasm32-wasip2/debug");
    let wasm = target.join("price_source.wasm").display().to_string();
    let inspected = succeeded(&mut plugin(&folder, &["inspect", &wasm, "-o", "json"]));
    let inspected: Value = serde_json::from_slice(&inspected.stdout).expect("JSON");
    assert_eq!(inspected["class"], "com.example.PriceSourceConnector");
    assert_eq!(
        (&inspected["type"], &inspected["wit_version"]),
        (&json!("source"), &json!("0.1.0"))
    );

    let store = scratch.join("store").display().to_string();
    let spec = worker(scratch.path()).set("plugin.store.dir", &store);
    let running = spec.start();
    let url = format!("http://127.0.0.1:{}", spec.port());
    let push = ["push", &wasm, "--wait", "--url", &url, "-o", "json"];
    let pushed = succeeded(&mut plugin(&folder, &push));
    let pushed: Value = serde_json::from_slice(&pushed.stdout).expect("JSON");
    for field in [
        "class",
        "type",
        "version",
        "sha256",
        "size",
        "wit_version",
        "imports",
        "grants",
    ] {
        assert_eq!(pushed[field], inspected[field], "{field}");
    }
    let topic = unique("prices");
    let config = json!({
        "connector.class": "PriceSource",
        "topic": topic,
        "interval.ms": "5",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    });
    let created = running.rest().post(
        "/connectors",
        Some(&json!({"name": "prices", "config": config})),
    );
    created.expect(201);
    let records = topics().await_records(&topic, 3, LATER);
    let values: Vec<&str> = records.iter().take(3).map(|record| record.text()).collect();
    assert_eq!(values, ["Hello 0", "Hello 1", "Hello 2"]);

    // The same again is no conflict; other bytes under that version are one.
    succeeded(&mut plugin(&folder, &push));
    let task = folder.join("src/task.rs");
    let source = std::fs::read_to_string(&task).expect("the task is there");
    std::fs::write(&task, source.replace("Counting from", "Numbering from"))
        .expect("it is written");
    let refused = plugin(&folder, &["push", ".", "--url", &url])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(
        said.contains("409") && said.contains("PriceSourceConnector"),
        "{said}"
    );
}

#[test]
fn a_new_sink_writes_what_it_is_given() {
    let scratch = ScratchDir::new("plugin-cli");
    let folder = new_crate(&scratch, "line_sink", "sink");
    succeeded(command(Path::new("cargo"), &folder).arg("test"));
    let input = "{\"value\": \"one\"}\n{\"value\": {\"schema\": null, \"payload\": \"two\"}}\n";
    let output = run_sink(&folder, &["run", "."], input);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let written = std::fs::read_to_string(folder.join("out.txt")).expect("the sink wrote");
    assert_eq!(written, "one\ntwo\n");
    let output = run_sink(&folder, &["run", "."], "one\n");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Line 1 of standard input"), "{said}");

    let report = succeeded(&mut plugin(&folder, &["check", "."]));
    let report = String::from_utf8_lossy(&report.stdout);
    assert!(report.contains("pass  task.put-again"), "{report}");
    assert!(report.contains(" 0 failed"), "{report}");
}

#[test]
fn the_output_of_a_source_is_the_input_of_a_sink() {
    let scratch = ScratchDir::new("plugin-cli");
    scratch.write("in.txt", "eins\nzwei\ndrei\n");
    let source = plugins_dir()
        .join("file_stream_source.wasm")
        .display()
        .to_string();
    let sink = plugins_dir()
        .join("file_stream_sink.wasm")
        .display()
        .to_string();
    let from = [
        "run",
        &source,
        "-s",
        "file=in.txt",
        "-s",
        "topic=t",
        "--max-records",
        "3",
    ];
    let printed = succeeded(&mut plugin(scratch.path(), &from));
    assert_eq!(payloads(&printed), ["eins", "zwei", "drei"]);
    let to = ["run", &sink, "-s", "file=out.txt", "-s", "topics=t"];
    let output = run_sink(
        scratch.path(),
        &to,
        &String::from_utf8_lossy(&printed.stdout),
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let written = std::fs::read_to_string(scratch.join("out.txt")).expect("the sink wrote");
    assert_eq!(written, "eins\nzwei\ndrei\n");
}

#[test]
fn what_cannot_be_run_or_inspected_says_why() {
    let scratch = ScratchDir::new("plugin-cli");
    let source = plugins_dir()
        .join("file_stream_source.wasm")
        .display()
        .to_string();
    let cut = std::fs::read(&source).expect("the plugin is there");
    let cut = scratch
        .write("cut.wasm", &cut[..cut.len() / 2])
        .display()
        .to_string();
    let text = scratch.write("text.wasm", "no wasm").display().to_string();
    let artifacts = workspace().join("tests/artifacts");
    let artifact = |name: &str| artifacts.join(name).display().to_string();
    for (arguments, code, part) in [
        (vec!["inspect", &text], 2, "not a WebAssembly file"),
        (
            vec!["inspect", &cut],
            2,
            "not a whole WebAssembly component",
        ),
        (
            vec!["inspect", &artifact("core-module.wasm")],
            2,
            "core module",
        ),
        (
            vec!["inspect", &artifact("other-wit-version.wasm")],
            2,
            "this worker supports",
        ),
        (
            vec!["inspect", &artifact("unknown-import.wasm")],
            2,
            "imports",
        ),
        (vec!["inspect", "/nowhere.wasm"], 2, "no such file"),
        (vec!["run", &source, "-s", "file=a"], 1, "topic"),
        (
            vec!["run", &source, "-s", "connector.class=Other"],
            1,
            "FileStreamSourceConnector",
        ),
        (
            vec!["push", &source, "--url", "http://127.0.0.1:1"],
            2,
            "connection refused",
        ),
    ] {
        let output = plugin(scratch.path(), &arguments)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}

#[test]
fn a_changed_crate_is_built_and_run_again_with_its_offsets() {
    let scratch = ScratchDir::new("plugin-cli");
    let folder = new_crate(&scratch, "watched", "source");
    let out = scratch.join("out.jsonl");
    let file = std::fs::File::create(&out).expect("a file");
    let log = std::fs::File::create(scratch.join("log")).expect("a file");
    let mut child = plugin(
        &folder,
        &[
            "run",
            ".",
            "--watch",
            "--no-schemas",
            "-s",
            "interval.ms=20",
        ],
    )
    .stdout(file)
    .stderr(log)
    .spawn()
    .expect("the program can be started");
    let values = || -> Vec<String> {
        let text = std::fs::read_to_string(&out).unwrap_or_default();
        let whole = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        whole
            .filter_map(|line| line["value"].as_str().map(str::to_owned))
            .collect()
    };
    let await_value = |part: &str| {
        connect_harness::eventually(&format!("a value with {part}"), LATER, || {
            let values = values();
            match values.iter().any(|value| value.contains(part)) {
                true => Ok(()),
                false => Err(format!("{values:?}")),
            }
        });
    };
    await_value("Hello 1");
    let task = folder.join("src/task.rs");
    let source = std::fs::read_to_string(&task).expect("the task is there");
    let changed = source.replace("\"{} {}\", self.message", "\"{} again {}\", self.message");
    std::fs::write(&task, changed).expect("it is written");
    await_value("again");
    let pid = rustix::process::Pid::from_raw(child.id().cast_signed()).expect("a process id");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    let status = connect_harness::eventually("the end of the run", SOON, || {
        child.try_wait().ok().flatten().ok_or("it runs".to_owned())
    });
    assert!(status.success(), "{status}");
    let numbers: Vec<u64> = values()
        .iter()
        .filter_map(|value| value.rsplit(' ').next()?.parse().ok())
        .collect();
    let expected: Vec<u64> = (0..numbers.len() as u64).collect();
    assert_eq!(numbers, expected, "no number is missing or comes twice");
}
