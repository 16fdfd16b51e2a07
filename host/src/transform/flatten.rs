//! Flatten: nested fields become fields of the record, with joined names.
//!
//! Must not know where records come from. Kafka counterpart: Flatten of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance};

use super::keys::{def, with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([with_default(
        "delimiter",
        ConfigType::String,
        ".",
        Importance::Medium,
        "What stands between the names of fields when they are joined.",
    )])
}
