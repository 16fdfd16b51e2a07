//! DropHeaders: takes headers away.
//!
//! Must not know where records come from. Kafka counterpart: DropHeaders of `connect/transforms`.

use crate::config::def::ConfigDef;

use super::keys::{def, names};

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([names("headers", "Names of the headers to take away.")])
}
