//! The task. It counts, ten records a poll, and waits a moment between polls. Modes of its own:
//! `<harm>-in-start`, `-in-commit`, `-in-stop`; `gap` and `again` (goes on one too far, or too near,
//! after a restart), `no-topic`, `sleep` (polls take five seconds, whatever the worker wants),
//! `busy` (returns without records at once), `hoard` (keeps a quarter of a mebibyte of each poll),
//! `backlog` (returns all that came since the last poll), `unwrap-file`, `vague-file` and
//! `retry-file` (what a file that cannot be opened does; the last one at every poll, at once),
//! `invent` (records without the file).

use std::time::{Duration, Instant};

use connect_sdk::data::{OffsetMap, OffsetValue, Schema, SourceRecord};
use connect_sdk::{
    CommittedRecord, Config, ConnectError, SourceBatch, SourceTask, SourceTaskContext, stopping,
};

use crate::harm::harm;

/// Records of a poll.
const BATCH: i64 = 10;
/// What `backlog` makes a millisecond.
const BACKLOG_RATE: u128 = 2000;

/// The task.
pub struct CarelessSourceTask {
    topic: String,
    mode: String,
    file: Option<String>,
    next: i64,
    last_poll: Instant,
    hoarded: Vec<Vec<u8>>,
}

impl CarelessSourceTask {
    fn push(&mut self, records: &mut SourceBatch, value: &str) -> Result<(), ConnectError> {
        let mut record = SourceRecord::new(
            Some(OffsetMap::of("counter", "one")),
            Some(OffsetMap::of("number", self.next)),
            self.topic.as_str(),
            Some(Schema::string()),
            value.to_owned(),
        );
        if self.mode == "no-topic" {
            record.topic = None;
        }
        self.next += 1;
        records.push(&record)
    }

    /// Looks whether the file is there, in the way of the mode.
    fn look(&self) -> Result<(), ConnectError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let opened = std::fs::File::open(file);
        match (self.mode.as_str(), opened) {
            ("unwrap-file", opened) => {
                opened.expect("the file opens");
                Ok(())
            }
            ("invent", _) | (_, Ok(_)) => Ok(()),
            ("vague-file", Err(_)) => Err(ConnectError::fatal("Something cannot be opened.")),
            (_, Err(error)) => {
                Err(ConnectError::from(error).context(format!("{file} cannot be opened")))
            }
        }
    }
}

impl SourceTask for CarelessSourceTask {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let mode = config.get("mode").unwrap_or_default().to_owned();
        harm(&mode, "start")?;
        let stored = context
            .offset_reader
            .offset(&OffsetMap::of("counter", "one"))?;
        let stored =
            stored.and_then(|offset| offset.get("number").and_then(OffsetValue::as_integer));
        let next = match (stored, mode.as_str()) {
            (None, _) => 0,
            (Some(number), "gap") => number + 2,
            (Some(number), "again") => number,
            (Some(number), _) => number + 1,
        };
        let task = Self {
            topic: config.get("topic").unwrap_or("none").to_owned(),
            file: config.non_empty("file").map(str::to_owned),
            mode,
            next,
            last_poll: Instant::now(),
            hoarded: Vec::new(),
        };
        if task.mode != "retry-file" {
            task.look()?;
        }
        Ok(task)
    }

    fn wants_commit_records(&self) -> bool {
        self.mode.ends_with("-in-commit-records")
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "to wait without listening is the point"
    )]
    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        match self.mode.as_str() {
            "busy" => return Ok(()),
            "retry-file" if self.look().is_err() => return Ok(()),
            "sleep" => std::thread::sleep(Duration::from_secs(5)),
            "hoard" => self.hoarded.push(vec![1; 1 << 18]),
            "backlog" => {
                let since = self.last_poll.elapsed().as_millis();
                self.last_poll = Instant::now();
                let value = "backlog ".repeat(20);
                for _ in 0..since * BACKLOG_RATE {
                    self.push(records, &value)?;
                }
            }
            _ => {}
        }
        if stopping::wait(Duration::from_millis(1)) {
            return Ok(());
        }
        for _ in 0..BATCH {
            let value = self.next.to_string();
            self.push(records, &value)?;
        }
        Ok(())
    }

    fn commit_records(&mut self, _: &[CommittedRecord]) -> Result<(), ConnectError> {
        harm(&self.mode, "commit-records")
    }

    fn commit(&mut self) -> Result<(), ConnectError> {
        harm(&self.mode, "commit")
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        harm(&self.mode, "stop")
    }
}
