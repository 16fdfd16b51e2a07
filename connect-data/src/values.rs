//! Conversions between values and text.

use crate::{DataError, SchemaAndValue, SchemaRef, Value};

/// Finds out what a text is.
pub fn parse_string(text: &str) -> Result<SchemaAndValue<'static>, DataError> {
    let _ = text;
    Err(DataError::EmbeddedValue)
}

/// The text of a value as SimpleHeaderConverter writes it; none for null.
pub fn convert_to_string(value: &Value<'_>) -> Result<Option<String>, DataError> {
    let _ = value;
    Err(DataError::EmbeddedValue)
}

/// The schema that a value has by itself.
pub fn infer_schema(value: &Value<'_>) -> Option<SchemaRef> {
    let _ = value;
    None
}

#[cfg(test)]
mod tests;
