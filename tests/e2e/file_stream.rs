//! What our FileStream source does better than the JVM's, or says more clearly.

use std::fs;

use connect_harness::{ScratchDir, decode_offset_file, eventually};

use crate::setup::{SOON, append, file_source, file_source_with, topics, unique, values, worker};

#[test]
fn lines_that_are_read_already_do_not_wait_for_more_input() {
    let dir = ScratchDir::new("batch-size");
    let (input, topic) = (dir.write("in.txt", "1\n2\n3\n4\n5\n"), unique("batch"));
    let mut started = worker(dir.path())
        .connector(file_source_with(
            &unique("source"),
            &input,
            &topic,
            &[("batch.size", "2")],
        ))
        .start();
    topics().await_count(&topic, 5, SOON);
    started.stop_cleanly();
    assert_eq!(values(&topics(), &topic), ["1", "2", "3", "4", "5"]);
}

#[test]
fn positions_count_bytes_so_that_text_of_all_languages_resumes_at_its_place() {
    let dir = ScratchDir::new("bytes");
    let (input, topic) = (dir.write("in.txt", "Grüße\nдва\n三🦀\n"), unique("bytes"));
    let spec = worker(dir.path()).connector(file_source(&unique("source"), &input, &topic));
    let mut first = spec.start();
    topics().await_count(&topic, 3, SOON);
    first.stop_cleanly();
    let offsets = fs::read(dir.join("connect.offsets")).expect("offsets were stored");
    let entries = decode_offset_file(&offsets).expect("offsets are readable");
    let size = fs::metadata(&input).expect("the file is there").len();
    assert_eq!(entries[0].value, Some(format!(r#"{{"position":{size}}}"#)));
    append(&input, "ende ü\n");
    let mut second = spec.start();
    topics().await_count(&topic, 4, SOON);
    second.stop_cleanly();
    assert_eq!(
        values(&topics(), &topic),
        ["Grüße", "два", "三🦀", "ende ü"]
    );
}

#[test]
fn a_file_shorter_than_the_stored_position_is_warned_about_with_both_sizes() {
    let dir = ScratchDir::new("shorter");
    let (input, topic) = (
        dir.write("in.txt", "0123456789\n0123456789\n"),
        unique("shorter"),
    );
    let spec = worker(dir.path()).connector(file_source(&unique("source"), &input, &topic));
    let mut first = spec.start();
    topics().await_count(&topic, 2, SOON);
    first.stop_cleanly();
    fs::write(&input, "short\n").expect("the file can be written");
    let mut second = spec.start();
    eventually("a warning names both sizes", SOON, || {
        let log = second.log();
        let warned = log.lines().any(|line| {
            line.contains("WARN") && line.contains("has 6 bytes") && line.contains("position 22")
        });
        if warned {
            Ok(())
        } else {
            Err("no such line".to_owned())
        }
    });
    second.stop_cleanly();
}

#[test]
fn a_line_is_delivered_within_a_moment_of_being_written() {
    let dir = ScratchDir::new("prompt");
    let (input, topic) = (dir.write("in.txt", ""), unique("prompt"));
    topics().create(&topic, 1);
    let mut started = worker(dir.path())
        .connector(file_source(&unique("source"), &input, &topic))
        .start();
    for number in 1..=20 {
        append(&input, &format!("line {number}\n"));
        topics().await_count(&topic, number, SOON);
    }
    started.stop_cleanly();
}
