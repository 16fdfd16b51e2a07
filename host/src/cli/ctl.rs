//! `connect-wasm ctl`: an operator's hand on a Kafka Connect worker.
//!
//! Owns the subcommands, their arguments and exit codes. Speaks Kafka Connect's REST API and nothing
//! else, so that it drives a JVM worker as well; knows nothing of this program's own worker. Blocking
//! throughout: one request after the other is all an operator asks for, and only `--watch` needs a
//! runtime, for signals.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};

mod address;
mod client;
mod connectors;
mod entities;
mod error;
mod files;
mod loggers;
mod offsets;
mod output;
mod plugin_files;
mod plugins;
mod status;
mod table;
pub(super) mod upload;
mod watch;

use address::Address;
use client::Client;
use error::CtlError;
use output::{Format, Output};

/// Exit codes of `ctl`.
mod exit {
    /// Wrong arguments, or a file that cannot be used.
    pub(super) const USAGE: u8 = 1;
    /// No Kafka Connect worker could be reached.
    pub(super) const UNREACHABLE: u8 = 2;
    /// The worker refused what was asked, or found errors in a configuration.
    pub(super) const REFUSED: u8 = 3;
}

/// Shown by `ctl --help` behind the options.
pub(super) const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  wrong arguments, or a file that cannot be used
  2  the worker cannot be reached (or something else answers at its address)
  3  the worker refused (status 4xx or 5xx), or `validate` found errors

Output (-o): `table` to read; `json` is the answer of the API, pretty printed, one document (nothing
where the API answers nothing; a list where several names were given); `name` for xargs.

https uses the certificate authorities of this system; SSL_CERT_FILE names a file of others.

Examples:
  connect-wasm ctl list
  connect-wasm ctl create -f copy.json
  connect-wasm ctl status copy --watch
  connect-wasm ctl config copy tasks.max=2 batch.size-
  connect-wasm ctl stop copy
  connect-wasm ctl plugins upload target/wasm32-wasip2/release/my_source.wasm
  connect-wasm ctl offsets set copy '{\"filename\":\"/data/in.txt\"}' '{\"position\":0}'
  connect-wasm ctl list -o name | xargs -d '\\n' connect-wasm ctl restart --include-tasks";

/// What `ctl` can be told.
#[derive(clap::Args)]
pub(super) struct CtlArguments {
    #[command(flatten)]
    connection: ConnectionArguments,
    /// How the answer is printed.
    #[arg(
        short = 'o',
        long = "output",
        global = true,
        value_enum,
        default_value = "table",
        value_name = "FORMAT"
    )]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// Where the worker is.
#[derive(clap::Args, Clone)]
pub(super) struct ConnectionArguments {
    /// Address of the worker's REST API; may hold user:password@.
    #[arg(
        long,
        global = true,
        env = "CONNECT_URL",
        hide_env_values = true,
        default_value = "http://localhost:8083",
        value_name = "URL"
    )]
    url: String,
    /// Name and password for basic authentication.
    #[arg(
        short = 'u',
        long,
        global = true,
        env = "CONNECT_USER",
        hide_env_values = true,
        value_name = "NAME:PASSWORD"
    )]
    user: Option<String>,
    /// Seconds to wait for an answer; a worker gives up after 90 by itself.
    #[arg(
        long,
        global = true,
        default_value = "100",
        value_name = "SECONDS",
        value_parser = seconds
    )]
    timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("'{text}' is not a number of seconds above 0, such as 30 or 0.5");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(wrong()),
    }
}

