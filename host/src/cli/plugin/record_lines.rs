//! Records as lines of JSON: what `plugin run` prints of a source, and reads for a sink.
//!
//! Owns the form of a line. Keys, values and headers are what JsonConverter makes of them, so that
//! the output of a source is the input of a sink. Pure.
//!
//! A line is an object: `topic`, `partition`, `timestamp`, `key`, `value`, `headers` (a list of
//! `key` and `value`), and for sources `sourcePartition` and `sourceOffset`. Keys and values have an
//! envelope of `schema` and `payload`, or are plain JSON.

use connect_data::{
    ConnectHeaders, OffsetMap, OffsetValue, SchemaAndValue, SchemaRef, SinkRecord, SourceRecord,
    TimestampType, Value,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, json};
use thiserror::Error;

use crate::config::ConfigMap;
use crate::converter::{Converter, ConverterError, ConverterType, JsonConverter, Serialized};

/// Why a line cannot be written or read.
#[derive(Debug, Error)]
pub(super) enum LineError {
    /// The converter cannot convert it.
    #[error("the {what} cannot be converted to or from JSON: {}", chain(.error))]
    Convert {
        /// Key, value or header.
        what: String,
        /// Why.
        error: ConverterError,
    },
    /// A record without a topic.
    #[error("the record has no topic, and `topics` of the configuration names none")]
    NoTopic,
    /// Not an object of the members above.
    #[error(
        "not a record: {0}; a record is an object such as {{\"topic\": \"t\", \"value\": \"text\"}}"
    )]
    NotARecord(serde_json::Error),
    /// What the converter wrote is no JSON.
    #[error("the {what} was not converted to JSON: {error}")]
    NotJson {
        /// Key, value or header.
        what: String,
        /// Why.
        error: serde_json::Error,
    },
}

fn chain(error: &ConverterError) -> String {
    let mut text = error.message.clone().unwrap_or_default();
    if let Some(cause) = &error.cause {
        text.push_str(": ");
        text.push_str(&chain(cause));
    }
    text
}

/// Writes records as lines.
pub(super) struct LineWriter {
    key: JsonConverter,
    value: JsonConverter,
    header: JsonConverter,
}

impl LineWriter {
    /// With or without the envelope that has the schema.
    pub(super) fn new(schemas: bool) -> Result<Self, ConverterError> {
        Ok(Self {
            key: converter(schemas, ConverterType::Key)?,
            value: converter(schemas, ConverterType::Value)?,
            header: converter(schemas, ConverterType::Header)?,
        })
    }

    /// The line of a record, without an end.
    pub(super) fn line(&mut self, record: &SourceRecord<'_>) -> Result<String, LineError> {
        let topic = record.topic.as_deref().ok_or(LineError::NoTopic)?;
        let mut line = Map::new();
        line.insert("topic".to_owned(), json!(topic));
        if let Some(partition) = record.kafka_partition {
            line.insert("partition".to_owned(), json!(partition));
        }
        if let Some(timestamp) = record.timestamp {
            line.insert("timestamp".to_owned(), json!(timestamp));
        }
        let (schema, key) = (record.key_schema.as_ref(), &record.key);
        if schema.is_some() || !key.is_null() {
            let key = written(&mut self.key, topic, "key", schema, key)?;
            line.insert("key".to_owned(), key);
        }
        let (schema, value) = (record.value_schema.as_ref(), &record.value);
        let value = written(&mut self.value, topic, "value", schema, value)?;
        line.insert("value".to_owned(), value);
        let headers: Result<Vec<_>, LineError> = record
            .headers
            .iter()
            .map(|header| {
                let what = format!("header {}", header.key);
                let schema = header.schema.as_ref();
                let value = written(&mut self.header, topic, &what, schema, &header.value)?;
                Ok(json!({"key": header.key, "value": value}))
            })
            .collect();
        let headers = headers?;
        if !headers.is_empty() {
            line.insert("headers".to_owned(), headers.into());
        }
        for (name, map) in [
            ("sourcePartition", &record.source_partition),
            ("sourceOffset", &record.source_offset),
        ] {
            if let Some(map) = map {
                line.insert(name.to_owned(), offset_map(map));
            }
        }
        Ok(serde_json::Value::Object(line).to_string())
    }
}

fn converter(schemas: bool, kind: ConverterType) -> Result<JsonConverter, ConverterError> {
    let settings = ConfigMap::from([("schemas.enable".to_owned(), schemas.to_string())]);
    JsonConverter::new(&settings, kind)
}

