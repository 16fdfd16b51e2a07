//! ExtractField: a single field of the key or value takes its place.
//!
//! Must not know where records come from. Kafka counterpart: ExtractField of `connect/transforms`.

use connect_data::{ConnectRecord, Value};

use super::field_path::FieldPath;
use super::keys::{
    REPLACE_NULL_WITH_DEFAULT, def, replace_null_with_default, required, with_default,
};
use super::operand::{Operand, not_a_struct, take_map};
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator};
use crate::errors::Failure;

const PURPOSE: &str = "field extraction";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        required(
            "field",
            ConfigType::String,
            Importance::Medium,
            "The field to keep; with syntax V2, a path of fields.",
        ),
        replace_null_with_default(),
        with_default(
            "field.syntax.version",
            ConfigType::String,
            "V1",
            Importance::High,
            "How `field` is read: V1, the name of a field; V2, a path with dots.",
        )
        .validator(Validator::one_of_ignoring_case(&["V1", "V2"])),
    ])
}

pub(super) struct ExtractField {
    operand: Operand,
    /// As configured.
    text: String,
    path: FieldPath,
    replace_null_with_default: bool,
}

impl ExtractField {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let text = config.text("field").unwrap_or_default().to_owned();
        let version = config.text("field.syntax.version").unwrap_or_default();
        Ok(Self {
            operand,
            path: if version.eq_ignore_ascii_case("V2") {
                FieldPath::parse(&text)?
            } else {
                FieldPath::of_name(&text)
            },
            text,
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
        })
    }
}

impl Transformation for ExtractField {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        let Some(of_struct) = schema else {
            if !value.is_null() {
                *value = self.path.take_from_map(take_map(value, PURPOSE)?)?;
            }
            return Ok(Applied::Kept);
        };
        let structure = match std::mem::take(value) {
            Value::Struct(structure) => Some(structure),
            Value::Null => None,
            other => return Err(not_a_struct(&other, PURPOSE)),
        };
        let (of_field, field) = self.path.take_from_struct(
            of_struct,
            structure,
            self.replace_null_with_default,
            || unknown_field(&self.text),
        )?;
        *value = field;
        *schema = Some(of_field);
        Ok(Applied::Kept)
    }
}

#[cold]
fn unknown_field(text: &str) -> Failure {
    Failure::new(
        "java.lang.IllegalArgumentException",
        format!("Unknown field: {text}"),
    )
}

#[cfg(test)]
mod tests;
