//! The command line: arguments, environment, exit codes, and the wiring of concrete types.
//!
//! Owns everything that only a process has: its arguments, environment, signals and standard
//! streams. The only place that names concrete types of all layers. Kafka's counterpart:
//! `ConnectStandalone`, `AbstractConnectCli` and the launch scripts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod completions;
mod ctl;
mod daemon;
mod embedded_broker;
mod guest_runtime;
mod library;
mod logging;
mod plugin;
mod quickstart;
mod standalone;
mod worker_process;

use logging::LogFormat;

/// Exit codes of Kafka Connect's own commands.
mod exit {
    /// Wrong arguments.
    pub(super) const USAGE: u8 = 1;
    /// The worker could not be set up: files, configuration, broker, ports.
    pub(super) const SETUP: u8 = 2;
    /// The worker was set up and could not be started, or a connector file was wrong.
    pub(super) const START: u8 = 3;
}

#[derive(Parser)]
#[command(
    name = "connect-wasm",
    version,
    about = "Kafka Connect without the JVM: connectors as sandboxed WebAssembly components.",
    after_help = "Start with `connect-wasm quickstart`, or see `connect-wasm standalone --help`."
)]
struct Arguments {
    #[command(flatten)]
    log: LogArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args, Clone)]
struct LogArguments {
    /// Log level [default: info; `ctl` logs nothing, `plugin` little]. RUST_LOG sets levels of single modules.
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        value_parser = ["error", "warn", "info", "debug", "trace"]
    )]
    log_level: Option<String>,
    /// How log lines on standard error look.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "text",
        value_name = "FORMAT"
    )]
    log_format: LogFormat,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a standalone worker: `connect-standalone.sh` with the same files and arguments.
    #[command(long_about = STANDALONE_HELP, after_help = STANDALONE_AFTER_HELP)]
    Standalone {
        /// Go on in the background; output goes to $LOG_DIR/connectStandalone.out (as `-daemon`).
        #[arg(long)]
        daemon: bool,
        /// The worker's properties file, then connector files (.properties or JSON).
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Runs a broker, a worker and two connectors in this process, to try things out.
    Quickstart(quickstart::QuickstartArguments),
    /// Shows and changes the connectors of a running worker, this program's or the JVM's.
    #[command(after_help = ctl::AFTER_HELP)]
    Ctl(Box<ctl::CtlArguments>),
    /// Writes plugins, tries them without Kafka, and hands them to a worker.
    #[command(after_help = plugin::AFTER_HELP)]
    Plugin(Box<plugin::PluginArguments>),
    /// Prints the script that makes a shell complete this program's arguments.
    #[command(after_help = completions::AFTER_HELP)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

const STANDALONE_HELP: &str = "\
Runs a standalone worker: `connect-standalone.sh` with the same files and arguments.

The first file is the worker's: bootstrap.servers, key.converter, value.converter and
offset.storage.file.filename are needed, as in Kafka Connect. Each further file is one connector,
in any of Kafka Connect's forms: .properties, a JSON object of its configuration, or the body of
POST /connectors. The offset file has the JVM worker's format, in both directions.

Exit codes: 0 after SIGTERM or SIGINT; 1 wrong arguments; 2 the worker cannot be set up (files,
configuration, broker, ports); 3 it cannot be started, or a connector file is wrong.";

const STANDALONE_AFTER_HELP: &str = "\
Worker settings beside Kafka Connect's own:
  plugin.cache.dir                folder for compiled plugins (default: the user's cache folder)
  plugin.store.dir                folder for uploaded plugins (default: the user's data folder)
  plugin.upload.enable            whether plugins can be uploaded over REST (default: true)
  plugin.upload.max.bytes         bytes of an uploaded plugin (default: 268435456)
  connector.monitor.interval.ms   time between calls of a connector's monitor
  sandbox.fs.allow                paths that connectors created over REST may name (default: none)
  sandbox.stdio.allow             whether they may use standard input and output (default: false)
  sandbox.memory.max.bytes        memory of one instance
  sandbox.call.timeout.ms, sandbox.start.timeout.ms, sandbox.poll.timeout.ms,
  sandbox.put.timeout.ms, sandbox.stop.timeout.ms      time of one call
  sandbox.log.lines.per.second, sandbox.log.line.max.bytes   what a plugin may log

Example:
  connect-wasm standalone config/connect-standalone.properties config/connect-file-source.properties";

/// The usage line of `connect-standalone.sh`, under this program's name.
const STANDALONE_USAGE: &str = "USAGE: connect-wasm standalone [-daemon] \
    connect-standalone.properties [connector1.properties connector2.json ...]";

/// Runs the program; `arguments` begins with its name. Returns the exit code.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let arguments = as_subcommand(arguments);
    let parsed = match Arguments::try_parse_from(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => return usage_error(&error, &arguments),
    };
    let directives = std::env::var("RUST_LOG").ok();
    let Arguments { log, command } = parsed;
    let command = match command {
        // What its libraries log would stand between its own words.
        Command::Ctl(arguments) if log.log_level.is_none() && directives.is_none() => {
            return ctl::run(*arguments);
        }
        command => command,
    };
    let usual = match &command {
        Command::Plugin(arguments) => arguments.log_level(),
        _ => "info",
    };
    let level = log.log_level.as_deref().unwrap_or(usual);
    let installed = logging::install(log.log_format, level, directives.as_deref());
    let loggers = match installed {
        Ok(loggers) => loggers,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(exit::USAGE);
        }
    };
    match command {
        Command::Standalone { files, .. } if files.is_empty() => {
            eprintln!("{STANDALONE_USAGE}");
            ExitCode::from(exit::USAGE)
        }
        Command::Standalone { daemon: true, .. } => daemon::start(&arguments),
        Command::Standalone {
            daemon: false,
            files,
        } => standalone::run(&files, loggers),
        Command::Quickstart(arguments) => quickstart::run(&arguments, loggers),
        Command::Ctl(arguments) => ctl::run(*arguments),
        Command::Plugin(arguments) => plugin::run(*arguments),
        Command::Completions { shell } => completions::run(shell),
    }
}

/// `connect-standalone ...` (a symlink's name) means `connect-wasm standalone ...`, and the
/// script's `-daemon` is understood.
fn as_subcommand(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let name = arguments
        .first()
        .and_then(|name| Path::new(name).file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mode = name
        .trim_end_matches(".sh")
        .strip_prefix("connect-")
        .unwrap_or_default();
    if mode == "standalone" {
        arguments.insert(1, mode.into());
    }
    for argument in arguments.iter_mut().skip(1).take(2) {
        if argument == "-daemon" {
            *argument = "--daemon".into();
        }
    }
    arguments
}

/// The runtime that everything asynchronous in this process runs on.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

/// Kafka's commands answer wrong arguments and `--help` with exit code 1.
fn usage_error(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let _ = error.print();
    let standalone = arguments
        .get(1)
        .is_some_and(|argument| argument == "standalone");
    if error.use_stderr() || standalone {
        ExitCode::from(exit::USAGE)
    } else {
        ExitCode::SUCCESS
    }
}

#[cfg(test)]
mod tests;
