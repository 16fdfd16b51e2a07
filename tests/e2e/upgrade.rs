//! `connector.plugin.upgrade=auto` under load: streams of numbers go on while versions of plugins come,
//! fail and are taken back, and while the worker is killed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use connect_harness::{
    ConnectorFile, Rest, ScratchDir, TopicRecord, WorkerSpec, eventually, guest_edition,
};
use serde_json::Value;

use crate::setup::{LATER, SOON, alone, topics, unique, worker};

const SOURCE: &str = "connect.wasm.test.CountingSourceConnector";
const SINK: &str = "connect.wasm.test.RecordingSinkConnector";
/// Records a second of each task.
const RATE: u64 = 2000;
/// More records than are made while a version is moved and stands its probation.
const SOME: u64 = 6000;

/// A plugin folder that a worker watches.
struct PluginFolder {
    path: PathBuf,
    package: &'static str,
}

impl PluginFolder {
    fn new(dir: &Path, package: &'static str) -> PluginFolder {
        let path = dir.join("plugins");
        std::fs::create_dir(&path).expect("a folder can be made");
        PluginFolder { path, package }
    }

    /// Puts an edition into the folder, as a careful person does: whole.
    fn install(&self, edition: &str) {
        let version = edition
            .split(['=', ' '])
            .nth(1)
            .expect("a version comes first");
        let bytes = guest_edition(self.package, edition);
        let partial = self.path.join(".partial");
        std::fs::write(&partial, bytes).expect("a file can be written");
        let file = self.path.join(format!("{}-{version}.wasm", self.package));
        std::fs::rename(&partial, file).expect("a file can be renamed");
    }

    fn worker(&self, dir: &Path) -> WorkerSpec {
        worker(dir).set("plugin.path", self.path.display().to_string())
    }
}

/// A source with two tasks that is upgraded by itself.
fn source(name: &str, topic: &str) -> ConnectorFile {
    let config = [
        ("connector.class", SOURCE),
        ("tasks.max", "2"),
        ("topic", topic),
        ("rate", &RATE.to_string()),
        ("connector.plugin.upgrade", "auto"),
        ("connector.plugin.upgrade.probation.ms", "1500"),
    ];
    ConnectorFile::properties(name, &config)
}

fn status(rest: &Rest, name: &str) -> Value {
    rest.get(&format!("/connectors/{name}/status"))
        .expect(200)
        .json()
}

/// Waits until the last move of a connector to a version has come to that state, and all instances run
/// in a version.
#[track_caller]
fn await_upgrade(rest: &Rest, name: &str, to: &str, state: &str, running: &str) -> Value {
    let what = format!("the move of {name} to {to} is {state}");
    eventually(&what, SOON, || {
        let status = status(rest, name);
        let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
        let mut instances = tasks.iter().chain([&status["connector"]]);
        let runs = |one: &Value| one["state"] == "RUNNING" && one["version"] == running;
        let upgrade = &status["upgrade"];
        if upgrade["to"] == to && upgrade["state"] == state && instances.all(runs) {
            Ok(upgrade.clone())
        } else {
            Err(status.to_string())
        }
    })
}

/// The numbers of each task's stream, in the order of the topic; a stream stays within its partition.
fn streams(topic: &str) -> BTreeMap<String, Vec<u64>> {
    let mut streams: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for record in topics().read(topic) {
        let key = record.key.as_deref().map(String::from_utf8_lossy);
        let number = record.text().parse().expect("values are numbers");
        let key = key.expect("records have keys").into_owned();
        streams.entry(key).or_default().push(number);
    }
    streams
}

/// Panics unless each stream has every number once, in order.
#[track_caller]
pub fn expect_whole_streams(topic: &str, count: usize) {
    let streams = streams(topic);
    assert_eq!(streams.len(), count);
    for (key, numbers) in streams {
        let wrong = (0..)
            .zip(&numbers)
            .find(|(expected, found)| expected != *found);
        assert_eq!(wrong, None, "stream {key}: expected, found");
    }
}

