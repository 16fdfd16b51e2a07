//! Scripts in web pages of other origins: `access.control.allow.origin` and
//! `access.control.allow.methods`.
//!
//! Owns which origin may read answers, and the headers that tell browsers so. Kafka's counterpart:
//! Jetty's `CrossOriginHandler`, which passes every request on, allowed or not: it is the browser
//! that keeps the answer from the script.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use regex::Regex;

const METHODS_DEFAULT: &str = "GET,POST,HEAD";
const HEADERS: HeaderValue = HeaderValue::from_static("Content-Type");
const MAX_AGE: HeaderValue = HeaderValue::from_static("60");

/// Who may read answers, and what a preflight request is told.
pub(super) struct CrossOrigin {
    /// None: everybody.
    origins: Option<Vec<Regex>>,
    methods: HeaderValue,
}

impl CrossOrigin {
    /// Nothing when `origins` is blank. The error tells which setting is wrong and why.
    pub(super) fn new(origins: &str, methods: &str) -> Result<Option<Self>, String> {
        if origins.trim().is_empty() {
            return Ok(None);
        }
        let listed = listed("access.control.allow.origin", origins)?;
        let origins = if listed.contains(&"*") {
            None
        } else {
            Some(patterns(&listed)?)
        };
        let methods = if methods.trim().is_empty() {
            METHODS_DEFAULT.to_owned()
        } else {
            self::listed("access.control.allow.methods", methods)?.join(",")
        };
        let methods = HeaderValue::try_from(methods).map_err(|_| {
            "access.control.allow.methods has a character that no method's name has".to_owned()
        })?;
        Ok(Some(Self { origins, methods }))
    }

    fn allows(&self, origins: &HeaderValue) -> bool {
        let Some(patterns) = &self.origins else {
            return true;
        };
        let Ok(origins) = origins.to_str() else {
            return false;
        };
        origins
            .split_ascii_whitespace()
            .any(|origin| patterns.iter().any(|pattern| pattern.is_match(origin)))
    }

    /// The headers of the answer to a request with these.
    fn headers(&self, method: &Method, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = request.get(header::ORIGIN) else {
            return headers;
        };
        if !self.allows(origin) {
            return headers;
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let is_preflight = method == Method::OPTIONS
            && request.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if is_preflight {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
        headers
    }
}

/// Runs around everything.
pub(super) async fn cross_origin(
    State(rules): State<Arc<CrossOrigin>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = rules.headers(request.method(), request.headers());
    let mut response = next.run(request).await;
    response.headers_mut().extend(headers);
    response
}

/// The items of a setting. Java's `Set.of` takes nothing twice.
fn listed<'a>(key: &str, text: &'a str) -> Result<Vec<&'a str>, String> {
    let mut seen = HashSet::new();
    let items = text.split(',').map(str::trim);
    let items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
    match items.iter().find(|item| !seen.insert(**item)) {
        Some(twice) => Err(format!("{key} names {twice} twice")),
        None => Ok(items),
    }
}

/// COMPAT: each origin is a regular expression for the whole origin, in which case does not count;
/// an asterisk is no wildcard unless it stands alone.
fn patterns(origins: &[&str]) -> Result<Vec<Regex>, String> {
    origins
        .iter()
        .map(|origin| {
            Regex::new(&format!("(?i)^(?:{origin})$")).map_err(|error| {
                // The last line says what is wrong, those before it point at the place.
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default();
                format!(
                    "access.control.allow.origin has an item that is no regular expression: {origin} ({reason})"
                )
            })
        })
        .collect()
}
