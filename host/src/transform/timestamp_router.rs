//! TimestampRouter: the topic takes in the record's time.
//!
//! Must not know where records come from. Kafka counterpart: TimestampRouter of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance};

use super::keys::{def, with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        with_default(
            "topic.format",
            ConfigType::String,
            "${topic}-${timestamp}",
            Importance::High,
            "The new topic, in which ${topic} and ${timestamp} are filled in.",
        ),
        with_default(
            "timestamp.format",
            ConfigType::String,
            "yyyyMMdd",
            Importance::High,
            "Pattern of Java's SimpleDateFormat for the time.",
        ),
    ])
}
