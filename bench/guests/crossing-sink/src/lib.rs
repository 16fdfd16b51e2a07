//! Reads every record that it is given and does nothing with it: all that is left to measure is the
//! codec and the way into the sandbox.

use connect_sdk::data::Value;
use connect_sdk::{
    Config, ConfigDef, ConnectError, ConnectorContext, Description, SinkBatch, SinkConnector,
    SinkTask, SinkTaskContext,
};

/// The connector.
pub struct CrossingSinkConnector;

impl SinkConnector for CrossingSinkConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.bench.CrossingSinkConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Measures put.")
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
pub struct CrossingSinkTask {
    /// Of all values, so that reading them cannot be left out.
    bytes: usize,
}

impl SinkTask for CrossingSinkTask {
    fn start(_: SinkTaskContext, _: Config) -> Result<Self, ConnectError> {
        Ok(Self { bytes: 0 })
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        let mut records = records.records();
        while let Some(record) = records.next_record()? {
            if let Value::String(text) = &record.value {
                self.bytes += text.len();
            }
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        connect_sdk::info!("{} bytes", self.bytes);
        Ok(())
    }
}

connect_sdk::export_sink!(CrossingSinkConnector, CrossingSinkTask);
