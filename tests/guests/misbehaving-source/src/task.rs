//! The task. Modes of its own: `<harm>-in-start`, `-in-poll`, `-in-commit`, `-in-commit-records`,
//! `-in-stop`; and in polls
//! - `corrupt-batch`: bytes that are no batch; `truncated-batch`: a batch cut in the middle;
//!   `huge-count`: a batch that announces more records than it has;
//! - `lie-about-offsets`: offsets that go back and jump; `no-offsets`: records without partition
//!   and offset; `null-offset`: a partition with no offset;
//! - `retriable-polls`: `times` retriable errors, then records;
//! - `late-panic`: `times` records, then a panic;
//! - `wait-long`: a poll that waits a minute, but listens to the stopping signal;
//! - `probe`: the outcomes of `probes` as records, once.

use std::time::Duration;

use connect_sdk::data::{OffsetMap, Schema, SourceRecord};
use connect_sdk::{
    CommittedRecord, Config, ConnectError, SourceBatch, SourceTask, SourceTaskContext, stopping,
};

use crate::harm::harm;
use crate::probe::probe;

/// The task.
pub struct MisbehavingSourceTask {
    topic: String,
    mode: String,
    times: i64,
    probes: Vec<String>,
    polls: i64,
}

impl MisbehavingSourceTask {
    fn record(&self, value: impl Into<String>, number: i64) -> SourceRecord<'_> {
        SourceRecord::new(
            Some(OffsetMap::of("misbehaving", "task")),
            Some(OffsetMap::of("number", number)),
            self.topic.as_str(),
            Some(Schema::string()),
            value.into(),
        )
    }

    fn probe(&self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        if self.polls == 1 {
            for (number, text) in self.probes.iter().enumerate() {
                let outcome = probe(text);
                connect_sdk::info!("probe {outcome}");
                records.push(&self.record(outcome, number as i64))?;
            }
        } else {
            stopping::wait(Duration::from_millis(900));
        }
        Ok(())
    }

    /// One record for each poll, `number` being the poll.
    fn one_record(&self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let number = match self.mode.as_str() {
            "lie-about-offsets" => [100, 3, i64::MAX, -1][self.polls as usize % 4],
            _ => self.polls,
        };
        let mut record = self.record(format!("record {}", self.polls), number);
        match self.mode.as_str() {
            "no-offsets" => {
                record.source_partition = None;
                record.source_offset = None;
            }
            "null-offset" => record.source_offset = None,
            _ => {}
        }
        records.push(&record)
    }

    /// A batch of records that is then spoilt.
    fn spoilt_batch(&self) -> Vec<u8> {
        match self.mode.as_str() {
            // Version and kind as they should be, a count of records beyond any limit.
            "huge-count" => vec![1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            "truncated-batch" => vec![1, 1, 1],
            _ => vec![0xee; 1000],
        }
    }
}

impl SourceTask for MisbehavingSourceTask {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let mode = config.text("mode")?.to_owned();
        harm(&mode, "start")?;
        context
            .offset_reader
            .offset(&OffsetMap::of("misbehaving", "task"))?;
        if config.get("reconfigured").is_some() {
            connect_sdk::info!("the task was reconfigured");
        }
        Ok(Self {
            topic: config.text("topic")?.to_owned(),
            times: config.int("times")?.into(),
            probes: config
                .list("probes")?
                .into_iter()
                .map(str::to_owned)
                .collect(),
            polls: 0,
            mode,
        })
    }

    fn wants_commit_records(&self) -> bool {
        self.mode.ends_with("-in-commit-records")
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        self.polls += 1;
        harm(&self.mode, "poll")?;
        match self.mode.as_str() {
            "probe" => return self.probe(records),
            "corrupt-batch" | "truncated-batch" | "huge-count" => {
                records.set_raw(self.spoilt_batch());
                return Ok(());
            }
            "retriable-polls" if self.polls <= self.times => {
                return Err(ConnectError::retriable(format!("retriable {}", self.polls)));
            }
            "late-panic" if self.polls > self.times => panic!("this is the late panic"),
            "wait-long" => {
                let stopped = stopping::wait(Duration::from_secs(60));
                connect_sdk::info!("the long wait ended, stopping: {stopped}");
                return Ok(());
            }
            _ => {}
        }
        if self.polls > 1 && stopping::wait(Duration::from_millis(100)) {
            return Ok(());
        }
        self.one_record(records)
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
