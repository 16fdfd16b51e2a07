//! `connect-wasm quickstart`: broker, worker and connectors in one process.

use std::fs;
use std::process::Command;

use connect_harness::{Duration, Process, Rest, ScratchDir, eventually, free_port, worker_binary};
use serde_json::json;

use crate::setup::{SOON, alone, append, await_lines};

struct Quickstart {
    process: Process,
    rest: Rest,
}

fn start(dir: &ScratchDir) -> Quickstart {
    let (kafka, rest) = (free_port(), free_port());
    let mut command = Command::new(worker_binary());
    command
        .arg("quickstart")
        .args(["--data-dir", "data"])
        .args(["--kafka-port", &kafka.to_string()])
        .args(["--rest-port", &rest.to_string()])
        .current_dir(dir.path());
    let process = Process::spawn("quickstart", &command, &dir.join("quickstart.log"));
    let rest = Rest::new(rest);
    rest.await_healthy(Duration::from_secs(60));
    Quickstart { process, rest }
}

#[test]
fn quickstart_shows_records_and_goes_on_where_it_was() {
    let _alone = alone();
    let dir = ScratchDir::new("quickstart");
    let (source, sink) = (dir.join("data/source.txt"), dir.join("data/sink.txt"));
    let mut first = start(&dir);
    await_lines(&sink, 3, SOON);
    append(&source, "one more\n");
    await_lines(&sink, 4, SOON);
    let names = first.rest.get("/connectors").json();
    assert_eq!(names.as_array().map(Vec::len), Some(2), "{names}");
    eventually("it shows the record that arrived", SOON, || {
        let log = first.process.log();
        if log.contains("one more") {
            Ok(())
        } else {
            Err(log)
        }
    });
    let said = first.process.log();
    assert!(
        said.matches("curl").count() >= 2,
        "it prints commands to try:\n{said}"
    );
    first.process.interrupt();
    assert_eq!(first.process.wait(Duration::from_secs(15)).code(), Some(0));

    append(&source, "after the pause\n");
    let mut second = start(&dir);
    await_lines(&sink, 5, SOON);
    let made = json!({
        "connector.class": "FileStreamSink",
        "file": dir.join("data/second.txt"),
        "topics": "quickstart",
    });
    second
        .rest
        .put("/connectors/mine/config", Some(&made))
        .expect(201);
    await_lines(&dir.join("data/second.txt"), 5, SOON);
    second.process.interrupt();
    assert_eq!(second.process.wait(Duration::from_secs(15)).code(), Some(0));
    let written = fs::read_to_string(&sink).expect("the sink has its file");
    let original = fs::read_to_string(&source).expect("the source has its file");
    assert_eq!(written, original, "no line is lost or repeated");
}