fn written(
    converter: &mut JsonConverter,
    topic: &str,
    what: &str,
    schema: Option<&SchemaRef>,
    value: &Value<'_>,
) -> Result<serde_json::Value, LineError> {
    let mut bytes = Vec::new();
    let serialized = converter.from_connect_data(topic, schema, value, &mut bytes);
    let serialized = serialized.map_err(|error| LineError::Convert {
        what: what.to_owned(),
        error,
    })?;
    if serialized == Serialized::Null {
        return Ok(serde_json::Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|error| LineError::NotJson {
        what: what.to_owned(),
        error,
    })
}

/// A source partition or offset as JSON.
pub(super) fn offset_map(map: &OffsetMap<'_>) -> serde_json::Value {
    use base64::Engine as _;
    let members = map.iter().map(|(key, value)| {
        let value = match value {
            OffsetValue::Null => serde_json::Value::Null,
            OffsetValue::Boolean(boolean) => json!(boolean),
            OffsetValue::Integer(integer) => json!(integer),
            OffsetValue::Float(float) => json!(float),
            OffsetValue::Text(text) => json!(text),
            OffsetValue::Bytes(bytes) => {
                json!(base64::engine::general_purpose::STANDARD.encode(bytes))
            }
        };
        (key.to_owned(), value)
    });
    serde_json::Value::Object(members.collect())
}

/// Reads lines as records for a sink.
pub(super) struct LineReader {
    /// For those that name none.
    topic: Option<String>,
    enveloped: JsonConverter,
    plain: JsonConverter,
    /// The next offset of each topic and partition.
    offsets: std::collections::HashMap<(String, i32), i64>,
}

/// A line, with keys and values unread.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Line<'a> {
    topic: Option<String>,
    #[serde(default)]
    partition: Option<i32>,
    #[serde(default)]
    timestamp: Option<i64>,
    #[serde(default, borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(default, borrow)]
    headers: Vec<LineHeader<'a>>,
    /// A source's line may be a sink's.
    #[serde(default, rename = "sourcePartition")]
    _source_partition: Option<serde::de::IgnoredAny>,
    #[serde(default, rename = "sourceOffset")]
    _source_offset: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineHeader<'a> {
    key: String,
    #[serde(default, borrow)]
    value: Option<&'a RawValue>,
}

impl LineReader {
    /// A reader that gives `topic` to lines which name none.
    pub(super) fn new(topic: Option<String>) -> Result<Self, ConverterError> {
        Ok(Self {
            topic,
            enveloped: converter(true, ConverterType::Value)?,
            plain: converter(false, ConverterType::Value)?,
            offsets: std::collections::HashMap::new(),
        })
    }

    /// The record of a line. Offsets count up from 0 for each topic and partition.
    pub(super) fn record(&mut self, line: &str) -> Result<SinkRecord<'static>, LineError> {
        let line: Line<'_> = serde_json::from_str(line).map_err(LineError::NotARecord)?;
        let topic = line.topic.or_else(|| self.topic.clone());
        let topic = topic.ok_or(LineError::NoTopic)?;
        let partition = line.partition.unwrap_or(0);
        let key = self.read(&topic, "key", line.key)?;
        let value = self.read(&topic, "value", line.value)?;
        let mut headers = ConnectHeaders::default();
        for header in line.headers {
            let what = format!("header {}", header.key);
            let value = self.read(&topic, &what, header.value)?;
            headers.add_unchecked(header.key, value.schema, value.value);
        }
        let next = self.offsets.entry((topic.clone(), partition)).or_default();
        let offset = *next;
        *next += 1;
        Ok(SinkRecord {
            original_topic: topic.clone().into(),
            topic: topic.into(),
            kafka_partition: partition,
            original_kafka_partition: partition,
            key_schema: key.schema,
            key: key.value,
            value_schema: value.schema,
            value: value.value,
            timestamp: line.timestamp,
            timestamp_type: match line.timestamp {
                Some(_) => TimestampType::CreateTime,
                None => TimestampType::NoTimestampType,
            },
            kafka_offset: offset,
            original_kafka_offset: offset,
            headers,
        })
    }

    fn read(
        &mut self,
        topic: &str,
        what: &str,
        json: Option<&RawValue>,
    ) -> Result<SchemaAndValue<'static>, LineError> {
        let bytes = json
            .map(|json| json.get().as_bytes())
            .filter(|json| *json != b"null");
        let converter = match json {
            Some(json) if has_envelope(json.get()) => &mut self.enveloped,
            _ => &mut self.plain,
        };
        let read = converter.to_connect_data(topic, bytes);
        let read = read.map_err(|error| LineError::Convert {
            what: what.to_owned(),
            error,
        })?;
        Ok(read.into_owned())
    }
}

/// Whether JSON is an object of `schema` and `payload` and nothing else.
fn has_envelope(json: &str) -> bool {
    let Ok(object) = serde_json::from_str::<Map<String, serde_json::Value>>(json) else {
        return false;
    };
    object.len() == 2 && object.contains_key("schema") && object.contains_key("payload")
}

#[cfg(test)]
mod tests;
