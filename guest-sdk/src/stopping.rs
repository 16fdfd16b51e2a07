//! Whether the worker wants the current call to come back, and a wait that ends when it does.

use std::time::Duration;

use crate::host;

/// Whether the connector or task is being stopped or paused, so that the current call is to come
/// back soon.
pub fn is_stopping() -> bool {
    host::is_stopping()
}

/// Waits until the time has passed or the worker wants the call back; whether it does. Uses no
/// thread of the worker. Parts of a millisecond are rounded up.
pub fn wait(duration: Duration) -> bool {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    host::wait(u32::try_from(millis).unwrap_or(u32::MAX))
}
