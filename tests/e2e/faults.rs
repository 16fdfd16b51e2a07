//! Kills and stalls under load: nothing is missing afterwards, ever.
//!
//! Work is given in portions, and each kill happens while a portion is under way, at a number of
//! records that the seeded generator chose.

use std::fs;
use std::path::Path;

use connect_harness::{
    Broker, Duration, NumberedLines, ScratchDir, TopicRecord, Topics, WorkerSpec, eventually,
    seeded_random, throughout,
};

use crate::setup::{
    LATER, alone, append, await_lines, file_sink, file_source, flavor, lines_in, unique,
};

const LINES: u64 = 400_000;
const LINE_LENGTH: usize = 60;
const KILLS: u64 = 10;

/// A worker that commits often, so that kills meet commits, and whose groups notice its death soon.
fn spec(broker: &Broker, dir: &Path) -> WorkerSpec {
    spec_with_long_session(broker, dir)
        .set("consumer.session.timeout.ms", "1500")
        .set("consumer.heartbeat.interval.ms", "300")
}

/// A worker that commits often, with the session of 45 s that Kafka has by default.
fn spec_with_long_session(broker: &Broker, dir: &Path) -> WorkerSpec {
    WorkerSpec::new(flavor(), &broker.bootstrap(), dir)
        .set("offset.flush.interval.ms", "50")
        .set("consumer.session.timeout.ms", "45000")
}

/// The lines of one of as many portions as there are kills, as text.
fn portion(lines: NumberedLines, number: u64) -> String {
    let size = lines.count / KILLS;
    let numbers = number * size..(number + 1) * size;
    numbers.map(|number| lines.line(number) + "\n").collect()
}

#[track_caller]
fn expect_all_in_topic(topics: &Topics, topic: &str, lines: NumberedLines) {
    let mut tally = lines.tally();
    topics
        .scan(topic, |record| tally.add(record.text()))
        .expect("the topic can be read");
    println!("{topic}: {} records came more than once", tally.repeated());
    tally.expect_nothing_missing();
}

#[track_caller]
fn expect_all_in_file(path: &Path, lines: NumberedLines) {
    let mut tally = lines.tally();
    let text = fs::read_to_string(path).expect("the file is text");
    text.lines().for_each(|line| tally.add_after_kills(line));
    println!(
        "{}: {} lines came more than once",
        path.display(),
        tally.repeated()
    );
    tally.expect_nothing_missing();
}

