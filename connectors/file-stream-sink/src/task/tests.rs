use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use connect_sdk::data::{Schema, SinkRecord};
use connect_sdk::testing::{self, FakeSink};
use tempfile::TempDir;

use super::*;

fn start(path: &str) -> Result<FileStreamSinkTask, ConnectError> {
    let context = testing::sink_task_context(Rc::<FakeSink>::default());
    FileStreamSinkTask::start(context, Config::from([(FILE, path)]))
}

fn record(value: impl Into<Value<'static>>) -> SinkRecord<'static> {
    SinkRecord {
        topic: "topic1".into(),
        value_schema: Some(Schema::string()),
        value: value.into(),
        ..SinkRecord::default()
    }
}

/// A path in a folder of its own.
fn path() -> (TempDir, PathBuf, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("sink.txt");
    let name = path.to_str().unwrap().to_owned();
    (folder, path, name)
}

#[test]
fn lines_are_there_after_each_flush() {
    let (_folder, path, name) = path();
    let mut task = start(&name).unwrap();
    testing::put(&mut task, &[record("line1")]).unwrap();
    task.flush(&[]).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "line1\n");
    testing::put(&mut task, &[record("line2"), record("line3")]).unwrap();
    task.flush(&[]).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "line1\nline2\nline3\n");
    task.stop().unwrap();
}

#[test]
fn it_appends_to_what_is_there() {
    let (_folder, path, name) = path();
    fs::write(&path, "before\n").unwrap();
    let mut task = start(&name).unwrap();
    testing::put(&mut task, &[record("after")]).unwrap();
    task.stop().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\nafter\n");
}

#[test]
fn a_stop_writes_what_is_buffered() {
    let (_folder, path, name) = path();
    let mut task = start(&name).unwrap();
    testing::put(&mut task, &[record("line1")]).unwrap();
    task.stop().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "line1\n");
}

#[test]
fn values_are_written_in_their_java_form() {
    let (_folder, path, name) = path();
    let mut task = start(&name).unwrap();
    let mut other = |value: Value<'static>| {
        let mut record = record(value);
        record.value_schema = None;
        testing::put(&mut task, &[record]).unwrap();
    };
    other(Value::Null);
    other(Value::Int64(42));
    other(Value::Float64(1.0e10));
    other(Value::Boolean(true));
    other(Value::Array(vec![Value::Int32(1), Value::from("b")]));
    other(Value::Map(vec![(Value::from("k"), Value::Int32(1))]));
    task.flush(&[]).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "null\n42\n1.0E10\ntrue\n[1, b]\n{k=1}\n"
    );
}

#[test]
fn more_than_the_buffer_holds() {
    let (_folder, path, name) = path();
    let mut task = start(&name).unwrap();
    let long = "x".repeat(crate::output::BUFFER_BYTES + 1);
    let records = [record("a"), record(long.clone()), record("b")];
    testing::put(&mut task, &records).unwrap();
    task.flush(&[]).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        format!("a\n{long}\nb\n")
    );
}

#[test]
fn a_file_that_cannot_be_made_is_named() {
    let (_folder, path, _) = path();
    let name = path.join("below.txt").to_str().unwrap().to_owned();
    let error = start(&name).err().unwrap();
    assert_eq!(
        error.message(),
        format!("Couldn't find or create file '{name}' for FileStreamSinkTask")
    );
}
