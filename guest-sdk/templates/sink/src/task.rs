//! The task: writes the values of records to the file.

use std::fs::{File, OpenOptions};
use std::io::Write;

use connect_sdk::{Config, ConnectError, PartitionOffset, SinkBatch, SinkTask, SinkTaskContext};

use crate::connector::FILE;

/// The task.
pub struct {{Type}}Task {
    name: String,
    file: File,
}

impl SinkTask for {{Type}}Task {
    fn start(_context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        let name = config.text(FILE)?.to_owned();
        let opened = OpenOptions::new().create(true).append(true).open(&name);
        let file = opened.map_err(|error| {
            ConnectError::from(error).context(format!("The file {name} cannot be opened"))
        })?;
        Ok(Self { name, file })
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        // All lines in one write: calls out of the sandbox cost more than copying.
        let mut lines = String::new();
        for record in records.records() {
            lines.push_str(&record?.value.to_java_string());
            lines.push('\n');
        }
        self.file.write_all(lines.as_bytes()).map_err(|error| {
            ConnectError::from(error).context(format!("{} cannot be written", self.name))
        })
    }

    fn flush(&mut self, _offsets: &[PartitionOffset]) -> Result<(), ConnectError> {
        // After this, the worker commits the offsets of what was put.
        self.file.sync_data().map_err(|error| {
            ConnectError::from(error).context(format!("{} cannot be flushed", self.name))
        })
    }
}

#[cfg(test)]
mod tests;
