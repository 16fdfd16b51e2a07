//! Native tests: `connect_sdk::testing` stands in for the worker.

use std::path::PathBuf;
use std::rc::Rc;

use connect_sdk::data::{Schema, SinkRecord, Value};
use connect_sdk::testing::{self, FakeSink};

use super::*;

/// A path for one test.
fn path(test: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("{{crate}}-{test}-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn start(path: &str) -> Result<{{Type}}Task, ConnectError> {
    let context = testing::sink_task_context(Rc::new(FakeSink::default()));
    {{Type}}Task::start(context, Config::from([(FILE, path)]))
}

fn record(value: &str, offset: i64) -> SinkRecord<'_> {
    SinkRecord {
        topic: "t".into(),
        value_schema: Some(Schema::string()),
        value: Value::from(value),
        kafka_offset: offset,
        ..SinkRecord::default()
    }
}

#[test]
fn each_value_is_a_line() {
    let path = path("lines");
    let mut task = start(&path.display().to_string()).expect("the task starts");
    testing::put(&mut task, &[record("one", 0), record("two", 1)]).expect("put succeeds");
    testing::put(&mut task, &[]).expect("put succeeds");
    testing::put(&mut task, &[record("three", 2)]).expect("put succeeds");
    task.flush(&[]).expect("flush succeeds");
    let written = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(written, "one\ntwo\nthree\n");
    let _ = std::fs::remove_file(&path);
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let error = start("/nowhere/at/all").err().expect("the start fails");
    assert_eq!(error.message(), "The file /nowhere/at/all cannot be opened");
}
