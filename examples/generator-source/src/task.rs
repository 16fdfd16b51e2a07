//! The task: makes the rows that are due, and goes on where its stored offset says.

use std::time::Duration;

use connect_sdk::data::{OffsetMap, Schema, SourceRecord, Value};
use connect_sdk::{
    Config, ConnectError, SourceBatch, SourceConnector as _, SourceTask, SourceTaskContext, clock,
    stopping,
};

use crate::connector::{
    BATCH_SIZE, GeneratorSourceConnector, ROWS_MAX, ROWS_PER_SECOND, SEED, TASK, TOPIC, number_of,
    partition_of,
};
use crate::fields::{FieldSpec, Rows};

/// LIMIT: a poll comes back within a second.
const POLL_WAIT_MAX: Duration = Duration::from_millis(900);

/// LIMIT: rows are not made one by one when many are due: a batch costs more than a row.
const PACE: Duration = Duration::from_millis(10);

/// The task.
pub struct GeneratorSourceTask {
    topic: String,
    key: String,
    partition: OffsetMap<'static>,
    rows: Rows,
    batch_size: u64,
    /// No limit: none.
    rows_per_second: Option<u64>,
    /// Numbers from here on are not made.
    end: i64,
    next: i64,
    /// By the monotonic clock.
    begun: Duration,
    /// Rows since `begun`.
    made: u64,
}

impl SourceTask for GeneratorSourceTask {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let config = GeneratorSourceConnector::config_def().complete(config)?;
        let task = config.int(TASK)?;
        let partition = partition_of(task);
        let next = match context.offset_reader.offset(&partition)? {
            Some(offset) => number_of(&offset)? + 1,
            None => 0,
        };
        let rows_max = config.long(ROWS_MAX)?;
        let rows_per_second = config.int(ROWS_PER_SECOND)?.unsigned_abs();
        connect_sdk::info!("Task {task} goes on with row {next}");
        Ok(Self {
            topic: config.text(TOPIC)?.to_owned(),
            key: task.to_string(),
            partition,
            rows: Rows::new(FieldSpec::parse_all(&config)?, config.long(SEED)?, task)?,
            batch_size: config
                .int(BATCH_SIZE)?
                .clamp(1, 100_000)
                .unsigned_abs()
                .into(),
            rows_per_second: (rows_per_second > 0).then_some(rows_per_second.into()),
            end: if rows_max < 0 { i64::MAX } else { rows_max },
            next,
            begun: clock::monotonic(),
            made: 0,
        })
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let polled = clock::monotonic();
        let mut due = self.due();
        while due == 0 {
            let left = POLL_WAIT_MAX.saturating_sub(clock::monotonic() - polled);
            if left.is_zero() || stopping::wait(self.until_next().min(left)) {
                return Ok(());
            }
            due = self.due();
        }
        let mut record = SourceRecord::new(
            Some(self.partition.clone()),
            None,
            self.topic.as_str(),
            Some(self.rows.schema()),
            Value::Null,
        );
        record.key_schema = Some(Schema::string());
        record.key = Value::from(self.key.as_str());
        record.timestamp = Some(clock::now_ms());
        for _ in 0..due {
            record.value = self.rows.value(self.next)?;
            record.source_offset = Some(OffsetMap::of("number", self.next));
            records.push(&record)?;
            self.next += 1;
        }
        self.made += due;
        Ok(())
    }
}

impl GeneratorSourceTask {
    /// How many rows are to be made now.
    fn due(&self) -> u64 {
        let left = self.end.saturating_sub(self.next).max(0).unsigned_abs();
        let due = match self.rows_per_second {
            Some(rate) => {
                let due =
                    (clock::monotonic() - self.begun).as_nanos() * u128::from(rate) / 1_000_000_000;
                u64::try_from(due)
                    .unwrap_or(u64::MAX)
                    .saturating_sub(self.made)
            }
            None => u64::MAX,
        };
        due.min(self.batch_size).min(left)
    }

    /// The time until the next row is due, and no less than the pace of batches.
    fn until_next(&self) -> Duration {
        let Some(rate) = self.rows_per_second.filter(|_| self.next < self.end) else {
            return POLL_WAIT_MAX;
        };
        let nanos = u128::from(self.made + 1) * 1_000_000_000 / u128::from(rate);
        let at = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        at.saturating_sub(clock::monotonic() - self.begun).max(PACE)
    }
}

#[cfg(test)]
mod tests;
