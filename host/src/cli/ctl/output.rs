//! What is printed: tables, JSON and names on standard output, notes and errors on standard error.
//!
//! Owns the two streams. Nothing that a worker answers reaches a terminal as a control character.

use std::io::{self, IsTerminal as _, Write};

use clap::ValueEnum;
use serde_json::Value;

use super::error::CtlError;
use super::table::Table;

/// How the answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Aligned columns.
    Table,
    /// The API's JSON, pretty printed, one document.
    Json,
    /// Names, one on each line.
    Name,
}

/// Standard output, and how to print there.
pub(super) struct Output {
    format: Format,
    columns: Option<u16>,
    stream: Box<dyn Write + Send>,
}

impl Output {
    /// This process's standard output.
    pub(super) fn standard(format: Format) -> Self {
        Self {
            format,
            columns: terminal_size().map(|size| size.columns),
            stream: Box::new(io::stdout()),
        }
    }

    /// The format that was asked for.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Prints JSON.
    pub(super) fn json(&mut self, value: &Value) -> Result<(), CtlError> {
        // Pretty JSON of a value cannot fail: its keys are texts.
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        self.line(&text)
    }

    /// Prints a table, or a note for people when it has no rows.
    pub(super) fn table(&mut self, table: &Table, when_empty: &str) -> Result<(), CtlError> {
        if table.is_empty() {
            note(when_empty);
            return Ok(());
        }
        let columns = self.columns;
        self.line(&table.render(columns))
    }

    /// Prints names, one on each line.
    pub(super) fn names<I>(&mut self, names: I) -> Result<(), CtlError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        for name in names {
            self.line(&visible(name.as_ref()))?;
        }
        Ok(())
    }

    /// Prints a line, or several with their ends in between.
    pub(super) fn line(&mut self, line: &str) -> Result<(), CtlError> {
        self.raw(&format!("{line}\n"))
    }

    /// Prints text as it is, at once.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), CtlError> {
        self.stream.write_all(text.as_bytes())?;
        self.stream.flush()?;
        Ok(())
    }
}

/// The size of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TerminalSize {
    pub(super) columns: u16,
    pub(super) rows: u16,
}

/// The size of the terminal that standard output is, if it is one.
pub(super) fn terminal_size() -> Option<TerminalSize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    // Terminals without a size, such as serial lines, say 0.
    (size.ws_col > 0 && size.ws_row > 0).then_some(TerminalSize {
        columns: size.ws_col,
        rows: size.ws_row,
    })
}

/// Says something that is no answer.
pub(super) fn note(text: &str) {
    // Standard error that cannot be written has nowhere to say so.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says what went wrong.
pub(super) fn report(error: &CtlError) {
    note(&format!("error: {error}"));
}

/// Text on one line, with control characters as escapes.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Counts in words: `1 task`, `2 tasks`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
pub(super) mod tests;
