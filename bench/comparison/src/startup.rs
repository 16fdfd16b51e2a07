//! What a worker costs before it has anything to do.

use std::time::{Duration, Instant};

use connect_harness::{Broker, ConnectorFile, Flavor, ScratchDir, Worker, WorkerSpec};

use crate::meter::pause;
use crate::options::Options;
use crate::table::{Better, Row, Table};

const STARTS: usize = 5;
const ASKS_EVERY: Duration = Duration::from_millis(1);
const READY_WITHIN: Duration = Duration::from_secs(60);
const IDLE_FOR: Duration = Duration::from_secs(10);
const STOPS_WITHIN: Duration = Duration::from_secs(30);
const MEGABYTE: f64 = 1e6;

/// From exec to the first answer of the REST interface, plugins compiled before.
pub fn ready(broker: &Broker, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    table.add(Row {
        figure: format!("exec to REST ready, ms (median of {STARTS})"),
        digits: 0,
        ours: median_start(broker, Flavor::Wasm)?,
        jvm: options
            .jvm
            .then(|| median_start(broker, Flavor::Jvm))
            .transpose()?,
        alone: None,
        better: Better::Less,
        goal: "under 150".to_owned(),
    });
    Ok(())
}

fn median_start(broker: &Broker, flavor: Flavor) -> anyhow::Result<f64> {
    let dir = ScratchDir::new("start");
    let spec = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path());
    // The first start compiles plugins that are not in the cache yet, and counts for nothing.
    let mut times = Vec::new();
    for _ in 0..=STARTS {
        let started = Instant::now();
        let mut worker = spec.spawn();
        await_answer(&worker, started)?;
        times.push(started.elapsed());
        worker.stop(STOPS_WITHIN);
    }
    times.remove(0);
    times.sort();
    Ok(times[STARTS / 2].as_secs_f64() * 1e3)
}

fn await_answer(worker: &Worker, started: Instant) -> anyhow::Result<()> {
    loop {
        let answer = worker.rest().try_request("GET", "/", &[], None);
        if answer.is_ok_and(|response| response.status == 200) {
            return Ok(());
        }
        anyhow::ensure!(
            started.elapsed() < READY_WITHIN,
            "no answer within {READY_WITHIN:?}:\n{}",
            worker.log()
        );
        pause(ASKS_EVERY);
    }
}

/// Memory and CPU of a worker without connectors, and with a source at the end of its file.
pub fn idle(broker: &Broker, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    for (name, with_source) in [
        ("idle without connectors", false),
        ("idle with a source at the end of its file", true),
    ] {
        let ours = idle_worker(broker, Flavor::Wasm, with_source)?;
        let jvm = options
            .jvm
            .then(|| idle_worker(broker, Flavor::Jvm, with_source))
            .transpose()?;
        let mut add = |figure: &str, goal: &str, of: fn(&Idle) -> f64| {
            table.add(Row {
                figure: format!("{name}: {figure}"),
                digits: 1,
                ours: of(&ours),
                jvm: jvm.as_ref().map(of),
                alone: None,
                better: Better::Less,
                goal: goal.to_owned(),
            });
        };
        add("RSS, MB", "under 50", |idle| idle.resident);
        add("% of a core over 10 s", "under 2", |idle| idle.percent);
    }
    Ok(())
}

struct Idle {
    resident: f64,
    percent: f64,
}

fn idle_worker(broker: &Broker, flavor: Flavor, with_source: bool) -> anyhow::Result<Idle> {
    let dir = ScratchDir::new("idle");
    let mut spec = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path());
    if with_source {
        let file = dir.write("idle.txt", "a line\n").display().to_string();
        spec = spec.connector(ConnectorFile::properties(
            "idle",
            &[
                ("connector.class", "FileStreamSource"),
                ("tasks.max", "1"),
                ("file", &file),
                ("topic", "idle"),
            ],
        ));
    }
    let mut worker = spec.start();
    pause(IDLE_FOR / 4);
    let usage = || {
        let usage = worker.process().usage();
        usage.ok_or_else(|| anyhow::anyhow!("the worker ended:\n{}", worker.log()))
    };
    let before = usage()?;
    pause(IDLE_FOR);
    let after = usage()?;
    worker.stop(STOPS_WITHIN);
    let used = after.cpu - before.cpu;
    Ok(Idle {
        resident: after.resident as f64 / MEGABYTE,
        percent: used.as_secs_f64() / IDLE_FOR.as_secs_f64() * 100.0,
    })
}
