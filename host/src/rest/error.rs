//! Errors as responses: which status, which text, which content type.
//!
//! Owns the one mapping from what went wrong to what a client sees. Kafka's counterpart:
//! `ConnectExceptionMapper`, and what Jersey answers by itself.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::entities::ErrorMessage;
use super::json;
use crate::herder::HerderError;
use crate::herder::WorkerError;
use crate::herder::plugins::LibraryError;

/// What a request can fail with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RestError {
    /// The herder refused or failed.
    #[error(transparent)]
    Herder(#[from] HerderError),
    /// Plugins are not shown or changed.
    #[error(transparent)]
    Plugins(#[from] LibraryError),
    /// The file of a plugin cannot be sent; the whole text.
    #[error("{0}")]
    PluginFile(String),
    /// The client does not say that it sends a component.
    #[error("A plugin is uploaded with the Content-Type application/wasm, not {0}")]
    NotWasm(String),
    /// No such path.
    #[error("HTTP 404 Not Found")]
    NoSuchPath,
    /// The path is there, but a number in it is none.
    #[error("HTTP 404 Not Found")]
    NoSuchTaskNumber,
    /// No task has a negative number; the path's connector and number.
    #[error("No status found for task {0}")]
    NoStatusOfNegative(String),
    /// No task has a negative number; the path's connector and number.
    #[error("Task {0} not found")]
    NoNegativeTask(String),
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
    /// No logger of this name.
    #[error("Logger {0} not found.")]
    NoSuchLogger(String),
    /// No level of this name.
    #[error("invalid log level '{0}'.")]
    NoSuchLevel(String),
    /// The client expects what HTTP/1.1 does not know.
    #[error("HTTP 417 Expectation Failed")]
    ExpectationFailed,
    /// The client stopped in the middle of the body.
    #[error("The rest of the request body did not arrive within {} s", .0.as_secs())]
    BodyTooSlow(Duration),
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
            Self::Plugins(error) => plugins_status(error),
            Self::PluginFile(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoSuchPath
            | Self::NoSuchTaskNumber
            | Self::NoStatusOfNegative(_)
            | Self::NoNegativeTask(_)
            | Self::NoSuchLogger(_)
            | Self::NoSuchLevel(_) => StatusCode::NOT_FOUND,
            Self::ExpectationFailed => StatusCode::EXPECTATION_FAILED,
            Self::BodyTooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::UnsupportedMediaType | Self::UntypedBody | Self::NotWasm(_) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
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
            | Self::Plugins(_)
            | Self::PluginFile(_)
            | Self::NotWasm(_)
            | Self::NoSuchTaskNumber
            | Self::NoStatusOfNegative(_)
            | Self::NoNegativeTask(_)
            | Self::NoSuchLogger(_)
            | Self::NoSuchLevel(_)
            | Self::ExpectationFailed
            | Self::BodyTooSlow(_)
            | Self::UntypedBody
            | Self::BadRequest(_)
            | Self::BodyTooLong(_) => true,
        }
    }
}

fn plugins_status(error: &LibraryError) -> StatusCode {
    match error {
        LibraryError::Unknown { .. } | LibraryError::NoVersion { .. } => StatusCode::NOT_FOUND,
        LibraryError::Ambiguous(_)
        | LibraryError::VersionRange { .. }
        | LibraryError::VersionNeeded { .. }
        | LibraryError::Invalid { .. } => StatusCode::BAD_REQUEST,
        LibraryError::UploadsDisabled => StatusCode::FORBIDDEN,
        LibraryError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        LibraryError::Conflict { .. }
        | LibraryError::OtherKind { .. }
        | LibraryError::InUse { .. }
        | LibraryError::NotInStore { .. } => StatusCode::CONFLICT,
        LibraryError::NoStore { .. } | LibraryError::Busy { .. } | LibraryError::Stopping => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        LibraryError::Disk { .. } | LibraryError::Interrupted => StatusCode::INTERNAL_SERVER_ERROR,
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
        | HerderError::TaskNotFound(_)
        | HerderError::UnknownPlugin(_) => StatusCode::NOT_FOUND,
        HerderError::ConnectorExists(_) => StatusCode::CONFLICT,
        HerderError::TopicTrackingDisabled | HerderError::TopicResetDisabled => {
            StatusCode::FORBIDDEN
        }
        HerderError::Worker(WorkerError::Offsets(error)) if error.is_bad_request() => {
            StatusCode::BAD_REQUEST
        }
        HerderError::NameMismatch { .. }
        | HerderError::InvalidConfig(_)
        | HerderError::NullValue(_)
        | HerderError::NotStopped(_)
        | HerderError::InvalidPluginClass(_)
        | HerderError::PluginVersion(_)
        | HerderError::Worker(WorkerError::UnknownPlugin(_) | WorkerError::InvalidConfig(_)) => {
            StatusCode::BAD_REQUEST
        }
        HerderError::TaskStart(_)
        | HerderError::Worker(WorkerError::Failed(_) | WorkerError::Offsets(_))
        | HerderError::Store(_)
        | HerderError::Timeout(_)
        | HerderError::ValidationTimeout(_)
        | HerderError::Stopping
        | HerderError::Interrupted
        | HerderError::NoExternalTaskConfigs
        | HerderError::NoExactlyOnce
        | HerderError::NotUp(_)
        | HerderError::TaskFailed(..) => StatusCode::INTERNAL_SERVER_ERROR,
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
        if matches!(
            self,
            Self::BodyTooLong(_)
                | Self::BodyTooSlow(_)
                | Self::ExpectationFailed
                | Self::NotWasm(_)
                | Self::Plugins(
                    LibraryError::TooLarge { .. }
                        | LibraryError::UploadsDisabled
                        | LibraryError::NoStore { .. }
                        | LibraryError::Busy { .. }
                        | LibraryError::Stopping
                )
        ) {
            // The rest of the body is not read.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
