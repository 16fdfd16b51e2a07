//! How fast the REST interface answers, and how soon a source that behaves has its turn, while
//! guests leave no processor idle.

use std::time::{Duration, Instant};

use anyhow::ensure;
use connect_harness::{
    Broker, ConnectorFile, Flavor, ScratchDir, WorkerSpec, busy_worker, spinning,
};

use crate::latency;
use crate::table::{Better, Row, Table};

const SPINNING: usize = 20;
const REQUESTS: usize = 2_000;
const WARM_UP: usize = 100;
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// GET of a status, with a connection of its own each time, while guests spin and one blocks in
/// its start. The JVM worker cannot run these guests.
pub fn measure(broker: &Broker, table: &mut Table) -> anyhow::Result<()> {
    let topic = "rest-under-load";
    broker.topics().create(topic, 1);
    let dir = ScratchDir::new(topic);
    let neighbour = "neighbour-under-load";
    broker.topics().create(neighbour, 1);
    let lines = dir.write("lines.txt", "");
    let config = [
        ("connector.class", "FileStreamSource"),
        ("tasks.max", "1"),
        ("file", &lines.display().to_string()),
        ("topic", neighbour),
    ];
    let spec = WorkerSpec::new(Flavor::Wasm, &broker.bootstrap(), dir.path())
        .connector(ConnectorFile::properties(neighbour, &config));
    let mut worker = busy_worker(spec, topic, SPINNING);
    let mut times = Vec::with_capacity(REQUESTS);
    for number in 0..WARM_UP + REQUESTS {
        let path = format!("/connectors/{}/status", spinning(number % SPINNING));
        let began = Instant::now();
        let answer = worker.rest().try_request("GET", &path, &[], None)?;
        times.push(began.elapsed());
        ensure!(answer.status == 200, "{path}: {}", answer.body);
    }
    let latency = latency::appended(broker, neighbour, &lines)?;
    worker.stop(STOPS_WITHIN);
    for (figure, ours) in [("p50", latency.p50), ("p99", latency.p99)] {
        table.add(Row {
            figure: format!(
                "appended line to readable record while {SPINNING} guests spin: {figure}, ms"
            ),
            digits: 1,
            ours,
            jvm: None,
            alone: None,
            better: Better::Less,
            goal: String::new(),
        });
    }
    times.drain(..WARM_UP);
    times.sort();
    for (figure, percent, goal) in [("p50", 50, ""), ("p99", 99, "under 50")] {
        table.add(Row {
            figure: format!("GET status while {SPINNING} guests spin, one blocks: {figure}, ms"),
            digits: 1,
            ours: times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3,
            jvm: None,
            alone: None,
            better: Better::Less,
            goal: goal.to_owned(),
        });
    }
    Ok(())
}
