//! Calls to the worker in a native test: each thread has a fake of its own, see
//! [`crate::testing`].

use std::time::Duration;

use crate::http::{HttpError, Request, Response, UrlParts};
use crate::stdin::Input;
use crate::testing;
use crate::{ConnectError, log::Level};

pub(crate) fn log(level: Level, message: &str) {
    testing::record_log(level, message);
}

pub(crate) fn log_enabled(_level: Level) -> bool {
    true
}

pub(crate) fn counter_add(name: &str, value: u64) {
    testing::record_counter(name, value);
}

pub(crate) fn gauge_set(name: &str, value: f64) {
    testing::record_gauge(name, value);
}

pub(crate) fn is_stopping() -> bool {
    testing::is_stopping()
}

pub(crate) fn wait(timeout_ms: u32) -> bool {
    testing::record_wait(Duration::from_millis(timeout_ms.into()))
}

/// What was waited for without taking time.
pub(crate) fn simulated() -> Duration {
    testing::simulated()
}

pub(crate) fn http_send(request: &Request, _: &UrlParts<'_>) -> Result<Response, HttpError> {
    testing::answer_http(request)
}

pub(crate) struct StdinStream;

impl StdinStream {
    pub(crate) fn open() -> Self {
        Self
    }

    pub(crate) fn read(
        &mut self,
        bytes_max: usize,
        timeout: Duration,
    ) -> Result<Input, ConnectError> {
        Ok(testing::read_stdin(bytes_max, timeout))
    }
}
