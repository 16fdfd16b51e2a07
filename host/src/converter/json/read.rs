//! JSON to Connect values.
//!
//! Owns the lenient rules: what of another kind becomes what. Kafka counterpart:
//! JsonConverter.convertToConnect.

use std::borrow::Cow;

use connect_data::logical::{self, LogicalType};
use connect_data::{DataError, Decimal, Schema, SchemaRef, Struct, Type, Value, java_map};

use super::tape::{Kind, Node};
use super::{base64, number};
use crate::converter::ConverterError;
use crate::converter::settings::JsonSettings;

/// The settings that reading depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    replace_null_with_default: bool,
}

impl Reading {
    pub(super) fn of(settings: &JsonSettings) -> Self {
        Self {
            replace_null_with_default: settings.replace_null_with_default,
        }
    }
}

type Read<'a> = Result<Value<'a>, ConverterError>;

/// The value that `node` is for `schema`. No node is a missing field.
pub(super) fn value<'a>(
    schema: Option<&SchemaRef>,
    node: Option<Node<'_, 'a>>,
    reading: Reading,
) -> Read<'a> {
    let node = node.filter(|node| !node.is_null());
    match (schema, node) {
        (None, None) => Ok(Value::Null),
        (None, Some(node)) => inferred(node, reading),
        (Some(schema), None) => null(schema, reading),
        (Some(schema), Some(node)) => match schema.logical_type() {
            Some(logical) => logical_value(logical, schema, node),
            None => typed(schema, node, reading),
        },
    }
}

/// What a null or a missing field is.
pub(super) fn null<'a>(schema: &Schema, reading: Reading) -> Read<'a> {
    if reading.replace_null_with_default
        && let Some(default) = schema.default_value()
    {
        return Ok(default.clone());
    }
    if schema.is_optional() {
        return Ok(Value::Null);
    }
    Err(ConverterError::data(format!(
        "Invalid null value for required {} field",
        schema.schema_type()
    )))
}

/// Without a schema the kind of JSON decides.
fn inferred<'a>(node: Node<'_, 'a>, reading: Reading) -> Read<'a> {
    Ok(match node.kind() {
        Kind::Missing | Kind::Null => Value::Null,
        Kind::True => Value::Boolean(true),
        Kind::False => Value::Boolean(false),
        Kind::Integer => Value::Int64(number::long_value(node.raw())),
        Kind::Float => Value::Float64(number::double_value(node.raw())),
        Kind::String => text(node),
        Kind::Array => Value::Array(elements(None, node, reading)?),
        Kind::Object => Value::Map(members(None, node, reading)?),
    })
}

fn text<'a>(node: Node<'_, 'a>) -> Value<'a> {
    node.string().map_or(Value::Null, Value::String)
}

/// The text of a number; anything else counts as zero.
fn number_text<'a>(node: Node<'_, 'a>) -> &'a str {
    match node.kind() {
        Kind::Integer | Kind::Float => node.raw(),
        _ => "0",
    }
}

fn typed<'a>(schema: &SchemaRef, node: Node<'_, 'a>, reading: Reading) -> Read<'a> {
    Ok(match schema.schema_type() {
        Type::Boolean => Value::Boolean(node.kind() == Kind::True),
        Type::Int8 => Value::Int8(number::int_value(number_text(node)) as i8),
        Type::Int16 => Value::Int16(number::int_value(number_text(node)) as i16),
        Type::Int32 => Value::Int32(number::int_value(number_text(node))),
        Type::Int64 => Value::Int64(number::long_value(number_text(node))),
        Type::Float32 => Value::Float32(number::float_value(number_text(node))),
        Type::Float64 => Value::Float64(number::double_value(number_text(node))),
        Type::String => text(node),
        Type::Bytes => {
            match node.string() {
                Some(text) => Value::Bytes(Cow::Owned(base64::decode(&text).map_err(|cause| {
                    ConverterError::data("Invalid bytes field").caused_by(cause)
                })?)),
                None => Value::Null,
            }
        }
        Type::Array => Value::Array(elements(schema.value_schema()?, node, reading)?),
        Type::Map => map(schema, node, reading)?,
        Type::Struct => structure(schema, node, reading)?,
    })
}

