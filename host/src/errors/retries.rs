//! How long to wait before an operation is tried again.
//!
//! Pure: the time is given. Kafka's counterpart: `RetryWithToleranceOperator.backoff`.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::connector::ErrorSettings;

/// The wait before the first retry; each further one is twice as long.
const DELAY_MIN_MS: u64 = 300;

/// The tries of one operation on one record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retries {
    /// When the first try failed.
    started: Option<Instant>,
    failed: u32,
}

impl Retries {
    /// After a try that failed at `now`: how long to wait before the next one; none when the time
    /// for retries is over. The time runs from the first failure, so that a record that goes well
    /// costs no look at the clock.
    pub(super) fn delay(&mut self, settings: &ErrorSettings, now: Instant) -> Option<Duration> {
        let started = *self.started.get_or_insert(now);
        // Unlimited when negative.
        let left = u64::try_from(settings.retry_timeout_ms)
            .ok()
            .map(|timeout| {
                let elapsed = now.saturating_duration_since(started);
                Duration::from_millis(timeout).saturating_sub(elapsed)
            });
        if left.is_some_and(|left| left.is_zero()) {
            return None;
        }
        let delay = delay_ms(self.failed, settings.retry_delay_max_ms);
        self.failed = self.failed.saturating_add(1);
        let delay = Duration::from_millis(delay);
        Some(left.map_or(delay, |left| delay.min(left)))
    }
}

/// COMPAT: a delay beyond the maximum is not cut to it but drawn at random below it. Where Kafka's
/// shift overflows and a maximum of 0 is an error, the first saturates and the second is no wait.
fn delay_ms(retries: u32, max: i64) -> u64 {
    let max = u64::try_from(max).unwrap_or(0);
    let delay = 1_u64
        .checked_shl(retries)
        .map_or(u64::MAX, |factor| DELAY_MIN_MS.saturating_mul(factor));
    if delay <= max {
        delay
    } else if max == 0 {
        0
    } else {
        random() % max
    }
}

/// A number that nobody can foretell: each `RandomState` has keys of its own.
fn random() -> u64 {
    RandomState::new().hash_one(DELAY_MIN_MS)
}
