//! Limits of one instance: memory, tables, handles, payloads, log lines, disk, processor and time.
//!
//! Owns the numbers with their worker configuration keys, and the accounting that remembers which
//! limit refused something, so that the trap which follows (a Rust guest aborts when it cannot
//! allocate) is reported as the limit that it is. A connector configuration may only tighten them.

mod tighten;

use std::sync::Arc;
use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::config::worker::SandboxSettings;
use crate::metrics::InstanceUsage;

/// `sandbox.memory.max.bytes`
pub const MEMORY_MAX_BYTES: &str = "sandbox.memory.max.bytes";
/// `sandbox.table.max.elements`
pub const TABLE_MAX_ELEMENTS: &str = "sandbox.table.max.elements";
/// `sandbox.instances.max`
pub const INSTANCES_MAX: &str = "sandbox.instances.max";
/// `sandbox.handles.max`
pub const HANDLES_MAX: &str = "sandbox.handles.max";
/// `sandbox.sockets.max`
pub const SOCKETS_MAX: &str = "sandbox.sockets.max";
/// `sandbox.payload.max.bytes`
pub const PAYLOAD_MAX_BYTES: &str = "sandbox.payload.max.bytes";
/// `sandbox.disk.max.bytes`
pub const DISK_MAX_BYTES: &str = "sandbox.disk.max.bytes";
/// `sandbox.cpu.percent`
pub const CPU_PERCENT: &str = "sandbox.cpu.percent";
/// `sandbox.log.lines.per.second`
pub const LOG_LINES_PER_SECOND: &str = "sandbox.log.lines.per.second";
/// `sandbox.log.bytes.per.second`
pub const LOG_BYTES_PER_SECOND: &str = "sandbox.log.bytes.per.second";
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
    /// Elements of all its tables together (`sandbox.table.max.elements`).
    pub table_elements: usize,
    /// Core instances, memories and tables, each (`sandbox.instances.max`).
    pub core_instances: usize,
    /// Open resources: files, streams, sockets, pollables (`sandbox.handles.max`).
    pub handles: usize,
    /// Open sockets; each is a handle, too (`sandbox.sockets.max`).
    pub sockets: usize,
    /// Bytes that one call may carry from guest to host (`sandbox.payload.max.bytes`).
    pub host_call_bytes: usize,
    /// Bytes written to files in the life of the instance (`sandbox.disk.max.bytes`).
    pub disk_bytes: u64,
    /// Percent of one processor core (`sandbox.cpu.percent`); 100 and more are no limit, since a
    /// guest has one thread.
    pub cpu_percent: u32,
    /// Lines for the log (`sandbox.log.lines.per.second`).
    pub log_lines_per_second: u32,
    /// Bytes of these lines (`sandbox.log.bytes.per.second`).
    pub log_bytes_per_second: usize,
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
            handles: 4096,
            // LIMIT: a pool of connections of a driver has tens; each is a descriptor of the worker.
            sockets: 256,
            // LIMIT: a batch of 64 MiB, and as much again for what wraps it.
            host_call_bytes: 128 << 20,
            // LIMIT: none, since a file sink may run for years.
            disk_bytes: i64::MAX as u64,
            cpu_percent: 100,
            log_lines_per_second: 1000,
            log_bytes_per_second: 1 << 20,
            log_line_bytes: 16 << 10,
            metric_names: 100,
            deadlines: Deadlines::default(),
        }
    }
}

impl From<&SandboxSettings> for Limits {
    fn from(settings: &SandboxSettings) -> Self {
        Self {
            memory_bytes: settings.memory_max_bytes,
            table_elements: settings.table_max_elements,
            core_instances: settings.instances_max,
            handles: settings.handles_max,
            sockets: settings.sockets_max,
            host_call_bytes: settings.payload_max_bytes,
            disk_bytes: settings.disk_max_bytes,
            cpu_percent: settings.cpu_percent,
            log_lines_per_second: settings.log_lines_per_second,
            log_bytes_per_second: settings.log_bytes_per_second,
            log_line_bytes: settings.log_line_max_bytes,
            metric_names: Self::default().metric_names,
            deadlines: Deadlines {
                call: settings.call_timeout,
                start: settings.start_timeout,
                poll: settings.poll_timeout,
                put: settings.put_timeout,
                stop: settings.stop_timeout,
            },
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
    usage: Arc<InstanceUsage>,
}

impl Accounting {
    pub(super) fn new(limits: &Limits, usage: Arc<InstanceUsage>) -> Self {
        Self {
            memory_bytes_max: limits.memory_bytes,
            table_elements_max: limits.table_elements,
            core_instances_max: limits.core_instances,
            memory_bytes: 0,
            table_elements: 0,
            refused: None,
            usage,
        }
    }

    /// What was refused since the last call of this function.
    pub(super) fn take_refused(&mut self) -> Option<String> {
        self.refused.take()
    }

    fn refuse(&mut self, key: &'static str, message: String) -> bool {
        self.usage.refused(key);
        self.refused = Some(message);
        false
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
            let allowed = self.memory_bytes_max;
            return Ok(self.refuse(
                MEMORY_MAX_BYTES,
                format!(
                    "{total} bytes of memory were asked for, {allowed} are allowed ({MEMORY_MAX_BYTES})"
                ),
            ));
        }
        self.memory_bytes = total;
        self.usage.memory(total as u64);
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
            let allowed = self.table_elements_max;
            return Ok(self.refuse(
                TABLE_MAX_ELEMENTS,
                format!(
                    "{total} table elements were asked for, {allowed} are allowed ({TABLE_MAX_ELEMENTS})"
                ),
            ));
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
