//! Two workers whose sinks share a group: partitions move without loss, and without repetition
//! when they are given up in order.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use connect_harness::{ConnectorFile, ScratchDir, TopicRecord, WorkerSpec, eventually, guest};

use crate::setup::{LATER, SOON, alone, topics, unique, worker};

const PARTITIONS: i32 = 6;

fn sink(dir: &Path, name: &str, topic: &str, tasks: &str) -> WorkerSpec {
    let file = dir.join("calls.txt").display().to_string();
    let config = [
        (
            "connector.class",
            "connect.wasm.test.RecordingSinkConnector",
        ),
        ("file", &*file),
        ("topics", topic),
        ("tasks.max", tasks),
    ];
    worker(dir)
        .set("plugin.path", guest("recording-sink").display().to_string())
        .set("offset.flush.interval.ms", "500")
        .connector(ConnectorFile::properties(name, &config))
}

fn calls(dir: &ScratchDir) -> Vec<String> {
    let text = fs::read_to_string(dir.join("calls.txt")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn write(topic: &str, numbers: std::ops::Range<usize>) {
    let records = numbers.map(|number| TopicRecord {
        partition: Some(number as i32 % PARTITIONS),
        ..TopicRecord::of_value(number.to_string())
    });
    topics()
        .write_all(topic, records)
        .expect("the broker takes records");
}

/// How often each record was put, in all folders together.
fn puts(dirs: &[&ScratchDir]) -> HashMap<String, usize> {
    let mut puts = HashMap::new();
    for dir in dirs {
        for line in calls(dir).iter().filter(|line| line.starts_with("record ")) {
            *puts.entry(line.clone()).or_default() += 1;
        }
    }
    puts
}

#[track_caller]
fn await_puts(dirs: &[&ScratchDir], count: usize) {
    eventually(
        &format!("{count} records were put"),
        LATER,
        || match puts(dirs).len() {
            found if found >= count => Ok(()),
            found => Err(format!("{found} records")),
        },
    );
}

#[track_caller]
fn await_open(dir: &ScratchDir) {
    eventually("partitions are opened", SOON, || {
        let calls = calls(dir);
        if calls.iter().any(|line| line.starts_with("open ")) {
            Ok(())
        } else {
            Err(calls.join("\n"))
        }
    });
}

#[test]
fn partitions_move_between_two_workers_without_loss_or_repetition() {
    let _alone = alone();
    let (first_dir, second_dir) = (ScratchDir::new("first"), ScratchDir::new("second"));
    let dirs = [&first_dir, &second_dir];
    let (topic, name) = (unique("rebalance"), unique("shared-sink"));
    topics().create(&topic, PARTITIONS);
    write(&topic, 0..600);
    let mut first = sink(first_dir.path(), &name, &topic, "1").start();
    await_puts(&dirs, 600);

    let mut second = sink(second_dir.path(), &name, &topic, "1").start();
    await_open(&second_dir);
    write(&topic, 600..1_200);
    await_puts(&dirs, 1_200);
    assert!(
        !puts(&[&second_dir]).is_empty(),
        "the second worker has its share"
    );

    first.stop_cleanly();
    write(&topic, 1_200..1_800);
    await_puts(&dirs, 1_800);
    second.stop_cleanly();

    let repeated: Vec<String> = puts(&dirs)
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(line, _)| line)
        .collect();
    assert!(repeated.is_empty(), "put more than once: {repeated:?}");
    let group = format!("connect-{name}");
    let committed = topics()
        .committed(&group, &topic)
        .expect("the broker answers");
    assert_eq!(
        committed,
        (0..PARTITIONS)
            .map(|partition| (partition, 300))
            .collect::<Vec<_>>()
    );
    // Given up means committed and closed first.
    let calls = calls(&first_dir);
    let close = calls.iter().position(|line| line.starts_with("close "));
    let close = close.unwrap_or_else(|| panic!("nothing was closed: {calls:#?}"));
    assert!(
        calls[..close]
            .iter()
            .any(|line| line.starts_with("pre-commit ")),
        "{calls:#?}"
    );
}

#[test]
fn a_killed_worker_leaves_its_partitions_to_the_others() {
    let _alone = alone();
    let (first_dir, second_dir) = (ScratchDir::new("killed"), ScratchDir::new("survivor"));
    let dirs = [&first_dir, &second_dir];
    let (topic, name) = (unique("killed"), unique("shared-sink"));
    topics().create(&topic, PARTITIONS);
    let mut first = sink(first_dir.path(), &name, &topic, "2").start();
    let mut second = sink(second_dir.path(), &name, &topic, "2").start();
    await_open(&first_dir);
    await_open(&second_dir);
    write(&topic, 0..3_000);
    await_puts(&dirs, 1);
    first.kill();
    write(&topic, 3_000..6_000);
    await_puts(&dirs, 6_000);
    second.stop_cleanly();
}
