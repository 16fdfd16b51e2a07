//! Why a sandboxed call did not give a result.
//!
//! Two kinds are kept apart. A `ConnectError` is a value that the guest returned: the instance
//! lives on, and its kind decides what the worker does. Everything else (trap, missed deadline,
//! broken limit, wrong result) means that the instance is gone and the connector or task FAILED;
//! a restart builds a new one. Knows no wasmtime type, so that callers never see one.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What the host does about an error value of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The call may succeed when made again. Counts as fatal from calls that are not repeated.
    Retriable,
    /// A record or its data is wrong.
    Data,
    /// The configuration is wrong.
    Config,
    /// Anything else.
    Fatal,
}

impl ErrorKind {
    /// The exception class of Kafka Connect that says the same.
    pub fn class_name(self) -> &'static str {
        match self {
            Self::Retriable => "org.apache.kafka.connect.errors.RetriableException",
            Self::Data => "org.apache.kafka.connect.errors.DataException",
            Self::Config => "org.apache.kafka.common.config.ConfigException",
            Self::Fatal => "org.apache.kafka.connect.errors.ConnectException",
        }
    }
}

/// An error value that crossed the boundary, in either direction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConnectError {
    /// What the other side is to do.
    pub kind: ErrorKind,
    /// One sentence for people.
    pub message: String,
    /// More lines; shown in traces.
    pub detail: Option<String>,
}

impl ConnectError {
    /// An error without detail.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
        }
    }
}

/// Which call on which instance of which plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// `[connector|task-0]`, or what else the instance is for.
    pub instance: String,
    /// The plugin's class name.
    pub class: String,
    /// The plugin's version.
    pub version: String,
    /// The exported function, such as `source-task.poll`.
    pub export: &'static str,
}

impl fmt::Display for CallSite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "plugin {} version {}, call {}",
            self.class, self.version, self.export
        )
    }
}

/// Who has to act on an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The plugin's author.
    Guest,
    /// The worker's operator, or this program.
    Host,
    /// Whoever wrote the configuration.
    User,
}

/// Why a sandboxed call, or the making of an instance, failed.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The guest returned an error value. The instance is still usable.
    #[error("{error}")]
    Guest {
        /// Where.
        at: Box<CallSite>,
        /// What the guest returned.
        #[source]
        error: ConnectError,
    },
    /// The guest trapped: a panic, an out-of-bounds access, an exhausted stack.
    #[error("{at}: the plugin trapped: {message}")]
    Trap {
        /// Where.
        at: Box<CallSite>,
        /// The trap's text.
        message: String,
        /// Guest frames, innermost first.
        frames: Vec<String>,
    },
    /// The call did not come back in time.
    #[error("{at}: the call did not return within {} ms ({key})", .limit.as_millis())]
    Deadline {
        /// Where.
        at: Box<CallSite>,
        /// The time it had.
        limit: Duration,
        /// The worker configuration that sets the time.
        key: &'static str,
        /// Guest frames where it was busy, innermost first; empty when it was waiting.
        frames: Vec<String>,
    },
    /// The guest broke after a limit refused it something.
    #[error("{at}: a limit was reached: {limit}; the plugin trapped: {message}")]
    Limit {
        /// Where.
        at: Box<CallSite>,
        /// What was refused, with the worker configuration that sets it.
        limit: String,
        /// The trap's text.
        message: String,
        /// Guest frames, innermost first.
        frames: Vec<String>,
    },
    /// The guest returned something that its contract rules out.
    #[error("{at}: the plugin returned a wrong result: {message}")]
    WrongResult {
        /// Where.
        at: Box<CallSite>,
        /// What was expected and what came.
        message: String,
    },
    /// The instance was dropped after an earlier failure, or an earlier call was given up.
    #[error("{at}: the instance is gone after an earlier failure; restart it")]
    Gone {
        /// Where.
        at: Box<CallSite>,
    },
    /// A granted path cannot be opened to the instance.
    #[error("{0}")]
    Grant(#[from] GrantError),
    /// The engine could not be made.
    #[error("the WebAssembly engine cannot be set up: {message}")]
    Engine {
        /// The engine's text.
        message: String,
    },
    /// Certificate authorities cannot be read.
    #[error(
        "{key}={}: no PEM file of certificate authorities: {message}",
        .path.display()
    )]
    CertificateAuthorities {
        /// The worker's key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A component did not compile.
    #[error("{}: not a plugin that this worker can run: {message}", .path.display())]
    Compile {
        /// The file.
        path: PathBuf,
        /// The compiler's text.
        message: String,
    },
}

/// A granted path that cannot be opened to an instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}={path}: {message}")]
pub struct GrantError {
    /// The config key that names the path.
    pub key: String,
    /// The path as written.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl SandboxError {
    /// Whether the call may be made again on the same instance.
    pub fn retriable(&self) -> bool {
        matches!(self, Self::Guest { error, .. } if error.kind == ErrorKind::Retriable)
    }

    /// Whether the instance is lost with this error.
    pub fn instance_lost(&self) -> bool {
        !matches!(self, Self::Guest { .. })
    }

    /// The error value of the guest, if it is one.
    pub fn guest_error(&self) -> Option<&ConnectError> {
        match self {
            Self::Guest { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Who has to act.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Guest { error, .. } if error.kind == ErrorKind::Config => Blame::User,
            Self::Grant(_) => Blame::User,
            Self::Guest { .. }
            | Self::Trap { .. }
            | Self::Deadline { .. }
            | Self::Limit { .. }
            | Self::WrongResult { .. }
            | Self::Gone { .. }
            | Self::Compile { .. } => Blame::Guest,
            Self::Engine { .. } | Self::CertificateAuthorities { .. } => Blame::Host,
        }
    }

    /// The text for a status `trace`: the exception class that Kafka Connect would name, the
    /// message, then plugin, version, export and guest frames, one on a line.
    pub fn trace(&self) -> String {
        let mut text = String::new();
        match self {
            Self::Guest { at, error } => {
                text.push_str(error.kind.class_name());
                text.push_str(": ");
                text.push_str(&error.message);
                push_frames(&mut text, Some(at), &[]);
                if let Some(detail) = &error.detail {
                    text.push('\n');
                    text.push_str(detail);
                }
            }
            other => {
                text.push_str(ErrorKind::Fatal.class_name());
                text.push_str(": ");
                text.push_str(&other.to_string());
                push_frames(&mut text, other.call_site(), other.frames());
            }
        }
        text
    }

    fn call_site(&self) -> Option<&CallSite> {
        match self {
            Self::Guest { at, .. }
            | Self::Trap { at, .. }
            | Self::Deadline { at, .. }
            | Self::Limit { at, .. }
            | Self::WrongResult { at, .. }
            | Self::Gone { at } => Some(at),
            Self::Grant(_)
            | Self::Engine { .. }
            | Self::CertificateAuthorities { .. }
            | Self::Compile { .. } => None,
        }
    }

    fn frames(&self) -> &[String] {
        match self {
            Self::Trap { frames, .. }
            | Self::Deadline { frames, .. }
            | Self::Limit { frames, .. } => frames,
            _ => &[],
        }
    }
}

fn push_frames(text: &mut String, at: Option<&CallSite>, frames: &[String]) {
    for frame in frames {
        text.push_str("\n\tat ");
        text.push_str(frame);
    }
    if let Some(at) = at {
        text.push_str(&format!(
            "\n\tat {} ({} {}) {}",
            at.export, at.class, at.version, at.instance
        ));
    }
}

#[cfg(test)]
mod tests;
