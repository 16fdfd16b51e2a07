//! Header converters: the text form with type inference, and any data converter used for headers.
//!
//! Owns SimpleHeaderConverter. The inference itself is connect-data's `values`. Kafka counterpart:
//! `connect/api` storage/SimpleHeaderConverter.

use connect_data::{Schema, SchemaAndValue, SchemaRef, Value, values};
use std::borrow::Cow;

use super::string::decode_utf8;
use super::{Converter, ConverterError, HeaderConverter, PrepareFuture, Serialized};

/// Writes a header value as text and infers the type of what it reads. Not symmetrical: the STRING
/// `123` is read back as the INT8 123.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimpleHeaderConverter;

impl HeaderConverter for SimpleHeaderConverter {
    fn from_connect_header(
        &mut self,
        _topic: &str,
        _key: &str,
        _schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        match value {
            Value::Null => return Ok(Serialized::Null),
            Value::String(text) => out.extend_from_slice(text.as_bytes()),
            _ => match values::convert_to_string(value)? {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => return Ok(Serialized::Null),
            },
        }
        Ok(Serialized::Bytes)
    }

    fn to_connect_header<'a>(
        &mut self,
        topic: &str,
        key: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        let Some(bytes) = bytes else {
            return Ok(SchemaAndValue {
                schema: None,
                value: Value::Null,
            });
        };
        match values::parse_string(&decode_utf8(bytes)) {
            Ok(parsed) => Ok(parsed),
            Err(error) => {
                tracing::warn!(
                    topic,
                    header = key,
                    error = %error,
                    "Failed to deserialize value for header '{key}' on topic '{topic}', so using byte array"
                );
                Ok(SchemaAndValue {
                    schema: Some(Schema::bytes()),
                    value: Value::Bytes(Cow::Borrowed(bytes)),
                })
            }
        }
    }
}

/// A data converter as a header converter: topic and header key are ignored, as in Kafka.
#[derive(Debug)]
pub struct DataHeaderConverter<C>(pub C);

impl<C: Converter> HeaderConverter for DataHeaderConverter<C> {
    fn from_connect_header(
        &mut self,
        topic: &str,
        _key: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        self.0.from_connect_data(topic, schema, value, out)
    }

    fn to_connect_header<'a>(
        &mut self,
        topic: &str,
        _key: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        self.0.to_connect_data(topic, bytes)
    }

    fn prepare(&mut self) -> PrepareFuture<'_> {
        self.0.prepare()
    }
}
