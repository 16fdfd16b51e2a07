//! How soon a worker answers, and what it uses when there is nothing to do.

use std::fs;
use std::time::{Duration, Instant};

use connect_harness::{ConnectorFile, Flavor, Rest, Worker, WorkerSpec};

use crate::clock::pause;
use crate::table::{Table, megabytes, milliseconds};
use crate::{Bench, FLAVORS};

const SETTLES_WITHIN: Duration = Duration::from_secs(10);
const IDLE_FOR: Duration = Duration::from_secs(20);

/// From exec to an answer over REST; the first start of ours fills its plugin cache.
pub fn start(bench: &Bench, table: &mut Table) {
    for flavor in FLAVORS {
        let times = if flavor == Flavor::Jvm { 2 } else { 6 };
        let mut took: Vec<Duration> = (0..times)
            .map(|number| once(bench, flavor, number))
            .skip(1)
            .collect();
        took.sort_unstable();
        let median = took[took.len() / 2];
        table.add(
            "exec to REST ready",
            flavor,
            milliseconds(median),
            median.as_secs_f64(),
        );
    }
}

fn once(bench: &Bench, flavor: Flavor, number: usize) -> Duration {
    let dir = bench.dir.join(&format!("start-{flavor:?}-{number}"));
    fs::create_dir(&dir).expect("a folder can be made");
    let spec = WorkerSpec::new(flavor, &bench.broker.bootstrap(), &dir);
    let rest = Rest::new(spec.port());
    let began = Instant::now();
    let worker = spec.spawn();
    loop {
        let answer = rest.try_request("GET", "/connectors", &[], None);
        if answer.is_ok_and(|answer| answer.status == 200) {
            let took = began.elapsed();
            drop(worker);
            return took;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "the worker does not answer"
        );
        pause(Duration::from_millis(1));
    }
}

/// Memory and CPU of a worker with a source and a sink that have nothing to do.
pub fn idle(bench: &Bench, table: &mut Table) {
    for flavor in FLAVORS {
        let worker = idle_worker(bench, flavor);
        pause(SETTLES_WITHIN);
        let usage = || worker.process().usage().expect("the worker runs");
        let before = usage();
        pause(IDLE_FOR);
        let after = usage();
        let share = (after.cpu - before.cpu).as_secs_f64() / IDLE_FOR.as_secs_f64();
        let text = format!("{:.1} % of a core", share * 100.0);
        table.add("idle CPU", flavor, text, share);
        table.add(
            "idle memory",
            flavor,
            megabytes(after.resident),
            after.resident as f64,
        );
    }
}

fn idle_worker(bench: &Bench, flavor: Flavor) -> Worker {
    let dir = bench.dir.join(&format!("idle-{flavor:?}"));
    fs::create_dir(&dir).expect("a folder can be made");
    let topic = format!("idle-{flavor:?}");
    bench.broker.topics().create(&topic, 1);
    fs::write(dir.join("in.txt"), "one line\n").expect("a file can be written");
    let source = [
        ("connector.class", "FileStreamSource"),
        ("file", "in.txt"),
        ("topic", &*topic),
    ];
    let sink = [
        ("connector.class", "FileStreamSink"),
        ("file", "out.txt"),
        ("topics", &*topic),
    ];
    WorkerSpec::new(flavor, &bench.broker.bootstrap(), &dir)
        .set("offset.flush.interval.ms", "10000")
        .connector(ConnectorFile::properties(
            &format!("idle-source-{flavor:?}"),
            &source,
        ))
        .connector(ConnectorFile::properties(
            &format!("idle-sink-{flavor:?}"),
            &sink,
        ))
        .start()
}
