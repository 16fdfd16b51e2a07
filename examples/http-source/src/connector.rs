//! The connector: its keys, and its one task.

use connect_sdk::{
    Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext, Description, Grant,
    Importance, SourceConnector, Validator,
};

pub(crate) const URL: &str = "url";
pub(crate) const TOPIC: &str = "topic";
pub(crate) const INTERVAL: &str = "poll.interval.ms";
pub(crate) const AUTHORIZATION: &str = "authorization";
pub(crate) const TIMEOUT: &str = "request.timeout.ms";
pub(crate) const BACKOFF_MAX: &str = "retry.backoff.max.ms";

/// The connector.
pub struct HttpSourceConnector {
    config: Config,
}

impl SourceConnector for HttpSourceConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.examples.HttpSourceConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Polls a URL and makes a record of each new answer.")
    }

    fn config_def() -> ConfigDef {
        let milliseconds = |highest: f64| Validator::Range(Some(10.0), Some(highest));
        ConfigDef::new()
            .key(
                ConfigKey::text(URL)
                    .validator(Validator::NonEmpty)
                    .grants(Grant::Endpoint)
                    .doc("What to poll: http://host:port/path or https://..."),
            )
            .key(
                ConfigKey::text(TOPIC)
                    .validator(Validator::NonEmpty)
                    .doc("Topic to write to"),
            )
            .key(
                ConfigKey::int(INTERVAL)
                    .default_value(60_000)
                    .validator(milliseconds(86_400_000.0))
                    .doc("Time between two requests"),
            )
            .key(
                ConfigKey::password(AUTHORIZATION)
                    .default_null()
                    .importance(Importance::Medium)
                    .doc("Value of the header Authorization"),
            )
            .key(
                ConfigKey::int(TIMEOUT)
                    .default_value(10_000)
                    .validator(milliseconds(25_000.0))
                    .importance(Importance::Low)
                    .doc("How long to wait for an answer"),
            )
            .key(
                ConfigKey::int(BACKOFF_MAX)
                    .default_value(300_000)
                    .validator(milliseconds(86_400_000.0))
                    .importance(Importance::Low)
                    .doc("Longest time between two requests while they fail"),
            )
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        let url = config.text(URL)?.trim().to_ascii_lowercase();
        let web = url.starts_with("http://") || url.starts_with("https://");
        Ok(Vec::from_iter((!web).then(|| {
            ConfigIssue::new(URL, format!("'{URL}' begins with http:// or https://"))
        })))
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        Ok(Self { config })
    }

    fn task_configs(&mut self, _max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone()])
    }
}
