//! The offset file goes from a living JVM worker to ours and back, with nothing lost or repeated.

use std::fs;

use connect_harness::{
    Flavor, NumberedLines, ScratchDir, WorkerSpec, decode_offset_file, eventually,
};

use crate::setup::{
    LATER, SOON, append, await_lines, broker, expect_each_line_once, file_sink, file_source,
    topics, unique,
};

#[test]
fn a_jvm_worker_and_ours_take_over_from_each_other() {
    let dir = ScratchDir::new("exchange");
    let (input, other_input) = (dir.join("in.txt"), dir.write("other.txt", "a\n"));
    let (output, topic, other_topic) = (dir.join("out.txt"), unique("exchange"), unique("other"));
    let (source, other, sink) = (unique("source"), unique("other"), unique("sink"));
    let lines = NumberedLines::new(6_000, 50);
    let all: Vec<String> = lines.lines().map(|line| line + "\n").collect();
    let turns = [
        Flavor::Jvm,
        Flavor::Wasm,
        Flavor::Jvm,
        Flavor::Wasm,
        Flavor::Wasm,
    ];
    for (turn, flavor) in turns.into_iter().enumerate() {
        // The last turn reads nothing new: what it would repeat shows.
        let until = ((turn + 1) * 1_500).min(6_000);
        append(&input, &all[(turn * 1_500).min(until)..until].concat());
        let mut worker = WorkerSpec::new(flavor, &broker().bootstrap(), dir.path())
            .connector(file_source(&source, &input, &topic))
            .connector(file_source(&other, &other_input, &other_topic))
            .connector(file_sink(&sink, &output, &topic))
            .start();
        topics().await_count(&topic, until as u64, LATER);
        topics().await_count(&other_topic, 1, SOON);
        await_lines(&output, until, LATER);
        worker.stop_cleanly();
        let bytes = fs::read(dir.join("connect.offsets")).expect("offsets were stored");
        let entries = decode_offset_file(&bytes).expect("both write the same format");
        assert_eq!(entries.len(), 2, "{flavor:?}: {entries:?}");
        let position = format!(r#"{{"position":{}}}"#, until * 51);
        let stored = entries.iter().find(|entry| entry.key.contains(&source));
        let stored = stored.expect("the source has an entry");
        assert_eq!(stored.value.as_ref(), Some(&position), "{flavor:?}");
    }
    expect_each_line_once(&topics(), &topic, lines);
    let mut tally = lines.tally();
    fs::read_to_string(&output)
        .expect("the file is text")
        .lines()
        .for_each(|line| tally.add(line));
    tally.expect_exactly_once_in_order();
}

#[test]
fn offsets_of_connectors_that_are_not_there_stay_in_the_file() {
    let dir = ScratchDir::new("foreign-offsets");
    let foreign: Vec<connect_harness::OffsetEntry> = (0..40)
        .map(|number| connect_harness::OffsetEntry {
            key: format!(r#"["foreign-{number:02}",{{"filename":"/x/ü{number}"}}]"#),
            value: (number % 5 != 0).then(|| format!(r#"{{"position":{number},"b":null}}"#)),
        })
        .collect();
    dir.write(
        "connect.offsets",
        connect_harness::encode_offset_file(&foreign),
    );
    let (input, topic) = (dir.write("in.txt", "one\n"), unique("foreign"));
    let mut started = crate::setup::worker(dir.path())
        .connector(file_source("own", &input, &topic))
        .start();
    topics().await_count(&topic, 1, SOON);
    let stored = || {
        let bytes = fs::read(dir.join("connect.offsets")).map_err(|error| error.to_string())?;
        decode_offset_file(&bytes).map_err(|error| format!("{error:#}"))
    };
    eventually("the own offset is stored", SOON, || {
        let entries = stored()?;
        if entries.len() == 41 {
            Ok(())
        } else {
            Err(format!("{} entries", entries.len()))
        }
    });
    started.stop_cleanly();
    let entries = stored().expect("the file is whole");
    for entry in &foreign {
        assert!(entries.contains(entry), "{entry:?} is gone");
    }
}
