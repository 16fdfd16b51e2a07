//! JsonConverter: Connect data as JSON, with or without the schema in an envelope.
//!
//! Owns the envelope, the caches and the hot paths. Writing goes straight into the caller's buffer:
//! for a record with a schema a copy of the cached `{"schema":..,"payload":` and then the value.
//! Reading a record whose schema text is the last one's goes straight to values (`json/direct.rs`); anything else
//! goes over a flat tape (`json/tape.rs`), without a tree. Strings are borrowed from the record.
//! Kafka counterpart: `connect/json` JsonConverter.
//!
//! Deviations: text that Rust cannot hold (lone surrogates in escapes) is read as U+FFFD; overlong
//! UTF-8 and code points beyond U+10FFFF are refused, where Jackson lets them through.

mod base64;
mod cache;
mod direct;
mod input;
mod number;
mod read;
mod reader;
mod scan;
mod schema;
mod syntax;
mod tape;
mod write;

use std::borrow::Cow;

use connect_data::{SchemaAndValue, SchemaRef, Value};

use super::settings::{ConverterType, JsonSettings};
use super::{Converter, ConverterError, Serialized};
use crate::config::ConfigMap;
use cache::{ReadSchemas, WrittenSchemas};
use read::Reading;
use syntax::SyntaxError;
use tape::{Node, Tape};

/// Converts to and from JSON.
#[derive(Debug)]
pub struct JsonConverter {
    settings: JsonSettings,
    /// The schema of `schema.content`.
    fixed_schema: Option<SchemaRef>,
    written: WrittenSchemas,
    read: ReadSchemas,
    tape: Tape,
}

const SCHEMA_START: &[u8] = b"{\"schema\":";
const PAYLOAD_START: &[u8] = b",\"payload\":";
const NOT_AN_ENVELOPE: &str = "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not contain additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.";

impl JsonConverter {
    /// Configures the converter.
    pub fn new(config: &ConfigMap, kind: ConverterType) -> Result<Self, ConverterError> {
        Self::with_settings(JsonSettings::parse(config, kind)?)
    }

    /// A converter with parsed settings.
    pub fn with_settings(settings: JsonSettings) -> Result<Self, ConverterError> {
        let mut converter = Self {
            fixed_schema: None,
            written: WrittenSchemas::new(settings.schemas_cache_size),
            read: ReadSchemas::new(settings.schemas_cache_size),
            tape: Tape::default(),
            settings,
        };
        if let Some(content) = converter.settings.schema_content.clone() {
            converter.fixed_schema = converter.parse_fixed_schema(&content)?;
        }
        Ok(converter)
    }

    fn parse_fixed_schema(&mut self, content: &str) -> Result<Option<SchemaRef>, ConverterError> {
        self.tape.read(content).map_err(|error| {
            ConverterError::data(
                "Failed to parse schema in converter config due to serialization error: ",
            )
            .caused_by(ConverterError::serialization_of(error.into()))
        })?;
        let reading = Reading::of(&self.settings);
        schema::from_json(self.tape.root(content), reading)
    }

    fn write_payload(
        &mut self,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), ConverterError> {
        if !self.settings.schemas_enable {
            return write::value(&self.settings, schema, value, out);
        }
        match schema {
            None => {
                out.extend_from_slice(SCHEMA_START);
                out.extend_from_slice(b"null");
                out.extend_from_slice(PAYLOAD_START);
            }
            Some(schema) => {
                out.extend_from_slice(self.written.envelope_start(schema, &self.settings)?);
            }
        }
        write::value(&self.settings, schema, value, out)?;
        out.push(b'}');
        Ok(())
    }

