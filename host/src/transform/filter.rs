//! Filter: drops every record that it sees, and is meant to be used with a predicate.
//!
//! Must not know where records come from. Kafka counterpart: Filter of `connect/transforms`.

use crate::config::def::ConfigDef;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    ConfigDef::default()
}
