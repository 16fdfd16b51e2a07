//! Filter: drops every record that it sees, and is meant to be used with a predicate.
//!
//! Must not know where records come from. Kafka counterpart: Filter of `connect/transforms`.

use connect_data::ConnectRecord;

use super::operand::Operand;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ParsedConfig};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    ConfigDef::default()
}

pub(super) struct Filter;

impl Filter {
    pub fn create(_operand: Operand, _config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self)
    }
}

impl Transformation for Filter {
    fn apply(&mut self, _record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        Ok(Applied::Dropped)
    }
}
