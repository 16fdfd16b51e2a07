//! HoistField: the key or value becomes the only field of a new one.
//!
//! Must not know where records come from. Kafka counterpart: HoistField of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance};

use super::keys::{def, required};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([required(
        "field",
        ConfigType::String,
        Importance::Medium,
        "Name of the new field.",
    )])
}
