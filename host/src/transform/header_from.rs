//! HeaderFrom: fields of the key or value become headers.
//!
//! Must not know where records come from. Kafka counterpart: HeaderFrom of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, replace_null_with_default, required};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let list = |name: &str, documentation: &str| {
        required(name, ConfigType::List, Importance::High, documentation)
            .validator(Validator::FilledList)
    };
    def([
        list("fields", "Names of the fields."),
        list(
            "headers",
            "Names of the headers, in the order of the fields.",
        ),
        required(
            "operation",
            ConfigType::String,
            Importance::High,
            "copy: the fields stay; move: they are taken out.",
        )
        .validator(Validator::one_of(&["move", "copy"])),
        replace_null_with_default(),
    ])
}
