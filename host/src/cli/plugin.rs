//! `connect-wasm plugin`: writing plugins, trying them without Kafka, and handing them to a worker.
//!
//! Owns the subcommands, their arguments and exit codes. What runs plugins is the sandbox, with the
//! calls in the worker's order; no Kafka client and no worker is made here.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use thiserror::Error;

mod artifact;
mod check;
mod config;
mod inspect;
mod instances;
mod kit;
mod new;
mod push;
mod record_lines;
mod run;

use crate::plugin::LoadError;
use crate::sandbox::SandboxError;

/// Exit codes of `plugin`.
mod exit {
    /// Wrong arguments, or a file of the user's that cannot be used.
    pub(super) const USAGE: u8 = 1;
    /// The plugin cannot be built or loaded, or the worker cannot be reached.
    pub(super) const SETUP: u8 = 2;
    /// The plugin failed while it ran, or the worker refused it.
    pub(super) const FAILED: u8 = 3;
}

/// Shown by `plugin --help` behind the options.
pub(super) const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  wrong arguments, or a file that cannot be used
  2  the plugin cannot be built or loaded, or the worker cannot be reached
  3  the plugin failed while it ran, or the worker refused it
`plugin check` has its own, see its --help.

Examples:
  connect-wasm plugin new price-source --kind source
  connect-wasm plugin run price-source --max-records 5
  connect-wasm plugin check price-source
  connect-wasm plugin inspect price_source.wasm -o json
  connect-wasm plugin push price_source.wasm --url http://worker:8083";

/// What `plugin` can be told.
#[derive(clap::Args)]
pub(super) struct PluginArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a crate with a connector that works, to begin with.
    New(new::NewArguments),
    /// Shows what a plugin is, what it imports and which keys it has.
    Inspect(inspect::InspectArguments),
    /// Examines a plugin: drives it through its contract and reports what it does.
    #[command(after_help = check::AFTER_HELP)]
    Check(check::CheckArguments),
    /// Runs a connector without Kafka: a source's records go to standard output, a sink's come from
    /// standard input.
    #[command(after_help = run::AFTER_HELP)]
    Run(run::RunArguments),
    /// Uploads a plugin to a running worker.
    #[command(after_help = push::AFTER_HELP)]
    Push(push::PushArguments),
}

impl PluginArguments {
    /// The log level where nobody says another: what a plugin that runs has to say is of interest,
    /// and otherwise only what is wrong.
    pub(super) fn log_level(&self) -> &'static str {
        match self.command {
            Command::Run(_) => "info",
            // What a plugin logs while it is maltreated says nothing.
            Command::Check(_) => "off",
            Command::New(_) | Command::Inspect(_) | Command::Push(_) => "warn",
        }
    }
}

/// Why a subcommand did not do what it was told.
#[derive(Debug, Error)]
enum PluginFailure {
    /// No crate was made.
    #[error(transparent)]
    New(#[from] new::NewError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] config::ConfigurationError),
    /// The crate cannot be built.
    #[error(transparent)]
    Artifact(#[from] artifact::ArtifactError),
    /// The file is no plugin.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The sandbox cannot be made.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The worker did not take it.
    #[error(transparent)]
    Push(#[from] push::PushError),
    /// It failed while it ran.
    #[error(transparent)]
    Run(#[from] run::RunError),
    /// The runtime, or signals, cannot be had.
    #[error("{what}: {source}")]
    System {
        /// What cannot be had.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The output cannot be written.
    #[error("The output cannot be written: {0}")]
    Output(std::io::Error),
}

impl PluginFailure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::New(_) | Self::Config(_) | Self::Output(_) => exit::USAGE,
            Self::Artifact(_) | Self::Load(_) | Self::Sandbox(_) | Self::System { .. } => {
                exit::SETUP
            }
            Self::Run(run::RunError::Config(_) | run::RunError::Line { .. }) => exit::USAGE,
            Self::Run(_) => exit::FAILED,
            Self::Push(error) => error.exit_code(),
        }
    }

    /// Whether the reader of the output has gone.
    fn is_broken_pipe(&self) -> bool {
        let error = match self {
            Self::Output(error) => error,
            Self::Run(error) => return error.is_broken_pipe(),
            _ => return false,
        };
        error.kind() == std::io::ErrorKind::BrokenPipe
    }
}

/// Does what the arguments say. Returns the exit code.
pub(super) fn run(arguments: PluginArguments) -> ExitCode {
    let outcome = match arguments.command {
        Command::New(arguments) => new::run(arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Push(arguments) => push::run(&arguments),
        Command::Check(arguments) => return check::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads the output has seen enough, as with `| head`.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            note(&format!("error: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Prints an answer.
fn say(text: &str) -> Result<(), PluginFailure> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(PluginFailure::Output)
}

/// Says something that is no answer.
fn note(text: &str) {
    // Standard error that cannot be written has nowhere to say so.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The runtime that guests run on.
fn runtime() -> Result<tokio::runtime::Runtime, PluginFailure> {
    super::runtime().map_err(|source| PluginFailure::System {
        what: "The runtime cannot be started",
        source,
    })
}

/// Where compiled plugins are kept between runs of this program.
fn cache_dir() -> Option<PathBuf> {
    super::library::user_cache_dir()
}
