//! The time of day, for timestamps of records, and a clock that only goes forward, for pacing.
//!
//! In native tests waits take no time; both clocks move on by what was waited for, so that code
//! that paces itself behaves as it does in a worker.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::host;

/// Milliseconds since 1970, the form of a record's timestamp.
#[expect(clippy::disallowed_methods, reason = "this is the clock of plugins")]
pub fn now_ms() -> i64 {
    let waited = i64::try_from(host::simulated().as_millis()).unwrap_or(i64::MAX);
    let now = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    };
    now.saturating_add(waited)
}

/// The time since some moment in the past, the same one at every call. Never goes back.
///
/// ```
/// use std::time::Duration;
///
/// let begun = connect_sdk::clock::monotonic();
/// connect_sdk::stopping::wait(Duration::from_secs(60)); // At once in a native test.
/// assert!(connect_sdk::clock::monotonic() - begun >= Duration::from_secs(60));
/// ```
pub fn monotonic() -> Duration {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed() + host::simulated()
}
