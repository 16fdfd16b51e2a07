//! StringConverter: text in a charset.
//!
//! Owns the converter; charsets are in `string/charset.rs`. UTF-8 text passes through undecoded: what is
//! valid is borrowed, and only malformed bytes cost a copy. Kafka counterpart: `connect/api`
//! storage/StringConverter on StringSerializer and StringDeserializer.

mod charset;

use std::borrow::Cow;

use connect_data::{Schema, SchemaAndValue, SchemaRef, Value};

use super::settings::{self, ConverterType};
use super::{Converter, ConverterError, Serialized};
use crate::config::ConfigMap;
use charset::Charset;

pub(super) use charset::decode_utf8;

/// Writes the text form of any value and reads OPTIONAL_STRING.
#[derive(Clone, Copy, Debug)]
pub struct StringConverter {
    charset: Charset,
}

impl StringConverter {
    /// Configures the converter; an unknown `converter.encoding` is refused.
    pub fn new(config: &ConfigMap, kind: ConverterType) -> Result<Self, ConverterError> {
        let encoding = settings::string_encoding(config, kind)?;
        Ok(Self {
            charset: Charset::for_name(&encoding)?,
        })
    }
}

impl Converter for StringConverter {
    fn from_connect_data(
        &mut self,
        _topic: &str,
        _schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        match value {
            Value::Null => return Ok(Serialized::Null),
            Value::String(text) => self.charset.encode(text, out),
            other => self.charset.encode(&other.to_java_string(), out),
        }
        Ok(Serialized::Bytes)
    }

    fn to_connect_data<'a>(
        &mut self,
        _topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        let value = match bytes {
            None => Value::Null,
            Some(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if self.charset.is_utf8() => Value::String(Cow::Borrowed(text)),
                _ => Value::String(self.charset.decode(bytes)),
            },
        };
        Ok(SchemaAndValue {
            schema: Some(Schema::optional_string()),
            value,
        })
    }
}
