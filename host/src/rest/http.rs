//! What every HTTP/1.1 server has to refuse before anybody looks at the path.
//!
//! Owns the checks of `Host` and `Expect`. Kafka's counterpart: Jetty's `HttpConnection`.

use axum::extract::Request;
use axum::http::{HeaderMap, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::RestError;

/// Runs before everything else.
pub(super) async fn check_request(request: Request, next: Next) -> Response {
    match check(request.version(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<(), RestError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let refused = |text: &str| Err(RestError::BadRequest(text.to_owned()));
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::HTTP_11 => {
            return refused("The request has no Host header, which HTTP/1.1 asks for");
        }
        (None, _) => {}
        (Some(_), Some(_)) => return refused("The request has more than one Host header"),
        (Some(host), None) => {
            let authority = host
                .to_str()
                .ok()
                .filter(|host| !host.contains('@'))
                .and_then(|host| host.parse::<axum::http::uri::Authority>().ok());
            let Some(authority) = authority else {
                return refused("The Host header is not a host with or without a port");
            };
            if uri.authority().is_some_and(|target| *target != authority) {
                return refused("The Host header names another host than the request's target");
            }
        }
    }
    let expects = headers.get_all(header::EXPECT).iter();
    for expected in expects {
        if !expected.as_bytes().eq_ignore_ascii_case(b"100-continue") {
            return Err(RestError::ExpectationFailed);
        }
    }
    Ok(())
}
