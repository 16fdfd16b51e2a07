//! The body of a change of offsets.
//!
//! Kafka's counterpart: `ConnectorOffsets` and `ConnectorOffset`, as Jackson reads them.

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{RestError, body, fields};
use crate::herder::offsets::{JsonObject, JsonValue, OffsetEntry};

#[cfg(test)]
mod tests;

/// Partitions with their new offsets.
#[derive(ToSchema)]
#[schema(as = AlterOffsets)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
pub(in crate::rest) struct OffsetsSchema {
    /// At least one.
    #[schema(min_items = 1)]
    offsets: Vec<OffsetSchema>,
}

/// A partition with its new offset.
#[derive(ToSchema)]
#[schema(as = AlterOffset)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
struct OffsetSchema {
    /// A source partition, or `kafka_topic` and `kafka_partition`.
    partition: Option<HashMap<String, OffsetValueSchema>>,
    /// A source offset, or `kafka_offset`; null or nothing resets the partition.
    offset: Option<HashMap<String, OffsetValueSchema>>,
}

/// A value in a partition or an offset.
#[derive(ToSchema)]
#[schema(as = OffsetValue)]
#[serde(untagged)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
pub(in crate::rest) enum OffsetValueSchema {
    Text(Option<String>),
    /// Integers, too: a schema of their own would say that each is two of these at once.
    Number(f64),
    Boolean(bool),
}

/// `PATCH /connectors/{connector}/offsets`: partitions with their new offsets, in the order given. May be empty.
pub(in crate::rest) struct OffsetsBody(pub(in crate::rest) Vec<OffsetEntry>);

impl<S: Send + Sync> FromRequest<S> for OffsetsBody {
    type Rejection = RestError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, RestError> {
        let expected =
            "a JSON object with \"offsets\", a list of objects with \"partition\" and \"offset\"";
        Self::parse(&body(request, expected).await?)
    }
}

impl OffsetsBody {
    fn parse(body: &[u8]) -> Result<Self, RestError> {
        let mut offsets = None;
        for (key, value) in fields(body, "the request")? {
            if key != "offsets" {
                return Err(RestError::BadRequest(format!(
                    "Unrecognized field \"{key}\", one known property: \"offsets\""
                )));
            }
            // As in Kafka; it would not be clear what is to be done.
            if offsets.is_some() {
                return Err(RestError::BadRequest(
                    "The request has \"offsets\" more than once".to_owned(),
                ));
            }
            offsets = Some(entries(value)?);
        }
        Ok(Self(offsets.unwrap_or_default()))
    }
}

fn entries(value: &RawValue) -> Result<Vec<OffsetEntry>, RestError> {
    if value.get() == "null" {
        return Ok(Vec::new());
    }
    let entries: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|_| {
        unexpected(
            "\"offsets\" to be a list of objects with \"partition\" and \"offset\"",
            value,
        )
    })?;
    entries.into_iter().map(entry).collect()
}

fn entry(value: &RawValue) -> Result<OffsetEntry, RestError> {
    let mut partition = None;
    let mut offset = None;
    for (key, value) in members(value, "each of \"offsets\" to be an object")? {
        match key.as_str() {
            "partition" => partition = object(value, "\"partition\" to be an object or null")?,
            "offset" => offset = object(value, "\"offset\" to be an object or null")?,
            unknown => {
                return Err(RestError::BadRequest(format!(
                    "Unrecognized field \"{unknown}\" in one of \"offsets\", 2 known properties: \"partition\", \
                     \"offset\""
                )));
            }
        }
    }
    Ok((partition, offset))
}

fn object(value: &RawValue, expected: &str) -> Result<Option<JsonObject>, RestError> {
    if value.get() == "null" {
        return Ok(None);
    }
    members(value, expected)?
        .into_iter()
        .map(|(key, value)| match JsonValue::read(value) {
            Ok(value) => Ok((key, value)),
            Err(error) => Err(RestError::BadRequest(format!(
                "Malformed value of \"{key}\": {error}"
            ))),
        })
        .collect::<Result<JsonObject, RestError>>()
        .map(Some)
}

/// The fields of an object; anything else is not what was expected.
fn members<'a>(
    value: &'a RawValue,
    expected: &str,
) -> Result<Vec<(String, &'a RawValue)>, RestError> {
    let json = value.get();
    if json.starts_with('{') {
        fields(json.as_bytes(), expected)
    } else {
        Err(unexpected(expected, value))
    }
}

/// A value in the wrong place. It is shown when it is short enough to be told from others by that.
fn unexpected(expected: &str, value: &RawValue) -> RestError {
    const SHOWN_MAX: usize = 60;
    let found = match value.get() {
        short if short.len() <= SHOWN_MAX => short,
        json if json.starts_with('{') => "an object",
        json if json.starts_with('[') => "a list",
        _ => "something else",
    };
    RestError::BadRequest(format!("Expected {expected}; found {found}"))
}
