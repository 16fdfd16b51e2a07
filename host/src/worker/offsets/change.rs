//! What users ask of offsets, and what they are told.
//!
//! Owns offsets as they are written in requests: JSON whose numbers keep the kind that Java gives them, since
//! Kafka's messages show it. Must not know HTTP, nor how offsets are stored.

use std::fmt;

use connect_data::{OffsetMap, double_text};
use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::config::json_object::JsonObject as RawObject;

#[cfg(test)]
mod tests;

/// A partition or an offset as it is written in a request.
pub type JsonObject = IndexMap<String, JsonValue>;

/// A partition with its new offset; none and an absent one both reset the partition.
pub type OffsetEntry = (Option<JsonObject>, Option<JsonObject>);

/// A partition of a connector with its offset, as the connector's store or the consumer group has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorOffset {
    /// The source partition, or topic and partition of a sink.
    pub partition: OffsetMap<'static>,
    /// The offset.
    pub offset: OffsetMap<'static>,
}

/// A change of a connector's offsets.
#[derive(Clone, Debug, PartialEq)]
pub enum OffsetsChange {
    /// Of these partitions alone; later entries of one partition replace earlier ones.
    Alter(Vec<OffsetEntry>),
    /// All are forgotten.
    Reset,
}

impl OffsetsChange {
    /// What was done, when it was.
    pub(crate) fn done(&self, connector_knows: bool) -> OffsetsMessage {
        OffsetsMessage {
            reset: matches!(self, Self::Reset),
            connector_knows,
        }
    }
}

/// What users are told after a change. Displays as Kafka's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetsMessage {
    /// Reset, not altered.
    pub reset: bool,
    /// The connector said that these offsets are all there is.
    pub connector_knows: bool,
}

impl fmt::Display for OffsetsMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.reset { "reset" } else { "altered" };
        if self.connector_knows {
            return write!(
                formatter,
                "The offsets for this connector have been {done} successfully"
            );
        }
        write!(
            formatter,
            "The Connect framework-managed offsets for this connector have been {done} \
             successfully. However, if this connector manages offsets externally, they will need \
             to be manually {done} in the system that the connector uses."
        )
    }
}

/// A JSON value, as Jackson reads it into an `Object`.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonValue {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// An integer of at most 64 bits.
    Integer(i64),
    /// A longer integer, as it is written.
    BigInteger(String),
    /// A number with a fraction or an exponent.
    Double(f64),
    /// Text.
    Text(String),
    /// An array, as it is written.
    List(String),
    /// An object, as it is written.
    Map(String),
}

impl JsonValue {
    /// Reads a value whose syntax is known to be right.
    pub fn read(raw: &RawValue) -> Result<Self, serde_json::Error> {
        let json = raw.get();
        Ok(match json.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Boolean(true),
            Some(b'f') => Self::Boolean(false),
            Some(b'"') => Self::Text(serde_json::from_str(json)?),
            Some(b'[') => Self::List(json.to_owned()),
            Some(b'{') => Self::Map(json.to_owned()),
            // Numbers are read by the standard library, which rounds correctly and knows infinity.
            _ if json.contains(['.', 'e', 'E']) => Self::Double(json.parse().unwrap_or(f64::NAN)),
            _ => match json.parse() {
                Ok(integer) => Self::Integer(integer),
                Err(_) => Self::BigInteger(json.to_owned()),
            },
        })
    }
}

/// LIMIT: nested values are shown to this depth; what is deeper is shown as it is written.
const SHOWN_DEPTH_MAX: usize = 8;

/// COMPAT: `String.valueOf` of what Jackson makes of the value.
impl fmt::Display for JsonValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(formatter, SHOWN_DEPTH_MAX)
    }
}

impl JsonValue {
    fn show(&self, formatter: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Double(number) => formatter.write_str(&double_text(*number)),
            Self::BigInteger(text) | Self::Text(text) => formatter.write_str(text),
            Self::List(json) | Self::Map(json) if depth == 0 => formatter.write_str(json),
            Self::List(json) => show_list(formatter, json, depth - 1),
            Self::Map(json) => show_map(formatter, json, depth - 1),
        }
    }
}

fn show_list(formatter: &mut fmt::Formatter<'_>, json: &str, depth: usize) -> fmt::Result {
    let elements: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| fmt::Error)?;
    formatter.write_str("[")?;
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            formatter.write_str(", ")?;
        }
        show_raw(formatter, element, depth)?;
    }
    formatter.write_str("]")
}

fn show_map(formatter: &mut fmt::Formatter<'_>, json: &str, depth: usize) -> fmt::Result {
    let RawObject(members) = serde_json::from_str(json).map_err(|_| fmt::Error)?;
    formatter.write_str("{")?;
    for (index, (key, value)) in members.into_iter().enumerate() {
        if index > 0 {
            formatter.write_str(", ")?;
        }
        write!(formatter, "{key}=")?;
        show_raw(formatter, value, depth)?;
    }
    formatter.write_str("}")
}

fn show_raw(formatter: &mut fmt::Formatter<'_>, raw: &RawValue, depth: usize) -> fmt::Result {
    JsonValue::read(raw)
        .map_err(|_| fmt::Error)?
        .show(formatter, depth)
}
