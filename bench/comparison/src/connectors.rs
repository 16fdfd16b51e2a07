//! What many connectors cost that have nothing to do: sources at the ends of their files.

use std::collections::HashSet;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use connect_harness::{Broker, ConnectorFile, Flavor, ScratchDir, Worker, WorkerSpec};

use crate::meter::pause;
use crate::options::Options;
use crate::table::{Better, Row, Table};

/// How many; the JVM worker has the first number only, which takes it long enough.
const COUNTS: [usize; 3] = [100, 200, 1000];
const RUNNING_WITHIN: Duration = Duration::from_secs(300);
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// Until a source takes the silence for a long one.
const SILENCE: Duration = Duration::from_secs(20);
const IDLE_FOR: Duration = Duration::from_secs(20);
const STOPS_WITHIN: Duration = Duration::from_secs(120);
const MEGABYTE: f64 = 1e6;

struct Idle {
    running: f64,
    resident: f64,
    threads: f64,
    connections: f64,
    percent: f64,
}

/// Time until all tasks run, and then memory, threads, connections to the broker and CPU.
pub fn measure(broker: &Broker, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    for count in COUNTS {
        let ours = worker(broker, Flavor::Wasm, count)?;
        let with_jvm = options.jvm && count == COUNTS[0];
        let jvm = with_jvm
            .then(|| worker(broker, Flavor::Jvm, count))
            .transpose()?;
        let mut add = |figure: &str, goal: &str, of: fn(&Idle) -> f64| {
            table.add(Row {
                figure: format!("{count} idle connectors: {figure}"),
                digits: 1,
                ours: of(&ours),
                jvm: jvm.as_ref().map(of),
                alone: None,
                better: Better::Less,
                goal: if count == 1000 { goal } else { "" }.to_owned(),
            });
        };
        add("exec to all tasks RUNNING, s", "", |idle| idle.running);
        add("RSS, MB", "under 400", |idle| idle.resident);
        add("threads", "under 40", |idle| idle.threads);
        add("connections to the broker", "under 20", |idle| {
            idle.connections
        });
        add("% of a core over 20 s", "under 2", |idle| idle.percent);
    }
    Ok(())
}

fn worker(broker: &Broker, flavor: Flavor, count: usize) -> anyhow::Result<Idle> {
    let topic = format!("idle-{flavor:?}-{count}").to_lowercase();
    broker.topics().create(&topic, 1);
    let dir = ScratchDir::new(&topic);
    // As often as by default; the harness has it more often, for tests.
    let mut spec = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path())
        .set("offset.flush.interval.ms", "60000");
    for number in 0..count {
        let lines = dir.write(&format!("lines-{number}.txt"), "a line\n");
        let config = [
            ("connector.class", "FileStreamSource"),
            ("tasks.max", "1"),
            ("file", &lines.display().to_string()),
            ("topic", &topic),
        ];
        spec = spec.connector(ConnectorFile::properties(
            &format!("idle-{number}"),
            &config,
        ));
    }
    let began = Instant::now();
    let mut worker = spec.spawn();
    await_running(&worker, count, began)?;
    let running = began.elapsed().as_secs_f64();
    pause(SILENCE);
    let usage = || {
        let usage = worker.process().usage();
        usage.with_context(|| format!("the worker ended:\n{}", worker.log()))
    };
    let before = usage()?;
    pause(IDLE_FOR);
    let after = usage()?;
    let connections = connections(&worker, broker)?;
    worker.stop(STOPS_WITHIN);
    let used = after.cpu - before.cpu;
    Ok(Idle {
        running,
        resident: after.resident as f64 / MEGABYTE,
        threads: after.threads as f64,
        connections: connections as f64,
        percent: used.as_secs_f64() / IDLE_FOR.as_secs_f64() * 100.0,
    })
}

/// Waits until connectors and tasks, two for each file, say that they run.
fn await_running(worker: &Worker, count: usize, began: Instant) -> anyhow::Result<()> {
    loop {
        let path = "/connectors?expand=status";
        let answer = worker.rest().try_request("GET", path, &[], None);
        let body = answer.map(|answer| answer.body).unwrap_or_default();
        let running = body.matches("\"state\":\"RUNNING\"").count();
        if running == 2 * count {
            return Ok(());
        }
        ensure!(
            !body.contains("\"FAILED\"") && began.elapsed() < RUNNING_WITHIN,
            "{running} of {} run:\n{}",
            2 * count,
            worker.log()
        );
        pause(LOOKS_EVERY);
    }
}

/// The open TCP connections of a worker to the broker.
fn connections(worker: &Worker, broker: &Broker) -> anyhow::Result<usize> {
    let bootstrap = broker.bootstrap();
    let port = bootstrap.rsplit(':').next().unwrap_or_default();
    let port: u16 = port.parse().context("the port of the broker")?;
    let pid = worker.process().pid();
    let mut sockets = HashSet::new();
    for file in fs::read_dir(format!("/proc/{pid}/fd"))? {
        // A file that was closed meanwhile is none.
        let target = fs::read_link(file?.path()).unwrap_or_default();
        let target = target.to_string_lossy().into_owned();
        if let Some(inode) = target.strip_prefix("socket:[") {
            sockets.insert(inode.trim_end_matches(']').to_owned());
        }
    }
    let mut found = 0;
    for table in ["tcp", "tcp6"] {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{table}"))?;
        found += text
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .filter(|fields| {
                let remote = fields.get(2).and_then(|remote| remote.rsplit(':').next());
                let established = fields.get(3) == Some(&"01");
                let own = fields.get(9).is_some_and(|inode| sockets.contains(*inode));
                established && own && remote == Some(format!("{port:04X}").as_str())
            })
            .count();
    }
    Ok(found)
}
