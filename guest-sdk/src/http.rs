//! Requests over HTTP and HTTPS through the worker (wasi:http), for connectors that need no more
//! than one request at a time. TLS is made by the worker, with its certificate authorities.
//!
//! A host can be reached if a key with [`Grant::Endpoint`](crate::Grant::Endpoint) names it and
//! the worker's `sandbox.net.*` allows it. Requests end when the worker wants the call back.
//! Redirects are not followed: an answer of 301 to 308 has the place in its header `location`.
//!
//! In native tests, [`testing::on_http`](crate::testing::on_http) answers.
//!
//! ```
//! use connect_sdk::http::{Request, Response};
//! use connect_sdk::testing;
//!
//! testing::on_http(|request| {
//!     assert_eq!(request.header("accept"), Some("application/json"));
//!     Ok(Response::new(200, "[1, 2]").with_header("ETag", "\"v7\""))
//! });
//! let response = Request::get("https://prices.example.com/today")
//!     .with_header("Accept", "application/json")
//!     .send()?;
//! assert_eq!((response.status(), response.body()), (200, &b"[1, 2]"[..]));
//! assert_eq!(response.header("etag"), Some("\"v7\""));
//! # Ok::<(), connect_sdk::ConnectError>(())
//! ```

use std::fmt;
use std::time::Duration;

use crate::{ConnectError, ErrorKind, host};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) timeout: Duration,
    pub(crate) body_bytes_max: usize,
}

impl Request {
    /// A request with this method. It takes at most 30 seconds, and its answer's body has at most
    /// 16 MiB, unless something else is said.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: Duration::from_secs(30),
            body_bytes_max: 16 << 20,
        }
    }

    /// A GET request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A POST request with this body.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", url).with_body(body)
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the time that the request may take in all. The worker's own deadline for a call
    /// (`sandbox.poll.timeout.ms` and its siblings) holds besides.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many bytes the body of the answer may have.
    #[must_use]
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.body_bytes_max = bytes;
        self
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// Sends it and waits for the whole answer, whatever its status is.
    pub fn send(&self) -> Result<Response, HttpError> {
        let parts = UrlParts::of(&self.url).map_err(|reason| self.failed(reason))?;
        host::http_send(self, &parts)
    }

    pub(crate) fn failed(&self, reason: HttpErrorReason) -> HttpError {
        HttpError {
            method: self.method.clone(),
            url: without_secrets(&self.url),
            reason,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    /// An answer of this status with this body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// All headers in order. Bytes that are not UTF-8 are replaced.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, given up.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// The body as text.
    pub fn text(&self) -> Result<&str, ConnectError> {
        Ok(std::str::from_utf8(&self.body)?)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpErrorReason {
    /// The worker wants the call back.
    Stopping,
    /// The time of the request has passed.
    Timeout,
    /// The worker does not allow this address.
    Denied,
    /// The request cannot be made as it is: the part that is wrong.
    Invalid(String),
    /// The answer's body is larger than this.
    TooLarge(usize),
    /// No connection, or it broke: what happened.
    Failed(String),
}

/// A request without an answer. As a [`ConnectError`] it is retriable, unless it would fail again
/// in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpError {
    method: String,
    url: String,
    reason: HttpErrorReason,
}

impl HttpError {
    /// An error for [`testing::on_http`](crate::testing::on_http) to answer with.
    pub fn new(request: &Request, reason: HttpErrorReason) -> Self {
        request.failed(reason)
    }

    /// Why.
    pub fn reason(&self) -> &HttpErrorReason {
        &self.reason
    }

    /// Whether the worker wants the call back: return without an error then.
    pub fn is_stopping(&self) -> bool {
        self.reason == HttpErrorReason::Stopping
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.url)?;
        match &self.reason {
            HttpErrorReason::Stopping => f.write_str("ended, because the worker wants to stop"),
            HttpErrorReason::Timeout => f.write_str("no answer in time"),
            HttpErrorReason::Denied => f.write_str(
                "the worker does not allow this address: a configuration key with an endpoint \
                 grant has to name it, and sandbox.net.allow and sandbox.net.deny of the worker \
                 to permit it",
            ),
            HttpErrorReason::Invalid(part) => write!(f, "not a valid request: {part}"),
            HttpErrorReason::TooLarge(bytes) => {
                write!(f, "the answer has more than {bytes} bytes")
            }
            HttpErrorReason::Failed(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for HttpError {}

impl From<HttpError> for ConnectError {
    fn from(error: HttpError) -> Self {
        let kind = match error.reason {
            HttpErrorReason::Stopping | HttpErrorReason::Timeout | HttpErrorReason::Failed(_) => {
                ErrorKind::Retriable
            }
            HttpErrorReason::Denied
            | HttpErrorReason::Invalid(_)
            | HttpErrorReason::TooLarge(_) => ErrorKind::Fatal,
        };
        Self::from_error(kind, &error)
    }
}

/// The parts of a URL that wasi:http wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UrlParts<'a> {
    pub(crate) secure: bool,
    pub(crate) authority: &'a str,
    pub(crate) path_with_query: String,
}

impl<'a> UrlParts<'a> {
    pub(crate) fn of(url: &'a str) -> Result<Self, HttpErrorReason> {
        let invalid = |what: &str| HttpErrorReason::Invalid(what.to_owned());
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| invalid("the URL does not begin with http:// or https://"))?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(invalid("the URL does not begin with http:// or https://")),
        };
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.is_empty() {
            return Err(invalid("the URL names no host"));
        }
        if authority.contains('@') {
            return Err(invalid(
                "the URL has a user name; send an Authorization header instead",
            ));
        }
        let path_with_query = match path {
            "" => "/".to_owned(),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        Ok(Self {
            secure,
            authority,
            path_with_query,
        })
    }
}

/// A URL for messages: without a user, and without the values of its query.
fn without_secrets(url: &str) -> String {
    let shown = url.split_once('?').map_or(url, |(before, _)| before);
    match (shown.find("://"), shown.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}{}", &shown[..scheme + 3], &shown[at + 1..])
        }
        _ => shown.to_owned(),
    }
}

fn first<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests;
