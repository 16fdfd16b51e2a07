//! A sink for tests of `plugin check`: it breaks one rule of the contract, as the key `mode` says:
//! `<harm>-in-start`, `-in-open`, `-in-flush`, `-in-close`, `-in-stop`; `unwrap-first` (an empty
//! batch panics), `once` (the same records again are fatal), `beyond` (pre-commit answers with more
//! than it was asked about), `unwrap-text` (a value that is no text panics), `hoard` (keeps all that
//! was put), `pretend` (says that it wrote what it could not). Without a mode it keeps them all.

#[path = "../../harm.rs"]
mod harm;

use std::io::Write;

use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, Grant,
    PartitionOffset, SinkBatch, SinkConnector, SinkTask, SinkTaskContext, TopicPartition,
};

use crate::harm::harm;

/// The connector.
pub struct CarelessSinkConnector {
    config: Config,
}

impl SinkConnector for CarelessSinkConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.CarelessSinkConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Breaks rules.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text("mode")
                    .default_value("")
                    .doc("Which rule to break."),
            )
            .key(
                ConfigKey::text("file")
                    .doc("What to write.")
                    .grants(Grant::PathWrite),
            )
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let config = Self::config_def().complete(config)?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone(); max_tasks as usize])
    }
}

/// The task.
pub struct CarelessSinkTask {
    mode: String,
    file: String,
    next: i64,
    hoarded: Vec<Vec<u8>>,
}

impl CarelessSinkTask {
    fn write(&self, line: &str) -> Result<(), ConnectError> {
        let opened = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file);
        let written = opened.and_then(|mut file| writeln!(file, "{line}"));
        match written {
            Err(error) if self.mode != "pretend" => {
                Err(ConnectError::from(error).context(format!("{} cannot be written", self.file)))
            }
            _ => Ok(()),
        }
    }
}

impl SinkTask for CarelessSinkTask {
    fn start(_: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        let mode = config.text("mode")?.to_owned();
        harm(&mode, "start")?;
        Ok(Self {
            mode,
            file: config.text("file")?.to_owned(),
            next: 0,
            hoarded: Vec::new(),
        })
    }

    fn open(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        harm(&self.mode, "open")
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        if self.mode == "unwrap-first" {
            records.records().next().expect("a record")?;
        }
        for record in records.records() {
            let record = record?;
            match self.mode.as_str() {
                "once" if record.kafka_offset < self.next => {
                    return Err(ConnectError::fatal("This record was here before."));
                }
                "unwrap-text" => {
                    record.value.as_str().expect("a text");
                }
                "hoard" => self.hoarded.push(vec![1; 1 << 15]),
                _ => {}
            }
            self.next = record.kafka_offset + 1;
            self.write(&record.value.to_java_string())?;
        }
        Ok(())
    }

    fn pre_commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, ConnectError> {
        if self.mode != "beyond" {
            return Ok(None);
        }
        let mut beyond = offsets.to_vec();
        for offset in &mut beyond {
            offset.offset += 1;
        }
        Ok(Some(beyond))
    }

    fn flush(&mut self, _: &[PartitionOffset]) -> Result<(), ConnectError> {
        harm(&self.mode, "flush")
    }

    fn close(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        harm(&self.mode, "close")
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        harm(&self.mode, "stop")
    }
}

connect_sdk::export_sink!(CarelessSinkConnector, CarelessSinkTask);
