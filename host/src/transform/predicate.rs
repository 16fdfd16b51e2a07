//! The built-in predicates: which records a transformation is applied to.
//!
//! Must not know transformations. Kafka counterparts: HasHeaderKey, RecordIsTombstone and
//! TopicNameMatches of `connect/transforms`.

use crate::config::def::{ConfigDef, ConfigType, Importance, Validator};

use super::keys::{def, required};

/// The keys of HasHeaderKey: holds for records with a certain header.
pub(super) fn has_header_key() -> ConfigDef {
    def([required(
        "name",
        ConfigType::String,
        Importance::Medium,
        "Name of the header.",
    )
    .validator(Validator::NonEmptyText)])
}

/// The keys of RecordIsTombstone: holds for records whose value is null.
pub(super) fn record_is_tombstone() -> ConfigDef {
    ConfigDef::default()
}

/// The keys of TopicNameMatches: holds for records whose whole topic matches.
pub(super) fn topic_name_matches() -> ConfigDef {
    def([required(
        "pattern",
        ConfigType::String,
        Importance::Medium,
        "Regular expression that the whole topic is compared with.",
    )
    .validator(Validator::All(vec![
        Validator::NonEmptyText,
        Validator::Regex,
    ]))])
}
