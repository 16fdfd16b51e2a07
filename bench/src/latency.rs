//! From a line being appended to its record being readable in the topic.

use std::fs::{self, File};
use std::io::Write;
use std::time::{Duration, Instant};

use connect_harness::{ConnectorFile, WorkerSpec};

use crate::clock::pause;
use crate::table::{Table, milliseconds};
use crate::{Bench, FLAVORS};

const LINES: usize = 2_000;
const LINE_EVERY: Duration = Duration::from_millis(10);

/// A hundred lines a second, for twenty seconds.
pub fn latency(bench: &Bench, table: &mut Table) {
    for flavor in FLAVORS {
        let dir = bench.dir.join(&format!("latency-{flavor:?}"));
        fs::create_dir(&dir).expect("a folder can be made");
        let topic = format!("latency-{flavor:?}");
        bench.broker.topics().create(&topic, 1);
        let mut file = File::create(dir.join("in.txt")).expect("a file can be made");
        let config = [
            ("connector.class", "FileStreamSource"),
            ("file", "in.txt"),
            ("topic", &*topic),
        ];
        let worker = WorkerSpec::new(flavor, &bench.broker.bootstrap(), &dir)
            .connector(ConnectorFile::properties(&topic, &config))
            .start();
        let mut tail = bench
            .broker
            .topics()
            .tail(&topic)
            .expect("the topic can be read");
        writeln!(file, "warm-up").expect("the file can be written");
        while tail(Duration::from_secs(10)).is_none() {}

        let began = Instant::now();
        let writer = std::thread::spawn(move || {
            for number in 0..LINES {
                let due = LINE_EVERY * u32::try_from(number).unwrap_or(u32::MAX);
                pause(due.saturating_sub(began.elapsed()));
                let line = format!("{}\n", began.elapsed().as_nanos());
                file.write_all(line.as_bytes())
                    .expect("the file can be written");
            }
        });
        let mut delays = Vec::with_capacity(LINES);
        while delays.len() < LINES {
            let record = tail(Duration::from_secs(30)).expect("records keep arriving");
            let written: u64 = record.text().parse().expect("lines hold their time");
            delays.push(
                began
                    .elapsed()
                    .saturating_sub(Duration::from_nanos(written)),
            );
        }
        writer.join().expect("the writer comes to its end");
        drop(worker);
        delays.sort_unstable();
        for (name, share) in [("latency p50", 50), ("latency p99", 99)] {
            let delay = delays[(LINES - 1) * share / 100];
            table.add(
                &format!("{name} at 100 lines/s"),
                flavor,
                milliseconds(delay),
                delay.as_secs_f64(),
            );
        }
    }
}
