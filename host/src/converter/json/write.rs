//! Connect values as JSON text, straight into the buffer.
//!
//! Owns the rules for nulls, logical types and maps, and Jackson's way of writing text and numbers.
//! Kafka counterpart: JsonConverter.convertToJson and Jackson's UTF8JsonGenerator.

use connect_data::logical::{self, LogicalType};
use connect_data::{Schema, SchemaRef, Type, Value, double_text, float_text};

use super::read::decimal_error;
use super::{base64, scan};
use crate::converter::ConverterError;
use crate::converter::error::{SERIALIZATION, java_class};
use crate::converter::settings::{DecimalFormat, JsonSettings};

/// LIMIT: Jackson's StreamWriteConstraints.
const DEPTH_MAX: usize = 1000;

/// Appends `value` as JSON. On an error the buffer holds a part of it.
pub(super) fn value(
    settings: &JsonSettings,
    schema: Option<&SchemaRef>,
    value: &Value<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ConverterError> {
    Writer {
        settings,
        out,
        depth: usize::from(settings.schemas_enable),
    }
    .value(schema.map(AsRef::as_ref), value)
}

/// Appends the value of a schema node's `default`.
pub(super) fn node(
    settings: &JsonSettings,
    schema: &Schema,
    value: &Value<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ConverterError> {
    Writer {
        settings,
        out,
        depth: 0,
    }
    .value(Some(schema), value)
}

/// Appends `text` as a JSON string.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = scan::needs_escape(rest.as_bytes()) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut characters = tail.chars();
        if let Some(character) = characters.next() {
            escape(character, out);
        }
        rest = characters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

fn escape(character: char, out: &mut Vec<u8>) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\u{8}' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\u{c}' => b'f',
        '\r' => b'r',
        _ => {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escape_unit(*unit, out);
            }
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn escape_unit(unit: u16, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |shift: u16| DIGITS[usize::from(unit >> shift & 0xf)];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

/// Appends an integer.
pub(super) fn integer(number: i64, out: &mut Vec<u8>) {
    // Twenty characters hold every i64; digits are made from the right.
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[start..]);
}

struct Writer<'w> {
    settings: &'w JsonSettings,
    out: &'w mut Vec<u8>,
    depth: usize,
}

type Written = Result<(), ConverterError>;

impl Writer<'_> {
    fn value(&mut self, schema: Option<&Schema>, value: &Value<'_>) -> Written {
        if value.is_null() {
            return self.null(schema);
        }
        if let Some(schema) = schema
            && let Some(logical) = schema.logical_type()
        {
            return self.logical(logical, schema, value);
        }
        let declared = schema.map(Schema::schema_type);
        match (declared, value) {
            (None | Some(Type::String), Value::String(text)) => string(text, self.out),
            (None | Some(Type::Int64), Value::Int64(number)) => integer(*number, self.out),
            (None | Some(Type::Int32), Value::Int32(number)) => {
                integer(i64::from(*number), self.out);
            }
            (None | Some(Type::Int16), Value::Int16(number)) => {
                integer(i64::from(*number), self.out);
            }
            (None | Some(Type::Int8), Value::Int8(number)) => integer(i64::from(*number), self.out),
            (None | Some(Type::Boolean), Value::Boolean(value)) => {
                self.raw(if *value { "true" } else { "false" });
            }
            (None | Some(Type::Float32), Value::Float32(number)) => {
                self.float(&float_text(*number), number.is_finite());
            }
            (None | Some(Type::Float64), Value::Float64(number)) => {
                self.float(&double_text(*number), number.is_finite());
            }
            (None | Some(Type::Bytes), Value::Bytes(bytes)) => self.bytes(bytes),
            (None | Some(Type::Array), Value::Array(elements)) => self.array(schema, elements)?,
            (None | Some(Type::Map), Value::Map(entries)) => self.map(schema, entries)?,
            (None | Some(Type::Struct), Value::Struct(value)) => self.structure(schema, value)?,
            (None, other) => {
                return Err(ConverterError::data(format!(
                    "Java class {} does not have corresponding schema type.",
                    java_class(other)
                )));
            }
            (Some(Type::Bytes), other) => {
                return Err(ConverterError::data(format!(
                    "Invalid type for bytes type: {}",
                    java_class(other)
                )));
            }
            (Some(declared), other) => {
                return Err(ConverterError::data(format!(
                    "Invalid type for {declared}: {}",
                    java_class(other)
                )));
            }
        }
        Ok(())
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn null(&mut self, schema: Option<&Schema>) -> Written {
        let Some(schema) = schema else {
            self.raw("null");
            return Ok(());
        };
        if self.settings.replace_null_with_default
            && let Some(default) = schema.default_value()
        {
            return self.value(Some(schema), default);
        }
        if !schema.is_optional() {
            return Err(ConverterError::data(
                "Conversion error: null value for field that is required and has no default value",
            ));
        }
        self.raw("null");
        Ok(())
    }

    /// A number in Java's form; what JSON has no number for is a string.
    fn float(&mut self, text: &str, finite: bool) {
        if finite {
            self.raw(text);
        } else {
            string(text, self.out);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        base64::encode(bytes, self.out);
        self.out.push(b'"');
    }

    fn logical(&mut self, logical: LogicalType, schema: &Schema, value: &Value<'_>) -> Written {
        match (logical, value) {
            (LogicalType::Decimal, Value::Decimal(decimal)) => match self.settings.decimal_format {
                DecimalFormat::Numeric => self.raw(&decimal.to_string()),
                DecimalFormat::Base64 => {
                    let bytes = logical::decimal_to_bytes(schema, decimal)
                        .map_err(|error| decimal_error(schema, error))?;
                    self.bytes(&bytes);
                }
            },
            (LogicalType::Date, Value::Date(millis)) => {
                integer(logical::date_to_days(schema, *millis)?.into(), self.out);
            }
            (LogicalType::Time, Value::Date(millis)) => {
                integer(logical::time_to_millis(schema, *millis)?.into(), self.out);
            }
            (LogicalType::Timestamp, Value::Date(millis)) => {
                integer(logical::timestamp_to_millis(schema, *millis)?, self.out);
            }
            (logical, other) => {
                let (name, expected) = match logical {
                    LogicalType::Decimal => ("Decimal", "BigDecimal"),
                    LogicalType::Date => ("Date", "Date"),
                    LogicalType::Time => ("Time", "Date"),
                    LogicalType::Timestamp => ("Timestamp", "Date"),
                };
                return Err(ConverterError::data(format!(
                    "Invalid type for {name}, expected {expected} but was {}",
                    java_class(other)
                )));
            }
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Written {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(too_deep(self.depth));
        }
        self.out.push(bracket);
        Ok(())
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        self.out.push(bracket);
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
    }

    fn array(&mut self, schema: Option<&Schema>, elements: &[Value<'_>]) -> Written {
        let element_schema = element_schema(schema)?;
        self.open(b'[')?;
        for (index, element) in elements.iter().enumerate() {
            self.separate(index);
            self.value(element_schema, element)?;
        }
        self.close(b']');
        Ok(())
    }

    fn map(&mut self, schema: Option<&Schema>, entries: &[(Value<'_>, Value<'_>)]) -> Written {
        let key_schema = match schema {
            Some(schema) => schema.key_schema()?.map(AsRef::as_ref),
            None => None,
        };
        let value_schema = element_schema(schema)?;
        let as_object = match (schema, key_schema) {
            (None, _) => entries
                .iter()
                .all(|(key, _)| matches!(key, Value::String(_))),
            (Some(_), Some(key_schema)) => key_schema.schema_type() == Type::String,
            // COMPAT: JsonConverter does not expect a map without a key schema.
            (Some(_), None) => {
                return Err(ConverterError::new(
                    "java.lang.NullPointerException",
                    "Cannot invoke \"org.apache.kafka.connect.data.Schema.type()\" because the return value of \"org.apache.kafka.connect.data.Schema.keySchema()\" is null",
                ));
            }
        };
        self.open(if as_object { b'{' } else { b'[' })?;
        for (index, (key, value)) in entries.iter().enumerate() {
            self.separate(index);
            if as_object {
                self.name(key_schema, key)?;
                self.value(value_schema, value)?;
            } else {
                self.open(b'[')?;
                self.value(key_schema, key)?;
                self.out.push(b',');
                self.value(value_schema, value)?;
                self.close(b']');
            }
        }
        self.close(if as_object { b'}' } else { b']' });
        Ok(())
    }

    /// A map's key as the name of a member: the text form of whatever JSON the key is.
    fn name(&mut self, schema: Option<&Schema>, key: &Value<'_>) -> Written {
        let start = self.out.len();
        self.value(schema, key)?;
        if self.out[start] != b'"' {
            self.out.insert(start, b'"');
            self.out.push(b'"');
        }
        self.out.push(b':');
        Ok(())
    }

    fn structure(&mut self, schema: Option<&Schema>, value: &connect_data::Struct<'_>) -> Written {
        // COMPAT: without a schema a struct never matches.
        let Some(schema) = schema.filter(|schema| **value.schema() == **schema) else {
            return Err(ConverterError::data("Mismatching schema."));
        };
        self.open(b'{')?;
        for (field, value) in schema.fields()?.iter().zip(value.values()) {
            self.separate(field.index());
            string(field.name(), self.out);
            self.out.push(b':');
            self.value(Some(field.schema()), value)?;
        }
        self.close(b'}');
        Ok(())
    }
}

fn element_schema(schema: Option<&Schema>) -> Result<Option<&Schema>, ConverterError> {
    Ok(match schema {
        Some(schema) => schema.value_schema()?.map(AsRef::as_ref),
        None => None,
    })
}

fn too_deep(depth: usize) -> ConverterError {
    let cause = ConverterError::new(
        "com.fasterxml.jackson.core.exc.StreamConstraintsException",
        format!(
            "Document nesting depth ({depth}) exceeds the maximum allowed ({DEPTH_MAX}, from `StreamWriteConstraints.getMaxNestingDepth()`)"
        ),
    );
    ConverterError::data(
        "Converting Kafka Connect data to byte[] failed due to serialization error: ",
    )
    .caused_by(
        ConverterError::new(SERIALIZATION, "Error serializing JSON message").caused_by(cause),
    )
}
