//! Watching a process while it works.

use std::time::{Duration, Instant};

use connect_harness::{Process, Usage};

use crate::clock::pause;

/// LIMIT: work that stands still for that long has failed.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What a process did and used while it moved records.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Records a second, from the first to the last.
    pub rate: f64,
    /// CPU time per record from the first to the last.
    pub cpu_running: Duration,
    /// CPU time per record with start-up.
    pub cpu_all: Duration,
    /// The most memory it had, in bytes.
    pub resident_peak: u64,
}

/// Watches until `moved` says that all `records` are through, or the process has ended.
pub fn watch(
    process: &Process,
    records: u64,
    mut moved: impl FnMut() -> anyhow::Result<u64>,
) -> Run {
    let began = Instant::now();
    let mut usage = process.usage();
    let mut first: Option<(Instant, u64, Usage)> = None;
    let (mut last_count, mut last_progress) = (0, began);
    loop {
        let count = moved().unwrap_or(last_count).min(records);
        let now = Instant::now();
        // A process that has ended keeps what it was last seen with.
        usage = process.usage().or(usage);
        let used = usage.expect("the process was seen running");
        if count > 0 && first.is_none() {
            first = Some((now, count, used));
        }
        if let Some((start, already, at_start)) = first
            && count >= records
        {
            let between = (count - already).max(1);
            let per = |cpu: Duration, records: u64| cpu.div_f64(records as f64);
            return Run {
                rate: between as f64 / (now - start).as_secs_f64().max(1e-3),
                cpu_running: per(used.cpu - at_start.cpu, between),
                cpu_all: per(used.cpu, records),
                resident_peak: used.resident_peak,
            };
        }
        if count > last_count {
            (last_count, last_progress) = (count, now);
        }
        let still = now - last_progress;
        assert!(
            still < GIVEN_UP_AFTER,
            "{count} of {records} records, then nothing for {still:?}"
        );
        pause(LOOK_EVERY);
    }
}
