//! Wrong files, values, plugins and circumstances: what is said, and with which exit code.

use std::fs;
use std::path::Path;
use std::time::Instant;

use connect_harness::{
    ConnectorFile, Duration, Flavor, ScratchDir, WorkerSpec, free_port, worker_binary,
};
use serde_json::json;

use crate::setup::{SOON, broker, file_sink, file_source, topics, unique, worker};

/// Runs a worker that must end by itself with a code, and must say all of these.
#[track_caller]
fn expect_end(spec: &WorkerSpec, code: i32, said: &[&str]) {
    let (status, log) = spec.run_to_end(SOON);
    assert_eq!(status.code(), Some(code), "{log}");
    for wanted in said {
        assert!(log.contains(wanted), "{wanted:?} is not in the log:\n{log}");
    }
}

fn standalone(arguments: &[&Path]) -> (Option<i32>, String) {
    let output = std::process::Command::new(worker_binary())
        .arg("standalone")
        .args(arguments)
        .output()
        .expect("the worker can be started");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_missing_worker_file_is_named() {
    let dir = ScratchDir::new("no-file");
    let (code, log) = standalone(&[&dir.join("absent.properties")]);
    assert_eq!(code, Some(2), "{log}");
    assert!(
        log.contains("absent.properties cannot be read: No such file or directory"),
        "{log}"
    );
}

#[test]
fn an_unreadable_worker_file_is_named() {
    // A folder: permissions would not stop a test that runs as root.
    let dir = ScratchDir::new("unreadable");
    let (code, log) = standalone(&[dir.path()]);
    assert_eq!(code, Some(2), "{log}");
    let wanted = format!("{} cannot be read: Is a directory", dir.path().display());
    assert!(log.contains(&wanted), "{log}");
}

#[test]
fn a_missing_connector_file_ends_the_worker() {
    let dir = ScratchDir::new("no-connector-file");
    let spec = worker(dir.path());
    drop(spec.start());
    let absent = dir.join("absent.properties");
    let (code, log) = standalone(&[&dir.join("worker.properties"), &absent]);
    assert_eq!(code, Some(3), "{log}");
    let wanted = format!(
        "{} cannot be read: No such file or directory",
        absent.display()
    );
    assert!(log.contains(&wanted), "{log}");
}

#[test]
fn a_number_that_is_none_is_named_with_its_key() {
    let dir = ScratchDir::new("bad-number");
    let spec = worker(dir.path()).set("offset.flush.interval.ms", "soon");
    let wanted =
        "Invalid value soon for configuration offset.flush.interval.ms: Not a number of type LONG";
    expect_end(&spec, 2, &[wanted]);
}

#[test]
fn a_missing_required_key_is_named() {
    let dir = ScratchDir::new("missing-key");
    let spec = worker(dir.path()).unset("key.converter");
    let wanted = "Missing required configuration \"key.converter\" which has no default value.";
    expect_end(&spec, 2, &[wanted]);
}

#[test]
fn an_unknown_converter_class_is_named_with_its_key() {
    let dir = ScratchDir::new("bad-converter");
    let spec = worker(dir.path()).set("value.converter", "com.example.Nonsense");
    let wanted = "Invalid value com.example.Nonsense for configuration value.converter: \
                  Class com.example.Nonsense could not be found.";
    expect_end(&spec, 2, &[wanted]);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let dir = ScratchDir::new("port");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port can be opened");
    let port = taken.local_addr().expect("it has an address").port();
    let spec = worker(dir.path()).set("listeners", format!("http://127.0.0.1:{port}"));
    expect_end(
        &spec,
        2,
        &["Unable to initialize REST server", &port.to_string()],
    );
}

#[test]
fn a_broker_that_is_away_is_named_within_seconds() {
    let dir = ScratchDir::new("no-broker");
    let away = format!("127.0.0.1:{}", free_port());
    let spec = WorkerSpec::new(Flavor::Wasm, &away, dir.path());
    let started = Instant::now();
    expect_end(
        &spec,
        2,
        &["Failed to connect to and describe Kafka cluster", &away],
    );
    let took = started.elapsed();
    assert!(took < Duration::from_secs(20), "it took {took:?} to say so");
}

#[test]
fn a_corrupt_offset_file_is_refused_and_left_as_it_is() {
    let whole = connect_harness::encode_offset_file(&[connect_harness::OffsetEntry {
        key: r#"["c",{"filename":"f"}]"#.to_owned(),
        value: Some(r#"{"position":3}"#.to_owned()),
    }]);
    let mut wrong_length = whole.clone();
    wrong_length[100] ^= 0x40;
    let cases: [(&str, Vec<u8>); 4] = [
        ("text", b"these are no offsets".to_vec()),
        ("cut", whole[..whole.len() - 10].to_vec()),
        ("other class", b"\xac\xed\x00\x05\x74\x00\x03abc".to_vec()),
        ("flipped bit", wrong_length),
    ];
    for (case, bytes) in cases {
        let dir = ScratchDir::new("corrupt-offsets");
        let file = dir.write("connect.offsets", &bytes);
        let input = dir.write("in.txt", "one\n");
        let topic = unique("corrupt");
        let spec = worker(dir.path()).connector(file_source("c", &input, &topic));
        let (status, log) = spec.run_to_end(SOON);
        assert!(
            matches!(status.code(), Some(2 | 3)),
            "{case}: {status}\n{log}"
        );
        assert!(
            log.contains(&file.display().to_string()),
            "{case}: the file is not named:\n{log}"
        );
        assert_eq!(fs::read(&file).expect("it is still there"), bytes, "{case}");
    }
}

#[test]
fn an_unknown_connector_class_lists_what_is_there() {
    let dir = ScratchDir::new("bad-class");
    let file = ConnectorFile::properties("c", &[("connector.class", "com.example.Nonsense")]);
    let wanted = "Failed to find any class that implements Connector and which name matches \
                  com.example.Nonsense, available connectors are: ";
    let available = "org.apache.kafka.connect.file.FileStreamSourceConnector";
    expect_end(&worker(dir.path()).connector(file), 3, &[wanted, available]);
}

#[test]
fn a_source_without_topic_is_refused_in_a_file_and_over_rest() {
    let dir = ScratchDir::new("no-topic");
    let wanted = "Missing required configuration \"topic\" which has no default value.";
    let file = ConnectorFile::properties("c", &[("connector.class", "FileStreamSource")]);
    expect_end(&worker(dir.path()).connector(file), 3, &[wanted]);

    let mut started = worker(dir.path()).start();
    let body = json!({ "name": "c", "config": { "connector.class": "FileStreamSource" } });
    let answer = started.rest().post("/connectors", Some(&body)).expect(400);
    assert!(answer.message().contains(wanted), "{}", answer.body);
    started.stop_cleanly();
}

#[test]
fn a_folder_that_cannot_be_written_fails_the_sink_with_its_path() {
    let dir = ScratchDir::new("not-writable");
    let (topic, name) = (unique("not-writable"), unique("sink"));
    topics().create(&topic, 1);
    // Not even root may make files there.
    let output = "/sys/connect-wasm-test.txt";
    let mut started = worker(dir.path())
        .connector(file_sink(&name, Path::new(output), &topic))
        .start();
    let status = started
        .rest()
        .await_states(&name, "RUNNING", Some("FAILED"), SOON);
    let trace = status["tasks"][0]["trace"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let wanted = format!("Couldn't find or create file '{output}' for FileStreamSinkTask");
    assert!(trace.contains(&wanted), "{trace}");
    assert!(started.log().contains(&wanted), "{}", started.log());
    started.stop_cleanly();
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let dir = ScratchDir::new("no-folder");
    let output = dir.join("absent/out.txt");
    let spec = worker(dir.path()).connector(file_sink("sink", &output, "topic"));
    expect_end(
        &spec,
        3,
        &[
            "file",
            &output.display().to_string(),
            "does not exist; create it first",
        ],
    );
}

#[test]
fn a_path_that_the_operator_did_not_allow_is_refused_over_rest_with_the_line_that_would() {
    let dir = ScratchDir::new("not-allowed");
    let outside = ScratchDir::new("outside");
    let secret = outside.write("secret.txt", "secret\n");
    let spec = worker(dir.path()).set("sandbox.fs.allow", dir.path().display().to_string());
    let mut started = spec.start();
    let sneaky = dir.join("..").join(
        secret
            .strip_prefix(dir.path().join("..").canonicalize().expect("it exists"))
            .expect("both are in one folder"),
    );
    let link = dir.join("link.txt");
    std::os::unix::fs::symlink(&secret, &link).expect("a symlink can be made");
    for path in [&secret, &sneaky, &link] {
        let config = json!({ "connector.class": "FileStreamSource", "file": path, "topic": "t" });
        let body = json!({ "name": "c", "config": config });
        let answer = started.rest().post("/connectors", Some(&body));
        if path == &link && answer.status == 201 {
            // A symlink may be met only when the file is opened; then the task must fail.
            started
                .rest()
                .await_states("c", "RUNNING", Some("FAILED"), SOON);
            continue;
        }
        let answer = answer.expect(400);
        let message = answer.message();
        for wanted in ["file", &*path.display().to_string(), "sandbox.fs.allow"] {
            assert!(message.contains(wanted), "{wanted} is not in {message}");
        }
    }
    started.stop_cleanly();
}

#[test]
fn standard_input_is_not_for_connectors_made_over_rest() {
    let dir = ScratchDir::new("stdin");
    let mut started = worker(dir.path()).start();
    let config = json!({ "connector.class": "FileStreamSource", "topic": "t" });
    let body = json!({ "name": "c", "config": config });
    let answer = started.rest().post("/connectors", Some(&body)).expect(400);
    assert!(
        answer.message().contains("sandbox.stdio.allow"),
        "{}",
        answer.body
    );
    started.stop_cleanly();
}

#[test]
fn files_that_are_no_plugins_are_named_with_the_reason() {
    let dir = ScratchDir::new("bad-plugins");
    let plugins = dir.join("plugins");
    fs::create_dir(&plugins).expect("a folder can be made");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(plugins.join(name), bytes).expect("a file can be written");
    };
    write("text.wasm", b"this is not WebAssembly");
    write("empty.wasm", b"");
    // The header of a core module, with nothing in it.
    write("module.wasm", b"\0asm\x01\0\0\0");
    // The header of a component, with nothing in it.
    write("component.wasm", b"\0asm\x0d\0\x01\0");
    write("other_version.wasm", &other_version());
    write("connect-file.jar", b"PK\x03\x04");
    let (input, topic) = (dir.write("in.txt", "one\n"), unique("bad-plugins"));
    let mut started = worker(dir.path())
        .set("plugin.path", plugins.display().to_string())
        .connector(file_source("good", &input, &topic))
        .start();
    topics().await_count(&topic, 1, SOON);
    let log = started.log();
    for (file, reason) in [
        ("text.wasm", "not a WebAssembly file"),
        ("empty.wasm", "not a WebAssembly file"),
        ("module.wasm", "a WebAssembly core module, not a component"),
        ("component.wasm", "not a connector plugin"),
        ("other_version.wasm", "connect-wasm:plugin 9.9.9"),
        ("connect-file.jar", "JVM worker"),
    ] {
        let named = log
            .lines()
            .any(|line| line.contains(file) && line.contains(reason));
        assert!(named, "{file}: no line says {reason:?}:\n{log}");
    }
    started.stop_cleanly();
    assert!(broker().bootstrap().contains(':'));
}

/// A bundled plugin whose interfaces claim another version of the same length.
fn other_version() -> Vec<u8> {
    let folder = connect_harness::plugins_dir();
    let mut bytes = fs::read(folder.join("file_stream_source.wasm")).expect("a bundled plugin");
    let (from, to) = (b"connect-wasm:plugin/", b"@0.1.0");
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], from) {
        let start = at + found + from.len();
        let name_end = start
            + bytes[start..]
                .iter()
                .position(|byte| *byte == b'@')
                .unwrap_or(0);
        if bytes[name_end..].starts_with(to) {
            bytes[name_end..name_end + to.len()].copy_from_slice(b"@9.9.9");
        }
        at = start;
    }
    bytes
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
