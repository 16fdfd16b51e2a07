//! The connector: who it is, which keys its configuration has, and how work is split into tasks.

use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, Grant,
    SinkConnector, Validator,
};

/// What configurations name in `connector.class`.
const CLASS: &str = "{{class}}";

pub(crate) const FILE: &str = "file";

/// The connector.
pub struct {{Type}}Connector {
    config: Config,
}

impl SinkConnector for {{Type}}Connector {
    fn describe() -> Description {
        Description::new(CLASS, env!("CARGO_PKG_VERSION"))
            .doc("Appends the value of each record to a file, one on a line.")
    }

    fn config_def() -> ConfigDef {
        // `topics` and the other keys of every sink are the worker's.
        ConfigDef::new().key(
            ConfigKey::text(FILE)
                .validator(Validator::NonEmpty)
                .doc("The file to append to.")
                // The worker opens just this file to the plugin, and nothing else.
                .grants(Grant::PathWrite),
        )
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        // Absent keys get their defaults; a required key that is absent is an error.
        let config = Self::config_def().complete(config)?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        // Each task takes its share of the topics' partitions; all append to the same file.
        Ok(vec![self.config.clone(); max_tasks as usize])
    }
}
