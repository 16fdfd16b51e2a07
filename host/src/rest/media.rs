//! Content negotiation: what clients send and take is JSON, or the request goes no further.
//!
//! Owns 406 and 415, and what `OPTIONS` answers. Kafka's counterpart: `@Consumes` and `@Produces`
//! on the resources, as Jersey reads them.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::RestError;
use super::json::APPLICATION_JSON;

/// Runs before every resource method.
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    if let Err(error) = check_content_type(request.headers()) {
        return error.into_response();
    }
    let Some(wanted) = accepted_json(request.headers()) else {
        return RestError::NotAcceptable.into_response();
    };
    let mut response = next.run(request).await;
    let is_json = response.headers().get(header::CONTENT_TYPE) == Some(&APPLICATION_JSON);
    if is_json && wanted != APPLICATION_JSON {
        response.headers_mut().insert(header::CONTENT_TYPE, wanted);
    }
    response
}

/// The media type of components.
pub(super) const APPLICATION_WASM: HeaderValue = HeaderValue::from_static("application/wasm");

/// Runs before the methods of `/connector-plugins`, to which components are sent.
pub(super) async fn negotiate_upload(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return negotiate(request, next).await;
    }
    let headers = request.headers();
    let media_type = headers.get(header::CONTENT_TYPE).map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.split(';').next().unwrap_or_default().trim().to_owned()
    });
    let wasm = |media_type: &String| media_type.eq_ignore_ascii_case("application/wasm");
    if !media_type.as_ref().is_some_and(wasm) {
        let sent = media_type.unwrap_or_else(|| "none".to_owned());
        return RestError::NotWasm(sent).into_response();
    }
    if accepted_json(headers).is_none() {
        return RestError::NotAcceptable.into_response();
    }
    next.run(request).await
}

/// Runs before the methods of a resource that is a component.
pub(super) async fn negotiate_download(request: Request, next: Next) -> Response {
    if let Err(error) = check_content_type(request.headers()) {
        return error.into_response();
    }
    let headers = request.headers();
    if !media_ranges(headers, &header::ACCEPT).is_empty() && !accepts(headers, "application/wasm") {
        return RestError::NotAcceptable.into_response();
    }
    next.run(request).await
}

/// Answers `OPTIONS`: the methods in the header and, for clients that take text, in the body.
pub(super) fn options(headers: &HeaderMap, allow: &'static str) -> Response {
    let mut response =
        if media_ranges(headers, &header::ACCEPT).is_empty() || accepts(headers, "text/plain") {
            let body = allow.replace(',', ", ");
            (
                [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"))],
                body,
            )
                .into_response()
        } else if accepts(headers, "application/json") {
            ([(header::CONTENT_TYPE, APPLICATION_JSON)], "").into_response()
        } else {
            StatusCode::OK.into_response()
        };
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}

/// What a request carries, if it says so, must be JSON, even where nothing is expected.
fn check_content_type(headers: &HeaderMap) -> Result<(), RestError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(value.as_bytes());
    let media_type = text.split(';').next().unwrap_or_default().trim();
    match media_type.split_once('/') {
        Some((kind, subtype)) if !kind.is_empty() && !subtype.is_empty() => {}
        _ => {
            return Err(RestError::BadRequest(format!(
                "The Content-Type '{text}' is not a media type; expected application/json"
            )));
        }
    }
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else if media_type.ends_with("/*") {
        // COMPAT: such a type finds the resource and then nothing that reads it.
        Err(RestError::UntypedBody)
    } else {
        Err(RestError::UnsupportedMediaType)
    }
}

/// The content type to answer with; none when the client takes no JSON.
fn accepted_json(headers: &HeaderMap) -> Option<HeaderValue> {
    let ranges = media_ranges(headers, &header::ACCEPT);
    if ranges.is_empty() {
        return Some(APPLICATION_JSON);
    }
    // COMPAT: a quality of 0 does not exclude a type in Jersey.
    let matching = ranges
        .iter()
        .find(|range| range_matches(range, "application/json"))?;
    // A client that asks for UTF-8 by name is told so; there is nothing else to be had.
    let is_utf8 = |parameter: &str| parameter.trim().eq_ignore_ascii_case("charset=utf-8");
    if matching.split(';').skip(1).any(is_utf8) {
        Some(HeaderValue::from_static("application/json;charset=utf-8"))
    } else {
        Some(APPLICATION_JSON)
    }
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let ranges = media_ranges(headers, &header::ACCEPT);
    ranges.iter().any(|range| range_matches(range, media_type))
}

fn media_ranges(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            text.split(',')
                .map(|range| range.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|range| !range.is_empty())
        .collect()
}

fn range_matches(range: &str, media_type: &str) -> bool {
    let range = range.split(';').next().unwrap_or_default().trim();
    // Java's URLConnection sends a lone star.
    if range == "*" || range == "*/*" || range.eq_ignore_ascii_case(media_type) {
        return true;
    }
    let kind = media_type.split('/').next().unwrap_or_default();
    range.split_once('/').is_some_and(|(range_kind, subtype)| {
        subtype == "*" && range_kind.eq_ignore_ascii_case(kind)
    })
}
