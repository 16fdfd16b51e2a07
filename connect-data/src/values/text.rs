//! The text of values, as SimpleHeaderConverter writes it.

use std::fmt::{Display, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::logical::MILLIS_PER_DAY;
use crate::{DataError, Value, double_text, float_text, time};

/// The text of a value; none for null. [`super::parse_string`] reads most of it back.
pub fn convert_to_string(value: &Value<'_>) -> Result<Option<String>, DataError> {
    if value.is_null() {
        return Ok(None);
    }
    let mut out = String::new();
    append(&mut out, value, false);
    Ok(Some(out))
}

/// Writes a value; text inside of containers is quoted.
fn append(out: &mut String, value: &Value<'_>, embedded: bool) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => display(out, value),
        Value::Int8(value) => display(out, value),
        Value::Int16(value) => display(out, value),
        Value::Int32(value) => display(out, value),
        Value::Int64(value) => display(out, value),
        Value::Decimal(value) => display(out, value),
        Value::Float32(value) => out.push_str(&float_text(*value)),
        Value::Float64(value) => out.push_str(&double_text(*value)),
        Value::String(text) if embedded => quote(out, text),
        Value::String(text) => out.push_str(text),
        Value::Bytes(bytes) => {
            let text = STANDARD.encode(bytes);
            if embedded {
                quote(out, &text)
            } else {
                out.push_str(&text)
            }
        }
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                separate(out, index);
                append(out, element, true);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                separate(out, index);
                append(out, key, true);
                out.push(':');
                append(out, value, true);
            }
            out.push('}');
        }
        Value::Struct(value) => {
            out.push('{');
            for field in value.schema().field_list() {
                separate(out, field.index());
                quote(out, field.name());
                out.push(':');
                append(out, value.get_at(field.index()), true);
            }
            out.push('}');
        }
        Value::Date(millis) => out.push_str(&date_text(*millis)),
    }
}

/// COMPAT: which pattern is used depends on the value, not on the schema; whatever lies before
/// 1970-01-02 is written as a time.
fn date_text(millis: i64) -> String {
    if millis < MILLIS_PER_DAY {
        time::time_text(millis)
    } else if millis % MILLIS_PER_DAY == 0 {
        time::date_text(millis)
    } else {
        time::timestamp_text(millis)
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '\\' | '"') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

fn separate(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

fn display(out: &mut String, value: impl Display) {
    write!(out, "{value}").expect("a String takes all text");
}
