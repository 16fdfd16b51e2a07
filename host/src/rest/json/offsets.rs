//! The body of a change of offsets.
//!
//! Kafka's counterpart: `ConnectorOffsets` and `ConnectorOffset`, as Jackson reads them.

use axum::extract::{FromRequest, Request};
use serde_json::value::RawValue;

use super::{RestError, body, fields};
use crate::herder::offsets::{JsonObject, JsonValue, OffsetEntry};

#[cfg(test)]
mod tests;

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
        let mut offsets = Vec::new();
        for (key, value) in fields(body, "the request")? {
            if key != "offsets" {
                return Err(RestError::BadRequest(format!(
                    "Unrecognized field \"{key}\", one known property: \"offsets\""
                )));
            }
            offsets = entries(value)?;
        }
        Ok(Self(offsets))
    }
}

fn entries(value: &RawValue) -> Result<Vec<OffsetEntry>, RestError> {
    let entries: Option<Vec<&RawValue>> = serde_json::from_str(value.get()).map_err(|error| {
        RestError::BadRequest(format!(
            "Expected \"offsets\" to be a list of objects with \"partition\" and \"offset\": {error}"
        ))
    })?;
    entries.unwrap_or_default().into_iter().map(entry).collect()
}

fn entry(value: &RawValue) -> Result<OffsetEntry, RestError> {
    let mut partition = None;
    let mut offset = None;
    for (key, value) in fields(value.get().as_bytes(), "each of \"offsets\"")? {
        match key.as_str() {
            "partition" => partition = object(value, "\"partition\"")?,
            "offset" => offset = object(value, "\"offset\"")?,
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

fn object(value: &RawValue, what: &str) -> Result<Option<JsonObject>, RestError> {
    if value.get() == "null" {
        return Ok(None);
    }
    fields(value.get().as_bytes(), what)?
        .into_iter()
        .map(|(key, value)| match JsonValue::read(value) {
            Ok(value) => Ok((key, value)),
            Err(error) => Err(RestError::BadRequest(format!(
                "Malformed value of \"{key}\" in {what}: {error}"
            ))),
        })
        .collect::<Result<JsonObject, RestError>>()
        .map(Some)
}
