//! Keys and values of stored offsets: the bytes that JsonConverter (without schemas) writes.
//!
//! Owns the text form, which must be the JVM's byte for byte, since look-ups compare raw bytes.
//! Must not know stores. Kafka counterparts: JsonConverter over Jackson, OffsetUtils.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_data::{OffsetMap, OffsetValue, double_text};
use serde_json::value::RawValue;

use crate::config::json_object::JsonObject;

#[cfg(test)]
mod tests;

/// The key of a source partition: `["<connector>",{<partition>}]`.
pub(super) fn key(connector: &str, partition: Option<&OffsetMap<'_>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.push(b'[');
    write_text(&mut out, connector);
    out.push(b',');
    write_map(&mut out, partition);
    out.push(b']');
    out
}

/// The value of a source offset.
pub(super) fn value(offset: &OffsetMap<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    write_map(&mut out, Some(offset));
    out
}

/// The source offset of a stored value; none when the value is JSON null.
pub(super) fn parse_value(bytes: &[u8]) -> Result<Option<OffsetMap<'static>>, String> {
    if bytes.trim_ascii() == b"null" {
        return Ok(None);
    }
    let JsonObject(members) = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    members
        .into_iter()
        .map(|(field, raw)| {
            let value = parse_primitive(&field, raw.get())?;
            Ok((Cow::Owned(field), value))
        })
        .collect::<Result<OffsetMap<'static>, String>>()
        .map(Some)
}

/// Connector and source partition of a stored key; none when it is no key of an offset.
pub(super) fn parse_key(bytes: &[u8]) -> Option<(String, Option<OffsetMap<'static>>)> {
    let (connector, partition): (String, &RawValue) = serde_json::from_slice(bytes).ok()?;
    let partition = parse_value(partition.get().as_bytes()).ok()?;
    Some((connector, partition))
}

fn parse_primitive(field: &str, json: &str) -> Result<OffsetValue<'static>, String> {
    Ok(match json.as_bytes().first() {
        Some(b'n') => OffsetValue::Null,
        Some(b't') => OffsetValue::Boolean(true),
        Some(b'f') => OffsetValue::Boolean(false),
        Some(b'"') => {
            let text = serde_json::from_str(json).map_err(|error| error.to_string())?;
            OffsetValue::Text(Cow::Owned(text))
        }
        Some(b'[') => return Err(not_primitive(field, "ARRAY")),
        Some(b'{') => return Err(not_primitive(field, "MAP")),
        // Numbers are read by the standard library, which rounds correctly.
        _ if json.contains(['.', 'e', 'E']) => match json.parse() {
            Ok(number) => OffsetValue::Float(number),
            Err(_) => return Err(format!("field {field} is {json}")),
        },
        _ => match json.parse() {
            Ok(integer) => OffsetValue::Integer(integer),
            // Kafka would take the lowest 64 bits, which is another place in the source.
            Err(_) => return Err(format!("field {field} has more than 64 bits: {json}")),
        },
    })
}

fn not_primitive(field: &str, connect_type: &str) -> String {
    format!(
        "Offsets may only contain primitive types as values, but field {field} contains {connect_type}"
    )
}

fn write_map(out: &mut Vec<u8>, map: Option<&OffsetMap<'_>>) {
    let Some(map) = map else {
        out.extend(b"null");
        return;
    };
    out.push(b'{');
    for (index, (field, value)) in map.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_text(out, field);
        out.push(b':');
        write_value(out, value);
    }
    out.push(b'}');
}

fn write_value(out: &mut Vec<u8>, value: &OffsetValue<'_>) {
    match value {
        OffsetValue::Null => out.extend(b"null"),
        OffsetValue::Boolean(true) => out.extend(b"true"),
        OffsetValue::Boolean(false) => out.extend(b"false"),
        OffsetValue::Integer(number) => out.extend(number.to_string().as_bytes()),
        // COMPAT: Jackson writes what JSON has no number for as text (QUOTE_NON_NUMERIC_NUMBERS).
        OffsetValue::Float(number) if !number.is_finite() => {
            write_text(out, &double_text(*number));
        }
        OffsetValue::Float(number) => out.extend(double_text(*number).as_bytes()),
        OffsetValue::Text(text) => write_text(out, text),
        OffsetValue::Bytes(bytes) => write_text(out, &STANDARD.encode(bytes)),
    }
}

/// Writes text as Jackson's UTF8JsonGenerator does: raw UTF-8, but for characters beyond U+FFFF,
/// which become two escapes.
fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend(b"\\\""),
            '\\' => out.extend(b"\\\\"),
            '\u{8}' => out.extend(b"\\b"),
            '\t' => out.extend(b"\\t"),
            '\n' => out.extend(b"\\n"),
            '\u{c}' => out.extend(b"\\f"),
            '\r' => out.extend(b"\\r"),
            '\0'..='\u{1f}' | '\u{10000}'.. => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend(format!("\\u{unit:04X}").as_bytes());
                }
            }
            other => out.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}
