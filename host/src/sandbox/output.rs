//! What an instance says: log calls, standard output and standard error, as lines of the
//! worker's log.
//!
//! Owns the cutting into lines, the bound on their length, and the bound on their rate with a
//! summary of what was dropped. Every line has the target `connect_wasm::guest::<class>` and the
//! field `instance`. Guests are not trusted: control characters are escaped, so that a plugin cannot
//! forge lines or drive a terminal.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::limits::{LOG_BYTES_PER_SECOND, LOG_LINE_MAX_BYTES, LOG_LINES_PER_SECOND, Limits};
use crate::loggers::GuestLogger;
use crate::metrics::InstanceUsage;

/// LIMIT: a panic message with its place; more belongs into the log.
const RECENT_BYTES_MAX: usize = 2048;
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// The level of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn tracing(self) -> tracing::Level {
        match self {
            Self::Trace => tracing::Level::TRACE,
            Self::Debug => tracing::Level::DEBUG,
            Self::Info => tracing::Level::INFO,
            Self::Warn => tracing::Level::WARN,
            Self::Error => tracing::Level::ERROR,
        }
    }
}

/// The lines of one instance.
#[derive(Debug)]
pub(super) struct InstanceLog {
    logger: &'static GuestLogger,
    instance: String,
    lines_max: u32,
    bytes_max: usize,
    line_bytes_max: usize,
    rate: Mutex<Rate>,
    usage: Arc<InstanceUsage>,
}

#[derive(Debug)]
struct Rate {
    window_start: Instant,
    lines: u32,
    bytes: usize,
    dropped: Dropped,
}

/// Lines that were dropped since the last summary, by the limit that dropped them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Dropped {
    by_lines: u64,
    by_bytes: u64,
}

impl InstanceLog {
    /// `class` is the plugin's, empty while it is not known.
    pub(super) fn new(
        class: &str,
        instance: String,
        limits: &Limits,
        usage: Arc<InstanceUsage>,
    ) -> Self {
        Self {
            logger: GuestLogger::of_class(class),
            instance,
            lines_max: limits.log_lines_per_second,
            bytes_max: limits.log_bytes_per_second,
            line_bytes_max: limits.log_line_bytes,
            rate: Mutex::new(Rate {
                window_start: Instant::now(),
                lines: 0,
                bytes: 0,
                dropped: Dropped::default(),
            }),
            usage,
        }
    }

    /// Whether a line of this level would appear.
    pub(super) fn enabled(&self, level: Level) -> bool {
        self.logger.enabled(level.tracing())
    }

    /// Writes a message, one line at a time, unless there were too many in this second.
    pub(super) fn message(&self, level: Level, text: &str) {
        if self.enabled(level) {
            for line in text.trim_end_matches(['\n', '\r']).split('\n') {
                self.line(level, line);
            }
        }
    }

    fn line(&self, level: Level, text: &str) {
        self.usage.carried(text.len());
        let (refusal, dropped) = self.count_line(text.len().min(self.line_bytes_max));
        self.summary(dropped);
        if let Some(limit) = refusal {
            self.usage.refused(limit);
            return;
        }
        let text = self.presentable(text);
        self.logger.line(level.tracing(), &self.instance, &text);
    }

    /// Writes the summary of dropped lines once their second is over.
    pub(super) fn summary_if_due(&self) {
        let dropped = {
            let mut rate = self.rate();
            if rate.dropped == Dropped::default() || rate.window_start.elapsed() < RATE_WINDOW {
                return;
            }
            std::mem::take(&mut rate.dropped)
        };
        self.summary(dropped);
    }

    /// A warning of the worker about this instance; not counted.
    pub(super) fn warning(&self, text: &str) {
        self.logger.line(tracing::Level::WARN, &self.instance, text);
    }

