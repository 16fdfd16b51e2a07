//! The connector: its keys, and the same configuration for each task.

use connect_sdk::{
    Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext, Description, Grant,
    Importance, SinkConnector, Validator,
};

pub(crate) const ADDRESS: &str = "address";
pub(crate) const CONFIRM: &str = "confirm";
pub(crate) const TIMEOUT: &str = "timeout.ms";

/// The connector.
pub struct TcpSinkConnector {
    config: Config,
}

/// Host and port of an address.
pub(crate) fn check_address(address: &str) -> Result<(), ConnectError> {
    let port = address
        .rsplit_once(':')
        .map(|(host, port)| (host, port.parse::<u16>()));
    match port {
        Some((host, Ok(_))) if !host.is_empty() => Ok(()),
        _ => Err(ConnectError::config(format!(
            "'{ADDRESS}' is written as host:port, not as '{address}'"
        ))),
    }
}

impl SinkConnector for TcpSinkConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.examples.TcpSinkConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Sends each record as a line to a server over TCP.")
    }

    fn config_def() -> ConfigDef {
        let confirm = ["close", "none"].map(str::to_owned).to_vec();
        ConfigDef::new()
            .key(
                ConfigKey::text(ADDRESS)
                    .validator(Validator::NonEmpty)
                    .grants(Grant::Endpoint)
                    .doc("The server: host:port"),
            )
            .key(
                ConfigKey::text(CONFIRM)
                    .default_value("close")
                    .validator(Validator::OneOf(confirm))
                    .importance(Importance::Medium)
                    .doc(
                        "What counts as delivered when offsets are committed. close: the \
                         connection is closed and the server has closed it, too, after it read \
                         everything. none: the system took the bytes",
                    ),
            )
            .key(
                ConfigKey::int(TIMEOUT)
                    .default_value(5000)
                    .validator(Validator::Range(Some(1.0), Some(50_000.0)))
                    .importance(Importance::Low)
                    .doc("How long to wait for the server"),
            )
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        let issue = |error: ConnectError| ConfigIssue::new(ADDRESS, error.message());
        let checked = check_address(config.text(ADDRESS)?.trim());
        Ok(checked.err().map(issue).into_iter().collect())
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone(); max_tasks as usize])
    }
}
