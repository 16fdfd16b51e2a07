//! `ctl status --watch`: the status again and again, until a signal or the end of whoever reads it.
//!
//! Owns the loop, what has changed since the last time, and the picture at a terminal. A worker that
//! does not answer for a while is waited for, unless it has never answered.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use serde_json::Value;
use unicode_width::UnicodeWidthChar as _;

use crate::cli::standalone::EndSignals;

use super::client::Client;
use super::error::CtlError;
use super::output::{Format, Output, TerminalSize, terminal_size, visible};
use super::status::{self, Row, Statuses};

const INTERVAL: Duration = Duration::from_secs(1);

/// `ctl status --watch`
pub(super) fn run(
    client: Client,
    name: Option<String>,
    output: &mut Output,
) -> Result<(), CtlError> {
    if output.format() == Format::Name {
        return Err(CtlError::WatchOfNames);
    }
    let runtime = crate::cli::runtime().map_err(CtlError::Watch)?;
    let outcome = runtime.block_on(async {
        let mut signals = EndSignals::listen().map_err(CtlError::Watch)?;
        tokio::select! {
            _ = signals.received() => leave(output),
            () = reader_gone() => Ok(()),
            outcome = show_changes(client, name, output) => outcome,
        }
    });
    // A request may be waiting for its answer, which nobody wants any more.
    runtime.shutdown_background();
    outcome
}

/// Makes room for the prompt, where the terminal may have echoed `^C`.
fn leave(output: &mut Output) -> Result<(), CtlError> {
    if io::stdout().is_terminal() {
        output.raw("\r\u{1b}[K")?;
    }
    Ok(())
}

/// Waits until nobody reads standard output any more. Cancel safe.
async fn reader_gone() {
    let gone = tokio::task::spawn_blocking(|| {
        let stdout = io::stdout();
        // Errors are told without being asked for; a file or terminal that stays has none.
        poll(&mut [PollFd::new(&stdout, PollFlags::empty())], None)
    });
    if !matches!(gone.await, Ok(Ok(_))) {
        // Without poll, the next write tells.
        std::future::pending::<()>().await;
    }
}

async fn show_changes(
    client: Client,
    name: Option<String>,
    output: &mut Output,
) -> Result<(), CtlError> {
    let mut view = View::new(output.format());
    let mut answered = false;
    loop {
        let (client_now, name_now) = (client.clone(), name.clone());
        let fetched =
            tokio::task::spawn_blocking(move || status::fetch(&client_now, name_now.as_deref()));
        let fetched = fetched.await.map_err(io::Error::other)?;
        let shown = match fetched {
            Ok(statuses) => {
                answered = true;
                view.statuses(client.base(), &statuses)
            }
            Err(error @ CtlError::Unreachable { .. }) if answered => view.trouble(&error),
            Err(error) => return Err(error),
        };
        output.raw(&shown)?;
        tokio::time::sleep(INTERVAL).await;
    }
}

/// What is on the screen, or was printed last.
enum View {
    /// The whole picture, drawn over the one before.
    Screen { lines_drawn: usize },
    /// A line for each change.
    Lines {
        seen: BTreeMap<(String, Option<i64>), Row>,
        trouble: Option<String>,
    },
    /// A compact JSON document for each change.
    Json { seen: Option<Value> },
}

impl View {
    fn new(format: Format) -> Self {
        match format {
            Format::Json => Self::Json { seen: None },
            _ if io::stdout().is_terminal() => Self::Screen { lines_drawn: 0 },
            _ => Self::Lines {
                seen: BTreeMap::new(),
                trouble: None,
            },
        }
    }

