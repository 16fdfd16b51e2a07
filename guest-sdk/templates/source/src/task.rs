//! The task: makes records, and goes on where its stored offset says.

use std::time::Duration;

use connect_sdk::data::{OffsetMap, OffsetValue, Schema, SourceRecord};
use connect_sdk::{
    Config, ConnectError, SourceBatch, SourceTask, SourceTaskContext, clock, stopping,
};

use crate::connector::{INTERVAL_MS, MESSAGE, TOPIC};

/// A poll comes back within a second; a longer interval is waited for in parts.
const WAIT_MAX: Duration = Duration::from_millis(900);

/// The task.
pub struct {{Type}}Task {
    topic: String,
    message: String,
    interval: Duration,
    /// Which part of the outside system records come from: here there is only one.
    partition: OffsetMap<'static>,
    /// The number of the next record.
    next: i64,
    /// How long it is until the next record.
    remaining: Duration,
}

impl SourceTask for {{Type}}Task {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let partition = OffsetMap::of("counter", "main");
        // What was stored is the offset of the last record that is in Kafka.
        let next = match context.offset_reader.offset(&partition)? {
            None => 0,
            Some(offset) => match offset.get("number") {
                Some(OffsetValue::Integer(number)) => number + 1,
                _ => return Err(ConnectError::fatal("The stored offset has no 'number'")),
            },
        };
        connect_sdk::info!("Counting from {next}");
        Ok(Self {
            topic: config.text(TOPIC)?.to_owned(),
            message: config.text(MESSAGE)?.to_owned(),
            interval: Duration::from_millis(config.long(INTERVAL_MS)?.unsigned_abs()),
            partition,
            next,
            remaining: Duration::ZERO,
        })
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let wait = self.remaining.min(WAIT_MAX);
        if stopping::wait(wait) {
            // The worker wants the call back: no record this time.
            return Ok(());
        }
        self.remaining -= wait;
        if !self.remaining.is_zero() {
            return Ok(());
        }
        self.remaining = self.interval;
        let mut record = SourceRecord::new(
            Some(self.partition.clone()),
            Some(OffsetMap::of("number", self.next)),
            self.topic.as_str(),
            Some(Schema::string()),
            format!("{} {}", self.message, self.next),
        );
        record.timestamp = Some(clock::now_ms());
        records.push(&record)?;
        self.next += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
