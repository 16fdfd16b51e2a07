//! InsertHeader: adds a header with a constant value.
//!
//! Must not know where records come from. Kafka counterpart: InsertHeader of `connect/transforms`.

use connect_data::{ConnectRecord, SchemaAndValue, values};

use super::keys::{def, required};
use super::operand::Operand;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let text = |name: &str, documentation: &str| {
        required(name, ConfigType::String, Importance::High, documentation)
            .validator(Validator::NonNull)
    };
    def([
        text("header", "Name of the header."),
        text(
            "value.literal",
            "Value of the header; numbers and booleans are recognized.",
        ),
    ])
}

pub(super) struct InsertHeader {
    header: String,
    literal: SchemaAndValue<'static>,
}

impl InsertHeader {
    pub fn create(_operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let literal = config.text("value.literal").unwrap_or_default();
        Ok(Self {
            header: config.text("header").unwrap_or_default().to_owned(),
            literal: values::parse_string(literal).map_err(|error| {
                ConfigError::invalid("value.literal", literal, error.to_string())
            })?,
        })
    }
}

impl Transformation for InsertHeader {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        (record.headers).add(self.header.clone(), self.literal.clone())?;
        Ok(Applied::Kept)
    }
}

#[cfg(test)]
mod tests;
