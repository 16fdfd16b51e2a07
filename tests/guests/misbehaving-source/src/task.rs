//! The task. Modes of its own: `<harm>-in-start`, `-in-poll`, `-in-commit`, `-in-commit-records`,
//! `-in-stop`; and in polls
//! - `corrupt-batch`: bytes that are no batch; `truncated-batch`: a batch cut in the middle;
//!   `huge-count`: a batch that announces more records than it has; `deep-batch`: a value of lists in
//!   lists, a million deep;
//! - `lie-about-offsets`: offsets that go back and jump; `no-offsets`: records without partition
//!   and offset; `null-offset`: a partition with no offset;
//! - `retriable-polls`: `times` retriable errors, then records;
//! - `late-panic`: `times` records, then a panic;
//! - `wait-long`: a poll that waits a minute, but listens to the stopping signal;
//! - `tiny-polls`: polls that come back at once with nothing, as often as they are called;
//! - `leak-files`: opens the file `file` in each poll and never closes it;
//! - `write-much`: a megabyte to the file `file.write` in each poll;
//! - `drop-panic`: a panic when the task is dropped, which its stop does;
//! - `probe`: the outcomes of `probes` as records, once.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::time::Duration;

use connect_sdk::data::{OffsetMap, Schema, SourceRecord};
use connect_sdk::{
    CommittedRecord, Config, ConnectError, SourceBatch, SourceTask, SourceTaskContext, stopping,
};

use crate::harm::harm;
use crate::probe::probe;

/// How deep the value of `deep-batch` is.
const DEPTH: usize = 1_000_000;

/// The task.
pub struct MisbehavingSourceTask {
    topic: String,
    mode: String,
    times: i64,
    probes: Vec<String>,
    file: Option<String>,
    file_write: Option<String>,
    open: Vec<File>,
    polls: i64,
}

impl Drop for MisbehavingSourceTask {
    fn drop(&mut self) {
        if self.mode == "drop-panic" {
            panic!("this is the panic in drop");
        }
    }
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

    fn write_much(&self) -> Result<(), ConnectError> {
        let path = self.file_write.as_deref().unwrap_or_default();
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let written = opened.and_then(|mut file| file.write_all(&vec![b'x'; 1 << 20]));
        written.map_err(|error| failed("write", &error))
    }

    /// A batch of records that is then spoilt.
    fn spoilt_batch(&self) -> Vec<u8> {
        match self.mode.as_str() {
            // Version and kind as they should be, a count of records beyond any limit.
            "huge-count" => vec![1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            "truncated-batch" => vec![1, 1, 1],
            // One record of topic `t` whose value is a list in a list in a list ...
            "deep-batch" => {
                let mut bytes = vec![1, 1, 0, 0, 1, 1, b't', 0, 1, 0, 1, 0, 0, 0];
                bytes.extend([11, 1].repeat(DEPTH));
                bytes.push(0);
                bytes
            }
            _ => vec![0xee; 1000],
        }
    }
}

fn failed(what: &str, error: &std::io::Error) -> ConnectError {
    ConnectError::fatal(format!("cannot {what}: {:?}", error.kind()))
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
            file: config.get("file").map(str::to_owned),
            file_write: config.get("file.write").map(str::to_owned),
            open: Vec::new(),
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
            "corrupt-batch" | "truncated-batch" | "huge-count" | "deep-batch" => {
                records.set_raw(self.spoilt_batch());
                return Ok(());
            }
            "retriable-polls" if self.polls <= self.times => {
                return Err(ConnectError::retriable(format!("retriable {}", self.polls)));
            }
            "tiny-polls" => return Ok(()),
            "leak-files" => {
                let opened = File::open(self.file.as_deref().unwrap_or_default());
                self.open
                    .push(opened.map_err(|error| failed("open", &error))?);
                return Ok(());
            }
            "write-much" => return self.write_much(),
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
