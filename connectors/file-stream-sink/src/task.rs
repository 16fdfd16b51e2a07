//! The task: appends lines, through a buffer that `flush` empties.

use std::fs::OpenOptions;
use std::io::{self, Write};

use connect_sdk::data::Value;
use connect_sdk::{
    Config, ConnectError, ErrorKind, PartitionOffset, SinkBatch, SinkTask, SinkTaskContext,
};

use crate::connector::FILE;
use crate::output::LineOutput;

/// The task.
pub struct FileStreamSinkTask {
    /// The file as configured; none stands for standard output.
    filename: Option<String>,
    output: LineOutput<Box<dyn Write>>,
}

impl SinkTask for FileStreamSinkTask {
    fn start(_context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        let filename = config.non_empty(FILE).map(str::to_owned);
        let output: Box<dyn Write> = match &filename {
            Some(filename) => Box::new(
                OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(filename)
                    .map_err(|error| cannot_open(filename, &error))?,
            ),
            None => Box::new(io::stdout()),
        };
        Ok(Self {
            filename,
            output: LineOutput::new(output),
        })
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        let mut records = records.records();
        while let Some(record) = records.next_record()? {
            self.write_line(&record.value)
                .map_err(|error| cannot_write(self.filename.as_deref(), &error))?;
        }
        // Whoever follows the file sees lines as they come, as with the JVM's stream.
        self.output
            .flush()
            .map_err(|error| cannot_write(self.filename.as_deref(), &error))
    }

    fn flush(&mut self, _offsets: &[PartitionOffset]) -> Result<(), ConnectError> {
        self.output
            .flush()
            .map_err(|error| cannot_write(self.filename.as_deref(), &error))
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        self.flush(&[])
    }
}

impl FileStreamSinkTask {
    /// Writes the text form of a value as a line.
    fn write_line(&mut self, value: &Value<'_>) -> io::Result<()> {
        match value {
            Value::String(text) => self.output.line(text.as_bytes()),
            Value::Null => self.output.line(b"null"),
            value => self.output.line(value.to_java_string().as_bytes()),
        }
    }
}

fn cannot_open(filename: &str, error: &io::Error) -> ConnectError {
    ConnectError::fatal(format!(
        "Couldn't find or create file '{filename}' for FileStreamSinkTask"
    ))
    .with_detail(format!("Caused by: {error}"))
}

/// The JVM's task does not look at errors of its stream, and loses lines when the disk is full;
/// here the task fails and the records come again.
fn cannot_write(filename: Option<&str>, error: &io::Error) -> ConnectError {
    let name = filename.unwrap_or("stdout");
    ConnectError::new(
        ErrorKind::Fatal,
        format!("Couldn't write to {name} for FileStreamSinkTask"),
    )
    .with_detail(format!("Caused by: {error}"))
}

#[cfg(test)]
mod tests;
