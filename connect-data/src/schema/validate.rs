//! Whether a value is one of a schema. Pure; used by Struct, defaults, headers and the batch.
//! Kafka counterpart: `ConnectSchema.validateValue`.

use std::fmt;

use super::{Schema, SchemaRef, Type};
use crate::logical::LogicalType;
use crate::{DataError, Value};

/// Where a value stands, for messages; made into text only when there is an error.
pub(crate) enum Location<'l> {
    Value,
    Field(&'l str),
    Element(&'l Location<'l>),
    Key(&'l Location<'l>),
    MapValue(&'l Location<'l>),
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => f.write_str("value"),
            Self::Field(name) => write!(f, "field: \"{name}\""),
            Self::Element(of) => write!(f, "element of array {of}"),
            Self::Key(of) => write!(f, "key of map {of}"),
            Self::MapValue(of) => write!(f, "value of map {of}"),
        }
    }
}

/// Checks a value against a schema, down to the last element.
pub fn validate_value(schema: &Schema, value: &Value<'_>) -> Result<(), DataError> {
    validate_at(&Location::Value, schema, value)
}

pub(crate) fn validate_at(
    location: &Location<'_>,
    schema: &Schema,
    value: &Value<'_>,
) -> Result<(), DataError> {
    if value.is_null() {
        if schema.is_optional() {
            return Ok(());
        }
        return Err(DataError::NullForRequired {
            location: location.to_string(),
            schema_type: schema.schema_type(),
        });
    }
    if !class_matches(schema, value) {
        return Err(DataError::InvalidObject {
            schema_name: schema.name().map(str::to_owned),
            schema_type: schema.schema_type(),
            class: value.class_name(),
            location: location.to_string(),
        });
    }
    match value {
        Value::Struct(value) => {
            if **value.schema() != *schema {
                return Err(DataError::StructSchemasDoNotMatch);
            }
            value.validate()
        }
        Value::Array(elements) => {
            let location = Location::Element(location);
            let element_schema = defined(schema.value_schema_or_none(), &location)?;
            elements
                .iter()
                .try_for_each(|element| validate_at(&location, element_schema, element))
        }
        Value::Map(entries) => {
            let of_key = Location::Key(location);
            let of_value = Location::MapValue(location);
            let key_schema = defined(schema.key_schema_or_none(), &of_key)?;
            let value_schema = defined(schema.value_schema_or_none(), &of_value)?;
            entries.iter().try_for_each(|(key, value)| {
                validate_at(&of_key, key_schema, key)?;
                validate_at(&of_value, value_schema, value)
            })
        }
        _ => Ok(()),
    }
}

fn defined<'s>(
    schema: Option<&'s SchemaRef>,
    location: &Location<'_>,
) -> Result<&'s SchemaRef, DataError> {
    schema.ok_or_else(|| DataError::NoSchemaDefined {
        location: location.to_string(),
    })
}

/// Whether the class of a value that is not null is one that the schema takes. A logical name
/// decides whatever the base type is.
#[inline]
pub(crate) fn class_matches(schema: &Schema, value: &Value<'_>) -> bool {
    match schema.logical {
        None => base_matches(schema, value),
        Some(LogicalType::Decimal) => matches!(value, Value::Decimal(_)),
        Some(_) => matches!(value, Value::Date(_)),
    }
}

/// Whether a value that is not null is of the schema's base type or of its logical type. Headers
/// and batches are that generous, as Kafka's headers are.
#[inline]
pub(crate) fn class_or_base_matches(schema: &Schema, value: &Value<'_>) -> bool {
    base_matches(schema, value) || class_matches(schema, value)
}

#[inline]
fn base_matches(schema: &Schema, value: &Value<'_>) -> bool {
    matches!(
        (schema.schema_type, value),
        (Type::Int8, Value::Int8(_))
            | (Type::Int16, Value::Int16(_))
            | (Type::Int32, Value::Int32(_))
            | (Type::Int64, Value::Int64(_))
            | (Type::Float32, Value::Float32(_))
            | (Type::Float64, Value::Float64(_))
            | (Type::Boolean, Value::Boolean(_))
            | (Type::String, Value::String(_))
            | (Type::Bytes, Value::Bytes(_))
            | (Type::Array, Value::Array(_))
            | (Type::Map, Value::Map(_))
            | (Type::Struct, Value::Struct(_))
    )
}
