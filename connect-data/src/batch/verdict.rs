//! What predicates answer: a verdict for each record.

use super::BatchError;
use super::entries::{Entries, Tables};
use super::failure::{RecordFailure, put_failure, read_failure};
use super::outcome::check_answer;
use super::reader::Reader;
use super::source_reader::{read_record_count, start};
use super::{KIND_VERDICTS, outcome_flag as flag};

/// Whether a predicate holds for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does or does not.
    Holds(bool),
    /// It could not be said.
    Failed(RecordFailure),
}

/// Collects the verdicts of a batch.
#[derive(Debug, Default)]
pub struct VerdictBatchEncoder {
    entries: Entries,
}

impl VerdictBatchEncoder {
    /// No verdict yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The verdict on the next record.
    pub fn push(&mut self, verdict: &Verdict) -> Result<(), BatchError> {
        self.entries.check_room()?;
        match verdict {
            Verdict::Holds(holds) => self.entries.out.push(u8::from(*holds)),
            Verdict::Failed(failure) => {
                self.entries.out.push(flag::FAILED);
                put_failure(&mut self.entries.out, failure);
            }
        }
        self.entries.end(Ok(()))
    }

    /// The batch, after which the encoder is empty again.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.entries
            .finish_into(KIND_VERDICTS, Tables::None, &[], &mut out);
        out
    }
}

/// Verdicts, read one by one.
#[derive(Debug)]
pub struct VerdictBatch<'a> {
    left: usize,
    reader: Reader<'a>,
}

impl<'a> VerdictBatch<'a> {
    /// Reads the start of an answer to so many records.
    pub fn decode(bytes: &'a [u8], records: usize) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_VERDICTS)?;
        let left = read_record_count(&mut reader)?;
        check_answer(left, records)?;
        Ok(Self { left, reader })
    }

    /// The next verdict. Bytes after the last one are an error that comes after it.
    pub fn next_verdict(&mut self) -> Result<Option<Verdict>, BatchError> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.reader.end("batch").map(|()| None);
        };
        self.left = left;
        match self.reader.byte("verdict")? {
            0 => Ok(Some(Verdict::Holds(false))),
            1 => Ok(Some(Verdict::Holds(true))),
            flag::FAILED => read_failure(&mut self.reader).map(|it| Some(Verdict::Failed(it))),
            found => Err(BatchError::UnknownCode {
                what: "verdict",
                found,
            }),
        }
    }
}
