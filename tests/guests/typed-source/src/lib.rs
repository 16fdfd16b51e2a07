//! A source for comparisons with the JVM: it emits the records that its configuration lists, one a
//! poll, and makes a file after the last. Its twin is `tests/golden/java`, `TypedSourceConnector`.

#[path = "../../typed/read.rs"]
mod read;

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use connect_sdk::data::{OffsetMap, SchemaAndValue, SourceRecord};
use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, Grant, SourceBatch,
    SourceConnector, SourceTask, SourceTaskContext, stopping,
};
use serde_json::Value as Json;

/// The connector.
pub struct TypedSourceConnector {
    config: Config,
}

impl SourceConnector for TypedSourceConnector {
    fn describe() -> Description {
        Description::new("connect.wasm.test.TypedSourceConnector", "1.0.0")
            .doc("Emits the records that its configuration lists.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(ConfigKey::text("topic").doc("Where records go"))
            .key(ConfigKey::text("records").doc("The records, as a list in JSON"))
            .key(
                ConfigKey::text("done")
                    .doc("A file that is made after the last record")
                    .grants(Grant::PathWrite),
            )
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
pub struct TypedSourceTask {
    topic: String,
    done: PathBuf,
    records: Vec<Json>,
    next: usize,
}

impl SourceTask for TypedSourceTask {
    fn start(_: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let records = serde_json::from_str(config.text("records")?)
            .map_err(|error| ConnectError::config(format!("records: {error}")))?;
        Ok(Self {
            topic: config.text("topic")?.to_owned(),
            done: config.text("done")?.into(),
            records,
            next: 0,
        })
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        if let Some(record) = self.records.get(self.next) {
            self.next += 1;
            let position = i64::try_from(self.next).unwrap_or(i64::MAX);
            let record = self
                .record(record, position)
                .map_err(|error| ConnectError::fatal(format!("record {position}: {error}")))?;
            records.push(&record)?;
            return Ok(());
        }
        if !self.done.exists() {
            File::create(&self.done)?;
        }
        stopping::wait(Duration::from_millis(100));
        Ok(())
    }
}

impl TypedSourceTask {
    fn record(&self, json: &Json, position: i64) -> Result<SourceRecord<'static>, String> {
        let topic = json["topic"].as_str().unwrap_or(&self.topic).to_owned();
        let (value_schema, value) = read::read(&json["value"])?;
        let mut record = SourceRecord::new(
            Some(OffsetMap::of("source", "typed")),
            Some(OffsetMap::of("position", position)),
            topic,
            value_schema,
            value,
        );
        (record.key_schema, record.key) = read::read(&json["key"])?;
        record.kafka_partition = json["partition"]
            .as_i64()
            .and_then(|number| i32::try_from(number).ok());
        record.timestamp = json["timestamp"].as_i64();
        for header in json["headers"].as_array().into_iter().flatten() {
            let (schema, value) = read::read(&header[1])?;
            let name = header[0].as_str().ok_or("a header has a name")?.to_owned();
            record
                .headers
                .add(name, SchemaAndValue { schema, value })
                .map_err(|error| error.to_string())?;
        }
        Ok(record)
    }
}

connect_sdk::export_source!(TypedSourceConnector, TypedSourceTask);
