//! Offsets and active topics. Kafka's counterparts: `ConnectorOffsets`, `Message`, `ActiveTopicsInfo`.

#[allow(unused_imports, reason = "the schemas of maps name it")]
use std::collections::HashMap;

use connect_data::{OffsetMap, OffsetValue, double_text};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::herder::offsets::{ConnectorOffset, OffsetsMessage};
#[allow(unused_imports, reason = "the schemas of maps name it")]
use crate::rest::json::offsets::OffsetValueSchema;

/// The offsets of a connector.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorOffsets)]
pub(in crate::rest) struct ConnectorOffsetsEntity<'a> {
    offsets: Vec<ConnectorOffsetEntity<'a>>,
}

impl<'a> From<&'a [ConnectorOffset]> for ConnectorOffsetsEntity<'a> {
    fn from(offsets: &'a [ConnectorOffset]) -> Self {
        let offsets = offsets.iter().map(|offset| ConnectorOffsetEntity {
            partition: OffsetObject(&offset.partition),
            offset: OffsetObject(&offset.offset),
        });
        Self {
            offsets: offsets.collect(),
        }
    }
}

/// A partition with its offset.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorOffset)]
struct ConnectorOffsetEntity<'a> {
    /// A source partition, or `kafka_topic` and `kafka_partition`.
    #[schema(value_type = HashMap<String, OffsetValueSchema>)]
    partition: OffsetObject<'a>,
    /// A source offset, or `kafka_offset`.
    #[schema(value_type = HashMap<String, OffsetValueSchema>)]
    offset: OffsetObject<'a>,
}

struct OffsetObject<'a>(&'a OffsetMap<'static>);

impl Serialize for OffsetObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, value) in self.0.iter() {
            match value {
                OffsetValue::Null => map.serialize_entry(field, &())?,
                OffsetValue::Boolean(value) => map.serialize_entry(field, value)?,
                OffsetValue::Integer(number) => map.serialize_entry(field, number)?,
                OffsetValue::Float(number) if number.is_finite() => {
                    let text = RawValue::from_string(double_text(*number));
                    map.serialize_entry(field, &text.map_err(S::Error::custom)?)?;
                }
                // Stored offsets have neither infinite numbers nor bytes: both are stored as text.
                OffsetValue::Float(_) | OffsetValue::Bytes(_) => {
                    map.serialize_entry(field, &value.to_string())?;
                }
                OffsetValue::Text(text) => map.serialize_entry(field, text)?,
            }
        }
        map.end()
    }
}

/// What was done.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(in crate::rest) struct MessageEntity {
    message: String,
}

impl From<OffsetsMessage> for MessageEntity {
    fn from(message: OffsetsMessage) -> Self {
        Self {
            message: message.to_string(),
        }
    }
}

/// The topics that a connector has used.
#[derive(Serialize, ToSchema)]
#[schema(as = ActiveTopics)]
pub(in crate::rest) struct ActiveTopicsEntity {
    topics: Vec<String>,
}

impl ActiveTopicsEntity {
    /// These topics.
    pub(in crate::rest) fn new(topics: Vec<String>) -> Self {
        Self { topics }
    }
}
