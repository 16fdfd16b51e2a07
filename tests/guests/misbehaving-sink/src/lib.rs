//! A sink for tests that does harm, as the key `mode` says: `<harm>-in-connector-start`,
//! `-in-alter-offsets`, `-in-start`, `-in-open`, `-in-put`, `-in-pre-commit`, `-in-flush`, `-in-close`, `-in-stop` (a
//! harm in put waits for the first record); and
//! - `retriable-puts`: `times` retriable errors for the first records, then it takes them;
//! - `lie-about-offsets`: pre-commit answers with offsets that were not consumed and partitions that
//!   were not asked for;
//! - `pause-others`: pauses and resumes a partition that is not assigned, and logs the answers;
//! - `rewind`: goes back to offset 0 once, after the first records;
//! - `request-commit`: asks for a commit in each put with records;
//! - `report`: reports each record as errant, and passes on what comes back.
//!
//! Without a mode it is well: it logs each value.

#[path = "../../harm.rs"]
mod harm;

use std::time::Duration;

use connect_sdk::{
    AlteredConsumerOffset, Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext,
    Description, PartitionOffset, SinkBatch, SinkConnector, SinkTask, SinkTaskContext,
    TopicPartition,
};

use crate::harm::harm;

/// The connector.
pub struct MisbehavingSinkConnector {
    config: Config,
}

impl SinkConnector for MisbehavingSinkConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.MisbehavingSinkConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Does harm.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text("mode")
                    .default_value("")
                    .doc("What harm to do"),
            )
            .key(
                ConfigKey::int("times")
                    .default_value(3)
                    .doc("How often, for some modes"),
            )
    }

    fn alter_offsets(config: &Config, _: &[AlteredConsumerOffset]) -> Result<bool, ConnectError> {
        harm(config.get("mode").unwrap_or_default(), "alter-offsets")?;
        Ok(false)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let config = Self::config_def().complete(config)?;
        harm(config.text("mode")?, "connector-start")?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        harm(self.config.text("mode")?, "task-configs")?;
        Ok(vec![self.config.clone(); max_tasks as usize])
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        harm(self.config.text("mode")?, "connector-stop")
    }
}

/// The task.
pub struct MisbehavingSinkTask {
    context: SinkTaskContext,
    mode: String,
    times: i32,
    rewound: bool,
}

impl MisbehavingSinkTask {
    fn pause_others(&self) {
        let other = [TopicPartition {
            topic: "not-assigned".to_owned(),
            partition: 7,
        }];
        let consumer = &self.context.consumer;
        let answers = [
            ("pause", consumer.pause(&other)),
            ("resume", consumer.resume(&other)),
        ];
        for (call, answer) in answers {
            match answer {
                Ok(()) => connect_sdk::info!("{call} was allowed"),
                Err(error) => connect_sdk::info!("{call} was refused: {}", error.message()),
            }
        }
    }

    fn rewind(&mut self) {
        if std::mem::replace(&mut self.rewound, true) {
            return;
        }
        let assignment = self.context.consumer.assignment();
        let starts: Vec<_> = assignment
            .into_iter()
            .map(|assigned| PartitionOffset {
                topic: assigned.topic,
                partition: assigned.partition,
                offset: 0,
            })
            .collect();
        self.context.consumer.set_offsets(&starts);
    }
}

impl SinkTask for MisbehavingSinkTask {
    fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        let mode = config.text("mode")?.to_owned();
        harm(&mode, "start")?;
        Ok(Self {
            context,
            times: config.int("times")?,
            rewound: false,
            mode,
        })
    }

    fn open(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        harm(&self.mode, "open")
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        if records.is_empty() {
            return Ok(());
        }
        harm(&self.mode, "put")?;
        match self.mode.as_str() {
            "retriable-puts" if self.times > 0 => {
                self.times -= 1;
                self.context.consumer.set_timeout(Duration::from_millis(50));
                return Err(ConnectError::retriable("retriable in put"));
            }
            "pause-others" => self.pause_others(),
            "rewind" => self.rewind(),
            "request-commit" => self.context.consumer.request_commit(),
            _ => {}
        }
        for record in records.records() {
            let record = record?;
            if self.mode == "report" {
                self.context
                    .errant_records
                    .report(&record, "reported by the test")?;
            }
            connect_sdk::info!(
                "put {}-{}@{} {}",
                record.topic,
                record.kafka_partition,
                record.kafka_offset,
                record.value.to_java_string()
            );
        }
        Ok(())
    }

    fn pre_commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, ConnectError> {
        harm(&self.mode, "pre-commit")?;
        if self.mode != "lie-about-offsets" {
            return Ok(None);
        }
        let mut lies = offsets.to_vec();
        for lie in &mut lies {
            lie.offset += 1_000_000;
        }
        lies.push(PartitionOffset {
            topic: "not-assigned".to_owned(),
            partition: 7,
            offset: 1,
        });
        Ok(Some(lies))
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

connect_sdk::export_sink!(MisbehavingSinkConnector, MisbehavingSinkTask);
