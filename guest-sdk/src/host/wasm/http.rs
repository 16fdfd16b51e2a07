//! Requests through wasi:http. Every wait also ends when the worker wants the call back or the
//! time of the request has passed.

use std::time::Duration;

use crate::bindings::http::wasi::http::outgoing_handler;
use crate::bindings::http::wasi::http::types::{
    ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions,
    Scheme,
};
use crate::bindings::services::connect_wasm::plugin as services;
use crate::bindings::stdin::wasi::clocks::monotonic_clock;
use crate::bindings::stdin::wasi::io::poll::{Pollable, poll};
use crate::bindings::stdin::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::http::{HttpError, HttpErrorReason, Request, Response, UrlParts};

type Outcome<T> = Result<T, HttpErrorReason>;

/// LIMIT: bytes of one read of a body.
const READ_MAX: u64 = 64 << 10;

pub(crate) fn http_send(request: &Request, parts: &UrlParts<'_>) -> Result<Response, HttpError> {
    exchange(request, parts).map_err(|reason| request.failed(reason))
}

fn exchange(request: &Request, parts: &UrlParts<'_>) -> Outcome<Response> {
    let patience = Patience::of(request.timeout);
    let outgoing = outgoing(request, parts)?;
    let body = match request.body.is_empty() {
        true => None,
        false => Some(
            outgoing
                .body()
                .map_err(|()| failed("no body can be sent"))?,
        ),
    };
    let future =
        outgoing_handler::handle(outgoing, Some(options(request.timeout))).map_err(reason_of)?;
    if let Some(body) = body {
        send_body(body, &request.body, &patience)?;
    }
    patience.wait_for(&future.subscribe(), || {
        future.get().map(|answer| match answer {
            Ok(Ok(response)) => receive(&response, request, &patience),
            Ok(Err(code)) => Err(reason_of(code)),
            Err(()) => Err(failed("the answer was taken before")),
        })
    })?
}

fn outgoing(request: &Request, parts: &UrlParts<'_>) -> Outcome<OutgoingRequest> {
    let invalid = |part: &str| HttpErrorReason::Invalid(part.to_owned());
    let headers = Fields::new();
    for (name, value) in &request.headers {
        headers
            .append(name, value.as_bytes())
            .map_err(|_| invalid(&format!("the header {name}")))?;
    }
    let length_known = request.header("content-length").is_some();
    if !request.body.is_empty() && !length_known {
        let length = request.body.len().to_string();
        // Refused where the worker sets it itself.
        let _ = headers.append("content-length", length.as_bytes());
    }
    let outgoing = OutgoingRequest::new(headers);
    let scheme = if parts.secure {
        Scheme::Https
    } else {
        Scheme::Http
    };
    outgoing
        .set_method(&method(&request.method))
        .map_err(|()| invalid("the method"))?;
    outgoing
        .set_scheme(Some(&scheme))
        .map_err(|()| invalid("the scheme"))?;
    outgoing
        .set_authority(Some(parts.authority))
        .map_err(|()| invalid("the host and port"))?;
    outgoing
        .set_path_with_query(Some(&parts.path_with_query))
        .map_err(|()| invalid("the path or the query"))?;
    Ok(outgoing)
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "OPTIONS" => Method::Options,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}

fn options(timeout: Duration) -> RequestOptions {
    let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
    let options = RequestOptions::new();
    // A worker without these still keeps the time of the whole request.
    let _ = options.set_connect_timeout(Some(nanos));
    let _ = options.set_first_byte_timeout(Some(nanos));
    let _ = options.set_between_bytes_timeout(Some(nanos));
    options
}

fn send_body(body: OutgoingBody, bytes: &[u8], patience: &Patience) -> Outcome<()> {
    let stream = body.write().map_err(|()| failed("no body can be sent"))?;
    let mut left = bytes;
    while !left.is_empty() {
        let room = patience.wait_for(&stream.subscribe(), || writable(&stream))??;
        let (now, later) = left.split_at(left.len().min(room));
        stream.write(now).map_err(|error| broken(&error))?;
        left = later;
    }
    stream.flush().map_err(|error| broken(&error))?;
    patience.wait_for(&stream.subscribe(), || writable(&stream))??;
    drop(stream);
    OutgoingBody::finish(body, None).map_err(reason_of)
}

