//! Flatten: nested fields become fields of the record, with joined names.
//!
//! Must not know where records come from. Kafka counterpart: Flatten of `connect/transforms`.

use connect_data::{
    ConnectRecord, DataError, Field, Schema, SchemaBuilder, SchemaRef, Struct, Type, Value,
};

use super::keys::{def, with_default};
use super::operand::{Entries, Operand, carried, class_text, name_of, put, take_map, take_struct};
use super::schema_cache::{SchemaCache, with_basics_of};
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig};
use crate::errors::Failure;

const PURPOSE: &str = "flattening";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([with_default(
        "delimiter",
        ConfigType::String,
        ".",
        Importance::Medium,
        "What stands between the names of fields when they are joined.",
    )])
}

pub(super) struct Flatten {
    operand: Operand,
    delimiter: String,
    plans: SchemaCache<Plan>,
}

/// What becomes of structs of one schema.
struct Plan {
    schema: SchemaRef,
    shape: Shape,
}

/// A struct, by its fields: none for one that stays a field, a shape for a nested struct.
struct Shape {
    fields: Vec<Option<Shape>>,
    /// How many fields there are, with those of nested structs.
    leaves: usize,
}

impl Flatten {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            operand,
            delimiter: config.text("delimiter").unwrap_or_default().to_owned(),
            plans: SchemaCache::new(),
        })
    }
}

impl Transformation for Flatten {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        if value.is_null() {
            return Ok(Applied::Kept);
        }
        if schema.is_none() {
            let entries = take_map(value, PURPOSE)?;
            let mut flat = Entries::with_capacity(entries.len());
            flatten_entries(entries, "", &self.delimiter, &mut flat)?;
            *value = Value::Map(flat);
            return Ok(Applied::Kept);
        }
        let structure = take_struct(value, PURPOSE)?;
        let delimiter = &self.delimiter;
        let plan = (self.plans).get(structure.schema(), |schema| Plan::make(schema, delimiter))?;
        let updated = plan.flatten(structure)?;
        self.operand.set_struct(record, updated);
        Ok(Applied::Kept)
    }
}

fn joined(prefix: &str, delimiter: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        [prefix, delimiter, name].concat()
    }
}

fn flatten_entries<'a>(
    entries: Entries<'a>,
    prefix: &str,
    delimiter: &str,
    flat: &mut Entries<'a>,
) -> Result<(), Failure> {
    for (key, value) in entries {
        let name = joined(prefix, delimiter, name_of(&key)?);
        match value {
            Value::Map(entries) => flatten_entries(entries, &name, delimiter, flat)?,
            Value::Decimal(_) | Value::Date(_) => {
                return Err(Failure::data(format!(
                    "Flatten transformation was passed a value of type {} which is not supported \
                     by Connect's data API",
                    class_text(&value)
                )));
            }
            Value::Struct(_) => {
                return Err(Failure::data(format!(
                    "Flatten transformation does not support {} for record without schemas (for \
                     field {name}).",
                    class_text(&value)
                )));
            }
            leaf => put(flat, &name, leaf),
        }
    }
    Ok(())
}

impl Plan {
    fn make(schema: &Schema, delimiter: &str) -> Result<Self, Failure> {
        let mut builder = with_basics_of(schema, SchemaBuilder::structure());
        let shape = Shape::add(schema, "", delimiter, schema.is_optional(), &mut builder)?;
        Ok(Self {
            schema: builder.build()?,
            shape,
        })
    }

    fn flatten<'a>(&self, structure: Struct<'a>) -> Result<Struct<'a>, Failure> {
        let mut values = Vec::with_capacity(self.shape.leaves);
        let fields = self.schema.fields()?;
        self.shape.flatten(structure, fields, &mut values)?;
        if values.len() != fields.len() {
            // A nested struct of another schema than its field's.
            return Err(DataError::StructSchemasDoNotMatch.into());
        }
        Ok(Struct::from_values(self.schema.clone(), values))
    }
}

impl Shape {
    /// Adds the fields of a struct to the flat schema. They are optional where a struct around
    /// them is.
    fn add(
        schema: &Schema,
        prefix: &str,
        delimiter: &str,
        optional: bool,
        flat: &mut SchemaBuilder,
    ) -> Result<Self, Failure> {
        let mut shape = Self {
            fields: Vec::new(),
            leaves: 0,
        };
        for field in schema.fields()? {
            let name = joined(prefix, delimiter, field.name());
            let optional = optional || field.schema().is_optional();
            match field.schema().schema_type() {
                Type::Struct => {
                    let nested = Self::add(field.schema(), &name, delimiter, optional, flat)?;
                    shape.leaves += nested.leaves;
                    shape.fields.push(Some(nested));
                }
                Type::Map => {
                    return Err(Failure::data(format!(
                        "Flatten transformation does not support MAP for record with schemas \
                         (for field {name})."
                    )));
                }
                _ => {
                    let builder = std::mem::replace(flat, SchemaBuilder::structure());
                    *flat = builder.field(name, leaf_schema(field.schema(), optional)?);
                    shape.leaves += 1;
                    shape.fields.push(None);
                }
            }
        }
        Ok(shape)
    }

    fn flatten<'a>(
        &self,
        structure: Struct<'a>,
        fields: &[Field],
        flat: &mut Vec<Value<'a>>,
    ) -> Result<(), Failure> {
        let values = structure.into_values();
        for (value, nested) in values.into_iter().zip(&self.fields) {
            match (nested, value) {
                // Read with defaults, whatever the configuration: Flatten has no such setting.
                (None, Value::Null) => {
                    let field = fields
                        .get(flat.len())
                        .ok_or(DataError::StructSchemasDoNotMatch)?;
                    flat.push(carried(Value::Null, field, true)?);
                }
                (None, value) => flat.push(value),
                (Some(nested), Value::Struct(structure)) => {
                    nested.flatten(structure, fields, flat)?;
                }
                // Nothing is set where there is no struct, and no default is read either.
                (Some(nested), _) => {
                    flat.resize_with(flat.len() + nested.leaves, Value::default);
                }
            }
        }
        Ok(())
    }
}

/// The schema of a field that stays one.
fn leaf_schema(schema: &SchemaRef, optional: bool) -> Result<SchemaRef, Failure> {
    if schema.is_optional() == optional {
        return Ok(schema.clone());
    }
    let builder = match schema.value_schema() {
        Ok(Some(elements)) => SchemaBuilder::array(elements.clone()),
        _ => SchemaBuilder::new(schema.schema_type()),
    };
    let mut builder = with_basics_of(schema, builder);
    if optional {
        builder = builder.optional();
    }
    if let Some(default) = schema.default_value() {
        builder = builder.default_value(default.clone());
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests;
