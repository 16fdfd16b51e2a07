//! DropHeaders: takes headers away.
//!
//! Must not know where records come from. Kafka counterpart: DropHeaders of `connect/transforms`.

use connect_data::ConnectRecord;

use super::keys::{def, names};
use super::operand::Operand;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ParsedConfig};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([names("headers", "Names of the headers to take away.")])
}

pub(super) struct DropHeaders {
    headers: Vec<String>,
}

impl DropHeaders {
    pub fn create(_operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            headers: config.list("headers").to_vec(),
        })
    }
}

impl Transformation for DropHeaders {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        for header in &self.headers {
            record.headers.remove(header);
        }
        Ok(Applied::Kept)
    }
}

#[cfg(test)]
mod tests;
