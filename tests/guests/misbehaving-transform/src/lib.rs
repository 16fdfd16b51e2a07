//! A transformation that does what the value of a record says.

use connect_sdk::data::Value;
use connect_sdk::{
    Applied, Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, Description, Importance,
    Record, Transformation,
};

/// Obeys the records.
pub struct Misbehaving {
    suffix: String,
    attempts: u32,
}

impl Transformation for Misbehaving {
    fn describe() -> Description {
        let version = env!("CARGO_PKG_VERSION");
        Description::new("connect.wasm.test.MisbehavingTransform", version)
            .alias("connect.wasm.test.Misbehaving$Value")
            .doc("Does what the value of a record says.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new().key(
            ConfigKey::text("suffix")
                .default_value("!")
                .doc("What is appended to values that ask for nothing.")
                .importance(Importance::Low),
        )
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        Ok(match config.get("suffix") {
            Some("bad") => vec![ConfigIssue::new("suffix", "A bad suffix")],
            _ => Vec::new(),
        })
    }

    fn configure(config: Config) -> Result<Self, ConnectError> {
        match config.text("suffix")? {
            "refuse" => Err(ConnectError::config("This suffix is refused at the start")),
            suffix => Ok(Self {
                suffix: suffix.to_owned(),
                attempts: 0,
            }),
        }
    }

    fn apply(&mut self, record: &mut Record<'_>) -> Result<Applied, ConnectError> {
        let Some(text) = record.value().as_str().map(str::to_owned) else {
            return Ok(Applied::Kept);
        };
        match text.as_str() {
            "keep" => {}
            "drop" => return Ok(Applied::Dropped),
            "data" => return Err(ConnectError::data("The record is bad").with_detail("More of it")),
            "config" => return Err(ConnectError::config("The configuration is bad")),
            "fatal" => return Err(ConnectError::fatal("Everything is bad")),
            "retry-twice" => {
                self.attempts += 1;
                if self.attempts < 3 {
                    return Err(ConnectError::retriable("Not yet"));
                }
                self.attempts = 0;
                record.replace_value("third time");
            }
            "retry" => return Err(ConnectError::retriable("Never")),
            "panic" => panic!("as the record says"),
            "spin" => loop {
                std::hint::spin_loop();
            },
            "no-match" => record.set_value(Some(connect_sdk::data::Schema::int64()), "no number"),
            "topic" => record.set_topic("elsewhere"),
            "tombstone" => record.set_value(None, Value::Null),
            other => record.replace_value(format!("{other}{}", self.suffix)),
        }
        Ok(Applied::Kept)
    }
}

connect_sdk::export_transformation!(Misbehaving);
