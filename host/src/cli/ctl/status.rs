//! `ctl status`: the states of connectors and tasks, and why they failed.
//!
//! Owns the request and the rows that `--watch` shows as well.

use indexmap::IndexMap;
use serde_json::Value;

use super::client::{Client, Request};
use super::connectors::quoted;
use super::entities::{ConnectorStatus, Expanded, InstanceStatus, Restarts};
use super::error::CtlError;
use super::output::{Format, Output, visible};
use super::table::Table;

const HEADER: [&str; 8] = [
    "NAME",
    "TYPE",
    "TASK",
    "STATE",
    "WORKER",
    "VERSION",
    "RESTARTS",
    "NEXT RESTART",
];
/// Where the columns begin that only connectors with a restart policy fill.
const RESTARTS: usize = 6;

/// What the API answered, and the connectors in it by name.
pub(super) struct Statuses {
    pub(super) json: Value,
    pub(super) connectors: Vec<ConnectorStatus>,
}

/// Asks for the status of one connector, or of all.
pub(super) fn fetch(client: &Client, name: Option<&str>) -> Result<Statuses, CtlError> {
    let Some(name) = name else {
        let purpose = "show the status of the connectors".to_owned();
        let request = Request::new("GET", &["connectors"], purpose)
            .query("expand=status")
            .since("2.3");
        let (json, mut found) = client.send(request)?.read::<IndexMap<String, Expanded>>()?;
        found.sort_keys();
        let connectors = found.into_values().filter_map(|found| found.status);
        return Ok(Statuses {
            json,
            connectors: connectors.collect(),
        });
    };
    let purpose = format!("show the status of {}", quoted(name)?);
    let request = Request::new("GET", &["connectors", name, "status"], purpose);
    let (json, status) = client.send(request)?.read::<ConnectorStatus>()?;
    Ok(Statuses {
        json,
        connectors: vec![status],
    })
}

/// `ctl status`
pub(super) fn show(
    client: &Client,
    name: Option<&str>,
    output: &mut Output,
) -> Result<(), CtlError> {
    let statuses = fetch(client, name)?;
    match output.format() {
        Format::Json => output.json(&statuses.json),
        Format::Name => output.names(statuses.connectors.iter().map(|status| &status.name)),
        Format::Table => {
            let rows = rows(&statuses.connectors);
            let none = format!("There are no connectors at {}.", client.base());
            output.table(&table(&rows), &none)?;
            for row in &rows {
                let lines = if name.is_some() {
                    row.trace_lines()
                } else {
                    row.trace_in_short()
                };
                for line in lines {
                    output.line(&line)?;
                }
            }
            Ok(())
        }
    }
}

/// A connector or task, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) task: Option<i64>,
    pub(super) state: String,
    pub(super) worker: String,
    pub(super) version: String,
    pub(super) restarts: Option<Restarts>,
    pub(super) trace: String,
}

impl Row {
    /// `name`, or `name task 0`.
    pub(super) fn title(&self) -> String {
        let name = visible(&self.name);
        match self.task {
            None => name,
            Some(task) => format!("{name} task {task}"),
        }
    }

    /// How often it was restarted by itself, and when it is next; both empty without a policy.
    fn restart_cells(&self) -> (String, String) {
        let Some(restarts) = &self.restarts else {
            return (String::new(), String::new());
        };
        let next = match &restarts.next_attempt {
            Some(time) => time.clone(),
            None if restarts.limit_reached => "never".to_owned(),
            None => String::new(),
        };
        (restarts.count.to_string(), next)
    }

    /// When it is restarted next, if that is known.
    pub(super) fn next_restart(&self) -> Option<&str> {
        self.restarts.as_ref()?.next_attempt.as_deref()
    }

    /// The trace under a heading, without control characters.
    fn trace_lines(&self) -> Vec<String> {
        if self.trace.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![
            String::new(),
            format!("{} {}:", self.title(), visible(&self.state)),
        ];
        let shown = |line: &str| visible(&line.replace('\t', "    "));
        lines.extend(self.trace.lines().map(|line| format!("  {}", shown(line))));
        lines
    }

    /// The first line of the trace, and its innermost cause.
    pub(super) fn trace_in_short(&self) -> Vec<String> {
        let Some(first) = self.trace.lines().next() else {
            return Vec::new();
        };
        let cause = self
            .trace
            .lines()
            .rfind(|line| line.starts_with("Caused by: "));
        let mut lines = vec![
            String::new(),
            format!("{} {}:", self.title(), visible(&self.state)),
        ];
        lines.extend(
            [Some(first), cause]
                .into_iter()
                .flatten()
                .map(|line| format!("  {}", visible(line))),
        );
        lines
    }
}

/// A row for each connector and each task.
pub(super) fn rows(connectors: &[ConnectorStatus]) -> Vec<Row> {
    let mut rows = Vec::new();
    for status in connectors {
        let row = |task: Option<i64>, instance: &InstanceStatus| Row {
            name: status.name.clone(),
            kind: status.kind.clone().unwrap_or_default(),
            task,
            state: instance.state.clone(),
            worker: instance.worker_id.clone().unwrap_or_default(),
            version: instance.version.clone().unwrap_or_default(),
            restarts: instance.restarts.clone(),
            trace: instance.trace.clone().unwrap_or_default(),
        };
        rows.push(row(None, &status.connector));
        for task in &status.tasks {
            rows.push(row(Some(task.id), &task.instance));
        }
    }
    rows
}

/// The rows under their header.
pub(super) fn table(rows: &[Row]) -> Table {
    let restarted = rows.iter().any(|row| row.restarts.is_some());
    let columns = if restarted { HEADER.len() } else { RESTARTS };
    let mut table = Table::new(&HEADER[..columns]);
    for row in rows {
        let task = row.task.map_or_else(String::new, |task| task.to_string());
        let (restarts, next) = row.restart_cells();
        let cells = [
            &row.name,
            &row.kind,
            &task,
            &row.state,
            &row.worker,
            &row.version,
            &restarts,
            &next,
        ];
        table.cells(cells.iter().take(columns).map(|cell| cell.as_str()));
    }
    table
}

#[cfg(test)]
pub(super) mod tests;