#[derive(Subcommand)]
enum Command {
    /// Lists the connectors with their states.
    List,
    /// Shows connectors and tasks, and why they failed.
    Status {
        /// The connector; without it, all.
        name: Option<String>,
        /// Goes on showing it until Ctrl-C: in place at a terminal, else a line for each change.
        #[arg(short, long)]
        watch: bool,
    },
    /// Creates a connector.
    Create {
        /// JSON of POST /connectors, a JSON object of the configuration, or .properties; - is
        /// standard input.
        #[arg(short, long, value_name = "FILE")]
        file: String,
        /// The state to create it in (Kafka Connect 3.7 or later).
        #[arg(long, value_name = "STATE", ignore_case = true, value_parser = ["RUNNING", "PAUSED", "STOPPED"])]
        initial_state: Option<String>,
    },
    /// Shows a connector's configuration, or changes it.
    Config {
        /// The connector.
        name: String,
        /// Changes: key=value sets a key, key- removes it (Kafka Connect 3.8 or later).
        #[arg(value_name = "CHANGE", conflicts_with = "file")]
        changes: Vec<String>,
        /// Replaces the whole configuration by this file's, or creates the connector; - is
        /// standard input.
        #[arg(short, long, value_name = "FILE")]
        file: Option<String>,
    },
    /// Checks a configuration without creating anything.
    Validate {
        /// The same forms as for `create`; - is standard input.
        #[arg(short, long, value_name = "FILE")]
        file: String,
    },
    /// Pauses connectors: they and their tasks stay, and do nothing.
    Pause(Names),
    /// Resumes paused or stopped connectors.
    Resume(Names),
    /// Stops connectors: their tasks end, and their offsets may be changed (Kafka Connect 3.5).
    Stop(Names),
    /// Restarts connectors, with --include-tasks their tasks as well.
    Restart {
        #[command(flatten)]
        names: Names,
        /// Restarts the tasks as well.
        #[arg(long)]
        include_tasks: bool,
        /// Restarts only what has failed.
        #[arg(long)]
        only_failed: bool,
        /// Restarts this task and nothing else.
        #[arg(long, value_name = "N", conflicts_with_all = ["include_tasks", "only_failed"])]
        task: Option<u32>,
    },
    /// Deletes connectors. Their committed offsets stay.
    Delete(Names),
    /// Shows the offsets of a connector, or changes those of a stopped one.
    #[command(subcommand)]
    Offsets(offsets::OffsetsCommand),
    /// Shows the topics that a connector has used.
    Topics {
        /// The connector.
        name: String,
        /// Forgets them instead.
        #[arg(long)]
        reset: bool,
    },
    /// Lists the plugins of the worker in all their versions, or the configuration keys of one;
    /// uploads, downloads and deletes connector plugins.
    #[command(args_conflicts_with_subcommands = true)]
    Plugins {
        #[command(subcommand)]
        command: Option<plugin_files::PluginsCommand>,
        /// A plugin, by its class or alias.
        class: Option<String>,
        /// Lists converters, transformations and predicates as well.
        #[arg(long, conflicts_with = "class")]
        all: bool,
    },
    /// Shows the levels of the worker's loggers, or sets them.
    Loggers {
        #[command(subcommand)]
        command: Option<loggers::LoggersCommand>,
    },
}

#[derive(clap::Args)]
struct Names {
    /// Names of connectors.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

/// Which loggers a level is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scope {
    /// This worker.
    Worker,
    /// All workers of the cluster (Kafka Connect 3.7 or later).
    Cluster,
}

/// Does what the arguments say. Returns the exit code.
pub(super) fn run(arguments: CtlArguments) -> ExitCode {
    let mut output = Output::standard(arguments.format);
    match run_command(arguments, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads the output has seen enough, as with `| head`.
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            output::report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run_command(arguments: CtlArguments, output: &mut Output) -> Result<(), CtlError> {
    let connection = arguments.connection;
    let address = Address::parse(&connection.url, connection.user.as_deref())?;
    let client = Client::new(address, connection.timeout);
    match arguments.command {
        Command::List => connectors::list(&client, output),
        Command::Status { name, watch: true } => watch::run(client, name, output),
        Command::Status { name, watch: false } => status::show(&client, name.as_deref(), output),
        Command::Create {
            file,
            initial_state,
        } => connectors::create(&client, &file, initial_state, output),
        Command::Config {
            name,
            changes,
            file,
        } => match file {
            Some(file) => connectors::put_config(&client, &name, &file, output),
            None if changes.is_empty() => connectors::show_config(&client, &name, output),
            None => connectors::patch_config(&client, &name, &changes, output),
        },
        Command::Validate { file } => plugins::validate(&client, &file, output),
        Command::Pause(names) => connectors::pause(&client, &names.names, output),
        Command::Resume(names) => connectors::resume(&client, &names.names, output),
        Command::Stop(names) => connectors::stop(&client, &names.names, output),
        Command::Restart {
            names,
            task: Some(task),
            ..
        } => connectors::restart_task(&client, &names.names, task, output),
        Command::Restart {
            names,
            include_tasks,
            only_failed,
            task: None,
        } => connectors::restart(&client, &names.names, include_tasks, only_failed, output),
        Command::Delete(names) => connectors::delete(&client, &names.names, output),
        Command::Offsets(command) => offsets::run(&client, command, output),
        Command::Topics { name, reset: false } => connectors::topics(&client, &name, output),
        Command::Topics { name, reset: true } => connectors::reset_topics(&client, &name, output),
        Command::Plugins {
            command: Some(command),
            ..
        } => plugin_files::run(&client, command, output),
        Command::Plugins {
            class: None, all, ..
        } => plugins::list(&client, all, output),
        Command::Plugins {
            class: Some(class), ..
        } => plugins::keys(&client, &class, output),
        Command::Loggers { command } => loggers::run(&client, command, output),
    }
}

#[cfg(test)]
mod tests;
