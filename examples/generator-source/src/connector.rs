//! The connector: its keys, and a configuration for each task.

use connect_sdk::data::{OffsetMap, OffsetValue};
use connect_sdk::{
    AlteredOffset, Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext,
    Description, Importance, SourceConnector, Support, Validator,
};

use crate::fields::FieldSpec;

pub(crate) const TOPIC: &str = "topic";
pub(crate) const ROWS_PER_SECOND: &str = "rows.per.second";
pub(crate) const ROWS_MAX: &str = "rows.max";
pub(crate) const FIELDS: &str = "fields";
pub(crate) const SEED: &str = "seed";
pub(crate) const BATCH_SIZE: &str = "batch.size";
/// Not for users: which of the tasks a configuration is for.
pub(crate) const TASK: &str = "task.number";

/// The connector.
pub struct GeneratorSourceConnector {
    config: Config,
}

/// The source partition of a task.
pub(crate) fn partition_of(task: i32) -> OffsetMap<'static> {
    OffsetMap::of("task", i64::from(task))
}

/// The number in a source offset.
pub(crate) fn number_of(offset: &OffsetMap<'_>) -> Result<i64, ConnectError> {
    match offset.get("number").and_then(OffsetValue::as_integer) {
        Some(number) if number >= 0 => Ok(number),
        _ => Err(ConnectError::fatal(
            "A source offset of this connector is {\"number\": <the number of a row>}",
        )),
    }
}

impl SourceConnector for GeneratorSourceConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.examples.GeneratorSourceConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Makes numbered rows with fields of random values at a rate.")
    }

    fn config_def() -> ConfigDef {
        let at_least = |lowest: f64| Validator::Range(Some(lowest), None);
        ConfigDef::new()
            .key(
                ConfigKey::text(TOPIC)
                    .validator(Validator::NonEmpty)
                    .doc("Topic to write to"),
            )
            .key(
                ConfigKey::int(ROWS_PER_SECOND)
                    .default_value(10)
                    .validator(at_least(0.0))
                    .doc("Rows a second of each task; 0: as fast as they are taken"),
            )
            .key(
                ConfigKey::long(ROWS_MAX)
                    .default_value(-1)
                    .validator(at_least(-1.0))
                    .importance(Importance::Medium)
                    .doc("Rows of each task in all; -1: no end"),
            )
            .key(
                ConfigKey::list(FIELDS)
                    .default_value("")
                    .importance(Importance::Medium)
                    .doc(
                        "name:type of fields beside task and number; types: boolean, int, long, \
                         double, string, timestamp. None: a row is its number alone",
                    ),
            )
            .key(
                ConfigKey::long(SEED)
                    .default_value(0)
                    .importance(Importance::Low)
                    .doc("Other seeds, other values"),
            )
            .key(
                ConfigKey::int(BATCH_SIZE)
                    .default_value(1000)
                    .validator(Validator::Range(Some(1.0), Some(100_000.0)))
                    .importance(Importance::Low)
                    .doc("Most rows of one poll"),
            )
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        let config = Self::config_def().complete(config.clone())?;
        let issue = |error: ConnectError| ConfigIssue::new(FIELDS, error.message());
        Ok(FieldSpec::parse_all(&config)
            .err()
            .map(issue)
            .into_iter()
            .collect())
    }

    fn exactly_once_support(_: &Config) -> Result<Support, ConnectError> {
        Ok(Support::Supported)
    }

    fn alter_offsets(_: &Config, offsets: &[AlteredOffset]) -> Result<bool, ConnectError> {
        for (_, offset) in offsets {
            offset.as_ref().map(number_of).transpose()?;
        }
        Ok(true)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        Ok(Self {
            config: Self::config_def().complete(config)?,
        })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        let config = |task: u32| self.config.clone().with(TASK, task.to_string());
        Ok((0..max_tasks).map(config).collect())
    }
}
