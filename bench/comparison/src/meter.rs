//! Watching a process while its output grows.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::bail;
use connect_harness::{Process, Usage};

const LOOKS_EVERY: Duration = Duration::from_millis(20);
const STALLED_AFTER: Duration = Duration::from_secs(90);

/// What a process did with a number of records.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Records a second from the first seen to the last.
    pub rate: f64,
    /// Microseconds of CPU a record, from the first seen to the last.
    pub cpu_running: f64,
    /// Microseconds of CPU a record with all that the process did.
    pub cpu_whole: f64,
    /// Microseconds of CPU that the broker used a record meanwhile.
    pub cpu_broker: f64,
    /// Most resident memory, in bytes.
    pub peak: u64,
}

#[derive(Clone, Copy)]
struct Look {
    at: Instant,
    records: u64,
    usage: Usage,
    broker: Usage,
}

/// Watches `process` until `count` gives `wanted` records.
pub fn watch(
    process: &Process,
    broker: &Process,
    wanted: u64,
    mut count: impl FnMut() -> anyhow::Result<u64>,
) -> anyhow::Result<Run> {
    let mut first: Option<Look> = None;
    let mut previous: Option<Look> = None;
    let mut progress = Instant::now();
    loop {
        let records = count()?;
        let at = Instant::now();
        // A program that ends when it is done is gone before the last look at it.
        let usage = process.usage().or(previous.map(|look| look.usage));
        let (Some(usage), Some(broker)) = (usage, broker.usage()) else {
            bail!(
                "the process ended before it did anything:\n{}",
                process.log()
            );
        };
        let look = Look {
            at,
            records,
            usage,
            broker,
        };
        if previous.is_none_or(|previous| previous.records < records) {
            progress = at;
        }
        if records > 0 {
            let first = *first.get_or_insert(look);
            if records >= wanted {
                pause(LOOKS_EVERY);
                let end = process.usage().unwrap_or(usage);
                return Ok(run(first, look, end));
            }
        }
        if progress.elapsed() > STALLED_AFTER {
            bail!(
                "stalled at {records} of {wanted} records:\n{}",
                process.log()
            );
        }
        previous = Some(look);
        pause(LOOKS_EVERY);
    }
}

fn run(first: Look, last: Look, end: Usage) -> Run {
    // A run so short that it was over at the first look has no rate.
    let records = (last.records - first.records) as f64;
    let micros = |from: Usage, to: Usage| (to.cpu - from.cpu).as_secs_f64() * 1e6;
    Run {
        rate: records / (last.at - first.at).as_secs_f64(),
        cpu_running: micros(first.usage, last.usage) / records,
        cpu_whole: end.cpu.as_secs_f64() * 1e6 / last.records as f64,
        cpu_broker: micros(first.broker, last.broker) / records,
        peak: end.resident_peak,
    }
}

/// The run with the median rate.
pub fn median(mut runs: Vec<Run>) -> Option<Run> {
    runs.sort_by(|left, right| left.rate.total_cmp(&right.rate));
    runs.get(runs.len() / 2).copied()
}

/// Waits between two looks at something outside this process.
#[allow(
    clippy::disallowed_methods,
    reason = "what is measured must not be woken by its observer"
)]
pub fn pause(period: Duration) {
    thread::sleep(period);
}
