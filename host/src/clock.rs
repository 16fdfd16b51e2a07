//! The wall clock, in one place so that tests can give their own.
//!
//! Monotonic time is tokio's (`tokio::time::Instant`), which tests pause. Knows nothing else.

use std::time::{SystemTime, UNIX_EPOCH};

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

/// A time in UTC with milliseconds, such as `2026-01-31T23:59:59.999Z`.
pub fn iso_8601(epoch_ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(epoch_ms) {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        Err(_) => format!("{epoch_ms} ms after 1970"),
    }
}
