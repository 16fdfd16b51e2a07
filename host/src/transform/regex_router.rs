//! RegexRouter: changes the topic of records whose topic matches.
//!
//! Must not know where records come from. Kafka counterpart: RegexRouter of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, required};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        required(
            "regex",
            ConfigType::String,
            Importance::High,
            "Regular expression that the whole topic is compared with.",
        )
        .validator(Validator::Regex),
        required(
            "replacement",
            ConfigType::String,
            Importance::High,
            "The new topic; $1 is the first group of the expression.",
        ),
    ])
}
