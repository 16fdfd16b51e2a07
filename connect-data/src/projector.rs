//! Brings a value of one schema into another, compatible one: record evolution for connectors.
//! Kafka counterpart: `SchemaProjector`.

use crate::java_text::option_text;
use crate::schema::same_parameters;
use crate::{DataError, Schema, SchemaRef, Struct, Type, Value};

/// Projects a value of `source` to `target`. Compatibility is checked before the value is looked
/// at, so that a null does not hide a mismatch.
pub fn project<'a>(
    source: &SchemaRef,
    record: &Value<'a>,
    target: &SchemaRef,
) -> Result<Value<'a>, DataError> {
    check_compatible(source, target)?;
    if source.is_optional() && !target.is_optional() {
        return match target.default_value() {
            Some(default) if record.is_null() => Ok(default.clone()),
            Some(_) => project_required(source, record, target),
            None => Err(DataError::ProjectionOptionality),
        };
    }
    if record.is_null() {
        return Ok(Value::Null);
    }
    project_required(source, record, target)
}

fn project_required<'a>(
    source: &SchemaRef,
    record: &Value<'a>,
    target: &SchemaRef,
) -> Result<Value<'a>, DataError> {
    match (target.schema_type(), record) {
        (Type::Struct, Value::Struct(record)) => project_struct(source, record, target),
        (Type::Array, Value::Array(elements)) => {
            let schemas = (source.value_schema_or_none(), target.value_schema_or_none());
            let projected: Result<Vec<_>, _> = elements
                .iter()
                .map(|element| project_inner(schemas, element))
                .collect();
            Ok(Value::Array(projected?))
        }
        (Type::Map, Value::Map(entries)) => {
            let keys = (source.key_schema_or_none(), target.key_schema_or_none());
            let values = (source.value_schema_or_none(), target.value_schema_or_none());
            let projected: Result<Vec<_>, _> = entries
                .iter()
                .map(|(key, value)| Ok((project_inner(keys, key)?, project_inner(values, value)?)))
                .collect();
            Ok(Value::Map(projected?))
        }
        _ => Ok(promote(record, target.schema_type())),
    }
}

/// Elements without schemas stay as they are.
fn project_inner<'a>(
    schemas: (Option<&SchemaRef>, Option<&SchemaRef>),
    value: &Value<'a>,
) -> Result<Value<'a>, DataError> {
    match schemas {
        (Some(source), Some(target)) => project(source, value, target),
        _ => Ok(value.clone()),
    }
}

fn project_struct<'a>(
    source: &SchemaRef,
    record: &Struct<'a>,
    target: &SchemaRef,
) -> Result<Value<'a>, DataError> {
    let mut projected = Struct::new(target.clone())?;
    for target_field in target.field_list() {
        let name = target_field.name();
        let target_schema = target_field.schema();
        let value = match source.field(name)? {
            Some(source_field) => {
                let value = record.get(name)?;
                project(source_field.schema(), value, target_schema).map_err(|error| {
                    DataError::ProjectionField {
                        field: name.to_owned(),
                        source: Box::new(error),
                    }
                })?
            }
            None if target_schema.is_optional() => continue,
            None => match target_schema.default_value() {
                Some(default) => default.clone(),
                None => {
                    return Err(DataError::ProjectionFieldMissing {
                        field: name.to_owned(),
                        schema: source.to_string(),
                    });
                }
            },
        };
        projected.put_at(target_field.index(), value)?;
    }
    Ok(Value::Struct(projected))
}

fn check_compatible(source: &Schema, target: &Schema) -> Result<(), DataError> {
    let (source_type, target_type) = (source.schema_type(), target.schema_type());
    let promotable = source_type <= target_type && target_type <= Type::Float64;
    if source_type != target_type && !promotable {
        return Err(DataError::ProjectionTypes {
            source_type,
            target_type,
        });
    }
    if source.name() != target.name() {
        return Err(DataError::ProjectionNames {
            source_name: option_text(source.name()),
            target_name: option_text(target.name()),
        });
    }
    if !same_parameters(source.parameters(), target.parameters()) {
        return Err(DataError::ProjectionParameters {
            source_parameters: parameters_text(source),
            target_parameters: parameters_text(target),
        });
    }
    Ok(())
}

fn parameters_text(schema: &Schema) -> String {
    option_text(schema.parameters().map(|parameters| {
        let entries: Vec<_> = parameters
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        format!("{{{}}}", entries.join(", "))
    }))
}

/// A number in a wider type; anything else as it is.
fn promote<'a>(value: &Value<'a>, target: Type) -> Value<'a> {
    match (target, value) {
        (Type::Float64, Value::Float32(number)) => Value::Float64(f64::from(*number)),
        _ => match (target, value.as_integer()) {
            (Type::Int16, Some(number)) => Value::Int16(number as i16),
            (Type::Int32, Some(number)) => Value::Int32(number as i32),
            (Type::Int64, Some(number)) => Value::Int64(number),
            (Type::Float32, Some(number)) => Value::Float32(number as f32),
            (Type::Float64, Some(number)) => Value::Float64(number as f64),
            _ => value.clone(),
        },
    }
}

#[cfg(test)]
mod tests;
