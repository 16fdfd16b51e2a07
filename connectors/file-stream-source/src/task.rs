//! The task: fills the buffer from the input and makes a record of each line.

use std::time::Duration;

use connect_sdk::data::{OffsetMap, OffsetValue, Schema, SourceRecord, Value};
use connect_sdk::stdin::Stdin;
use connect_sdk::{
    Config, ConnectError, SourceBatch, SourceConnector as _, SourceTask, SourceTaskContext, clock,
    stopping,
};

use crate::connector::{
    BATCH_SIZE, FILENAME_FIELD, FileStreamSourceConnector, POSITION_FIELD, TOPIC, file_of,
};
use crate::input::{FileInput, Filled, Input};
use crate::lines::{CAPACITY, LineBuffer, READ_BYTES};
use crate::text;

/// LIMIT: most records of a batch that the batch format allows.
const BATCH_RECORDS_MAX: usize = 100_000;

/// LIMIT: a batch gets no further line once it has so many bytes, so that with a line of the
/// greatest length it stays below the 64 MiB of the batch format.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// The first wait after a look at the input that found nothing; it doubles up to
/// `IDLE_WAIT_MAX`, is `QUIET_WAIT` once the input was silent for `QUIET_AFTER`, and
/// `LONG_QUIET_WAIT` after `LONG_QUIET_AFTER`.
const IDLE_WAIT_MIN: Duration = Duration::from_millis(1);

/// LIMIT: half of the latency that is promised (50 ms at most), at some 40 looks a second.
const IDLE_WAIT_MAX: Duration = Duration::from_millis(40);

/// A silence after which nobody waits for the next line as for one of many.
const QUIET_AFTER: Duration = Duration::from_secs(2);

/// The wait in such a silence: idle connectors cost next to nothing, and the first line after a
/// silence comes within a tenth of a second.
const QUIET_WAIT: Duration = Duration::from_millis(100);

/// A silence after which the next line may be hours away.
const LONG_QUIET_AFTER: Duration = Duration::from_secs(10);

/// The wait in such a silence: a thousand idle connectors cost next to nothing, and the first line
/// after it comes within a second, as it does on the JVM at any time.
const LONG_QUIET_WAIT: Duration = Duration::from_millis(900);

/// In a long silence every so many polls look at what the path names; it costs more than a look at
/// the size.
const LONG_QUIET_PATH_POLLS: u32 = 10;

/// How long a poll waits in all: the longest that the contract allows.
const POLL_WAIT_MAX: Duration = Duration::from_millis(950);

/// The task.
pub struct FileStreamSourceTask {
    filename: Option<String>,
    topic: String,
    batch_size: usize,
    input: Input,
    buffer: LineBuffer,
    /// Bytes of the input before the next line of the buffer.
    position: i64,
    idle_wait: Duration,
    /// How long the input has been silent, as far as this task waited for it.
    silence: Duration,
    /// Polls since the last one that looked at the path.
    polls_without_path: u32,
    /// Whether the last poll ended with a look that found nothing.
    looked: bool,
}

impl SourceTask for FileStreamSourceTask {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let config = FileStreamSourceConnector::config_def().complete(config)?;
        let filename = file_of(&config).map(str::to_owned);
        let position = match &filename {
            Some(filename) => stored_position(&context, filename)?,
            None => 0,
        };
        let input = match &filename {
            Some(filename) => Input::File(FileInput::new(filename, position.unsigned_abs())),
            None => Input::Stdin(Stdin::open()),
        };
        let batch_size = usize::try_from(config.int(BATCH_SIZE)?).unwrap_or(1);
        Ok(Self {
            filename,
            topic: config.text(TOPIC)?.to_owned(),
            batch_size: batch_size.clamp(1, BATCH_RECORDS_MAX),
            input,
            buffer: LineBuffer::growing(CAPACITY, READ_BYTES),
            position,
            idle_wait: IDLE_WAIT_MIN,
            silence: Duration::ZERO,
            polls_without_path: 0,
            looked: false,
        })
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let long_quiet = self.silence >= LONG_QUIET_AFTER;
        if let Input::File(file) = &mut self.input {
            self.polls_without_path += 1;
            let look = !long_quiet || self.polls_without_path >= LONG_QUIET_PATH_POLLS;
            if look {
                self.polls_without_path = 0;
            }
            file.begin_poll(look);
        }
        let mut waited = Duration::ZERO;
        // In a long silence one look for each wait is enough.
        if long_quiet && std::mem::take(&mut self.looked) {
            if self.wait() {
                return Ok(());
            }
            waited += self.idle_wait;
        }
        loop {
            // What is buffered goes first: it needs no further input.
            if self.take_lines(records)? {
                return Ok(());
            }
            let room = self
                .buffer
                .room()
                .map_err(|error| in_place(error, self.filename.as_deref(), self.position))?;
            match self.input.fill(room)? {
                Filled::Bytes(bytes) => {
                    self.buffer.filled(bytes);
                    self.idle_wait = IDLE_WAIT_MIN;
                    self.silence = Duration::ZERO;
                }
                Filled::Nothing => {
                    let time_is_up = waited + self.idle_wait > POLL_WAIT_MAX;
                    self.looked = time_is_up;
                    if !records.is_empty() || time_is_up || self.wait() {
                        return Ok(());
                    }
                    waited += self.idle_wait;
                    self.idle_wait = if self.silence < QUIET_AFTER {
                        (self.idle_wait * 2).min(IDLE_WAIT_MAX)
                    } else if self.silence < LONG_QUIET_AFTER {
                        QUIET_WAIT
                    } else {
                        LONG_QUIET_WAIT
                    };
                }
            }
        }
    }
}

