//! Where the worker is: the address of its REST API, and how paths are appended to it.
//!
//! Owns reading `--url` and `--user`, and percent-encoding. A password never leaves this module but
//! in the `Authorization` header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;
use url::{Host, Url};

/// What stays as it is in a path segment: the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Why `--url` or `--user` cannot be used.
#[derive(Debug, PartialEq, Eq, Error)]
pub(super) enum AddressError {
    /// Not a URL. The text is not repeated, since it may hold a password.
    #[error(
        "The worker's address (--url or CONNECT_URL) is not a URL ({0}); it looks like http://localhost:8083"
    )]
    NotUrl(url::ParseError),
    /// Neither http nor https.
    #[error(
        "The worker's address (--url or CONNECT_URL) begins with http:// or https://, not {0}:"
    )]
    Scheme(String),
    /// With `?` or `#`.
    #[error("The worker's address (--url or CONNECT_URL) has no part behind ? or #")]
    Query,
    /// A user without password.
    #[error("--user (or CONNECT_USER) is NAME:PASSWORD; there is no ':' in what was given")]
    User,
}

/// The address of a worker.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Scheme, host, port and path, without a slash at the end.
    base: String,
    authorization: Option<String>,
    loopback: bool,
}

impl Address {
    /// Reads an address. `user` is `name:password` and goes before what the address itself holds.
    pub(super) fn parse(text: &str, user: Option<&str>) -> Result<Self, AddressError> {
        let text = text.trim();
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let mut url = Url::parse(&with_scheme).map_err(AddressError::NotUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme(url.scheme().to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Query);
        }
        let credentials = match user {
            Some(user) if user.contains(':') => Some(user.as_bytes().to_vec()),
            Some(_) => return Err(AddressError::User),
            None => credentials_of(&url),
        };
        // Both fail only for addresses that cannot have a host, which http and https ones have.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            authorization: credentials.map(|bytes| format!("Basic {}", STANDARD.encode(bytes))),
            loopback: is_loopback(&url),
        })
    }

    /// The address without credentials.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The value of the `Authorization` header, if there are credentials.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// Whether it is this machine, which no proxy leads to.
    pub(super) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The address of what lies below, each segment percent-encoded.
    pub(super) fn join(&self, segments: &[&str]) -> String {
        let mut url = self.base.clone();
        for segment in segments {
            url.push('/');
            url.push_str(&encode(segment));
        }
        url
    }
}

fn credentials_of(url: &Url) -> Option<Vec<u8>> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut bytes: Vec<u8> = percent_decode_str(url.username()).collect();
    bytes.push(b':');
    bytes.extend(percent_decode_str(url.password().unwrap_or_default()));
    Some(bytes)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A path segment. `.` and `..` are encoded too, since they would be steps through the path.
fn encode(segment: &str) -> String {
    match segment {
        "." | ".." => "%2E".repeat(segment.len()),
        _ => utf8_percent_encode(segment, ENCODED).to_string(),
    }
}

#[cfg(test)]
mod tests;
