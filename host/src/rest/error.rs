//! Errors as responses: which status, which text, which content type.
//!
//! Owns the one mapping from what went wrong to what a client sees. Kafka's counterpart:
//! `ConnectExceptionMapper`, and what Jersey answers by itself.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::entities::ErrorMessage;
use super::json;
use crate::herder::HerderError;
use crate::herder::WorkerError;

/// What a request can fail with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RestError {
    /// The herder refused or failed.
    #[error(transparent)]
    Herder(#[from] HerderError),
    /// No such path.
    #[error("HTTP 404 Not Found")]
    NoSuchPath,
    /// The path is there, but a number in it is none.
    #[error("HTTP 404 Not Found")]
    NoSuchTaskNumber,
    /// No such method on this path.
    #[error("HTTP 405 Method Not Allowed")]
    MethodNotAllowed,
    /// The client does not take JSON.
    #[error("HTTP 406 Not Acceptable")]
    NotAcceptable,
    /// The client sends something else than JSON.
    #[error("HTTP 415 Unsupported Media Type")]
    UnsupportedMediaType,
    /// The client does not say what it sends.
    #[error("HTTP 415 Unsupported Media Type")]
    UntypedBody,
    /// The request cannot be understood; the text says why.
    #[error("{0}")]
    BadRequest(String),
    /// The body is longer than a configuration can be.
    #[error("The request body is longer than the {0} bytes that this worker accepts")]
    BodyTooLong(usize),
}

impl RestError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Herder(error) => herder_status(error),
            Self::NoSuchPath | Self::NoSuchTaskNumber => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::UnsupportedMediaType | Self::UntypedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::BodyTooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    /// COMPAT: Jersey does not say what its own answers are made of, unless the request had already
    /// found its resource (ConnectExceptionMapper sets no type, and none has been negotiated).
    fn has_content_type(&self) -> bool {
        match self {
            Self::NoSuchPath
            | Self::MethodNotAllowed
            | Self::NotAcceptable
            | Self::UnsupportedMediaType => false,
            Self::Herder(_)
            | Self::NoSuchTaskNumber
            | Self::UntypedBody
            | Self::BadRequest(_)
            | Self::BodyTooLong(_) => true,
        }
    }
}

fn herder_status(error: &HerderError) -> StatusCode {
    match error {
        HerderError::ConnectorNotFound(_)
        | HerderError::UnknownConnector(_)
        | HerderError::RestartOfUnknownConnector(_)
        | HerderError::NoConnectorStatus(_)
        | HerderError::NoTaskStatus(_)
        | HerderError::NoRestartStatus(_)
        | HerderError::TaskNotFound(_) => StatusCode::NOT_FOUND,
        HerderError::ConnectorExists(_) => StatusCode::CONFLICT,
        HerderError::NameMismatch { .. }
        | HerderError::InvalidConfig(_)
        | HerderError::NullValue(_)
        | HerderError::Worker(WorkerError::UnknownPlugin(_)) => StatusCode::BAD_REQUEST,
        HerderError::TaskStart(_)
        | HerderError::Worker(WorkerError::Failed(_))
        | HerderError::Store(_)
        | HerderError::Timeout(_)
        | HerderError::Stopping
        | HerderError::Interrupted
        | HerderError::NoExternalTaskConfigs
        | HerderError::NoExactlyOnce => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let status = self.status();
        let message = self.to_string();
        let body = ErrorMessage {
            error_code: status.as_u16(),
            message: &message,
        };
        let mut response = json::response(status, &body);
        if !self.has_content_type() {
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        if self == Self::BodyTooLong(json::BODY_BYTES_MAX) {
            // The rest of the body is not read.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
