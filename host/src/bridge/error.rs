//! Error values that cross the boundary.

use crate::sandbox::bindings::any::connect_wasm::plugin::types as wit;
use crate::sandbox::{ConnectError, ErrorKind};

/// The error of a guest.
pub fn from_wit(error: wit::ConnectError) -> ConnectError {
    let (kind, detail) = match error {
        wit::ConnectError::Retriable(detail) => (ErrorKind::Retriable, detail),
        wit::ConnectError::Data(detail) => (ErrorKind::Data, detail),
        wit::ConnectError::Config(detail) => (ErrorKind::Config, detail),
        wit::ConnectError::Fatal(detail) => (ErrorKind::Fatal, detail),
    };
    ConnectError {
        kind,
        message: detail.message,
        detail: detail.detail,
    }
}

/// An error for a guest.
pub fn to_wit(error: ConnectError) -> wit::ConnectError {
    let detail = wit::ErrorDetail {
        message: error.message,
        detail: error.detail,
    };
    match error.kind {
        ErrorKind::Retriable => wit::ConnectError::Retriable(detail),
        ErrorKind::Data => wit::ConnectError::Data(detail),
        ErrorKind::Config => wit::ConnectError::Config(detail),
        ErrorKind::Fatal => wit::ConnectError::Fatal(detail),
    }
}

impl From<wit::ConnectError> for ConnectError {
    fn from(error: wit::ConnectError) -> Self {
        from_wit(error)
    }
}

#[cfg(test)]
mod tests;
