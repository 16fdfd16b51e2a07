//! The time of day, for timestamps of records.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, the form of a record's timestamp.
#[expect(clippy::disallowed_methods, reason = "this is the clock of plugins")]
pub fn now_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}
