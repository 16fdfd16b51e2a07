//! Waiting for what must become true, and watching what must stay true. The only place of the
//! tests that sleeps.

use std::thread;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Calls `probe` until it gives a value. After `deadline`, panics with what the probe saw last.
#[track_caller]
pub fn eventually<T>(
    what: &str,
    deadline: Duration,
    probe: impl FnMut() -> Result<T, String>,
) -> T {
    within(deadline, probe).unwrap_or_else(|seen| {
        panic!("{what}: not within {deadline:?}; last seen: {seen}");
    })
}

/// Calls `probe` until it gives a value. After `deadline`, gives what the probe saw last.
pub fn within<T>(
    deadline: Duration,
    mut probe: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match probe() {
            Ok(value) => return Ok(value),
            Err(seen) if started.elapsed() >= deadline => return Err(seen),
            Err(_) => nap(pause),
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Calls `probe` for the whole of `period` and panics as soon as it fails.
#[track_caller]
pub fn throughout(what: &str, period: Duration, mut probe: impl FnMut() -> Result<(), String>) {
    let started = Instant::now();
    while started.elapsed() < period {
        if let Err(seen) = probe() {
            panic!("{what}: broken after {:?}: {seen}", started.elapsed());
        }
        nap(LONGEST_PAUSE);
    }
}

/// Waits a moment between two looks at something outside this process.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place where tests may sleep"
)]
pub(crate) fn nap(pause: Duration) {
    thread::sleep(pause);
}
