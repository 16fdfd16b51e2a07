//! Orderly stop: within 10 s, exit code 0, and nothing comes twice afterwards.

use std::fs;

use connect_harness::{Duration, NumberedLines, ScratchDir, TopicRecord};

use crate::setup::{
    LATER, alone, await_lines, expect_each_line_once, file_sink, file_source, lines_in, topics,
    unique, worker,
};

#[test]
fn stopping_a_source_at_work_repeats_and_loses_nothing() {
    let _alone = alone();
    let dir = ScratchDir::new("stop-source");
    let (input, topic) = (dir.join("in.txt"), unique("stop-source"));
    let lines = NumberedLines::new(400_000, 100);
    lines.write(&input).expect("the file can be written");
    topics().create(&topic, 1);
    let spec = worker(dir.path()).connector(file_source(&unique("source"), &input, &topic));
    let mut until = 0;
    for _ in 0..4 {
        let mut started = spec.start();
        until = (until + 60_000).min(topics().count(&topic).expect("the broker answers") + 60_000);
        topics().await_count(&topic, until.min(lines.count), LATER);
        started.stop_cleanly();
    }
    let mut started = spec.start();
    topics().await_count(&topic, lines.count, LATER);
    started.interrupt();
    let status = started.wait(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "exit status after SIGINT");
    expect_each_line_once(&topics(), &topic, lines);
}

#[test]
fn stopping_a_sink_at_work_repeats_and_loses_nothing() {
    let _alone = alone();
    let dir = ScratchDir::new("stop-sink");
    let (output, topic) = (dir.join("out.txt"), unique("stop-sink"));
    let lines = NumberedLines::new(400_000, 100);
    topics().create(&topic, 1);
    topics()
        .write_all(&topic, lines.lines().map(TopicRecord::of_value))
        .expect("written");
    let spec = worker(dir.path()).connector(file_sink(&unique("sink"), &output, &topic));
    for _ in 0..4 {
        let mut started = spec.start();
        await_lines(&output, (lines_in(&output) + 50_000).min(400_000), LATER);
        started.stop_cleanly();
    }
    let mut started = spec.start();
    await_lines(&output, 400_000, LATER);
    started.stop_cleanly();
    let mut tally = lines.tally();
    fs::read_to_string(&output)
        .expect("the file is text")
        .lines()
        .for_each(|line| tally.add(line));
    tally.expect_exactly_once_in_order();
}

#[test]
fn stopping_an_idle_worker_is_quick() {
    let dir = ScratchDir::new("stop-idle");
    let (input, topic) = (dir.write("in.txt", ""), unique("stop-idle"));
    topics().create(&topic, 1);
    let mut started = worker(dir.path())
        .connector(file_source(&unique("source"), &input, &topic))
        .connector(file_sink(&unique("sink"), &dir.join("out.txt"), &topic))
        .start();
    let (status, took) = started.stop(Duration::from_secs(20));
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(5), "stopping took {took:?}");
}
