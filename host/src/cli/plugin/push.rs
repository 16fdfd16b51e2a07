//! `plugin push`: a plugin to a running worker.
//!
//! Owns reading the file, with progress for people, and what is said of the answer. The request is
//! `ctl`'s, whose addresses and errors are the same.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::PathBuf;

use thiserror::Error;

use super::PluginFailure;
use super::artifact::{Artifact, PluginArgument};
use super::inspect::Format;
use crate::cli::ctl::ConnectionArguments;
use crate::cli::ctl::upload::{Upload, UploadError};

/// Shown by `plugin push --help` behind the options.
pub(super) const AFTER_HELP: &str = "\
The worker verifies the plugin, stores it in plugin.store.dir and offers it at once; its REST API is
at --url, or where admin.listeners says when these are set. Connectors that run keep their version.

Exit codes: 0 the worker has it; 1 wrong arguments; 2 the worker cannot be reached; 3 it refused.

Examples:
  connect-wasm plugin push target/wasm32-wasip2/release/price_source.wasm
  connect-wasm plugin push price-source --release --url https://anna:secret@worker:8083";

/// Files of this size show progress.
const BIG: u64 = 4 << 20;

/// What `plugin push` can be told.
#[derive(clap::Args)]
pub(super) struct PushArguments {
    #[command(flatten)]
    plugin: PluginArgument,
    #[command(flatten)]
    connection: ConnectionArguments,
    /// Waits until the worker lists the plugin.
    #[arg(long)]
    wait: bool,
    /// How the answer is printed.
    #[arg(short, long, value_enum, default_value = "text", value_name = "FORMAT")]
    output: Format,
}

/// Why the worker does not have it.
#[derive(Debug, Error)]
pub(super) enum PushError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The worker did not take it.
    #[error(transparent)]
    Upload(#[from] UploadError),
}

impl PushError {
    /// The exit code that tells of it.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Read { .. } => super::exit::USAGE,
            Self::Upload(error) => error.exit_code(),
        }
    }
}

/// `plugin push`
pub(super) fn run(arguments: &PushArguments) -> Result<(), PluginFailure> {
    let upload = Upload::to(&arguments.connection).map_err(PushError::from)?;
    let artifact = Artifact::of(&arguments.plugin)?;
    let path = &artifact.file;
    let failed = |source| PushError::Read {
        path: path.clone(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let mut body = Progress::new(file, bytes);
    let label = path.display().to_string();
    let sent = upload.send(&label, &mut body, bytes);
    body.end();
    let (status, json, uploaded) = sent.map_err(PushError::from)?;
    if arguments.wait {
        upload.await_listed(&uploaded).map_err(PushError::from)?;
    }
    if arguments.output == Format::Json {
        return super::say(&format!("{json:#}"));
    }
    let what = if status == 201 { "took" } else { "has already" };
    super::say(&format!(
        "{} {what} {} {} ({})\nsha256 {}",
        upload.base(),
        uploaded.class,
        uploaded.version,
        uploaded.kind,
        uploaded.sha256
    ))
}

/// A file that tells a person how much of it is read.
struct Progress {
    file: File,
    bytes: u64,
    read: u64,
    shown: Option<u64>,
}

impl Progress {
    fn new(file: File, bytes: u64) -> Self {
        let show = bytes >= BIG && io::stderr().is_terminal();
        Self {
            file,
            bytes,
            read: 0,
            shown: show.then_some(0),
        }
    }

    fn show(&mut self) {
        let percent = self.read * 100 / self.bytes.max(1);
        if let Some(shown) = self.shown.filter(|shown| percent > *shown) {
            // Progress that cannot be shown is none that matters.
            let _ = write!(io::stderr(), "\rUploading {percent} %");
            self.shown = Some(percent.max(shown));
        }
    }

    /// The line is left.
    fn end(&self) {
        if self.shown.is_some_and(|shown| shown > 0) {
            super::note("");
        }
    }
}

impl Read for Progress {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        self.show();
        Ok(count)
    }
}
