//! Transformations on the way into Kafka and out of it: what arrives, what is dropped, and that nothing is
//! lost when the worker is killed meanwhile.

use std::fs;

use connect_harness::{
    ConnectorFile, NumberedLines, ScratchDir, TopicRecord, eventually, seeded_random,
};

use crate::setup::{
    LATER, SOON, append, await_lines, file_source_with, topics, unique, values, worker,
};

const JSON: [(&str, &str); 2] = [
    (
        "value.converter",
        "org.apache.kafka.connect.json.JsonConverter",
    ),
    ("value.converter.schemas.enable", "false"),
];

fn file_sink_with(
    name: &str,
    dir: &ScratchDir,
    topic: &str,
    settings: &[(&str, &str)],
) -> ConnectorFile {
    let file = dir.join("out.txt").display().to_string();
    let mut config = vec![
        ("connector.class", "FileStreamSink"),
        ("file", &*file),
        ("topics", topic),
    ];
    config.extend_from_slice(settings);
    ConnectorFile::properties(name, &config)
}

#[test]
fn chains_change_records_on_their_way_in_and_out() {
    let dir = ScratchDir::new("chains");
    let (routed, name) = (unique("chains-routed"), unique("chains"));
    topics().create(&routed, 1);
    let input = dir.write("in.txt", "a\nb\n");
    let chain_in = [
        JSON[0],
        JSON[1],
        ("transforms", "hoist,stamp,route"),
        (
            "transforms.hoist.type",
            "org.apache.kafka.connect.transforms.HoistField$Value",
        ),
        ("transforms.hoist.field", "line"),
        (
            "transforms.stamp.type",
            "org.apache.kafka.connect.transforms.InsertField$Value",
        ),
        ("transforms.stamp.static.field", "from"),
        ("transforms.stamp.static.value", "test"),
        ("transforms.route.type", "RegexRouter"),
        ("transforms.route.regex", "chains-raw"),
        ("transforms.route.replacement", &routed),
    ];
    let chain_out = [
        JSON[0],
        JSON[1],
        ("transforms", "route,extract"),
        ("transforms.route.type", "RegexRouter"),
        ("transforms.route.regex", ".*"),
        ("transforms.route.replacement", "elsewhere"),
        (
            "transforms.extract.type",
            "org.apache.kafka.connect.transforms.ExtractField$Value",
        ),
        ("transforms.extract.field", "line"),
    ];
    let sink = format!("{name}-out");
    let mut worker = worker(dir.path())
        .connector(file_source_with(&name, &input, "chains-raw", &chain_in))
        .connector(file_sink_with(&sink, &dir, &routed, &chain_out))
        .start();
    topics().await_count(&routed, 2, SOON);
    let wanted = [
        r#"{"line":"a","from":"test"}"#,
        r#"{"line":"b","from":"test"}"#,
    ];
    assert_eq!(values(&topics(), &routed), wanted);
    await_lines(&dir.join("out.txt"), 2, SOON);
    worker.stop_cleanly();
    assert_eq!(
        fs::read_to_string(dir.join("out.txt")).expect("it is text"),
        "a\nb\n"
    );
    // The original coordinates are what is committed, whatever the records are called meanwhile.
    let committed = topics().committed(&format!("connect-{sink}"), &routed);
    assert_eq!(committed.expect("the broker answers"), [(0, 2)]);
}