/// Panics unless each stream has every number, the first of each in order: after a crash, some come again.
#[track_caller]
fn expect_nothing_missing(topic: &str, count: usize) {
    let streams = streams(topic);
    assert_eq!(streams.len(), count);
    for (key, numbers) in streams {
        let mut next = 0;
        for number in numbers {
            assert!(
                number <= next,
                "stream {key}: {next} is missing before {number}"
            );
            next = next.max(number + 1);
        }
    }
}

#[track_caller]
fn await_more(topic: &str, records: u64) {
    let now = topics().count(topic).expect("the broker answers");
    topics().await_count(topic, now + records, LATER);
}

/// The longest time between two records of a stream, by the time that the guest gave them.
fn longest_gap(topic: &str) -> BTreeMap<String, i64> {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let mut gaps: BTreeMap<String, i64> = BTreeMap::new();
    for record in topics().read(topic) {
        let key = String::from_utf8_lossy(record.key.as_deref().unwrap_or_default()).into_owned();
        let time = record.timestamp.expect("records have a time");
        if let Some(before) = last.insert(key.clone(), time) {
            let gap = gaps.entry(key).or_default();
            *gap = (*gap).max(time - before);
        }
    }
    gaps
}

#[test]
fn a_source_under_load_is_moved_and_taken_back() {
    let _alone = alone();
    let dir = ScratchDir::new("upgrade");
    let folder = PluginFolder::new(dir.path(), "counting-source");
    folder.install("version=1.0.0");
    let (name, topic) = (unique("upgraded"), unique("upgraded"));
    topics().create(&topic, 2);
    let mut worker = folder
        .worker(dir.path())
        .connector(source(&name, &topic))
        .start();
    let rest = worker.rest().clone();
    await_more(&topic, SOME);
    assert_eq!(status(&rest, &name)["upgrade"]["state"], "IDLE");
    for (edition, to, state, running) in [
        ("version=1.1.0", "1.1.0", "COMPLETED", "1.1.0"),
        (
            "version=2.0.0 panic=connector-start",
            "2.0.0",
            "ROLLED_BACK",
            "1.1.0",
        ),
        ("version=2.1.0 panic=start", "2.1.0", "ROLLED_BACK", "1.1.0"),
        (
            "version=2.2.0 panic=records after=500",
            "2.2.0",
            "ROLLED_BACK",
            "1.1.0",
        ),
        ("version=2.3.0 require=new.key", "2.3.0", "REFUSED", "1.1.0"),
        ("version=2.4.0", "2.4.0", "COMPLETED", "2.4.0"),
    ] {
        folder.install(edition);
        let upgrade = await_upgrade(&rest, &name, to, state, running);
        println!("{edition}: {upgrade}");
        await_more(&topic, SOME / 4);
    }
    println!(
        "longest gaps between records in ms: {:?}",
        longest_gap(&topic)
    );
    worker.stop_cleanly();
    expect_whole_streams(&topic, 2);
}

#[test]
fn a_killed_worker_goes_on_in_the_newest_version() {
    let _alone = alone();
    let dir = ScratchDir::new("upgrade");
    let folder = PluginFolder::new(dir.path(), "counting-source");
    folder.install("version=1.0.0");
    let (name, topic) = (unique("killed"), unique("killed"));
    topics().create(&topic, 2);
    let spec = folder.worker(dir.path()).connector(source(&name, &topic));
    let mut worker = spec.start();
    for minor in 1..=4 {
        await_more(&topic, SOME / 4);
        folder.install(&format!("version=1.{minor}.0"));
        let to = format!("to 1.{minor}.0");
        eventually("the move has begun", SOON, || match worker.log() {
            log if log.contains(&to) => Ok(()),
            _ => Err("not in the log".to_owned()),
        });
        worker.kill();
        worker = spec.start();
        let status = worker.rest().await_state(&name, "RUNNING", SOON);
        assert_eq!(status["connector"]["version"], format!("1.{minor}.0"));
    }
    await_more(&topic, SOME / 4);
    worker.stop_cleanly();
    expect_nothing_missing(&topic, 2);
}

