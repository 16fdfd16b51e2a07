//! A well-behaved sink for tests: it writes every call that it gets as a line into a file (or the
//! log), in order: `start`, `open t-0`, `put 2`, `record t-0@5 key=k value=v`,
//! `pre-commit t-0@6`, `flush t-0@6`, `close t-0`, `stop`.

#[path = "../../edition.rs"]
mod edition;

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::time::Duration;

use connect_sdk::data::Value;
use connect_sdk::{
    AlteredConsumerOffset, Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext,
    Description, Grant, Importance, PartitionOffset, SinkBatch, SinkConnector, SinkTask,
    SinkTaskContext, TopicPartition, Validator,
};

/// The connector.
pub struct RecordingSinkConnector {
    config: Config,
}

impl SinkConnector for RecordingSinkConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.RecordingSinkConnector",
            edition::version(),
        )
        .doc("Writes down every call.")
    }

    fn config_def() -> ConfigDef {
        let choices = ["flush", "all", "nothing", "fail"]
            .map(str::to_owned)
            .to_vec();
        let low = Importance::Low;
        let def = match edition::required_key() {
            Some(key) => ConfigDef::new().key(ConfigKey::text(key)),
            None => ConfigDef::new(),
        };
        def.key(
                ConfigKey::text("file")
                    .default_null()
                    .doc("Where calls are written; without it, to the log")
                    .grants(Grant::PathWrite),
            )
            .key(
                ConfigKey::text("pre.commit")
                    .default_value("flush")
                    .validator(Validator::OneOf(choices))
                    .doc("What pre-commit answers: none (so that flush comes), all, an empty list, an error"),
            )
            .key(
                ConfigKey::int("retriable.puts")
                    .default_value(0)
                    .importance(low)
                    .doc("So many puts with records fail with a retriable error first"),
            )
            .key(
                ConfigKey::text("report.value")
                    .default_value("")
                    .importance(low)
                    .doc("Records with this value are reported as errant"),
            )
            .key(
                ConfigKey::text("report.as")
                    .default_value("")
                    .importance(low)
                    .doc("They are reported with this value instead, as records of the task's own"),
            )
    }

    fn alter_offsets(_: &Config, _: &[AlteredConsumerOffset]) -> Result<bool, ConnectError> {
        Ok(true)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        edition::enter("connector-start");
        let config = Self::config_def().complete(config)?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone(); max_tasks as usize])
    }
}

/// The task.
pub struct RecordingSinkTask {
    context: SinkTaskContext,
    file: Option<File>,
    pre_commit: String,
    retriable_puts: i32,
    report_value: String,
    report_as: String,
    /// How many records it takes at most, before it panics.
    panics_after: Option<u64>,
    taken: u64,
}

impl RecordingSinkTask {
    fn write(&mut self, line: &str) -> Result<(), ConnectError> {
        match &mut self.file {
            Some(file) => Ok(file.write_all(format!("{line}\n").as_bytes())?),
            None => {
                connect_sdk::info!("{line}");
                Ok(())
            }
        }
    }
}

fn places(offsets: &[PartitionOffset]) -> String {
    offsets.iter().fold(String::new(), |mut text, place| {
        let _ = write!(
            text,
            " {}-{}@{}",
            place.topic, place.partition, place.offset
        );
        text
    })
}

fn partitions(partitions: &[TopicPartition]) -> String {
    partitions.iter().fold(String::new(), |mut text, place| {
        let _ = write!(text, " {}-{}", place.topic, place.partition);
        text
    })
}

impl SinkTask for RecordingSinkTask {
    fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        edition::enter("start");
        let file = match config.non_empty("file") {
            Some(path) => Some(OpenOptions::new().create(true).append(true).open(path)?),
            None => None,
        };
        let mut task = Self {
            context,
            file,
            pre_commit: config.text("pre.commit")?.to_owned(),
            retriable_puts: config.int("retriable.puts")?,
            report_value: config.text("report.value")?.to_owned(),
            report_as: config.text("report.as")?.to_owned(),
            panics_after: edition::records_before_panic(),
            taken: 0,
        };
        task.write("start")?;
        Ok(task)
    }

    fn open(&mut self, assigned: &[TopicPartition]) -> Result<(), ConnectError> {
        self.write(&format!("open{}", partitions(assigned)))
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        if records.is_empty() {
            return Ok(());
        }
        self.write(&format!("put {}", records.len()))?;
        if self.retriable_puts > 0 {
            self.retriable_puts -= 1;
            self.context.consumer.set_timeout(Duration::from_millis(50));
            return Err(ConnectError::retriable("Not yet"));
        }
        for record in records.records() {
            let record = record?;
            if self.panics_after.is_some_and(|after| self.taken >= after) {
                panic!(
                    "version {} panics after {} records",
                    edition::version(),
                    self.taken
                );
            }
            self.taken += 1;
            let (key, value) = (record.key.to_java_string(), record.value.to_java_string());
            self.write(&format!(
                "record {}-{}@{} key={key} value={value}",
                record.topic, record.kafka_partition, record.kafka_offset
            ))?;
            if !self.report_value.is_empty() && value == self.report_value {
                let reporter = &self.context.errant_records;
                if self.report_as.is_empty() {
                    reporter.report(&record, "reported by the test")?;
                } else {
                    let mut other = record.clone();
                    other.value = Value::from(self.report_as.clone());
                    reporter.report_other(&other, "reported by the test")?;
                }
            }
        }
        Ok(())
    }

    fn pre_commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, ConnectError> {
        self.write(&format!("pre-commit{}", places(offsets)))?;
        match self.pre_commit.as_str() {
            "all" => Ok(Some(offsets.to_vec())),
            "nothing" => Ok(Some(Vec::new())),
            "fail" => Err(ConnectError::fatal("pre-commit fails")),
            _ => Ok(None),
        }
    }

    fn flush(&mut self, offsets: &[PartitionOffset]) -> Result<(), ConnectError> {
        self.write(&format!("flush{}", places(offsets)))
    }

    fn close(&mut self, given_up: &[TopicPartition]) -> Result<(), ConnectError> {
        self.write(&format!("close{}", partitions(given_up)))
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        self.write("stop")
    }
}

connect_sdk::export_sink!(RecordingSinkConnector, RecordingSinkTask);
