//! The line of a record. Knows no connection.

use connect_sdk::ConnectError;
use connect_sdk::data::{SinkRecord, Value};

/// Appends the line of a record: its value, as text, and a line feed.
pub(crate) fn append(record: &SinkRecord<'_>, lines: &mut Vec<u8>) -> Result<(), ConnectError> {
    let number;
    let bytes: &[u8] = match &record.value {
        Value::String(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        Value::Null => b"",
        Value::Array(_) | Value::Map(_) | Value::Struct(_) => {
            let what = "has a value with parts; use a converter that gives text";
            return Err(in_place(what, record));
        }
        other => {
            number = other.to_java_string();
            number.as_bytes()
        }
    };
    if bytes.contains(&b'\n') {
        return Err(in_place("has a line feed inside", record));
    }
    lines.extend_from_slice(bytes);
    lines.push(b'\n');
    Ok(())
}

fn in_place(what: &str, record: &SinkRecord<'_>) -> ConnectError {
    ConnectError::data(format!(
        "The record {}-{}@{} {what}",
        record.topic, record.kafka_partition, record.kafka_offset
    ))
}

#[cfg(test)]
mod tests;
