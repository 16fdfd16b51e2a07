//! Lines in the worker's log, which marks them with connector and task. Prefer the macros
//! [`error!`](crate::error!), [`warn!`](crate::warn!), [`info!`](crate::info!),
//! [`debug!`](crate::debug!) and [`trace!`](crate::trace!); the last two format their text only
//! when the worker would show it.

use crate::host;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every step.
    Trace,
    /// For who looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// Something is not as it should be; work goes on.
    Warn,
    /// Something failed.
    Error,
}

/// Writes a line.
pub fn log(level: Level, message: &str) {
    host::log(level, message);
}

/// Whether a line of this level would appear.
pub fn enabled(level: Level) -> bool {
    host::log_enabled(level)
}

/// Writes a line of level ERROR; arguments as for `format!`.
#[macro_export]
macro_rules! error {
    ($($arg:tt)+) => { $crate::log::log($crate::log::Level::Error, &::std::format!($($arg)+)) };
}

/// Writes a line of level WARN; arguments as for `format!`.
#[macro_export]
macro_rules! warn {
    ($($arg:tt)+) => { $crate::log::log($crate::log::Level::Warn, &::std::format!($($arg)+)) };
}

/// Writes a line of level INFO; arguments as for `format!`.
#[macro_export]
macro_rules! info {
    ($($arg:tt)+) => { $crate::log::log($crate::log::Level::Info, &::std::format!($($arg)+)) };
}

/// Writes a line of level DEBUG; arguments as for `format!`.
#[macro_export]
macro_rules! debug {
    ($($arg:tt)+) => {
        if $crate::log::enabled($crate::log::Level::Debug) {
            $crate::log::log($crate::log::Level::Debug, &::std::format!($($arg)+))
        }
    };
}

/// Writes a line of level TRACE; arguments as for `format!`.
#[macro_export]
macro_rules! trace {
    ($($arg:tt)+) => {
        if $crate::log::enabled($crate::log::Level::Trace) {
            $crate::log::log($crate::log::Level::Trace, &::std::format!($($arg)+))
        }
    };
}
