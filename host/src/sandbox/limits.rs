//! Limits of one instance: memory, tables, resources, payloads, log lines, and time.
//!
//! Owns the numbers with their worker configuration keys, and the accounting that remembers which
//! limit refused something, so that the trap which follows (a Rust guest aborts when it cannot
//! allocate) is reported as the limit that it is. A connector configuration may only tighten them.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// `sandbox.memory.max.bytes`
pub const MEMORY_MAX_BYTES: &str = "sandbox.memory.max.bytes";
/// `sandbox.log.lines.per.second`
pub const LOG_LINES_PER_SECOND: &str = "sandbox.log.lines.per.second";
/// `sandbox.log.line.max.bytes`
pub const LOG_LINE_MAX_BYTES: &str = "sandbox.log.line.max.bytes";
/// `sandbox.call.timeout.ms`
pub const CALL_TIMEOUT_MS: &str = "sandbox.call.timeout.ms";
/// `sandbox.start.timeout.ms`
pub const START_TIMEOUT_MS: &str = "sandbox.start.timeout.ms";
/// `sandbox.poll.timeout.ms`
pub const POLL_TIMEOUT_MS: &str = "sandbox.poll.timeout.ms";
/// `sandbox.put.timeout.ms`
pub const PUT_TIMEOUT_MS: &str = "sandbox.put.timeout.ms";
/// `sandbox.stop.timeout.ms`
pub const STOP_TIMEOUT_MS: &str = "sandbox.stop.timeout.ms";

/// What one instance may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of all its modules together (`sandbox.memory.max.bytes`).
    pub memory_bytes: usize,
    /// Elements of all its tables together.
    pub table_elements: usize,
    /// Core instances, memories and tables, each.
    pub core_instances: usize,
    /// Open resources (files, streams, pollables).
    pub resources: usize,
    /// Bytes that one call may carry from guest to host.
    pub host_call_bytes: usize,
    /// Lines for the log (`sandbox.log.lines.per.second`).
    pub log_lines_per_second: u32,
    /// Bytes of one line (`sandbox.log.line.max.bytes`).
    pub log_line_bytes: usize,
    /// Names of metrics.
    pub metric_names: usize,
    /// Time for calls.
    pub deadlines: Deadlines,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 512 << 20,
            table_elements: 1 << 20,
            // LIMIT: a component that wit-component links from several modules has below ten.
            core_instances: 100,
            resources: 4096,
            // LIMIT: a batch of 64 MiB, and as much again for what wraps it.
            host_call_bytes: 128 << 20,
            log_lines_per_second: 1000,
            log_line_bytes: 16 << 10,
            metric_names: 100,
            deadlines: Deadlines::default(),
        }
    }
}

/// How long calls may take, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Calls not named below (`sandbox.call.timeout.ms`).
    pub call: Duration,
    /// `start` of connectors and tasks (`sandbox.start.timeout.ms`).
    pub start: Duration,
    /// `poll` (`sandbox.poll.timeout.ms`).
    pub poll: Duration,
    /// `put`, `pre-commit` and `flush` (`sandbox.put.timeout.ms`).
    pub put: Duration,
    /// `stop` (`sandbox.stop.timeout.ms`).
    pub stop: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(30),
            start: Duration::from_secs(60),
            poll: Duration::from_secs(30),
            put: Duration::from_secs(60),
            stop: Duration::from_secs(10),
        }
    }
}

/// One deadline with the configuration key that sets it.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeLimit {
    pub(super) key: &'static str,
    pub(super) limit: Duration,
}

impl Deadlines {
    pub(super) fn for_call(&self) -> TimeLimit {
        TimeLimit {
            key: CALL_TIMEOUT_MS,
            limit: self.call,
        }
    }

    pub(super) fn for_start(&self) -> TimeLimit {
        TimeLimit {
            key: START_TIMEOUT_MS,
            limit: self.start,
        }
    }

    pub(super) fn for_poll(&self) -> TimeLimit {
        TimeLimit {
            key: POLL_TIMEOUT_MS,
            limit: self.poll,
        }
    }

    pub(super) fn for_put(&self) -> TimeLimit {
        TimeLimit {
            key: PUT_TIMEOUT_MS,
            limit: self.put,
        }
    }

    pub(super) fn for_stop(&self) -> TimeLimit {
        TimeLimit {
            key: STOP_TIMEOUT_MS,
            limit: self.stop,
        }
    }
}

/// Counts what an instance uses and remembers what it was refused.
#[derive(Debug)]
pub(super) struct Accounting {
    memory_bytes_max: usize,
    table_elements_max: usize,
    core_instances_max: usize,
    memory_bytes: usize,
    table_elements: usize,
    refused: Option<String>,
}

impl Accounting {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes_max: limits.memory_bytes,
            table_elements_max: limits.table_elements,
            core_instances_max: limits.core_instances,
            memory_bytes: 0,
            table_elements: 0,
            refused: None,
        }
    }

    /// What was refused since the last call of this function.
    pub(super) fn take_refused(&mut self) -> Option<String> {
        self.refused.take()
    }
}

impl ResourceLimiter for Accounting {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .memory_bytes
            .saturating_add(desired.saturating_sub(current));
        if total > self.memory_bytes_max {
            self.refused = Some(format!(
                "{total} bytes of memory were asked for, {} are allowed ({MEMORY_MAX_BYTES})",
                self.memory_bytes_max
            ));
            return Ok(false);
        }
        self.memory_bytes = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .table_elements
            .saturating_add(desired.saturating_sub(current));
        if total > self.table_elements_max {
            self.refused = Some(format!(
                "{total} table elements were asked for, {} are allowed",
                self.table_elements_max
            ));
            return Ok(false);
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.core_instances_max
    }

    fn tables(&self) -> usize {
        self.core_instances_max
    }

    fn memories(&self) -> usize {
        self.core_instances_max
    }
}

#[cfg(test)]
mod tests;
