//! ReplaceField: takes fields out and gives others new names.
//!
//! Must not know where records come from. Kafka counterpart: ReplaceField of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigError, ConfigType, ConfigValue, Importance, Validator};

use super::keys::{def, replace_null_with_default, with_default};

/// `renames`, which the messages of other transformations name, too.
pub(super) const RENAMES: &str = "renames";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let list = |name: &str, documentation: &str| {
        with_default(
            name,
            ConfigType::List,
            "",
            Importance::Medium,
            documentation,
        )
    };
    def([
        list("exclude", "Fields to take out; wins over `include`.")
            .validator(Validator::any_list(true, false)),
        list("include", "Fields to keep; all when empty.")
            .validator(Validator::any_list(true, false)),
        list(RENAMES, "New names, as old:new.").validator(Validator::Rule(check_renames)),
        replace_null_with_default(),
    ])
}

fn check_renames(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_list() {
        Some(mappings) => parse_renames(mappings).map(|_| ()),
        // Kafka stumbles over a null here, which the REST API refuses in any case.
        None => Err(ConfigError::invalid(
            key,
            value,
            "expected a list of old:new",
        )),
    }
}

/// Old and new names.
pub(super) fn parse_renames(mappings: &[String]) -> Result<Vec<(String, String)>, ConfigError> {
    mappings
        .iter()
        .map(|mapping| match split_mapping(mapping)[..] {
            [old, new] => Ok((old.to_owned(), new.to_owned())),
            _ => Err(invalid_mapping(mappings, mapping)),
        })
        .collect()
}

/// The parts of a mapping between colons.
///
/// COMPAT: empty parts at the end do not count (Java's String.split).
pub(super) fn split_mapping(mapping: &str) -> Vec<&str> {
    if mapping.is_empty() {
        return vec![mapping];
    }
    let mut parts: Vec<&str> = mapping.split(':').collect();
    while parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    parts
}

/// The error for a mapping with too many or too few parts.
pub(super) fn invalid_mapping(mappings: &[String], mapping: &str) -> ConfigError {
    ConfigError::invalid(
        RENAMES,
        &ConfigValue::List(mappings.to_vec()),
        format!("Invalid rename mapping: {mapping}"),
    )
}
