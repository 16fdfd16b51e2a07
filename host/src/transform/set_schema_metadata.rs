//! SetSchemaMetadata: gives the schema of the key or value a name and a version.
//!
//! Must not know where records come from. Kafka counterpart: SetSchemaMetadata of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance};

use super::keys::{def, optional, replace_null_with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        optional(
            "schema.name",
            ConfigType::String,
            Importance::High,
            "The schema's name.",
        ),
        optional(
            "schema.version",
            ConfigType::Int,
            Importance::High,
            "The schema's version.",
        ),
        replace_null_with_default(),
    ])
}
