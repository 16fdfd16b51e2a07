//! HTTP by the host, redirects followed by the guest as clients do.

use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    Fields, IncomingResponse, Method, OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::streams::StreamError;

const REDIRECTS_MAX: usize = 5;

/// `200 body` after following redirects.
pub fn get(url: &str) -> Result<String, String> {
    let mut url = url.to_owned();
    for _ in 0..REDIRECTS_MAX {
        let response = send(&url, &[])?;
        let status = response.status();
        if !(300..400).contains(&status) {
            return Ok(format!("{status} {}", body(&response)?));
        }
        let location = response.headers().get("location");
        let location = location.first().ok_or("a redirect without a location")?;
        url = String::from_utf8_lossy(location).into_owned();
    }
    Err("too many redirects".to_owned())
}

/// `200 body` of a request with one header.
pub fn get_with(url: &str, name: &str, value: &str) -> Result<String, String> {
    let response = send(url, &[(name, value)])?;
    Ok(format!("{} {}", response.status(), body(&response)?))
}

fn send(url: &str, headers: &[(&str, &str)]) -> Result<IncomingResponse, String> {
    let fields = Fields::new();
    for (name, value) in headers {
        fields
            .append(name, value.as_bytes())
            .map_err(|error| format!("{error:?}"))?;
    }
    let (scheme, rest) = url.split_once("://").ok_or("no scheme")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let request = OutgoingRequest::new(fields);
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    let set = |part: &str, result: Result<(), ()>| result.map_err(|()| format!("wrong {part}"));
    set("method", request.set_method(&Method::Get))?;
    set("scheme", request.set_scheme(Some(&scheme)))?;
    set("authority", request.set_authority(Some(authority)))?;
    set(
        "path",
        request.set_path_with_query(Some(&format!("/{path}"))),
    )?;
    let answer = outgoing_handler::handle(request, None::<RequestOptions>)
        .map_err(|error| format!("{error:?}"))?;
    answer.subscribe().block();
    let answer = answer.get().ok_or("not ready")?;
    let answer = answer.map_err(|()| "taken before")?;
    answer.map_err(|error| format!("{error:?}"))
}

fn body(response: &IncomingResponse) -> Result<String, String> {
    let body = response.consume().map_err(|()| "consumed before")?;
    let stream = body.stream().map_err(|()| "read before")?;
    let mut text = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(bytes) => text.extend(bytes),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(error.to_debug_string()),
        }
    }
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}
