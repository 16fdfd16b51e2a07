//! `ctl loggers`: the levels of a worker's loggers.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Scope;
use super::client::{Client, Request};
use super::entities::Level;
use super::error::CtlError;
use super::output::{Format, Output, visible};
use super::table::Table;

/// Subcommands of `ctl loggers`.
#[derive(clap::Subcommand)]
pub(super) enum LoggersCommand {
    /// Lists the loggers that have a level of their own.
    List,
    /// Shows the level of a logger.
    Show {
        /// The logger, such as org.apache.kafka.connect or root.
        logger: String,
    },
    /// Sets the level of a logger and of those below it.
    Set {
        /// The logger, such as org.apache.kafka.connect or root.
        logger: String,
        /// OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE or ALL.
        level: String,
        /// For whom; without it, for this worker.
        #[arg(long, value_enum)]
        scope: Option<Scope>,
    },
}

/// `ctl loggers`
pub(super) fn run(
    client: &Client,
    command: Option<LoggersCommand>,
    output: &mut Output,
) -> Result<(), CtlError> {
    match command {
        None | Some(LoggersCommand::List) => list(client, output),
        Some(LoggersCommand::Show { logger }) => show(client, &logger, output),
        Some(LoggersCommand::Set {
            logger,
            level,
            scope,
        }) => set(client, &logger, &level, scope, output),
    }
}

fn list(client: &Client, output: &mut Output) -> Result<(), CtlError> {
    let purpose = "list the loggers".to_owned();
    let request = Request::new("GET", &["admin", "loggers"], purpose).since("2.4");
    let (json, loggers) = client.send(request)?.read::<IndexMap<String, Level>>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(loggers.keys()),
        Format::Table => output.table(&table(&loggers), "The worker lists no loggers."),
    }
}

fn show(client: &Client, logger: &str, output: &mut Output) -> Result<(), CtlError> {
    let purpose = format!("show the level of logger \"{}\"", visible(logger));
    let request = Request::new("GET", &["admin", "loggers", logger], purpose).since("2.4");
    let (json, level) = client.send(request)?.read::<Level>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names([logger]),
        Format::Table => {
            let loggers = IndexMap::from([(logger.to_owned(), level)]);
            output.table(&table(&loggers), "")
        }
    }
}

fn set(
    client: &Client,
    logger: &str,
    level: &str,
    scope: Option<Scope>,
    output: &mut Output,
) -> Result<(), CtlError> {
    let purpose = format!("set the level of logger \"{}\"", visible(logger));
    let mut request = Request::new("PUT", &["admin", "loggers", logger], purpose)
        .body(&json!({ "level": level }))
        .since("2.4");
    match scope {
        None => {}
        Some(Scope::Worker) => request = request.query("scope=worker"),
        Some(Scope::Cluster) => request = request.query("scope=cluster"),
    }
    let answer = client.send(request)?;
    let Some(json) = answer.json()? else {
        // The whole cluster was told; which loggers each worker changed is not answered.
        return match output.format() {
            Format::Table => output.line(&format!("{}: {}", visible(logger), visible(level))),
            Format::Name => output.names([logger]),
            Format::Json => Ok(()),
        };
    };
    let changed: Vec<&str> = json
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(changed),
        Format::Table if changed.is_empty() => {
            output.line(&format!("{}: nothing to change", visible(logger)))
        }
        Format::Table => {
            for changed in changed {
                output.line(&format!("{}: {}", visible(changed), visible(level)))?;
            }
            Ok(())
        }
    }
}

fn table(loggers: &IndexMap<String, Level>) -> Table {
    let mut table = Table::new(&["LOGGER", "LEVEL", "LAST CHANGED"]);
    for (name, level) in loggers {
        let changed = level.last_modified.and_then(|milliseconds| {
            let time = jiff::Timestamp::from_millisecond(milliseconds).ok()?;
            let local = time.to_zoned(jiff::tz::TimeZone::system());
            Some(local.strftime("%Y-%m-%d %H:%M:%S").to_string())
        });
        table.row([
            name,
            level.level.as_deref().unwrap_or_default(),
            &changed.unwrap_or_default(),
        ]);
    }
    table
}
