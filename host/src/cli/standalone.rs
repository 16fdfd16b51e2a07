//! `connect-wasm standalone`: a worker with connectors from files.
//!
//! Owns the order of start and stop, and which failure is which exit code. Kafka's counterpart:
//! `ConnectStandalone` and `AbstractConnectCli`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::ConfigMap;
use crate::config::connector_file;
use crate::loggers::Loggers;

use super::exit;
use super::worker_process::{StartError, WorkerProcess};

/// The signals that end the worker.
pub(super) struct EndSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl EndSignals {
    /// Listens from now on, so that a signal during the start is not lost.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal and returns its name. Cancel safe.
    pub(super) async fn received(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Runs the worker until a signal ends it. `files`: the worker's file, then connector files.
pub(super) fn run(files: &[PathBuf], loggers: Arc<Loggers>) -> ExitCode {
    let runtime = match super::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("Stopping due to error: the runtime cannot be started: {error}");
            return ExitCode::from(exit::SETUP);
        }
    };
    let code = runtime.block_on(run_worker(files, loggers));
    // A blocking read of standard input cannot be ended; nothing else is left by now.
    runtime.shutdown_background();
    ExitCode::from(code)
}

async fn run_worker(files: &[PathBuf], loggers: Arc<Loggers>) -> u8 {
    let (worker_file, connector_files) = match files {
        [first, rest @ ..] => (first, rest),
        [] => return exit::USAGE,
    };
    let mut signals = match EndSignals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!("Stopping due to error: signals cannot be received: {error}");
            return exit::SETUP;
        }
    };
    let properties = match worker_properties(worker_file) {
        Ok(properties) => properties,
        Err(error) => {
            tracing::error!("Stopping due to error: {error:#}");
            return exit::SETUP;
        }
    };
    let process = match WorkerProcess::start(&properties, loggers).await {
        Ok(process) => process,
        Err(StartError::Setup(error)) => {
            tracing::error!("Stopping due to error: {error:#}");
            return exit::SETUP;
        }
        Err(StartError::Start(error)) => {
            tracing::error!("Failed to start Connect: {error:#}");
            return exit::START;
        }
    };
    for path in connector_files {
        if let Err(error) = create_connector(&process, path).await {
            tracing::error!("Stopping after connector error: {error:#}");
            process.stop().await;
            return exit::START;
        }
    }
    process.ready();
    let name = signals.received().await;
    tracing::info!("Kafka Connect stopping after {name}");
    process.stop().await;
    tracing::info!("Kafka Connect stopped");
    0
}

/// Reads the worker's file; an empty path means a worker without properties, as in Kafka.
fn worker_properties(path: &Path) -> anyhow::Result<ConfigMap> {
    if path.as_os_str().is_empty() {
        return Ok(ConfigMap::new());
    }
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "The worker's properties file {} cannot be read",
            path.display()
        )
    })?;
    crate::config::properties::parse(&bytes)
        .with_context(|| format!("The worker's properties file {} is wrong", path.display()))
}

async fn create_connector(process: &WorkerProcess, path: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(path)
        .with_context(|| format!("The connector file {} cannot be read", path.display()))?;
    let request = connector_file::parse(&bytes, &path.display().to_string())?;
    process
        .create_connector(request)
        .await
        .with_context(|| format!("The connector of {} was not created", path.display()))
}
