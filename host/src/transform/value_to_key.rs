//! ValueToKey: fields of the value become the key.
//!
//! Must not know where records come from. Kafka counterpart: ValueToKey of `connect/transforms`.

use connect_data::{ConnectRecord, Schema, SchemaBuilder, SchemaRef, Struct, Value};

use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, names, replace_null_with_default};
use super::operand::{
    Entries, Operand, carried, in_order_of_new, not_a_map, not_a_struct, position, put,
};
use super::schema_cache::SchemaCache;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ParsedConfig};
use crate::errors::Failure;

const PURPOSE: &str = "copying fields from value to key";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        names("fields", "Names of the fields of the value."),
        replace_null_with_default(),
    ])
}

pub(super) struct ValueToKey {
    fields: Vec<String>,
    replace_null_with_default: bool,
    keys: SchemaCache<KeyPlan>,
}

/// The key that values of one schema get.
struct KeyPlan {
    schema: SchemaRef,
    /// The indexes of its fields in the value.
    sources: Vec<usize>,
}

impl ValueToKey {
    pub fn create(_operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            fields: config.list("fields").to_vec(),
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            keys: SchemaCache::new(),
        })
    }

    fn map_of<'a>(&self, value: &Entries<'a>) -> Entries<'a> {
        let mut key = Entries::with_capacity(self.fields.len());
        for field in &self.fields {
            let value = position(value, field).map(|index| value[index].1.clone());
            put(&mut key, field, value.unwrap_or_default());
        }
        in_order_of_new(key, self.fields.len())
    }

    fn struct_of<'a>(&mut self, value: &Struct<'a>) -> Result<Struct<'a>, Failure> {
        let fields = &self.fields;
        let plan = (self.keys).get(value.schema(), |schema| key_plan(schema, fields))?;
        let mut values = Vec::with_capacity(plan.sources.len());
        for (&source, field) in plan.sources.iter().zip(plan.schema.fields()?) {
            let value = value.values()[source].clone();
            values.push(carried(value, field, self.replace_null_with_default)?);
        }
        Ok(Struct::from_values(plan.schema.clone(), values))
    }
}

impl Transformation for ValueToKey {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        match (&record.value_schema, &record.value) {
            (None, Value::Map(value)) => {
                record.key = Value::Map(self.map_of(value));
                record.key_schema = None;
            }
            (None, other) => return Err(not_a_map(other, PURPOSE)),
            (Some(_), Value::Struct(value)) => {
                let key = self.struct_of(value)?;
                Operand::Key.set_struct(record, key);
            }
            (Some(_), other) => return Err(not_a_struct(other, PURPOSE)),
        }
        Ok(Applied::Kept)
    }
}

fn key_plan(schema: &Schema, names: &[String]) -> Result<KeyPlan, Failure> {
    let mut builder = SchemaBuilder::structure();
    let mut sources = Vec::with_capacity(names.len());
    for name in names {
        let field = (schema.field(name)?)
            .ok_or_else(|| Failure::data(format!("Field does not exist: {name}")))?;
        builder = builder.field(name, field.schema().clone());
        sources.push(field.index());
    }
    Ok(KeyPlan {
        schema: builder.build()?,
        sources,
    })
}

#[cfg(test)]
mod tests;
