//! ExtractField: a single field of the key or value takes its place.
//!
//! Must not know where records come from. Kafka counterpart: ExtractField of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, replace_null_with_default, required, with_default};

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
