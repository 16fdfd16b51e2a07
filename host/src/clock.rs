//! The wall clock, in one place so that tests can give their own, and the slack of long waits.
//!
//! Monotonic time is tokio's (`tokio::time::Instant`), which tests pause. Knows nothing else.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// By how much a wait may be longer so that it ends with others. LIMIT: nothing that people wait
/// for, and ten wake-ups a second however many wait.
const SLACK: Duration = Duration::from_millis(100);
/// Waits that get no slack: five times of it.
const SHORT_WAIT: Duration = Duration::from_millis(500);

/// Milliseconds since 1970-01-01T00:00:00Z.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the wall clock"
)]
pub fn epoch_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(duration) => i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
        Err(error) => -i64::try_from(error.duration().as_millis()).unwrap_or(i64::MAX),
    }
}

/// When a wait of this length ends. Long ones end at multiples of 100 ms of this process's time, so
/// that a thousand instances that wait wake a thread ten times a second and not a thousand times.
pub fn end_of_wait(length: Duration) -> Instant {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let begin = *BEGIN;
    let end = Instant::now() + length;
    if length < SHORT_WAIT {
        return end;
    }
    let past = end.saturating_duration_since(begin).as_nanos() % SLACK.as_nanos();
    match u64::try_from(past) {
        Ok(past) if past > 0 => end + (SLACK - Duration::from_nanos(past)),
        _ => end,
    }
}

/// A time in UTC with milliseconds, such as `2026-01-31T23:59:59.999Z`.
pub fn iso_8601(epoch_ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(epoch_ms) {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        Err(_) => format!("{epoch_ms} ms after 1970"),
    }
}

#[cfg(test)]
mod tests;
