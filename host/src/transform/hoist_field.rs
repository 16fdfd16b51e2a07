//! HoistField: the key or value becomes the only field of a new one.
//!
//! Must not know where records come from. Kafka counterpart: HoistField of `connect/transforms`.

use connect_data::{ConnectRecord, DataError, SchemaBuilder, SchemaRef, Struct, Value};

use super::keys::{def, required};
use super::operand::{Operand, put};
use super::schema_cache::SchemaCache;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([required(
        "field",
        ConfigType::String,
        Importance::Medium,
        "Name of the new field.",
    )])
}

pub(super) struct HoistField {
    operand: Operand,
    field: String,
    /// The schema of the new struct.
    hoisted: SchemaCache<SchemaRef>,
}

impl HoistField {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            operand,
            field: config.text("field").unwrap_or_default().to_owned(),
            hoisted: SchemaCache::new(),
        })
    }
}

/// Room for the fields that transformations which follow may insert, so that they need no more
/// memory.
const VALUES_ROOM: usize = 4;

impl Transformation for HoistField {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        let inner = std::mem::take(value);
        match schema {
            None => {
                let mut entries = Vec::with_capacity(VALUES_ROOM);
                put(&mut entries, &self.field, inner);
                *value = Value::Map(entries);
            }
            Some(schema) => {
                let field = &self.field;
                let hoisted = self.hoisted.get(schema, |schema| {
                    let builder = SchemaBuilder::structure().field(field, schema.clone());
                    Ok(builder.build()?)
                })?;
                *value = Value::Struct(structure(hoisted.clone(), inner)?);
                *schema = hoisted.clone();
            }
        }
        Ok(Applied::Kept)
    }
}

/// The value as the only field; nobody has checked yet that it is one of its schema.
fn structure(hoisted: SchemaRef, inner: Value<'_>) -> Result<Struct<'_>, DataError> {
    let mut values = Vec::with_capacity(VALUES_ROOM);
    values.push(Value::Null);
    let mut structure = Struct::from_values(hoisted, values);
    structure.put_at(0, inner)?;
    Ok(structure)
}

#[cfg(test)]
mod tests;
