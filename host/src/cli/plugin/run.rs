//! `plugin run`: a connector and its tasks without Kafka.
//!
//! Owns what a run is made of, and when it begins, ends and begins again. What happens to records is
//! in `run/source.rs` and `run/sink.rs`; the order of calls is the worker's. Must not know Kafka.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use self::life::Life;
use super::PluginFailure;
use super::artifact::{Artifact, PluginArgument};
use super::config::{self, ConfigArguments};
use super::instances::{self, Configured};
use super::record_lines::LineError;
use crate::cli::standalone::EndSignals;
use crate::config::ConfigMap;
use crate::converter::ConverterError;
use crate::sandbox::{CompiledPlugin, PluginKind, SandboxError};
use crate::storage::offset::{
    FileOffsetBackingStore, MemoryOffsetBackingStore, OffsetBackingStore, StorageError,
};

mod life;
mod sink;
mod source;
mod watch;

/// Shown by `plugin run --help` behind the options.
pub(super) const AFTER_HELP: &str = "\
A source's records are lines of JSON on standard output: topic, partition, timestamp, key, value,
headers, sourcePartition, sourceOffset. A sink reads such lines from standard input; `value` is
enough, the topic is then the first of `topics`. What the plugin logs goes to standard error.

The plugin may touch what its configuration names, like a connector file on the command line of
`standalone`. ${env:NAME}, ${file:path:key} and ${directory:path:file} are resolved.

Exit codes: 0 done, or stopped by Ctrl-C; 1 wrong arguments or configuration; 2 the plugin cannot be
built or loaded; 3 the connector or a task failed.

Examples:
  connect-wasm plugin run . --max-records 5
  connect-wasm plugin run price_source.wasm -s topic=prices -s url=http://localhost/ --offsets offsets
  connect-wasm plugin run source.wasm -c a.properties | connect-wasm plugin run sink.wasm -c b.properties
  connect-wasm plugin run . --watch";

/// What `plugin run` can be told.
#[derive(clap::Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    plugin: PluginArgument,
    #[command(flatten)]
    config: ConfigArguments,
    /// Ends after so many records.
    #[arg(long, value_name = "N")]
    max_records: Option<u64>,
    /// How many tasks there may be [default: tasks.max of the configuration, or 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tasks: Option<u32>,
    /// Keeps a source's offsets in this file, in the worker's format, and goes on where they are
    /// [default: in memory].
    #[arg(long, value_name = "FILE")]
    offsets: Option<PathBuf>,
    /// Prints keys and values without their schemas.
    #[arg(long)]
    no_schemas: bool,
    /// Begins again whenever the crate's sources, its configuration or the file change; offsets are
    /// kept.
    #[arg(long)]
    watch: bool,
}

