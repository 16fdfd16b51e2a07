//! A sink for comparisons with the JVM: it writes records with all that they have as lines of JSON
//! into a file, and `{"reached": n}` at each flush, where n is the sum of the offsets. Its twin is
//! `tests/golden/java`, `TypedSinkConnector`.

#[path = "../../typed/write.rs"]
mod write;

use std::fs::{File, OpenOptions};
use std::io::Write as _;

use connect_sdk::data::SinkRecord;
use connect_sdk::{
    AlteredConsumerOffset, Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext,
    Description, Grant, Importance, PartitionOffset, SinkBatch, SinkConnector, SinkTask,
    SinkTaskContext,
};
use serde_json::{Value as Json, json};

/// The connector.
pub struct TypedSinkConnector {
    config: Config,
}

impl SinkConnector for TypedSinkConnector {
    fn describe() -> Description {
        Description::new("connect.wasm.test.TypedSinkConnector", "1.0.0")
            .doc("Writes records with all that they have into a file.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text("out")
                    .doc("Where lines go")
                    .grants(Grant::PathWrite),
            )
            .key(
                ConfigKey::text("report")
                    .default_value("")
                    .importance(Importance::Low)
                    .doc("Records with this key are reported as errant"),
            )
    }

    fn alter_offsets(_: &Config, _: &[AlteredConsumerOffset]) -> Result<bool, ConnectError> {
        Ok(true)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let config = Self::config_def().complete(config)?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, _max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone()])
    }
}

/// The task.
pub struct TypedSinkTask {
    context: SinkTaskContext,
    out: File,
    report: String,
}

impl SinkTask for TypedSinkTask {
    fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        Ok(Self {
            context,
            out: OpenOptions::new()
                .create(true)
                .append(true)
                .open(config.text("out")?)?,
            report: config.text("report")?.to_owned(),
        })
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        for record in records.records() {
            let record = record?;
            if !self.report.is_empty() && record.key.as_str() == Some(&self.report) {
                self.context
                    .errant_records
                    .report(&record, "reported by the test")?;
            } else {
                self.write(&line(&record))?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, offsets: &[PartitionOffset]) -> Result<(), ConnectError> {
        let sum: i64 = offsets.iter().map(|place| place.offset).sum();
        self.write(&json!({ "reached": sum }))
    }
}

impl TypedSinkTask {
    fn write(&mut self, line: &Json) -> Result<(), ConnectError> {
        Ok(self.out.write_all(format!("{line}\n").as_bytes())?)
    }
}

fn line(record: &SinkRecord<'_>) -> Json {
    let headers: Vec<Json> = record
        .headers
        .iter()
        .map(|header| {
            json!([
                header.key,
                write::write(header.schema.as_ref(), &header.value)
            ])
        })
        .collect();
    json!({
        "topic": record.topic,
        "partition": record.kafka_partition,
        "offset": record.kafka_offset,
        "timestamp": record.timestamp,
        "timestampType": record.timestamp_type.to_string(),
        "original": format!(
            "{}-{}@{}",
            record.original_topic, record.original_kafka_partition, record.original_kafka_offset
        ),
        "key": write::write(record.key_schema.as_ref(), &record.key),
        "value": write::write(record.value_schema.as_ref(), &record.value),
        "headers": headers,
    })
}

connect_sdk::export_sink!(TypedSinkConnector, TypedSinkTask);
