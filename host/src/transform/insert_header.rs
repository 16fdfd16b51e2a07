//! InsertHeader: adds a header with a constant value.
//!
//! Must not know where records come from. Kafka counterpart: InsertHeader of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, required};

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
