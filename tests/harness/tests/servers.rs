//! The harness itself, tried with the JVM worker: what it starts answers, and what it kills is gone.

use std::fs;

use connect_harness::{
    Broker, ConnectorFile, Duration, Flavor, NumberedLines, ScratchDir, TopicRecord, WorkerSpec,
    decode_offset_file, encode_offset_file,
};

#[test]
fn broker_and_jvm_worker_run_and_survive_kills() {
    let mut broker = Broker::start();
    let topics = broker.topics();
    topics.create("written", 2);
    let record = TopicRecord {
        partition: Some(1),
        key: Some(b"k".to_vec()),
        headers: vec![
            ("h".to_owned(), None),
            ("i".to_owned(), Some(b"v".to_vec())),
        ],
        ..TopicRecord::of_value("text")
    };
    topics.write("written", std::slice::from_ref(&record));
    broker.kill();
    broker.start_again();
    let read = topics.read("written");
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].headers, record.headers);
    assert_eq!(read[0].key, record.key);
    assert_eq!(read[0].text(), "text");

    let dir = ScratchDir::new("jvm-worker");
    let lines = NumberedLines::new(5_000, 20);
    lines
        .write(&dir.join("in.txt"))
        .expect("the file can be written");
    let input = dir.join("in.txt").display().to_string();
    let source = ConnectorFile::properties(
        "source",
        &[
            ("connector.class", "FileStreamSource"),
            ("file", &input),
            ("topic", "lines"),
        ],
    );
    let spec = WorkerSpec::new(Flavor::Jvm, &broker.bootstrap(), dir.path()).connector(source);
    let mut worker = spec.start();
    worker
        .rest()
        .await_state("source", "RUNNING", Duration::from_secs(20));
    topics.await_count("lines", lines.count, Duration::from_secs(30));
    worker.stop_cleanly();
    assert!(
        worker.process().usage().is_none(),
        "an ended process uses nothing"
    );
    let mut tally = lines.tally();
    topics
        .scan("lines", |record| tally.add(record.text()))
        .expect("the topic can be read");
    tally.expect_exactly_once_in_order();

    let bytes = fs::read(dir.join("connect.offsets")).expect("the worker wrote its offsets");
    let entries = decode_offset_file(&bytes).expect("the offset file is as documented");
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0].key,
        format!(r#"["source",{{"filename":"{input}"}}]"#)
    );
    assert_eq!(entries[0].value.as_deref(), Some(r#"{"position":105000}"#));
    assert_eq!(encode_offset_file(&entries), bytes);
}