#[test]
fn what_a_predicate_lets_a_filter_drop_counts_as_delivered() {
    let dir = ScratchDir::new("filter");
    let (topic, name) = (unique("filter"), unique("filter"));
    topics().create(&topic, 1);
    let tombstone = TopicRecord {
        key: Some(b"k".to_vec()),
        ..TopicRecord::default()
    };
    topics().write(
        &topic,
        &[
            TopicRecord::of_value("a"),
            tombstone.clone(),
            TopicRecord::of_value("b"),
            tombstone,
        ],
    );
    let filter = [
        ("transforms", "drop"),
        (
            "transforms.drop.type",
            "org.apache.kafka.connect.transforms.Filter",
        ),
        ("transforms.drop.predicate", "empty"),
        ("predicates", "empty"),
        (
            "predicates.empty.type",
            "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
        ),
    ];
    let mut worker = worker(dir.path())
        .connector(file_sink_with(&name, &dir, &topic, &filter))
        .start();
    await_lines(&dir.join("out.txt"), 2, SOON);
    let group = format!("connect-{name}");
    eventually(
        "the offset behind the last record is committed",
        SOON,
        || {
            let committed = topics().committed(&group, &topic);
            match committed {
                Ok(committed) if committed == [(0, 4)] => Ok(()),
                other => Err(format!("{other:?}")),
            }
        },
    );
    worker.stop_cleanly();
    assert_eq!(
        fs::read_to_string(dir.join("out.txt")).expect("it is text"),
        "a\nb\n"
    );
}

#[test]
fn offsets_of_dropped_source_records_are_not_stored() {
    let dir = ScratchDir::new("dropped");
    let (topic, name) = (unique("dropped"), unique("dropped"));
    topics().create(&topic, 1);
    let input = dir.write("in.txt", "a\nb\n");
    let filter = [
        ("transforms", "drop"),
        (
            "transforms.drop.type",
            "org.apache.kafka.connect.transforms.Filter",
        ),
    ];
    let dropping = worker(dir.path())
        .set("offset.flush.interval.ms", "50")
        .connector(file_source_with(&name, &input, &topic, &filter));
    let mut first = dropping.start();
    first.rest().await_state(&name, "RUNNING", SOON);
    eventually("the lines were polled", SOON, || {
        let text = first.rest().get("/metrics").body;
        let polls = text
            .lines()
            .filter(|line| line.contains("source-task.poll") && line.contains(&name))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum::<f64>();
        if polls >= 2.0 { Ok(()) } else { Err(text) }
    });
    first.kill();
    let keeping = worker(dir.path())
        .set("offset.flush.interval.ms", "50")
        .connector(file_source_with(&name, &input, &topic, &[]));
    let mut second = keeping.start();
    topics().await_count(&topic, 2, SOON);
    second.stop_cleanly();
    assert_eq!(values(&topics(), &topic), ["a", "b"]);
}

#[test]
fn a_source_with_a_chain_that_is_killed_loses_no_line() {
    const LINES: u64 = 60_000;
    const KILLS: u64 = 3;
    let mut random = seeded_random("chain kills");
    let dir = ScratchDir::new("chain-kills");
    let (topic, name) = (unique("chain-kills"), unique("chain-kills"));
    topics().create(&topic, 2);
    let input = dir.write("in.txt", "");
    let chain = [
        JSON[0],
        JSON[1],
        ("transforms", "hoist"),
        (
            "transforms.hoist.type",
            "org.apache.kafka.connect.transforms.HoistField$Value",
        ),
        ("transforms.hoist.field", "line"),
    ];
    let spec = worker(dir.path())
        .set("offset.flush.interval.ms", "50")
        .connector(file_source_with(&name, &input, &topic, &chain));
    let lines = NumberedLines::new(LINES, 60);
    let all: Vec<String> = lines.lines().collect();
    let mut worker = spec.start();
    let all_topics = topics();
    let mut count = all_topics.counter(&topic);
    for portion in all.chunks((LINES / KILLS) as usize) {
        let before = count().expect("the broker answers");
        append(&input, &(portion.join("\n") + "\n"));
        let moment = before + random.u64(1..LINES / KILLS);
        topics().await_count(&topic, moment, LATER);
        worker.kill();
        worker = spec.start();
    }
    let mut tally = lines.tally();
    let last = format!(r#"{{"line":"{}"}}"#, all[all.len() - 1]);
    eventually("the last line is in the topic", LATER, || {
        if values(&topics(), &topic).contains(&last) {
            Ok(())
        } else {
            Err("it is not".to_owned())
        }
    });
    worker.stop_cleanly();
    for value in values(&topics(), &topic) {
        let value: serde_json::Value = serde_json::from_str(&value).expect("it is JSON");
        tally.add(value["line"].as_str().expect("it has a line"));
    }
    tally.expect_nothing_missing();
}
