//! Pauses between two looks. Benchmarks measure time, so they may wait for it.

use std::time::Duration;

/// Waits.
#[allow(
    clippy::disallowed_methods,
    reason = "a benchmark looks at the clock, not at a condition"
)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
