//! The error of every call: what went wrong, and what the worker is to do about it. Kafka
//! counterpart: `ConnectException`, `RetriableException`, `DataException`, `ConfigException`.

use std::error::Error;
use std::fmt;
use std::io;

use connect_data::DataError;
use connect_data::batch::BatchError;

/// What the worker does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `poll` is called again later; `put` is given the same batch again. From any other call it
    /// counts as [`ErrorKind::Fatal`].
    Retriable,
    /// A record or its data is wrong: the task fails.
    Data,
    /// The configuration is wrong: the connector or task fails.
    Config,
    /// Anything else: the connector or task fails.
    Fatal,
}

/// An error with a message for people.
///
/// ```
/// use connect_sdk::ConnectError;
///
/// fn read(path: &str) -> Result<Vec<u8>, ConnectError> {
///     std::fs::read(path).map_err(|e| ConnectError::from(e).context(format!("Couldn't read {path}")))
/// }
/// assert_eq!(read("/nowhere/at/all").unwrap_err().message(), "Couldn't read /nowhere/at/all");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    kind: ErrorKind,
    message: String,
    detail: Option<String>,
}

impl ConnectError {
    /// An error of this kind. The message is one sentence that names what failed and what was
    /// expected.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
        }
    }

    /// The call may succeed when it is made again.
    pub fn retriable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Retriable, message)
    }

    /// A record or its data is wrong.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// The configuration is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// The connector or task cannot go on.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Fatal, message)
    }

    /// Adds lines that appear in the task's trace below the message.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Puts a message in front; the old one becomes the first line of the detail.
    #[must_use]
    pub fn context(self, message: impl Into<String>) -> Self {
        let cause = match self.detail {
            Some(detail) => format!("Caused by: {}\n{detail}", self.message),
            None => format!("Caused by: {}", self.message),
        };
        Self {
            kind: self.kind,
            message: message.into(),
            detail: Some(cause),
        }
    }

    /// The same error with another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// What the worker is to do.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// More lines, if there are any.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Kind, message and detail.
    pub fn into_parts(self) -> (ErrorKind, String, Option<String>) {
        (self.kind, self.message, self.detail)
    }

    /// An error made of another one and its chain of causes.
    pub fn from_error(kind: ErrorKind, error: &dyn Error) -> Self {
        let mut detail = String::new();
        let mut source = error.source();
        while let Some(cause) = source {
            if !detail.is_empty() {
                detail.push('\n');
            }
            detail.push_str("Caused by: ");
            detail.push_str(&cause.to_string());
            source = cause.source();
        }
        Self {
            kind,
            message: error.to_string(),
            detail: (!detail.is_empty()).then_some(detail),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.detail {
            Some(detail) => write!(f, "\n{detail}"),
            None => Ok(()),
        }
    }
}

impl Error for ConnectError {}

impl From<io::Error> for ConnectError {
    /// Errors of a connection that may come back are retriable, all others fatal.
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::ConnectionRefused
            | Io::ConnectionReset
            | Io::ConnectionAborted
            | Io::NotConnected
            | Io::BrokenPipe
            | Io::HostUnreachable
            | Io::NetworkUnreachable
            | Io::TimedOut
            | Io::WouldBlock
            | Io::Interrupted => ErrorKind::Retriable,
            _ => ErrorKind::Fatal,
        };
        Self::from_error(kind, &error)
    }
}

impl From<DataError> for ConnectError {
    fn from(error: DataError) -> Self {
        Self::from_error(ErrorKind::Data, &error)
    }
}

impl From<BatchError> for ConnectError {
    fn from(error: BatchError) -> Self {
        Self::from_error(ErrorKind::Data, &error)
    }
}

impl From<std::str::Utf8Error> for ConnectError {
    fn from(error: std::str::Utf8Error) -> Self {
        Self::from_error(ErrorKind::Data, &error)
    }
}

#[cfg(test)]
mod tests;