/// Records of a sink as `partition offset`, as its file has them.
fn taken(file: &Path) -> Vec<(String, u64)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    // The last line may not be whole yet.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let places = whole
        .lines()
        .filter_map(|line| line.strip_prefix("record "));
    places
        .map(|line| {
            let place = line.split(' ').next().unwrap_or_default();
            let (partition, offset) = place.split_once('@').expect("a record has a place");
            (partition.to_owned(), offset.parse().expect("a number"))
        })
        .collect()
}

/// Writes numbered records into both partitions until it is told to end; gives how many.
fn write_until(topic: &str, end: &AtomicBool) -> u64 {
    let mut written = 0;
    while !end.load(Ordering::Relaxed) {
        let batch: Vec<TopicRecord> = (written..written + 200)
            .map(|number| {
                let mut record = TopicRecord::of_value(number.to_string());
                record.partition = Some((number % 2) as i32);
                record
            })
            .collect();
        topics().write(topic, &batch);
        written += 200;
    }
    written
}

#[test]
fn a_sink_under_load_is_moved_and_taken_back() {
    let _alone = alone();
    let dir = ScratchDir::new("upgrade");
    let folder = PluginFolder::new(dir.path(), "recording-sink");
    folder.install("version=1.0.0");
    let (name, topic) = (unique("upgraded-sink"), unique("upgraded-sink"));
    topics().create(&topic, 2);
    let file = dir.path().join("out.txt");
    let config = [
        ("connector.class", SINK),
        ("tasks.max", "2"),
        ("topics", &*topic),
        ("file", &*file.display().to_string()),
        ("connector.plugin.upgrade", "auto"),
        ("connector.plugin.upgrade.probation.ms", "4000"),
    ];
    let mut worker = folder
        .worker(dir.path())
        .connector(ConnectorFile::properties(&name, &config))
        .start();
    let rest = worker.rest().clone();
    let end = AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write_until(&topic, &end));
        await_taken(&file, 1000);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            folder.install("version=1.1.0");
            let upgrade = await_upgrade(&rest, &name, "1.1.0", "COMPLETED", "1.1.0");
            println!("1.1.0: {upgrade}");
            expect_each_in_order(&taken(&file), true);
            folder.install("version=2.0.0 panic=start");
            await_upgrade(&rest, &name, "2.0.0", "ROLLED_BACK", "1.1.0");
            expect_each_in_order(&taken(&file), true);
            folder.install("version=2.1.0 panic=records after=300");
            let upgrade = await_upgrade(&rest, &name, "2.1.0", "ROLLED_BACK", "1.1.0");
            println!("2.1.0: {upgrade}");
        }));
        end.store(true, Ordering::Relaxed);
        let written = writer.join().expect("the writer ends well");
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
        written
    });
    eventually("all records are taken", LATER, || {
        let distinct: std::collections::BTreeSet<_> = taken(&file).into_iter().collect();
        match distinct.len() as u64 {
            found if found == written => Ok(()),
            found => Err(format!("{found} of {written}")),
        }
    });
    worker.stop_cleanly();
    // The instances that panicked had taken records that were not committed: those come again.
    expect_each_in_order(&taken(&file), false);
}

#[track_caller]
fn await_taken(file: &Path, count: usize) {
    eventually("records are taken", SOON, || match taken(file).len() {
        found if found >= count => Ok(()),
        found => Err(format!("{found}")),
    });
}

/// Panics unless no offset of a partition is missing before another; and, if `once`, none comes twice.
#[track_caller]
fn expect_each_in_order(taken: &[(String, u64)], once: bool) {
    let mut next: BTreeMap<&str, u64> = BTreeMap::new();
    for (partition, offset) in taken {
        let next = next.entry(partition).or_default();
        assert!(
            *offset <= *next,
            "{partition}: {next} is missing before {offset}"
        );
        assert!(
            !once || *offset == *next,
            "{partition}: {offset} comes twice"
        );
        *next = (*next).max(offset + 1);
    }
}