    fn read_text<'a>(&mut self, text: &'a str) -> Result<SchemaAndValue<'a>, ConverterError> {
        if self.settings.schemas_enable
            && self.fixed_schema.is_none()
            && let Some(read) = self.read_known_envelope(text)
        {
            return read;
        }
        self.tape.read(text).map_err(unreadable)?;
        let root = self.tape.root(text);
        let reading = Reading::of(&self.settings);
        if !self.settings.schemas_enable {
            return Ok(SchemaAndValue {
                schema: None,
                value: read::value(None, Some(root), reading)?,
            });
        }
        if let Some(schema) = &self.fixed_schema {
            return Ok(SchemaAndValue {
                schema: Some(SchemaRef::clone(schema)),
                value: read::value(Some(schema), Some(root), reading)?,
            });
        }
        let Some((schema, payload)) = envelope(root) else {
            return Err(ConverterError::data(NOT_AN_ENVELOPE));
        };
        let schema = self.read.schema(schema, reading)?;
        let value = read::value(schema.as_ref(), Some(payload), reading)?;
        Ok(SchemaAndValue { schema, value })
    }

    /// The hot path: the same schema text as in the record before, so only the payload is read. `None` when
    /// it is not exactly that.
    fn read_known_envelope<'a>(
        &mut self,
        text: &'a str,
    ) -> Option<Result<SchemaAndValue<'a>, ConverterError>> {
        let bytes = text.as_bytes();
        let rest = bytes.strip_prefix(SCHEMA_START)?;
        let schema = self.read.last_at_start_of(rest)?;
        let (schema, length) = (SchemaRef::clone(schema.0), schema.1);
        rest[length..].strip_prefix(PAYLOAD_START)?;
        let start = SCHEMA_START.len() + length + PAYLOAD_START.len();
        let reading = Reading::of(&self.settings);
        if let Some((value, end)) = direct::value(&schema, text, start, reading)
            && bytes[end..].trim_ascii_start().first() == Some(&b'}')
        {
            return Some(Ok(SchemaAndValue {
                schema: Some(schema),
                value,
            }));
        }
        let end = self.tape.read_from(text, start, true).ok()?;
        if bytes[end..].trim_ascii_start().first() != Some(&b'}') {
            return None;
        }
        let payload = self.tape.root(text);
        let value = read::value(Some(&schema), Some(payload), reading);
        Some(value.map(|value| SchemaAndValue {
            schema: Some(schema),
            value,
        }))
    }
}

/// The two members of an envelope, if `root` is an object with exactly these two names.
fn envelope<'t, 'a>(root: Node<'t, 'a>) -> Option<(Node<'t, 'a>, Node<'t, 'a>)> {
    let mut schema = None;
    let mut payload = None;
    for (name, value) in root.entries() {
        if name.is_string("schema") {
            schema = Some(value);
        } else if name.is_string("payload") {
            payload = Some(value);
        } else {
            return None;
        }
    }
    schema.zip(payload)
}

fn unreadable(error: SyntaxError) -> ConverterError {
    ConverterError::data(
        "Converting byte[] to Kafka Connect data failed due to serialization error: ",
    )
    .caused_by(ConverterError::serialization_of(error.into()))
}

impl Converter for JsonConverter {
    fn from_connect_data(
        &mut self,
        _topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        if schema.is_none() && value.is_null() {
            return Ok(Serialized::Null);
        }
        let start = out.len();
        match self.write_payload(schema, value, out) {
            Ok(()) => Ok(Serialized::Bytes),
            Err(error) => {
                out.truncate(start);
                Err(error)
            }
        }
    }

    fn to_connect_data<'a>(
        &mut self,
        _topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        let Some(bytes) = bytes else {
            return Ok(SchemaAndValue {
                schema: None,
                value: Value::Null,
            });
        };
        match input::text(bytes, &mut self.tape).map_err(unreadable)? {
            Cow::Borrowed(text) => self.read_text(text),
            Cow::Owned(text) => self.read_text(&text).map(|read| SchemaAndValue {
                schema: read.schema,
                value: read.value.into_owned(),
            }),
        }
    }
}
