//! TimestampConverter: turns times into another form.
//!
//! Must not know where records come from. Kafka counterpart: TimestampConverter of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, replace_null_with_default, required, with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        with_default(
            "field",
            ConfigType::String,
            "",
            Importance::High,
            "The field with the time; empty when the whole key or value is one.",
        ),
        required(
            "target.type",
            ConfigType::String,
            Importance::High,
            "The form to turn it into.",
        )
        .validator(Validator::one_of(&[
            "string",
            "unix",
            "Date",
            "Time",
            "Timestamp",
        ])),
        with_default(
            "format",
            ConfigType::String,
            "",
            Importance::Medium,
            "Pattern of Java's SimpleDateFormat for texts, read or written.",
        ),
        with_default(
            "unix.precision",
            ConfigType::String,
            "milliseconds",
            Importance::Low,
            "What a Unix time counts.",
        )
        .validator(Validator::one_of(&[
            "nanoseconds",
            "microseconds",
            "milliseconds",
            "seconds",
        ])),
        replace_null_with_default(),
    ])
}
