//! The connector: its keys, and the same configuration for each task.

use connect_sdk::{
    Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext, Description, Grant,
    Importance, SinkConnector, Validator,
};
use redis::{Client, IntoConnectionInfo};

pub(crate) const URL: &str = "redis.url";
pub(crate) const PASSWORD: &str = "redis.password";
pub(crate) const MODE: &str = "redis.mode";
pub(crate) const PREFIX: &str = "redis.prefix";
pub(crate) const TIMEOUT: &str = "redis.timeout.ms";

/// The connector.
pub struct RedisSinkConnector {
    config: Config,
}

/// The server of a configuration. Does not connect.
pub(crate) fn client_of(config: &Config) -> Result<Client, ConnectError> {
    let url = config.text(URL)?;
    // The error's text shows the URL only as far as it has no password.
    let wrong = |error: redis::RedisError| {
        ConnectError::config(format!(
            "'{URL}' is written as redis://host:port/database: {error}"
        ))
    };
    let mut info = url.into_connection_info().map_err(wrong)?;
    if let Some(password) = config.non_empty(PASSWORD) {
        let settings = info.redis_settings().clone().set_password(password);
        info = info.set_redis_settings(settings);
    }
    Client::open(info).map_err(wrong)
}

impl SinkConnector for RedisSinkConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.examples.RedisSinkConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Writes records into Redis, as keys or as entries of streams.")
    }

    fn config_def() -> ConfigDef {
        let modes = ["set", "stream"].map(str::to_owned).to_vec();
        ConfigDef::new()
            .key(
                ConfigKey::text(URL)
                    .validator(Validator::NonEmpty)
                    .grants(Grant::Endpoint)
                    .doc("The server: redis://host:port/database"),
            )
            .key(
                ConfigKey::password(PASSWORD)
                    .default_null()
                    .importance(Importance::Medium)
                    .doc("Password of the server"),
            )
            .key(
                ConfigKey::text(MODE)
                    .default_value("set")
                    .validator(Validator::OneOf(modes))
                    .doc(
                        "set: the record's key is set to its value, or deleted by a null; stream: \
                         the record is added to the stream named after its topic",
                    ),
            )
            .key(
                ConfigKey::text(PREFIX)
                    .default_value("")
                    .importance(Importance::Low)
                    .doc("Put before the names of keys or streams"),
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
        let issue = |error: ConnectError| ConfigIssue::new(URL, error.message());
        Ok(client_of(config).err().map(issue).into_iter().collect())
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone(); max_tasks as usize])
    }
}