/// Why a run failed.
#[derive(Debug, Error)]
pub(super) enum RunError {
    /// A guest failed, or cannot be made.
    #[error("{what} failed\n{}", indented(&.error.trace()))]
    Guest {
        /// The connector or a task.
        what: String,
        /// How.
        error: Box<SandboxError>,
    },
    /// The connector said that it failed.
    #[error("The connector raised an error: {0}")]
    Raised(String),
    /// More tasks than allowed.
    #[error("The connector made {made} task configurations where at most {allowed} were asked for")]
    TooManyTasks {
        /// How many there are.
        made: usize,
        /// How many there may be.
        allowed: u32,
    },
    /// A task's configuration names what the connector's does not.
    #[error("Task {task} may not be started: {refused}")]
    Refused {
        /// Which task.
        task: usize,
        /// What is refused.
        refused: String,
    },
    /// A batch that is none.
    #[error("Task {task} returned a batch that is not in the format of BATCH.md: {message}")]
    Batch {
        /// Which task.
        task: u32,
        /// What is wrong.
        message: String,
    },
    /// A record that is not of a form to print.
    #[error("Task {task} returned a record that cannot be printed: {error}")]
    Record {
        /// Which task.
        task: u32,
        /// Why.
        error: LineError,
    },
    /// A line of standard input is no record.
    #[error("Line {line} of standard input is {error}")]
    Line {
        /// Which line, from 1.
        line: u64,
        /// Why.
        error: LineError,
    },
    /// The records of one put are too large.
    #[error("Records up to line {line} of standard input do not fit into a batch: {message}")]
    Encode {
        /// The last line.
        line: u64,
        /// Why.
        message: String,
    },
    /// The configuration is wrong.
    #[error("The configuration is wrong:{}", listed(.0))]
    Config(Vec<String>),
    /// Offsets cannot be read or stored.
    #[error(transparent)]
    Offsets(#[from] StorageError),
    /// The converter cannot be made.
    #[error("The JSON converter cannot be made: {}", .0.message.clone().unwrap_or_default())]
    Converter(ConverterError),
    /// Records cannot be written or read.
    #[error("{what}: {source}")]
    Stream {
        /// Which stream.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// Not a connector.
    #[error("A {0} has no records of its own to run")]
    Kind(&'static str),
    /// A task of this program ended by a bug.
    #[error("a task of this program panicked: {0}")]
    Panic(tokio::task::JoinError),
}

impl RunError {
    fn guest(what: impl Into<String>, error: SandboxError) -> Self {
        Self::Guest {
            what: what.into(),
            error: Box::new(error),
        }
    }

    /// Whether the reader of the records has gone.
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stream { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

fn listed(messages: &[String]) -> String {
    messages
        .iter()
        .map(|message| format!("\n  {message}"))
        .collect()
}

/// Everything that one run needs.
struct Run {
    configured: Configured,
    tasks: u32,
    max_records: Option<u64>,
    schemas: bool,
    offsets: Arc<dyn OffsetBackingStore>,
}

/// `plugin run`
pub(super) fn run(arguments: RunArguments) -> Result<(), PluginFailure> {
    let runtime = super::runtime()?;
    let outcome = runtime.block_on(run_all(arguments));
    // A blocking read of standard input cannot be ended; nothing else is left by now.
    runtime.shutdown_background();
    outcome
}

async fn run_all(arguments: RunArguments) -> Result<(), PluginFailure> {
    let mut signals = EndSignals::listen().map_err(|source| PluginFailure::System {
        what: "Signals cannot be received",
        source,
    })?;
    let offsets: Arc<dyn OffsetBackingStore> = match &arguments.offsets {
        Some(path) => Arc::new(FileOffsetBackingStore::new(path)),
        None => Arc::new(MemoryOffsetBackingStore::new()),
    };
    offsets.start().await.map_err(RunError::from)?;
    if arguments.watch {
        return watch::run(&arguments, offsets, &mut signals).await;
    }
    let artifact = build(&arguments.plugin).await?;
    let run = prepare(&arguments, &artifact, offsets).await?;
    let ending = CancellationToken::new();
    let mut going = std::pin::pin!(run.go(ending.clone()));
    tokio::select! {
        outcome = &mut going => return Ok(outcome?),
        name = signals.received() => {
            tracing::info!("stopping after {name}");
            ending.cancel();
        }
    }
    tokio::select! {
        outcome = going => Ok(outcome?),
        // Who asks twice does not want to wait.
        _ = signals.received() => Ok(()),
    }
}

/// Finds or builds the plugin; cargo runs on a thread of its own.
async fn build(plugin: &PluginArgument) -> Result<Artifact, PluginFailure> {
    let plugin = plugin.clone();
    let built = tokio::task::spawn_blocking(move || Artifact::of(&plugin)).await;
    Ok(built.map_err(RunError::Panic)??)
}

/// Loads the plugin and checks its configuration.
async fn prepare(
    arguments: &RunArguments,
    artifact: &Artifact,
    offsets: Arc<dyn OffsetBackingStore>,
) -> Result<Run, PluginFailure> {
    let plugin = artifact.load().await?.plugin;
    let sample = artifact.sample_config();
    let config = config::written(&arguments.config, sample.as_deref(), plugin.description())?;
    let config = config::resolved(&config)?;
    let tasks = arguments.tasks.or_else(|| {
        let written = config.get("tasks.max")?;
        written.trim().parse().ok().filter(|tasks| *tasks > 0)
    });
    let configured = Configured::new(plugin, config);
    validate(&configured.plugin, &configured).await?;
    Ok(Run {
        configured,
        tasks: tasks.unwrap_or(1),
        max_records: arguments.max_records,
        schemas: !arguments.no_schemas,
        offsets,
    })
}

/// The checks that a worker makes before it creates a connector, as far as they are the plugin's.
async fn validate(plugin: &CompiledPlugin, configured: &Configured) -> Result<(), RunError> {
    let mut wrong = definition_errors(configured);
    let findings = plugin
        .validate(&configured.limits, &configured.config)
        .await;
    let findings = findings.map_err(|error| RunError::guest("validate", error))?;
    wrong.extend(
        findings
            .into_iter()
            .map(|found| format!("{}: {}", found.name, found.message)),
    );
    if let Err(refused) = configured.grants() {
        wrong.push(instances::refusals(&refused));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(RunError::Config(wrong))
    }
}

/// What the plugin's ConfigDef says to the configuration.
fn definition_errors(configured: &Configured) -> Vec<String> {
    let validations = configured.config_def().validate(&configured.config);
    let errors = validations
        .into_iter()
        .flat_map(|validation| validation.errors);
    errors.collect()
}

impl Run {
    /// Runs connector and tasks until there is nothing left to do, or `ending` says so.
    async fn go(self, ending: CancellationToken) -> Result<(), RunError> {
        match self.configured.plugin.description().kind {
            PluginKind::Source => {
                let records = source::Records::new(self.max_records, self.schemas)?;
                Life::new(&self, ending).run_source(Arc::new(records)).await
            }
            PluginKind::Sink => sink::run(&self, &ending).await,
            kind => Err(RunError::Kind(kind.name())),
        }
    }

    /// The first topic of a sink.
    fn topic(&self) -> Option<String> {
        let topics = self.configured.config.get("topics")?;
        let first = topics.split(',').next()?.trim();
        (!first.is_empty()).then(|| first.to_owned())
    }
}

/// The configurations of the tasks, checked as a worker does.
fn checked_configs(configs: Vec<ConfigMap>, allowed: u32) -> Result<Vec<ConfigMap>, RunError> {
    if configs.len() > allowed as usize {
        return Err(RunError::TooManyTasks {
            made: configs.len(),
            allowed,
        });
    }
    Ok(configs)
}
