//! Cast: changes the type of fields, or of the whole key or value.
//!
//! Must not know where records come from. Kafka counterpart: Cast of `connect/transforms`.

use crate::config::def::{
    ConfigDef, ConfigError, ConfigType, ConfigValue, Importance, Validator, java_trim,
};

use super::keys::{def, replace_null_with_default, required};
use super::replace_field::{invalid_mapping, split_mapping};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        required(
            "spec",
            ConfigType::List,
            Importance::High,
            "Fields with their new types, as field:type, or one type for the whole value: int8, \
             int16, int32, int64, float32, float64, boolean or string.",
        )
        .validator(Validator::Rule(check_spec)),
        replace_null_with_default(),
    ])
}

/// The types that values can be cast to, as their schemas call them.
const TARGETS: [&str; 8] = [
    "INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64", "BOOLEAN", "STRING",
];

/// Types of schemas that values cannot be cast to.
const OTHER_TYPES: [&str; 4] = ["BYTES", "ARRAY", "MAP", "STRUCT"];

/// What a cast does: the new type of each field, or of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spec {
    /// Of the whole key or value.
    Whole(&'static str),
    /// Of fields.
    Fields(Vec<(String, &'static str)>),
}

fn check_spec(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_list() {
        Some(mappings) if !mappings.is_empty() => parse_spec(key, mappings).map(|_| ()),
        _ => Err(ConfigError::rule(
            key,
            "Must specify at least one field to cast.",
        )),
    }
}

/// Reads the value of `spec`, which has at least one item.
pub(super) fn parse_spec(key: &str, mappings: &[String]) -> Result<Spec, ConfigError> {
    let mut whole = None;
    let mut fields = Vec::new();
    for mapping in mappings {
        match split_mapping(mapping)[..] {
            [] => return Err(invalid_mapping(mappings, mapping)),
            [target] => whole = Some(parse_target(key, target)?),
            [field, target] => {
                fields.push((java_trim(field).to_owned(), parse_target(key, target)?));
            }
            _ => return Err(invalid_mapping(mappings, mapping)),
        }
    }
    match whole {
        None => Ok(Spec::Fields(fields)),
        Some(target) if mappings.len() == 1 => Ok(Spec::Whole(target)),
        Some(_) => Err(ConfigError::rule(
            key,
            "Cast transformations that specify a type to cast the entire value to may only \
             specify a single cast in their spec",
        )),
    }
}

fn parse_target(key: &str, text: &str) -> Result<&'static str, ConfigError> {
    let text = java_trim(text);
    let name = text.to_uppercase();
    if let Some(target) = TARGETS.iter().find(|target| **target == name) {
        return Ok(target);
    }
    if OTHER_TYPES.contains(&name.as_str()) {
        return Err(ConfigError::rule(
            key,
            format!(
                "Cast transformation does not support casting to {name}; supported types are [{}]",
                TARGETS.join(", ")
            ),
        ));
    }
    // COMPAT: Cast hands the words to the wrong parameters of ConfigException, so that the text is
    // the key and Java's exception the value.
    Err(ConfigError::Invalid {
        key: format!("Invalid type found in casting spec: {text}"),
        value: format!(
            "java.lang.IllegalArgumentException: No enum constant \
             org.apache.kafka.connect.data.Schema.Type.{name}"
        ),
        reason: None,
    })
}
