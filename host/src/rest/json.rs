//! Bodies: JSON in, read as Jackson reads it into maps of strings, and JSON out.
//!
//! Owns the coercion of numbers and booleans to the very text that the client wrote, and what is
//! said about bodies that cannot be read. Kafka's counterpart: the JSON provider of `RestServer`
//! with `Map<String, String>` as its target.

use std::fmt;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::{Buf as _, BytesMut};
use futures::StreamExt as _;
use serde::Serialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::RestError;
use super::server::SILENCE_MAX;
use crate::storage::config::TargetState;

pub(super) mod offsets;

#[cfg(test)]
mod tests;

/// LIMIT: a configuration of this size could not be stored in Kafka either, whose records are 1 MB
/// by default; there is room for operators who raised that.
pub(super) const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The media type of everything.
pub(super) const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A response with a JSON body.
pub(super) fn response(status: StatusCode, entity: &impl Serialize) -> Response {
    let body = serde_json::to_vec(entity).expect("entities have string keys and no failing parts");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, APPLICATION_JSON);
    response
}

/// A flat object: keys and values in the order given, null kept.
pub(super) struct ConfigBody(pub(super) Vec<(String, Option<String>)>);

impl<S: Send + Sync> FromRequest<S> for ConfigBody {
    type Rejection = RestError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, RestError> {
        let body = body(request, "a JSON object with the connector's configuration").await?;
        Ok(Self(config(fields(&body, "the configuration")?)?))
    }
}

/// `POST /connectors`
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CreateConnector {
    pub(super) name: String,
    pub(super) config: Vec<(String, Option<String>)>,
    pub(super) initial_state: Option<TargetState>,
}

impl<S: Send + Sync> FromRequest<S> for CreateConnector {
    type Rejection = RestError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, RestError> {
        let expected = "a JSON object with \"name\", \"config\" and, if wanted, \"initial_state\"";
        Self::parse(&body(request, expected).await?)
    }
}

impl CreateConnector {
    fn parse(body: &[u8]) -> Result<Self, RestError> {
        let mut request = Self::default();
        let mut has_config = false;
        for (key, value) in fields(body, "the request")? {
            match key.as_str() {
                // Java's String.trim, after null has become empty.
                "name" => {
                    let name = text(&key, value)?.unwrap_or_default();
                    name.trim_matches(|character| character <= ' ')
                        .clone_into(&mut request.name);
                }
                "config" => {
                    has_config = value.get() != "null";
                    if has_config {
                        request.config = config(fields(value.get().as_bytes(), "\"config\"")?)?;
                    }
                }
                "initial_state" => {
                    request.initial_state = text(&key, value)?
                        .as_deref()
                        .map(initial_state)
                        .transpose()?;
                }
                unknown => {
                    return Err(RestError::BadRequest(format!(
                        "Unrecognized field \"{unknown}\", 3 known properties: \"name\", \"config\", \
                         \"initial_state\""
                    )));
                }
            }
        }
        if has_config {
            Ok(request)
        } else {
            Err(RestError::BadRequest(
                "The request has no \"config\": an object with the connector's configuration"
                    .to_owned(),
            ))
        }
    }
}

fn initial_state(text: &str) -> Result<TargetState, RestError> {
    match text.to_uppercase().as_str() {
        "RUNNING" => Ok(TargetState::Started),
        "PAUSED" => Ok(TargetState::Paused),
        "STOPPED" => Ok(TargetState::Stopped),
        _ => Err(RestError::BadRequest(format!(
            "\"{text}\" is not an initial_state; expected RUNNING, PAUSED or STOPPED"
        ))),
    }
}

/// `PUT /admin/loggers/{logger}`: the level, if there is one. Other fields say nothing, as in Kafka.
pub(super) struct LevelBody(pub(super) Option<String>);

impl<S: Send + Sync> FromRequest<S> for LevelBody {
    type Rejection = RestError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, RestError> {
        let body = body(request, "a JSON object with \"level\"").await?;
        let fields = config(fields(&body, "the request")?)?;
        let level = fields.into_iter().rev().find(|(key, _)| key == "level");
        Ok(Self(level.and_then(|(_, level)| level)))
    }
}

/// The whole body. A body without a content type is refused, as Jersey does.
async fn body(request: Request, expected: &str) -> Result<Bytes, RestError> {
    let typed = request.headers().contains_key(header::CONTENT_TYPE);
    let mut body = read(request.into_body()).await?;
    // Jackson passes over a byte order mark, which some editors write.
    if body.starts_with(BYTE_ORDER_MARK) {
        body.advance(BYTE_ORDER_MARK.len());
    }
    let is_blank = body.iter().all(u8::is_ascii_whitespace);
    if is_blank || body.trim_ascii() == b"null" {
        return Err(RestError::BadRequest(format!(
            "The request has no body; expected {expected}"
        )));
    }
    if typed {
        Ok(body)
    } else {
        Err(RestError::UntypedBody)
    }
}

async fn read(body: Body) -> Result<Bytes, RestError> {
    let mut chunks = body.into_data_stream();
    let mut body = BytesMut::new();
    loop {
        match tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
            Err(_) => return Err(RestError::BodyTooSlow(SILENCE_MAX)),
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(Err(error))) => {
                let text = format!("The request body cannot be read: {error}");
                return Err(RestError::BadRequest(text));
            }
            Ok(Some(Ok(chunk))) if body.len() + chunk.len() > BODY_BYTES_MAX => {
                return Err(RestError::BodyTooLong(BODY_BYTES_MAX));
            }
            Ok(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
        }
    }
}

/// The fields of an object, as written. The last of several with one name counts.
fn fields<'a>(json: &'a [u8], what: &str) -> Result<Vec<(String, &'a RawValue)>, RestError> {
    let malformed = |error: serde_json::Error| {
        RestError::BadRequest(if error.is_data() {
            format!("Expected {what} to be a JSON object: {error}")
        } else {
            format!("Malformed JSON in {what}: {error}")
        })
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let fields = deserializer
        .deserialize_map(FieldsVisitor)
        .map_err(malformed)?;
    deserializer.end().map_err(malformed)?;
    Ok(fields)
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}

fn config(fields: Vec<(String, &RawValue)>) -> Result<Vec<(String, Option<String>)>, RestError> {
    fields
        .into_iter()
        .map(|(key, value)| {
            let value = text(&key, value)?;
            Ok((key, value))
        })
        .collect()
}

/// A scalar as text: strings are unquoted, numbers and booleans stay as they are written.
fn text(key: &str, value: &RawValue) -> Result<Option<String>, RestError> {
    let json = value.get();
    let refused = |kind: &str| {
        RestError::BadRequest(format!(
            "The value of \"{key}\" is {kind}; expected a string, a number, a boolean or null"
        ))
    };
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map(Some).map_err(|error| {
            RestError::BadRequest(format!(
                "Malformed string as the value of \"{key}\": {error}"
            ))
        }),
        Some(b'{') => Err(refused("an object")),
        Some(b'[') => Err(refused("an array")),
        Some(b'n') => Ok(None),
        _ => Ok(Some(json.to_owned())),
    }
}
