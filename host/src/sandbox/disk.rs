//! What an instance writes to files: counted, and bounded by `sandbox.disk.max.bytes`.
//!
//! Owns what counts: bytes that are handed over to be written, whether they land or replace others;
//! bytes by which a file is made longer; and [`NEW_ENTRY_BYTES`] for each new name in a folder, so
//! that empty files are not for nothing. Nothing is given back by deleting: the limit is on what
//! the instance does in its life, not on what is there. A refusal is the error `quota` for the
//! guest, and one warning that names the key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use wasmtime_wasi::p2::{DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::limits::{DISK_MAX_BYTES, Limits};
use super::output::InstanceLog;
use crate::metrics::InstanceUsage;

/// What a new file, folder or link counts. LIMIT: a block of usual file systems.
pub(super) const NEW_ENTRY_BYTES: u64 = 4096;

/// The refusal within a stream.
#[derive(Debug, thiserror::Error)]
#[error("the plugin has written as much as it may ({DISK_MAX_BYTES})")]
pub(super) struct QuotaExceeded;

/// The account of one instance.
pub(super) struct DiskQuota {
    allowed: u64,
    written: AtomicU64,
    told: AtomicBool,
    log: Arc<InstanceLog>,
    usage: Arc<InstanceUsage>,
}

impl DiskQuota {
    pub(super) fn new(limits: &Limits, log: Arc<InstanceLog>, usage: Arc<InstanceUsage>) -> Self {
        Self {
            allowed: limits.disk_bytes,
            written: AtomicU64::new(0),
            told: AtomicBool::new(false),
            log,
            usage,
        }
    }

    /// Whether there is a limit that somebody has set.
    pub(super) fn is_limited(&self) -> bool {
        self.allowed < Limits::default().disk_bytes
    }

    /// Counts bytes that are about to be written, if they may be.
    pub(super) fn take(&self, bytes: u64) -> Result<(), QuotaExceeded> {
        // An instance does one thing at a time.
        let written = self.written.load(Relaxed).saturating_add(bytes);
        if written <= self.allowed {
            self.written.store(written, Relaxed);
            self.usage
                .carried(usize::try_from(bytes).unwrap_or(usize::MAX));
            return Ok(());
        }
        self.usage.refused(DISK_MAX_BYTES);
        if !self.told.swap(true, Relaxed) {
            self.log.warning(&format!(
                "the plugin may write {} bytes to files and is refused more ({DISK_MAX_BYTES}); a \
                 restart begins anew",
                self.allowed
            ));
        }
        Err(QuotaExceeded)
    }
}

/// A stream into a file, counted.
pub(super) struct CountedStream {
    inner: DynOutputStream,
    quota: Arc<DiskQuota>,
}

impl CountedStream {
    pub(super) fn new(inner: DynOutputStream, quota: Arc<DiskQuota>) -> Self {
        Self { inner, quota }
    }

    fn take(&self, bytes: &Bytes) -> StreamResult<()> {
        let taken = self.quota.take(bytes.len() as u64);
        taken.map_err(|refused| StreamError::LastOperationFailed(refused.into()))
    }
}

#[async_trait::async_trait]
impl Pollable for CountedStream {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[async_trait::async_trait]
impl OutputStream for CountedStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes)?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes)?;
        self.inner.blocking_write_and_flush(bytes).await
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}
