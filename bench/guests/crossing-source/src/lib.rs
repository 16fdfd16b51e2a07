//! Gives the same thousand records of a hundred bytes at every poll: all that is left to measure is
//! the codec and the way out of the sandbox.

use connect_sdk::data::{OffsetMap, Schema, SourceRecord};
use connect_sdk::{
    Config, ConfigDef, ConnectError, ConnectorContext, Description, SourceBatch, SourceConnector,
    SourceTask, SourceTaskContext,
};

const RECORDS: i64 = 1000;

/// The connector.
pub struct CrossingSourceConnector;

impl SourceConnector for CrossingSourceConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.bench.CrossingSourceConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Measures poll.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
    }

    fn start(_: Box<dyn ConnectorContext>, _: Config) -> Result<Self, ConnectError> {
        Ok(Self)
    }

    fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![Config::default()])
    }
}

/// The task.
pub struct CrossingSourceTask {
    line: String,
    partition: OffsetMap<'static>,
}

impl SourceTask for CrossingSourceTask {
    fn start(_: SourceTaskContext, _: Config) -> Result<Self, ConnectError> {
        Ok(Self {
            line: "x".repeat(100),
            partition: OffsetMap::of("filename", "/tmp/lines.txt"),
        })
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let mut record = SourceRecord::new(
            Some(self.partition.clone()),
            None,
            "lines",
            Some(Schema::string()),
            self.line.as_str(),
        );
        record.timestamp = Some(1_700_000_000_000);
        for number in 0..RECORDS {
            record.source_offset = Some(OffsetMap::of("position", number * 101));
            records.push(&record)?;
        }
        Ok(())
    }
}

connect_sdk::export_source!(CrossingSourceConnector, CrossingSourceTask);