    /// The limit that a line of this length breaks, and what was dropped in a second that is over.
    /// The first line of a second is always written, since there is a limit for one line, too.
    fn count_line(&self, bytes: usize) -> (Option<&'static str>, Dropped) {
        let mut rate = self.rate();
        let mut dropped = Dropped::default();
        if rate.window_start.elapsed() >= RATE_WINDOW {
            dropped = std::mem::take(&mut rate.dropped);
            rate.window_start = Instant::now();
            rate.lines = 0;
            rate.bytes = 0;
        }
        let refusal = if rate.lines >= self.lines_max {
            rate.dropped.by_lines += 1;
            Some(LOG_LINES_PER_SECOND)
        } else if rate.lines > 0 && rate.bytes.saturating_add(bytes) > self.bytes_max {
            rate.dropped.by_bytes += 1;
            Some(LOG_BYTES_PER_SECOND)
        } else {
            rate.lines += 1;
            rate.bytes += bytes;
            None
        };
        (refusal, dropped)
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn summary(&self, dropped: Dropped) {
        if dropped.by_lines > 0 {
            self.warning(&format!(
                "{} log lines of the plugin were dropped; {} a second are allowed ({LOG_LINES_PER_SECOND})",
                dropped.by_lines, self.lines_max
            ));
        }
        if dropped.by_bytes > 0 {
            self.warning(&format!(
                "{} log lines of the plugin were dropped; {} bytes a second are allowed ({LOG_BYTES_PER_SECOND})",
                dropped.by_bytes, self.bytes_max
            ));
        }
    }

    fn presentable<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        let cut = if text.len() > self.line_bytes_max {
            Some(text.floor_char_boundary(self.line_bytes_max))
        } else {
            None
        };
        let shown = &text[..cut.unwrap_or(text.len())];
        let needs_escape = |character: char| character.is_control() && character != '\t';
        if cut.is_none() && !shown.contains(needs_escape) {
            return shown.into();
        }
        let mut line = String::with_capacity(shown.len() + 64);
        for character in shown.chars() {
            if needs_escape(character) {
                line.extend(character.escape_default());
            } else {
                line.push(character);
            }
        }
        if cut.is_some() {
            self.usage.refused(LOG_LINE_MAX_BYTES);
            line.push_str(&format!(
                "... (cut, {LOG_LINE_MAX_BYTES}={})",
                self.line_bytes_max
            ));
        }
        line.into()
    }
}

impl Drop for InstanceLog {
    fn drop(&mut self) {
        let dropped = std::mem::take(&mut self.rate().dropped);
        self.summary(dropped);
    }
}

/// Standard output or standard error of an instance, line by line into the log.
#[derive(Clone)]
pub(super) struct LineCapture {
    log: Arc<InstanceLog>,
    level: Level,
    partial: Arc<Mutex<Partial>>,
}

#[derive(Default)]
struct Partial {
    bytes: Vec<u8>,
    /// The last lines since `forget_recent`, for the trace of a trap.
    recent: String,
}

impl LineCapture {
    pub(super) fn new(log: Arc<InstanceLog>, level: Level) -> Self {
        Self {
            log,
            level,
            partial: Arc::default(),
        }
    }

    fn push(&self, bytes: &[u8]) {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            // One byte more than the limit, so that the cut is seen and told.
            let room = (self.log.line_bytes_max + 1).saturating_sub(partial.bytes.len());
            let kept = piece.len().min(room);
            partial.bytes.extend_from_slice(&piece[..kept]);
            if piece.ends_with(b"\n") {
                self.emit(&mut partial);
            }
        }
    }

    fn emit(&self, partial: &mut Partial) {
        if !partial.bytes.is_empty() {
            let text = String::from_utf8_lossy(&partial.bytes).into_owned();
            self.log.message(self.level, &text);
            if partial.recent.len() + text.len() > RECENT_BYTES_MAX {
                partial.recent.clear();
            }
            let end = text.floor_char_boundary(RECENT_BYTES_MAX);
            partial.recent.push_str(text[..end].trim_end());
            partial.recent.push('\n');
        }
        partial.bytes.clear();
    }

    /// Writes a last line that has no end. Called when the instance ends.
    pub(super) fn finish(&self) {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        self.emit(&mut partial);
    }

    /// Begins the text of `recent` anew.
    pub(super) fn forget_recent(&self) {
        self.partial
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recent
            .clear();
    }

    /// The last few lines since `forget_recent`.
    pub(super) fn recent(&self) -> String {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        self.emit(&mut partial);
        partial.recent.clone()
    }
}

impl IsTerminal for LineCapture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LineCapture {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for LineCapture {
    async fn ready(&mut self) {}
}

impl OutputStream for LineCapture {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

impl tokio::io::AsyncWrite for LineCapture {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
