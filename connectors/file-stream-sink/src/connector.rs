//! The connector: its configuration, the same for each task.

use connect_sdk::{
    AlteredConsumerOffset, Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext,
    Description, Grant, Importance, SinkConnector,
};

pub(crate) const FILE: &str = "file";

/// The connector.
pub struct FileStreamSinkConnector {
    config: Config,
}

impl SinkConnector for FileStreamSinkConnector {
    fn describe() -> Description {
        Description::new(
            "org.apache.kafka.connect.file.FileStreamSinkConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .task_class("org.apache.kafka.connect.file.FileStreamSinkTask")
        .doc("Appends the values of records as lines to a file or to standard output.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new().key(
            ConfigKey::text(FILE)
                .default_null()
                .importance(Importance::High)
                .doc("Destination filename. If not specified, the standard output will be used")
                .grants(Grant::PathWrite)
                .grants_stdio_when_empty(),
        )
    }

    fn alter_offsets(
        _config: &Config,
        _offsets: &[AlteredConsumerOffset],
    ) -> Result<bool, ConnectError> {
        // Lines that are there already do not depend on consumer offsets.
        Ok(true)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let config = Self::config_def().complete(config)?;
        let file = config.non_empty(FILE).unwrap_or("stdout");
        connect_sdk::info!("Starting file sink connector writing to {file}");
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok((0..max_tasks).map(|_| self.config.clone()).collect())
    }
}

#[cfg(test)]
mod tests;
