//! InsertField: adds fields with what is known of the record, or with a constant.
//!
//! Must not know where records come from. Kafka counterpart: InsertField of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigKey, ConfigType, Importance};

use super::keys::{def, optional, replace_null_with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let field = |name: &str, documentation: &str| -> ConfigKey {
        optional(name, ConfigType::String, Importance::Medium, documentation)
    };
    def([
        field(
            "topic.field",
            "Field for the name of the topic. A ! at its end makes it required, a ? optional.",
        ),
        field(
            "partition.field",
            "Field for the number of the partition, with ! or ? as above.",
        ),
        field(
            "offset.field",
            "Field for the offset, of sink connectors alone, with ! or ? as above.",
        ),
        field(
            "timestamp.field",
            "Field for the record's timestamp, with ! or ? as above.",
        ),
        field(
            "static.field",
            "Field for a constant, with ! or ? as above.",
        ),
        field("static.value", "The constant."),
        replace_null_with_default(),
    ])
}
