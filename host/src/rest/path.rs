//! Names in paths, and paths to names.
//!
//! Owns the decoding of connector names and task numbers, flags in query strings, and the
//! `Location` of a connector. Kafka's counterpart: `@PathParam` and `UriBuilder`.

use std::fmt::{self, Write as _};

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use super::error::RestError;
use crate::ids::{ConnectorName, ConnectorTaskId};

/// `{connector}` in a path.
pub(super) struct ConnectorPath(pub(super) ConnectorName);

impl<S: Send + Sync> FromRequestParts<S> for ConnectorPath {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let params = path_params(parts, state).await?;
        Ok(Self(ConnectorName::new(param(&params, "connector"))))
    }
}

/// `{plugin}` in a path: a class or an alias.
pub(super) struct PluginPath(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PluginPath {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let params = path_params(parts, state).await?;
        Ok(Self(param(&params, "plugin").to_owned()))
    }
}

/// `{connector}` and `{task}` in a path. Any number of Java's finds the resource, and no task has a
/// negative one: those are kept as they are, for messages.
pub(super) struct TaskPath {
    connector: ConnectorName,
    number: i32,
}

impl TaskPath {
    /// The connector.
    pub(super) fn connector(&self) -> &ConnectorName {
        &self.connector
    }

    /// The task; none has a negative number.
    pub(super) fn id(&self) -> Option<ConnectorTaskId> {
        let number = u32::try_from(self.number).ok()?;
        Some(ConnectorTaskId::new(self.connector.clone(), number))
    }
}

impl fmt::Display for TaskPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.connector, self.number)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TaskPath {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let params = path_params(parts, state).await?;
        // Java's Integer.valueOf: signs and leading zeros are fine, 2^31 is not.
        let number = param(&params, "task")
            .parse()
            .map_err(|_| RestError::NoSuchTaskNumber)?;
        let connector = ConnectorName::new(param(&params, "connector"));
        Ok(Self { connector, number })
    }
}

/// `{logger}` in a path.
pub(super) struct LoggerPath(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for LoggerPath {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let params = path_params(parts, state).await?;
        Ok(Self(param(&params, "logger").to_owned()))
    }
}

async fn path_params<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<RawPathParams, RestError> {
    check_path(parts.uri.path())?;
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|rejection| match rejection {
            RawPathParamsRejection::InvalidUtf8InPathParam(_) => RestError::BadRequest(format!(
                "The path {} is not UTF-8 once it is decoded",
                parts.uri.path()
            )),
            // Routes with these extractors have parameters; anything else is not a path of ours.
            _ => RestError::NoSuchPath,
        })
}

fn param<'a>(params: &'a RawPathParams, name: &str) -> &'a str {
    params
        .iter()
        .find(|(key, _)| *key == name)
        .map_or("", |(_, value)| value)
}

/// Refuses what Jetty refuses: empty segments, and escapes that are none.
pub(super) fn check_path(path: &str) -> Result<(), RestError> {
    if path.contains("//") {
        return Err(RestError::BadRequest(format!(
            "Ambiguous URI empty segment: the path {path} has two slashes in a row"
        )));
    }
    if has_broken_escape(path) {
        return Err(RestError::BadRequest(format!(
            "The path {path} has a '%' that two hexadecimal digits do not follow"
        )));
    }
    Ok(())
}

fn has_broken_escape(path: &str) -> bool {
    path.split('%').skip(1).any(|rest| {
        let digits = rest
            .as_bytes()
            .iter()
            .take(2)
            .filter(|byte| byte.is_ascii_hexdigit());
        digits.count() < 2
    })
}

/// The parameters of a query string, decoded, in order.
pub(super) type QueryParams = Query<Vec<(String, String)>>;

/// The value of a parameter; the first of several.
pub(super) fn value<'a>(query: &'a QueryParams, name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// A boolean parameter: `true` in any case is true, absent or empty is the default, anything else
/// is false.
pub(super) fn flag(query: &QueryParams, name: &str, default: bool) -> bool {
    match query.iter().find(|(key, _)| key == name) {
        None => default,
        Some((_, value)) if value.is_empty() => default,
        Some((_, value)) => value.eq_ignore_ascii_case("true"),
    }
}

/// Where a connector is, as seen by the client that asked: `Host` counts, forwarding headers do not.
pub(super) fn location(headers: &HeaderMap, name: &ConnectorName) -> HeaderValue {
    absolute(
        headers,
        &format!("/connectors/{}", encoded_segment(name.as_str())),
    )
}

/// Where the details of a plugin are, as seen by the client that asked.
pub(super) fn plugin_location(headers: &HeaderMap, class: &str, version: &str) -> HeaderValue {
    // In a query a plus would be a space.
    let version = encoded_segment(version).replace('+', "%2B");
    let class = encoded_segment(class);
    absolute(
        headers,
        &format!("/connector-plugins/{class}/details?version={version}"),
    )
}

fn absolute(headers: &HeaderMap, path: &str) -> HeaderValue {
    let base = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .map_or_else(String::new, |host| format!("http://{host}"));
    HeaderValue::try_from(format!("{base}{path}"))
        .expect("a header value and percent-encoded text make a header value")
}

/// Encodes a name as one path segment (RFC 3986, pchar).
fn encoded_segment(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    segment
}
