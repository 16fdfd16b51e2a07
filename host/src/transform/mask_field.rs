//! MaskField: fields get a value that says nothing.
//!
//! Must not know where records come from. Kafka counterpart: MaskField of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, names, optional, replace_null_with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        names("fields", "Names of the fields to mask."),
        optional(
            "replacement",
            ConfigType::String,
            Importance::Low,
            "What is put in their place, for numbers and texts; zero or nothing when not set.",
        )
        .validator(Validator::NonEmptyText),
        replace_null_with_default(),
    ])
}
