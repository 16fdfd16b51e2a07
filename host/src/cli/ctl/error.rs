//! What can go wrong for an operator, and the words for it.
//!
//! Owns the error type with its exit codes. Each text says what was asked of which address, what came
//! back, and what to do about it.

use std::fmt::Write as _;
use std::io;

use thiserror::Error;

use super::address::AddressError;
use super::exit;
use super::files::FileError;

mod refusal;

pub(super) use refusal::Refusal;

/// A request as its errors tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// What the operator wants, such as `list the connectors`.
    pub(super) purpose: String,
    /// The HTTP method.
    pub(super) method: &'static str,
    /// The address, without credentials.
    pub(super) url: String,
    /// The proxy that it goes through.
    pub(super) proxy: Option<String>,
    /// The connector that it is about, as a shell takes it.
    pub(super) connector: Option<String>,
    /// The version of Kafka Connect that has it first, if that is recent.
    pub(super) since: Option<&'static str>,
}

/// Why `ctl` did not do what it was told.
#[derive(Debug, Error)]
pub(super) enum CtlError {
    /// The address or the credentials are wrong.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A file, or JSON in an argument, cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A name that nothing can have.
    #[error("A connector's name cannot be empty")]
    EmptyName,
    /// `config NAME CHANGE` with something else.
    #[error("'{0}' is no change: key=value sets a key, key- removes it")]
    Change(String),
    /// `--task` with several connectors.
    #[error("--task restarts one task of one connector, but {0} names were given")]
    TaskOfSeveral(usize),
    /// `offsets set` with a partition that has no offset.
    #[error(
        "Each partition is followed by its offset (null resets it), but {0} arguments were given"
    )]
    PartitionWithoutOffset(usize),
    /// `offsets set` with neither.
    #[error("Say which offsets: -f FILE, or pairs of PARTITION and OFFSET in JSON")]
    NoOffsets,
    /// `-o name` where names do not say it.
    #[error("--watch goes with -o table or -o json")]
    WatchOfNames,
    /// No answer.
    #[error("{}", unreachable(asked, why))]
    Unreachable {
        /// What was asked.
        asked: Box<Asked>,
        /// Why there is no answer.
        why: Unreachable,
    },
    /// An answer that Kafka Connect does not give.
    #[error("{}", stranger(asked, *status, what))]
    Stranger {
        /// What was asked.
        asked: Box<Asked>,
        /// The status of the answer.
        status: u16,
        /// What is wrong with it.
        what: String,
    },
    /// An answer with a status that is not 2xx.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// Several connectors, of which some were refused, each with a message of its own.
    #[error("Refused for {refused} of {all} connectors")]
    SomeRefused {
        /// How many.
        refused: usize,
        /// Of how many.
        all: usize,
    },
    /// `validate` found errors, and has shown them.
    #[error("The configuration has {0}")]
    Invalid(String),
    /// The output cannot be written.
    #[error("The output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// Signals cannot be received.
    #[error("--watch cannot begin: {0}")]
    Watch(io::Error),
}

impl CtlError {
    /// The exit code that tells of it.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable { .. } | Self::Stranger { .. } => exit::UNREACHABLE,
            Self::Refused(_) | Self::SomeRefused { .. } | Self::Invalid(_) => exit::REFUSED,
            Self::Address(_)
            | Self::File(_)
            | Self::EmptyName
            | Self::Change(_)
            | Self::TaskOfSeveral(_)
            | Self::PartitionWithoutOffset(_)
            | Self::NoOffsets
            | Self::WatchOfNames
            | Self::Output(_)
            | Self::Watch(_) => exit::USAGE,
        }
    }

    /// Whether the reader of the output has gone.
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreachable {
    /// Nothing listens.
    Refused,
    /// The host has no address.
    UnknownHost,
    /// Too late, in the seconds given.
    Timeout(String),
    /// The secure connection was not made.
    Tls(String),
    /// What came back is not HTTP.
    NotHttp(String),
    /// Something else of the network.
    Other(String),
}

impl Unreachable {
    pub(super) fn from_client(error: &ureq::Error, timeout: std::time::Duration) -> Self {
        match error {
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Self::Refused
            }
            ureq::Error::HostNotFound => Self::UnknownHost,
            ureq::Error::Timeout(_) => Self::Timeout(timeout.as_secs_f64().to_string()),
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Self::Tls(error.to_string()),
            ureq::Error::Io(io)
                if io
                    .get_ref()
                    .is_some_and(|inner| inner.is::<rustls::Error>()) =>
            {
                Self::Tls(io.to_string())
            }
            // The resolver's errors have no kind of their own.
            ureq::Error::Io(error) if error.to_string().contains("failed to lookup address") => {
                Self::UnknownHost
            }
            ureq::Error::Io(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::BrokenPipe
                ) =>
            {
                Self::NotHttp("the connection was closed".to_owned())
            }
            ureq::Error::Protocol(error) => Self::NotHttp(error.to_string()),
            ureq::Error::Io(error) => Self::Other(error.to_string()),
            other => Self::Other(other.to_string()),
        }
    }
}

fn unreachable(asked: &Asked, why: &Unreachable) -> String {
    let (what, advice) = match why {
        Unreachable::Refused => (
            "connection refused".to_owned(),
            "Is the worker running, and is this its address? Another is given by --url or CONNECT_URL.",
        ),
        Unreachable::UnknownHost => (
            "the host is not known".to_owned(),
            "Is its name right? The worker's address is given by --url or CONNECT_URL.",
        ),
        Unreachable::Timeout(seconds) => (
            format!("no answer within {seconds} s"),
            "It may still be done. --timeout waits longer; /health of the worker tells how it is.",
        ),
        Unreachable::Tls(why) => (
            format!("no secure connection: {why}"),
            "Does the worker speak https, with a certificate for this name that this system trusts? \
             SSL_CERT_FILE names a file of other authorities.",
        ),
        Unreachable::NotHttp(why) => (
            format!("no answer in HTTP: {why}"),
            "Is this the port of the worker's REST API, and does it speak http or https? \
             A worker that is stopping closes connections, too.",
        ),
        Unreachable::Other(why) => (
            why.clone(),
            "Is this the worker's address? Another is given by --url or CONNECT_URL.",
        ),
    };
    format!("{}: {what}\n  {advice}", heading(asked))
}

fn stranger(asked: &Asked, status: u16, what: &str) -> String {
    format!(
        "{} answered {status}, but not as Kafka Connect does: {what}\n  \
         Is this the address of a worker's REST API? Another is given by --url or CONNECT_URL.",
        heading(asked)
    )
}

/// How every text about a request begins.
fn heading(asked: &Asked) -> String {
    let mut text = String::new();
    let Asked {
        purpose,
        method,
        url,
        proxy,
        ..
    } = asked;
    let _ = write!(text, "Cannot {purpose}: {method} {url}");
    if let Some(proxy) = proxy {
        let _ = write!(text, " (through the proxy {proxy} of the environment)");
    }
    text
}

#[cfg(test)]
mod tests;