    /// The text that brings the view up to date.
    fn statuses(&mut self, base: &str, statuses: &Statuses) -> String {
        match self {
            Self::Json { seen } => {
                if seen.as_ref() == Some(&statuses.json) {
                    return String::new();
                }
                *seen = Some(statuses.json.clone());
                format!("{}\n", statuses.json)
            }
            Self::Lines { seen, trouble } => {
                let mut lines = Vec::new();
                if trouble.take().is_some() {
                    lines.push(format!("{base} answers again"));
                }
                lines.extend(changes(seen, status::rows(&statuses.connectors)));
                stamped(&lines)
            }
            Self::Screen { lines_drawn } => {
                let rows = status::rows(&statuses.connectors);
                let mut lines = vec![format!("{}  {base}", now())];
                if rows.is_empty() {
                    lines.push("There are no connectors.".to_owned());
                } else {
                    let table = status::table(&rows).render(None);
                    lines.extend(table.lines().map(str::to_owned));
                }
                lines.extend(rows.iter().flat_map(Row::trace_in_short));
                draw(&lines, lines_drawn)
            }
        }
    }

    fn trouble(&mut self, error: &CtlError) -> String {
        let text = error.to_string();
        match self {
            Self::Json { .. } => String::new(),
            Self::Lines { trouble, .. } => {
                if trouble.as_ref() == Some(&text) {
                    return String::new();
                }
                let first = text.lines().next().unwrap_or_default().to_owned();
                *trouble = Some(text);
                stamped(&[first])
            }
            Self::Screen { lines_drawn } => {
                let mut lines = vec![now()];
                lines.extend(text.lines().map(visible));
                draw(&lines, lines_drawn)
            }
        }
    }
}

/// Draws over what was drawn before.
fn draw(lines: &[String], lines_drawn: &mut usize) -> String {
    let (text, drawn) = picture(lines, *lines_drawn, terminal_size());
    *lines_drawn = drawn;
    text
}

/// The lines, and before them what takes the cursor back to the first line drawn. Nothing may wrap or
/// scroll, since the way back is counted in lines.
fn picture(lines: &[String], drawn: usize, size: Option<TerminalSize>) -> (String, usize) {
    let mut text = String::new();
    if drawn > 0 {
        text.push_str(&format!("\u{1b}[{drawn}A"));
    }
    text.push_str("\r\u{1b}[J");
    let (columns, rows) = match size {
        Some(size) => (usize::from(size.columns), usize::from(size.rows)),
        None => (usize::MAX, usize::MAX),
    };
    // The cursor waits on a line of its own.
    let room = rows.saturating_sub(1).max(1);
    let shown = if lines.len() > room {
        room - 1
    } else {
        lines.len()
    };
    for line in &lines[..shown] {
        text.push_str(cut(line, columns));
        text.push('\n');
    }
    if shown < lines.len() {
        let more = format!("... {} more lines", lines.len() - shown);
        text.push_str(cut(&more, columns));
        text.push('\n');
        return (text, shown + 1);
    }
    (text, shown)
}

/// As much of a line as so many columns hold.
fn cut(line: &str, columns: usize) -> &str {
    let mut width = 0;
    for (index, character) in line.char_indices() {
        width += character.width().unwrap_or_default();
        if width > columns {
            return &line[..index];
        }
    }
    line
}

/// A line for each row that is new or another, and for each that is gone.
fn changes(seen: &mut BTreeMap<(String, Option<i64>), Row>, now: Vec<Row>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = BTreeMap::new();
    for row in now {
        let key = (row.name.clone(), row.task);
        if seen.remove(&key).as_ref() != Some(&row) {
            let mut line = format!(
                "{} {} {}",
                row.title(),
                visible(&row.state),
                visible(&row.worker)
            );
            if let Some(why) = row.trace.lines().next() {
                line.push_str(&format!(": {}", visible(why)));
            }
            if let Some(time) = row.next_restart() {
                line.push_str(&format!("; restarted at {}", visible(time)));
            }
            lines.push(line);
        }
        current.insert(key, row);
    }
    lines.extend(seen.values().map(|row| format!("{} gone", row.title())));
    *seen = current;
    lines
}

fn stamped(lines: &[String]) -> String {
    let now = now();
    let lines = lines.iter().map(|line| format!("{now}  {line}\n"));
    lines.collect()
}

fn now() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests;