impl FileStreamSourceTask {
    /// Waits for the next look; whether the worker wants the call back.
    fn wait(&mut self) -> bool {
        self.silence += self.idle_wait;
        stopping::wait(self.idle_wait)
    }

    /// Makes records of the buffered lines; whether the batch is full.
    fn take_lines(&mut self, records: &mut SourceBatch) -> Result<bool, ConnectError> {
        let (bytes, mut cursor) = self.buffer.lines();
        let Some(mut line) = cursor.next_line(bytes) else {
            self.buffer.advance(cursor);
            return Ok(false);
        };
        let partition = OffsetMap::of(FILENAME_FIELD, optional(self.filename.as_deref()));
        let mut record = SourceRecord::new(
            Some(partition),
            None,
            self.topic.as_str(),
            Some(Schema::string()),
            Value::Null,
        );
        record.timestamp = Some(clock::now_ms());
        let tracked = self.filename.is_some();
        let mut position = self.position;
        let full = loop {
            // A position is below 2^63, as the size of a file is.
            position += line.consumed as i64;
            let stored = if tracked {
                OffsetValue::Integer(position)
            } else {
                OffsetValue::Null
            };
            record.source_offset = Some(OffsetMap::of(POSITION_FIELD, stored));
            record.value = Value::String(text::decode(&bytes[line.bytes]));
            records
                .push(&record)
                .map_err(|error| in_place(error, self.filename.as_deref(), position))?;
            if records.len() >= self.batch_size || records.byte_len() >= BATCH_BYTES_MAX {
                break true;
            }
            match cursor.next_line(bytes) {
                Some(next) => line = next,
                None => break false,
            }
        };
        self.position = position;
        self.buffer.advance(cursor);
        Ok(full)
    }
}

/// Says where in the input an error arose.
fn in_place(error: ConnectError, filename: Option<&str>, position: i64) -> ConnectError {
    let place = filename.unwrap_or("stdin");
    error.context(format!(
        "Couldn't read the line at position {position} of {place}"
    ))
}

fn optional(filename: Option<&str>) -> OffsetValue<'_> {
    filename.map_or(OffsetValue::Null, OffsetValue::from)
}

/// The position to go on at. Nothing stored, or a null, is the start of the file.
fn stored_position(context: &SourceTaskContext, filename: &str) -> Result<i64, ConnectError> {
    let partition = OffsetMap::of(FILENAME_FIELD, filename);
    let Some(offset) = context.offset_reader.offset(&partition)? else {
        return Ok(0);
    };
    match offset.get(POSITION_FIELD) {
        None | Some(OffsetValue::Null) => Ok(0),
        Some(OffsetValue::Integer(position)) if *position >= 0 => {
            connect_sdk::debug!("Found previous offset, trying to skip to file offset {position}");
            Ok(*position)
        }
        Some(OffsetValue::Integer(position)) => Err(ConnectError::fatal(format!(
            "Offset position of {filename} is negative: {position}"
        ))),
        Some(_) => Err(ConnectError::fatal("Offset position is the incorrect type")),
    }
}

#[cfg(test)]
mod tests;
