//! ByteArrayConverter: bytes as they are.
//!
//! Owns nothing but the type check. Kafka counterpart: `connect/runtime` converters/ByteArrayConverter.

use std::borrow::Cow;

use connect_data::{Schema, SchemaAndValue, SchemaRef, Type, Value};

use super::error::java_class;
use super::{Converter, ConverterError, Serialized};

/// Passes bytes through in both directions.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByteArrayConverter;

impl Converter for ByteArrayConverter {
    fn from_connect_data(
        &mut self,
        _topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        if let Some(schema) = schema
            && schema.schema_type() != Type::Bytes
        {
            return Err(ConverterError::data(format!(
                "Invalid schema type for ByteArrayConverter: {}",
                schema.schema_type()
            )));
        }
        match value {
            Value::Null => Ok(Serialized::Null),
            Value::Bytes(bytes) => {
                out.extend_from_slice(bytes);
                Ok(Serialized::Bytes)
            }
            other => Err(ConverterError::data(format!(
                "ByteArrayConverter is not compatible with objects of type {}",
                java_class(other)
            ))),
        }
    }

    fn to_connect_data<'a>(
        &mut self,
        _topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        Ok(SchemaAndValue {
            schema: Some(Schema::optional_bytes()),
            value: bytes.map_or(Value::Null, |bytes| Value::Bytes(Cow::Borrowed(bytes))),
        })
    }
}
