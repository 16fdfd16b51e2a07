//! What a plugin answers for a record that it could not do: the errors of outcomes, verdicts and
//! converted entries.

use super::reader::Reader;
use super::writer::put_bytes;
use super::{BatchError, BatchLimits};

/// What the worker does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The record may succeed when it comes again.
    Retriable,
    /// The record or its data is wrong.
    Data,
    /// The configuration is wrong.
    Config,
    /// Anything else.
    Fatal,
}

impl FailureKind {
    const ALL: [Self; 4] = [Self::Retriable, Self::Data, Self::Config, Self::Fatal];
}

/// Why one record of a batch failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFailure {
    /// What the worker does about it.
    pub kind: FailureKind,
    /// One sentence for people.
    pub message: String,
    /// More lines, if there are any.
    pub detail: Option<String>,
}

impl RecordFailure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
        }
    }
}

/// Writes a failure. Texts over the limit are cut: an error must not hide behind another.
pub(super) fn put_failure(out: &mut Vec<u8>, failure: &RecordFailure) {
    out.push(failure.kind as u8);
    put_bytes(out, cut(&failure.message).as_bytes());
    put_bytes(out, failure.detail.as_deref().map_or("", cut).as_bytes());
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(BatchLimits::NAME_BYTES_MAX)]
}

pub(super) fn read_failure(reader: &mut Reader<'_>) -> Result<RecordFailure, BatchError> {
    let code = reader.byte("failure")?;
    let kind = FailureKind::ALL.get(usize::from(code)).copied();
    let kind = kind.ok_or(BatchError::UnknownCode {
        what: "kind of failure",
        found: code,
    })?;
    let message = reader.name("message of a failure")?.to_owned();
    let detail = reader.name("detail of a failure")?;
    Ok(RecordFailure {
        kind,
        message,
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
    })
}
