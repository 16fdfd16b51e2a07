//! The connector: its configuration, its one task, and what it thinks of changed offsets.

use connect_sdk::data::{OffsetMap, OffsetValue};
use connect_sdk::{
    AlteredOffset, Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description,
    Grant, Importance, SourceConnector, Support, Validator,
};

pub(crate) const FILE: &str = "file";
pub(crate) const TOPIC: &str = "topic";
pub(crate) const BATCH_SIZE: &str = "batch.size";
pub(crate) const FILENAME_FIELD: &str = "filename";
pub(crate) const POSITION_FIELD: &str = "position";

/// The connector.
pub struct FileStreamSourceConnector {
    config: Config,
}

/// The file of a configuration; none stands for standard input.
pub(crate) fn file_of(config: &Config) -> Option<&str> {
    config.non_empty(FILE)
}

impl SourceConnector for FileStreamSourceConnector {
    fn describe() -> Description {
        Description::new(
            "org.apache.kafka.connect.file.FileStreamSourceConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .task_class("org.apache.kafka.connect.file.FileStreamSourceTask")
        .doc("Reads lines of a file or of standard input into a topic.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text(FILE)
                    .default_null()
                    .importance(Importance::High)
                    .doc("Source filename. If not specified, the standard input will be used")
                    .grants(Grant::PathRead)
                    .grants_stdio_when_empty(),
            )
            .key(
                ConfigKey::text(TOPIC)
                    .validator(Validator::NonEmpty)
                    .importance(Importance::High)
                    .doc("The topic to publish data to"),
            )
            .key(
                ConfigKey::int(BATCH_SIZE)
                    .default_value(2000)
                    .importance(Importance::Low)
                    .doc(
                        "The maximum number of records the source task can read from the file \
                         each time it is polled",
                    ),
            )
    }

    fn exactly_once_support(config: &Config) -> Result<Support, ConnectError> {
        Ok(match file_of(config) {
            Some(_) => Support::Supported,
            // What was read from standard input cannot be read again.
            None => Support::Unsupported,
        })
    }

    fn alter_offsets(config: &Config, offsets: &[AlteredOffset]) -> Result<bool, ConnectError> {
        let config = Self::config_def().complete(config.clone())?;
        if file_of(&config).is_none() {
            return Err(ConnectError::fatal(
                "Offsets cannot be modified if the 'file' configuration is unspecified. This is \
                 because stdin is used for input and offsets are not tracked.",
            ));
        }
        for (partition, offset) in offsets {
            // Without an offset the partition is reset, which is right for any partition: this is
            // how offsets of files that are no longer read are cleaned up.
            if let Some(offset) = offset {
                check_offset(offset)?;
                check_partition(partition.as_ref())?;
            }
        }
        Ok(true)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let complete = Self::config_def().complete(config.clone())?;
        let file = file_of(&complete).unwrap_or("stdin");
        connect_sdk::info!("Starting file source connector reading from {file}");
        // Tasks get what the user wrote; defaults are filled in by the task itself, as on the JVM.
        Ok(Self { config })
    }

    fn task_configs(&mut self, _max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone()])
    }
}

fn check_offset(offset: &OffsetMap<'_>) -> Result<(), ConnectError> {
    let message = match offset.get(POSITION_FIELD) {
        None => "Offset objects should either be null or contain the key 'position'",
        Some(OffsetValue::Integer(position)) if *position >= 0 => return Ok(()),
        Some(OffsetValue::Integer(_)) => {
            "The value for the 'position' key in the offset should be a non-negative value"
        }
        Some(_) => "The value for the 'position' key in the offset is expected to be a Long value",
    };
    Err(ConnectError::fatal(message))
}

fn check_partition(partition: Option<&OffsetMap<'_>>) -> Result<(), ConnectError> {
    let message = match partition {
        None => "Partition objects cannot be null",
        Some(partition) if partition.get(FILENAME_FIELD).is_some() => return Ok(()),
        Some(_) => "Partition objects should contain the key 'filename'",
    };
    Err(ConnectError::fatal(message))
}

#[cfg(test)]
mod tests;