fn elements<'a>(
    schema: Option<&SchemaRef>,
    node: Node<'_, 'a>,
    reading: Reading,
) -> Result<Vec<Value<'a>>, ConverterError> {
    let mut values = Vec::new();
    if node.kind() == Kind::Object {
        // COMPAT: Jackson iterates over an object's values where an array is expected.
        for (_, member) in distinct(node) {
            values.push(value(schema, Some(member), reading)?);
        }
        return Ok(values);
    }
    for element in node.elements() {
        values.push(value(schema, Some(element), reading)?);
    }
    Ok(values)
}

/// The members of an object as Jackson's tree has them: the last value of a name in the first one's place.
fn distinct<'t, 'a>(node: Node<'t, 'a>) -> Vec<(Cow<'a, str>, Node<'t, 'a>)> {
    let mut members: Vec<(Cow<'a, str>, Node<'t, 'a>)> = Vec::new();
    for (name, member) in node.entries() {
        let name = name.string().unwrap_or_default();
        members.push((name, member));
    }
    let mut places = std::collections::HashMap::with_capacity(members.len());
    let mut kept: Vec<(Cow<'a, str>, Node<'t, 'a>)> = Vec::with_capacity(members.len());
    for (name, member) in members {
        match places.get(&name) {
            Some(&place) => {
                let earlier: &mut (Cow<'a, str>, Node<'t, 'a>) = &mut kept[place];
                earlier.1 = member;
            }
            None => {
                places.insert(name.clone(), kept.len());
                kept.push((name, member));
            }
        }
    }
    kept
}

fn map<'a>(schema: &SchemaRef, node: Node<'_, 'a>, reading: Reading) -> Read<'a> {
    let key_schema = schema.key_schema()?;
    let value_schema = schema.value_schema()?;
    if key_schema.is_some_and(|key| key.schema_type() == Type::String) {
        if node.kind() != Kind::Object {
            return Err(ConverterError::data(format!(
                "Maps with string fields should be encoded as JSON objects, but found {}",
                node_type(node)
            )));
        }
        return Ok(Value::Map(members(value_schema, node, reading)?));
    }
    if node.kind() != Kind::Array {
        return Err(ConverterError::data(format!(
            "Maps with non-string fields should be encoded as JSON array of tuples, but found {}",
            node_type(node)
        )));
    }
    let mut entries = Vec::new();
    for entry in node.elements() {
        if entry.kind() != Kind::Array {
            return Err(ConverterError::data(format!(
                "Found invalid map entry instead of array tuple: {}",
                node_type(entry)
            )));
        }
        let mut pair = entry.elements();
        let (Some(key), Some(member), None) = (pair.next(), pair.next(), pair.next()) else {
            return Err(ConverterError::data(format!(
                "Found invalid map entry, expected length 2 but found :{}",
                entry.elements().count()
            )));
        };
        entries.push((
            value(key_schema, Some(key), reading)?,
            value(value_schema, Some(member), reading)?,
        ));
    }
    Ok(Value::Map(java_map::collected(entries)))
}

/// The members of an object as the entries of a map with text keys.
fn members<'a>(
    schema: Option<&SchemaRef>,
    node: Node<'_, 'a>,
    reading: Reading,
) -> Result<Vec<(Value<'a>, Value<'a>)>, ConverterError> {
    let mut entries = Vec::new();
    let mut failed = None;
    for (name, member) in node.entries() {
        let member = match value(schema, Some(member), reading) {
            Ok(member) => member,
            // A later member of the same name may replace it, but that needs a second look.
            Err(error) => {
                failed = Some(error);
                break;
            }
        };
        entries.push((text(name), member));
    }
    if failed.is_some() {
        entries.clear();
        for (name, member) in distinct(node) {
            entries.push((Value::String(name), value(schema, Some(member), reading)?));
        }
    }
    Ok(java_map::collected(entries))
}

fn structure<'a>(schema: &SchemaRef, node: Node<'_, 'a>, reading: Reading) -> Read<'a> {
    if node.kind() != Kind::Object {
        return Err(ConverterError::data(format!(
            "Structs should be encoded as JSON objects, but found {}",
            node_type(node)
        )));
    }
    let fields = schema.fields()?;
    // Which member each field is. Members usually come in the order of the fields, so the field after
    // the one found last is tried first.
    let mut found: Vec<Option<Node<'_, 'a>>> = vec![None; fields.len()];
    let mut expected = 0;
    for (name, member) in node.entries() {
        let index = match fields.get(expected) {
            Some(field) if name.is_string(field.name()) => Some(expected),
            _ => {
                let name = name.string().unwrap_or_default();
                schema.field(&name)?.map(connect_data::Field::index)
            }
        };
        if let Some(index) = index {
            found[index] = Some(member);
            expected = index + 1;
        }
    }
    let mut result = Struct::new(SchemaRef::clone(schema))?;
    for (field, member) in fields.iter().zip(found) {
        result.put_at(field.index(), value(Some(field.schema()), member, reading)?)?;
    }
    Ok(Value::Struct(result))
}

fn logical_value<'a>(logical: LogicalType, schema: &Schema, node: Node<'_, 'a>) -> Read<'a> {
    let integral = node.kind() == Kind::Integer;
    let int = || integral.then(|| node.raw().parse::<i32>().ok()).flatten();
    Ok(match logical {
        LogicalType::Decimal => Value::Decimal(decimal(schema, node)?),
        LogicalType::Date => match int() {
            Some(days) => Value::Date(logical::date_from_days(schema, days)?),
            None => return Err(wrong_representation("Date", "integer", node)),
        },
        LogicalType::Time => match int() {
            Some(millis) => Value::Date(logical::time_from_millis(schema, millis)?),
            None => return Err(wrong_representation("Time", "integer", node)),
        },
        LogicalType::Timestamp if integral => {
            let millis = number::long_value(node.raw());
            Value::Date(logical::timestamp_from_millis(schema, millis)?)
        }
        LogicalType::Timestamp => {
            return Err(wrong_representation("Timestamp", "integral", node));
        }
    })
}

fn decimal(schema: &Schema, node: Node<'_, '_>) -> Result<Decimal, ConverterError> {
    match node.kind() {
        Kind::Integer | Kind::Float => node.raw().parse().map_err(|_| {
            // The reader has refused what BigDecimal refuses.
            wrong_representation("Decimal", "numeric or bytes", node)
        }),
        Kind::String => {
            let text = node.string().unwrap_or_default();
            base64::decode(&text)
                .and_then(|bytes| {
                    logical::decimal_from_bytes(schema, &bytes)
                        .map_err(|error| decimal_error(schema, error))
                })
                .map_err(|cause| {
                    ConverterError::data("Invalid bytes for Decimal field").caused_by(cause)
                })
        }
        _ => Err(wrong_representation("Decimal", "numeric or bytes", node)),
    }
}

/// The error of a Decimal schema, with the cause that Java gives an unreadable scale.
pub(super) fn decimal_error(schema: &Schema, error: DataError) -> ConverterError {
    let scale = schema.parameter(logical::SCALE_PARAMETER).unwrap_or("");
    match error {
        DataError::DecimalScaleInvalid => {
            ConverterError::from(error).caused_by(ConverterError::new(
                "java.lang.NumberFormatException",
                format!("For input string: \"{scale}\""),
            ))
        }
        other => other.into(),
    }
}

fn wrong_representation(name: &str, expected: &str, node: Node<'_, '_>) -> ConverterError {
    ConverterError::data(format!(
        "Invalid type for {name}, underlying representation should be {expected} but was {}",
        node_type(node)
    ))
}

/// Jackson's JsonNodeType.
fn node_type(node: Node<'_, '_>) -> &'static str {
    match node.kind() {
        Kind::Missing => "MISSING",
        Kind::Null => "NULL",
        Kind::True | Kind::False => "BOOLEAN",
        Kind::Integer | Kind::Float => "NUMBER",
        Kind::String => "STRING",
        Kind::Object => "OBJECT",
        Kind::Array => "ARRAY",
    }
}
