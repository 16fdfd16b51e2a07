//! MaskField: fields get a value that says nothing.
//!
//! Must not know where records come from. Kafka counterpart: MaskField of `connect/transforms`.

use connect_data::{ConnectRecord, DataError, Decimal, Schema, Struct, Value, values};

use super::java_number::not_a_decimal;
use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, names, optional, replace_null_with_default};
use super::operand::{
    Operand, carry_all, class_text, in_order_of_copy, position, put, take_map, take_struct,
};
use super::schema_cache::SchemaCache;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator};
use crate::errors::Failure;

const PURPOSE: &str = "mask fields";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        names("fields", "Names of the fields to mask."),
        optional(
            "replacement",
            ConfigType::String,
            Importance::Low,
            "What is put in their place, for numbers and texts; zero or nothing when not set.",
        )
        .validator(Validator::NonEmptyText),
        replace_null_with_default(),
    ])
}

pub(super) struct MaskField {
    operand: Operand,
    fields: Vec<String>,
    replacement: Option<String>,
    replace_null_with_default: bool,
    /// The indexes of the fields in structs.
    masked: SchemaCache<Vec<usize>>,
}

impl MaskField {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            operand,
            fields: config.list("fields").to_vec(),
            replacement: config.text("replacement").map(str::to_owned),
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            masked: SchemaCache::new(),
        })
    }
}

impl Transformation for MaskField {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        let replacement = self.replacement.as_deref();
        if schema.is_none() {
            let mut entries = take_map(value, PURPOSE)?;
            let before = entries.len();
            for field in &self.fields {
                let value = position(&entries, field).map(|at| std::mem::take(&mut entries[at].1));
                put(
                    &mut entries,
                    field,
                    masked(&value.unwrap_or_default(), replacement)?,
                );
            }
            *value = Value::Map(in_order_of_copy(entries, before));
            return Ok(Applied::Kept);
        }
        let (schema, mut values) = take_struct(value, PURPOSE)?.into_parts();
        carry_all(
            &mut values,
            schema.fields()?,
            self.replace_null_with_default,
        )?;
        let fields = &self.fields;
        for &index in self.masked.get(&schema, |schema| indexes(schema, fields))? {
            values[index] = masked(&values[index], replacement)?;
        }
        *value = Value::Struct(Struct::from_values(schema, values));
        Ok(Applied::Kept)
    }
}

fn indexes(schema: &Schema, names: &[String]) -> Result<Vec<usize>, Failure> {
    let fields = schema.fields()?.iter();
    Ok(fields
        .filter(|field| names.iter().any(|name| name == field.name()))
        .map(|field| field.index())
        .collect())
}

/// What stands for a value; null stays null.
fn masked<'a>(value: &Value<'_>, replacement: Option<&str>) -> Result<Value<'a>, Failure> {
    match replacement {
        _ if value.is_null() => Ok(Value::Null),
        None => nothing_of(value),
        Some(replacement) => replaced(value, replacement),
    }
}

fn nothing_of<'a>(value: &Value<'_>) -> Result<Value<'a>, Failure> {
    Ok(match value {
        Value::Boolean(_) => Value::Boolean(false),
        Value::Int8(_) => Value::Int8(0),
        Value::Int16(_) => Value::Int16(0),
        Value::Int32(_) => Value::Int32(0),
        Value::Int64(_) => Value::Int64(0),
        Value::Float32(_) => Value::Float32(0.0),
        Value::Float64(_) => Value::Float64(0.0),
        // COMPAT: of scale 0, whatever the schema says.
        Value::Decimal(_) => Value::Decimal(Decimal::new(0, 0)),
        Value::Date(_) => Value::Date(0),
        Value::String(_) => Value::String("".into()),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Map(_) => Value::Map(Vec::new()),
        Value::Null | Value::Bytes(_) | Value::Struct(_) => {
            let class = class_text(value);
            return Err(Failure::data(format!("Cannot mask value of type: {class}")));
        }
    })
}

fn replaced<'a>(value: &Value<'_>, replacement: &str) -> Result<Value<'a>, Failure> {
    let target = match value {
        Value::Int8(_) => Schema::int8(),
        Value::Int16(_) => Schema::int16(),
        Value::Int32(_) => Schema::int32(),
        Value::Int64(_) => Schema::int64(),
        Value::Float32(_) => Schema::float32(),
        Value::Float64(_) => Schema::float64(),
        Value::String(_) => return Ok(Value::String(replacement.to_owned().into())),
        Value::Decimal(_) => {
            return match replacement.parse() {
                Ok(decimal) => Ok(Value::Decimal(decimal)),
                Err(_) => Err(Failure::data(format!(
                    "Unable to convert {replacement} (class java.lang.String) to number"
                ))
                .caused_by(not_a_decimal(replacement))),
            };
        }
        other => {
            return Err(Failure::data(format!(
                "Cannot mask value of type {} with custom replacement.",
                class_text(other)
            )));
        }
    };
    // To a number, that is: the message does not name its type.
    let text = Value::String(replacement.to_owned().into());
    values::convert_to(&target, None, text)
        .map_err(|error: DataError| Failure::from(error).caused_by(not_a_decimal(replacement)))
}

#[cfg(test)]
mod tests;
