//! What a record does to Redis. Knows no connection.

use connect_sdk::ConnectError;
use connect_sdk::data::{SinkRecord, Value};
use redis::Cmd;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The key is set to the value, or deleted.
    Set,
    /// An entry of a stream.
    Stream,
}

impl Mode {
    pub(crate) fn parse(text: &str) -> Result<Mode, ConnectError> {
        match text {
            "set" => Ok(Mode::Set),
            "stream" => Ok(Mode::Stream),
            other => Err(ConnectError::config(format!(
                "Expected one of the modes set and stream, found {other}"
            ))),
        }
    }
}

/// The command for a record. Given twice, it leaves a key as given once; a stream gets a second
/// entry, which has the same topic, partition and offset.
pub(crate) fn command_of(
    mode: Mode,
    prefix: &str,
    record: &SinkRecord<'_>,
) -> Result<Cmd, ConnectError> {
    let key = bytes_of("key", record, &record.key)?;
    let value = bytes_of("value", record, &record.value)?;
    match mode {
        Mode::Set => {
            let Some(key) = key else {
                return Err(in_place("has no key, which the mode set needs", record));
            };
            let key = [prefix.as_bytes(), key].concat();
            Ok(match value {
                Some(value) => Cmd::set(key, value),
                None => Cmd::del(key),
            })
        }
        Mode::Stream => {
            let mut command = redis::cmd("XADD");
            command.arg(format!("{prefix}{}", record.topic)).arg("*");
            command.arg("partition").arg(record.kafka_partition);
            command.arg("offset").arg(record.kafka_offset);
            if let Some(key) = key {
                command.arg("key").arg(key);
            }
            if let Some(value) = value {
                command.arg("value").arg(value);
            }
            Ok(command)
        }
    }
}

/// Texts and bytes as they are; none for a null.
fn bytes_of<'r>(
    what: &str,
    record: &SinkRecord<'_>,
    value: &'r Value<'_>,
) -> Result<Option<&'r [u8]>, ConnectError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.as_bytes())),
        Value::Bytes(bytes) => Ok(Some(bytes)),
        _ => Err(in_place(
            &format!(
                "has a {what} that is neither text nor bytes; use StringConverter or \
                 ByteArrayConverter"
            ),
            record,
        )),
    }
}

fn in_place(what: &str, record: &SinkRecord<'_>) -> ConnectError {
    ConnectError::data(format!(
        "The record {}-{}@{} {what}",
        record.topic, record.kafka_partition, record.kafka_offset
    ))
}

#[cfg(test)]
mod tests;