/// Waits until the source has stored that it read the whole file.
#[track_caller]
fn await_stored_position(dir: &ScratchDir, size: u64) {
    let wanted = format!(r#"{{"position":{size}}}"#);
    eventually("the last position is stored", LATER, || {
        let bytes = fs::read(dir.join("connect.offsets")).map_err(|error| error.to_string())?;
        let entries = connect_harness::decode_offset_file(&bytes);
        let entries = entries.map_err(|error| format!("{error:#}"))?;
        if entries
            .iter()
            .any(|entry| entry.value.as_ref() == Some(&wanted))
        {
            Ok(())
        } else {
            Err(format!("{entries:?}"))
        }
    });
}

#[test]
fn a_source_killed_ten_times_loses_no_line() {
    let _alone = alone();
    let mut random = seeded_random("source kills");
    let broker = Broker::start();
    let topics = broker.topics();
    let dir = ScratchDir::new("source-kills");
    let (input, topic) = (dir.write("in.txt", ""), unique("source-kills"));
    topics.create(&topic, 3);
    let lines = NumberedLines::new(LINES, LINE_LENGTH);
    let spec = spec(&broker, dir.path()).connector(file_source("source", &input, &topic));
    let mut worker = spec.start();
    let mut count = topics.counter(&topic);
    for kill in 0..KILLS {
        let before = count().expect("the broker answers");
        append(&input, &portion(lines, kill));
        let moment = before + random.u64(1..LINES / KILLS);
        eventually(
            &format!("{moment} records are in the topic"),
            LATER,
            || match count() {
                Ok(found) if found >= moment => Ok(()),
                other => Err(format!("{other:?}")),
            },
        );
        worker.kill();
        worker = spec.start();
    }
    await_stored_position(&dir, LINES * (LINE_LENGTH as u64 + 1));
    worker.stop_cleanly();
    expect_all_in_topic(&topics, &topic, lines);
}

#[test]
fn a_sink_killed_ten_times_loses_no_record() {
    let _alone = alone();
    let mut random = seeded_random("sink kills");
    let broker = Broker::start();
    let topics = broker.topics();
    let dir = ScratchDir::new("sink-kills");
    let (output, topic) = (dir.join("out.txt"), unique("sink-kills"));
    topics.create(&topic, 3);
    let lines = NumberedLines::new(LINES, LINE_LENGTH);
    let spec = spec(&broker, dir.path()).connector(file_sink("sink", &output, &topic));
    let mut worker = spec.start();
    for kill in 0..KILLS {
        let before = lines_in(&output);
        let size = lines.count / KILLS;
        let records = (kill * size..(kill + 1) * size).map(|number| TopicRecord {
            partition: Some((number % 3) as i32),
            ..TopicRecord::of_value(lines.line(number))
        });
        topics
            .write_all(&topic, records)
            .expect("the broker takes records");
        await_lines(&output, before + random.usize(1..size as usize), LATER);
        worker.kill();
        worker = spec.start();
    }
    eventually("the group has committed all records", LATER, || {
        let committed = topics.committed("connect-sink", &topic);
        let committed = committed.map_err(|error| format!("{error:#}"))?;
        let sum: i64 = committed.iter().map(|(_, offset)| offset).sum();
        if sum == LINES as i64 {
            Ok(())
        } else {
            Err(format!("{committed:?}"))
        }
    });
    worker.stop_cleanly();
    expect_all_in_file(&output, lines);
}

#[test]
fn a_broker_killed_and_started_again_loses_nothing() {
    let _alone = alone();
    let mut random = seeded_random("broker kills");
    let mut broker = Broker::start();
    let topics = broker.topics();
    let dir = ScratchDir::new("broker-kills");
    let (input, output) = (dir.write("in.txt", ""), dir.join("out.txt"));
    let topic = unique("broker-kills");
    topics.create(&topic, 1);
    let lines = NumberedLines::new(LINES, LINE_LENGTH);
    let mut worker = spec(&broker, dir.path())
        .connector(file_source("source", &input, &topic))
        .connector(file_sink("sink", &output, &topic))
        .start();
    for kill in 0..KILLS {
        let before = lines_in(&output);
        append(&input, &portion(lines, kill));
        if kill % 3 == 0 {
            await_lines(&output, before + random.usize(1..20_000), LATER);
            broker.kill();
            throughout(
                "the worker answers without its broker",
                Duration::from_secs(2),
                || {
                    let answer = worker.rest().try_request("GET", "/", &[], None);
                    answer.map(|_| ()).map_err(|error| format!("{error:#}"))
                },
            );
            broker.start_again();
        }
    }
    finish(&dir, &mut worker, &topics, &topic, lines, &output);
}

#[test]
fn a_broker_that_stalls_for_15_seconds_loses_nothing() {
    stall(spec_with_long_session);
}

#[test]
fn a_broker_that_stalls_for_longer_than_a_session_loses_nothing() {
    stall(spec);
}

/// Stops the broker under load for 15 s, and lets it go on.
fn stall(spec: fn(&Broker, &Path) -> WorkerSpec) {
    let _alone = alone();
    let broker = Broker::start();
    let topics = broker.topics();
    let dir = ScratchDir::new("stall");
    let (input, output) = (dir.write("in.txt", ""), dir.join("out.txt"));
    let topic = unique("stall");
    topics.create(&topic, 1);
    let lines = NumberedLines::new(LINES, LINE_LENGTH);
    let mut worker = spec(&broker, dir.path())
        .connector(file_source("source", &input, &topic))
        .connector(file_sink("sink", &output, &topic))
        .start();
    for number in 0..KILLS {
        append(&input, &portion(lines, number));
        if number == 2 {
            await_lines(&output, 50_000, LATER);
            broker.hold();
        }
    }
    throughout(
        "the worker answers while its broker stalls",
        Duration::from_secs(15),
        || {
            let answer = worker.rest().try_request("GET", "/", &[], None);
            answer.map(|_| ()).map_err(|error| format!("{error:#}"))
        },
    );
    broker.go_on();
    await_stored_position(&dir, lines.count * (lines.length as u64 + 1));
    finish(&dir, &mut worker, &topics, &topic, lines, &output);
}

/// Waits until source and sink are through, with both still running, and counts.
#[track_caller]
fn finish(
    dir: &ScratchDir,
    worker: &mut connect_harness::Worker,
    topics: &Topics,
    topic: &str,
    lines: NumberedLines,
    output: &Path,
) {
    await_stored_position(dir, lines.count * (lines.length as u64 + 1));
    await_lines(output, lines.count as usize, LATER);
    let in_topic = topics.count(topic).expect("the broker answers");
    eventually("the sink has committed the whole topic", LATER, || {
        let committed = topics.committed("connect-sink", topic);
        let committed = committed.map_err(|error| format!("{error:#}"))?;
        let sum: i64 = committed.iter().map(|(_, offset)| offset).sum();
        if sum == in_topic as i64 {
            Ok(())
        } else {
            Err(format!("{committed:?} of {in_topic}"))
        }
    });
    worker.rest().await_state("source", "RUNNING", LATER);
    worker.rest().await_state("sink", "RUNNING", LATER);
    worker.stop_cleanly();
    expect_all_in_topic(topics, topic, lines);
    expect_all_in_file(output, lines);
}
