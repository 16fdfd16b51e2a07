//! The connector: who it is, which keys its configuration has, and how work is split into tasks.

use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, Importance,
    SourceConnector, Validator,
};

/// What configurations name in `connector.class`.
const CLASS: &str = "{{class}}";

pub(crate) const TOPIC: &str = "topic";
pub(crate) const MESSAGE: &str = "message";
pub(crate) const INTERVAL_MS: &str = "interval.ms";

/// The connector.
pub struct {{Type}}Connector {
    config: Config,
}

impl SourceConnector for {{Type}}Connector {
    fn describe() -> Description {
        Description::new(CLASS, env!("CARGO_PKG_VERSION"))
            .doc("Sends a numbered message to a topic at an interval.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text(TOPIC)
                    .validator(Validator::NonEmpty)
                    .doc("The topic to write to."),
            )
            .key(
                ConfigKey::text(MESSAGE)
                    .default_value("Hello")
                    .importance(Importance::Medium)
                    .doc("What each record says before its number."),
            )
            .key(
                ConfigKey::long(INTERVAL_MS)
                    .default_value(1000)
                    .validator(Validator::Range(Some(1.0), None))
                    .importance(Importance::Low)
                    .doc("Milliseconds between two records."),
            )
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        // Absent keys get their defaults; a required key that is absent is an error.
        let config = Self::config_def().complete(config)?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, _max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        // There is one counter, so there is work for one task.
        Ok(vec![self.config.clone()])
    }
}
