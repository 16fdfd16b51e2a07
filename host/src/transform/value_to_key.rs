//! ValueToKey: fields of the value become the key.
//!
//! Must not know where records come from. Kafka counterpart: ValueToKey of `connect/transforms`.

use crate::config::def::ConfigDef;

use super::keys::{def, names, replace_null_with_default};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        names("fields", "Names of the fields of the value."),
        replace_null_with_default(),
    ])
}