/// How many bytes may be written, once it is more than none.
fn writable(stream: &OutputStream) -> Option<Outcome<usize>> {
    match stream.check_write() {
        Ok(0) => None,
        Ok(room) => Some(Ok(usize::try_from(room).unwrap_or(usize::MAX))),
        Err(error) => Some(Err(broken(&error))),
    }
}

fn receive(
    response: &IncomingResponse,
    request: &Request,
    patience: &Patience,
) -> Outcome<Response> {
    let headers = response.headers().entries();
    let body = response
        .consume()
        .map_err(|()| failed("the answer has no body"))?;
    let stream = body
        .stream()
        .map_err(|()| failed("the answer has no body"))?;
    let mut bytes = Vec::new();
    while let Some(part) = patience.wait_for(&stream.subscribe(), || readable(&stream))?? {
        if bytes.len() + part.len() > request.body_bytes_max {
            return Err(HttpErrorReason::TooLarge(request.body_bytes_max));
        }
        bytes.extend_from_slice(&part);
    }
    let answer = Response::new(response.status(), bytes);
    Ok(headers.into_iter().fold(answer, |answer, (name, value)| {
        answer.with_header(name, String::from_utf8_lossy(&value))
    }))
}

/// The next part of a body once there is one; none at its end.
fn readable(stream: &InputStream) -> Option<Outcome<Option<Vec<u8>>>> {
    match stream.read(READ_MAX) {
        Ok(part) if part.is_empty() => None,
        Ok(part) => Some(Ok(Some(part))),
        Err(StreamError::Closed) => Some(Ok(None)),
        Err(error) => Some(Err(broken(&error))),
    }
}

/// The time that a request has left.
struct Patience {
    end: Pollable,
}

impl Patience {
    fn of(timeout: Duration) -> Self {
        let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        Self {
            end: monotonic_clock::subscribe_duration(nanos),
        }
    }

    /// Asks until there is an answer, and waits for `ready` in between.
    fn wait_for<T>(&self, ready: &Pollable, mut ask: impl FnMut() -> Option<T>) -> Outcome<T> {
        loop {
            if let Some(answer) = ask() {
                return Ok(answer);
            }
            if services::stopping::is_stopping() {
                return Err(HttpErrorReason::Stopping);
            }
            if self.end.ready() {
                return Err(HttpErrorReason::Timeout);
            }
            poll(&[ready, &services::stopping::subscribe(), &self.end]);
        }
    }
}

fn failed(what: &str) -> HttpErrorReason {
    HttpErrorReason::Failed(what.to_owned())
}

fn broken(error: &StreamError) -> HttpErrorReason {
    match error {
        StreamError::Closed => failed("the connection was closed"),
        StreamError::LastOperationFailed(error) => {
            HttpErrorReason::Failed(format!("the connection broke: {}", error.to_debug_string()))
        }
    }
}

fn reason_of(code: ErrorCode) -> HttpErrorReason {
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            HttpErrorReason::Denied
        }
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout
        | ErrorCode::DnsTimeout => HttpErrorReason::Timeout,
        ErrorCode::HttpRequestMethodInvalid => HttpErrorReason::Invalid("the method".to_owned()),
        ErrorCode::HttpRequestUriInvalid | ErrorCode::HttpRequestUriTooLong => {
            HttpErrorReason::Invalid("the URL".to_owned())
        }
        ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
            failed("the name of the host cannot be resolved")
        }
        ErrorCode::ConnectionRefused => failed("connection refused"),
        ErrorCode::ConnectionTerminated => failed("the connection was closed"),
        ErrorCode::TlsCertificateError => failed(
            "the certificate is not trusted; sandbox.tls.ca.location of the worker adds \
             certificate authorities",
        ),
        ErrorCode::InternalError(Some(what)) => HttpErrorReason::Failed(what),
        other => HttpErrorReason::Failed(other.to_string()),
    }
}
