//! Why a batch is refused: one variant for each limit and for each malformation.

use crate::DataError;

/// A batch that breaks a limit or the format, or a record that no batch can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    // Limits.
    /// The batch is too large.
    #[error("a batch of {bytes} bytes is over the limit of {max}")]
    TooManyBytes {
        /// Bytes of the batch.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Too many of something in a batch, a schema or a record.
    #[error("{count} {what} are over the limit of {max}")]
    TooMany {
        /// What is counted, in the plural.
        what: Counted,
        /// How many there are, as far as is known.
        count: u64,
        /// The limit.
        max: usize,
    },
    /// A name is too long.
    #[error("a {what} of {bytes} bytes is over the limit of {max}")]
    NameTooLong {
        /// What is named.
        what: &'static str,
        /// Bytes of the name.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A decimal has too many digits.
    #[error("a decimal of {bytes} bytes is over the limit of {max}")]
    DecimalTooLong {
        /// Bytes of the digits.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Values or schemas are nested too deeply.
    #[error("{what} are nested deeper than {max} levels")]
    TooDeep {
        /// `values` or `schemas`.
        what: &'static str,
        /// The limit.
        max: usize,
    },

    // Malformations.
    /// A version that this code does not know.
    #[error("batch format version {found} is not supported, expected 1")]
    UnknownVersion {
        /// The version byte.
        found: u8,
    },
    /// A batch of another kind than the one that is expected.
    #[error(
        "batch kind {found} where kind {expected} is expected (1 source, 2 sink, 3 records, \
         4 outcomes, 5 verdicts, 6 data, 7 bytes)"
    )]
    WrongKind {
        /// The kind that is expected.
        expected: u8,
        /// The kind byte.
        found: u8,
    },
    /// The bytes end inside of something, or a count or length goes beyond the end.
    #[error("the batch ends inside of {what}")]
    Truncated {
        /// What is incomplete.
        what: &'static str,
    },
    /// A varint with needless bytes, or of more than 64 bits.
    #[error("a varint is longer than its number needs or than 64 bits")]
    OverlongVarint,
    /// A number that does not fit its field.
    #[error("number {number} of {what} is out of range")]
    NumberOutOfRange {
        /// What the number is.
        what: &'static str,
        /// The number.
        number: i64,
    },
    /// Text that is not UTF-8.
    #[error("{what} is not valid UTF-8")]
    InvalidUtf8 {
        /// What the text is.
        what: &'static str,
    },
    /// A byte that stands for nothing.
    #[error("{found} is no {what}")]
    UnknownCode {
        /// What the byte should be.
        what: &'static str,
        /// The byte.
        found: u8,
    },
    /// A reference to something that the tables do not have (or, for schemas, not yet).
    #[error("{what} {index} does not exist, there are {count}")]
    UnknownIndex {
        /// What is referred to.
        what: &'static str,
        /// The index.
        index: u64,
        /// How many there are.
        count: usize,
    },
    /// A schema that breaks Connect's rules.
    #[error("schema {index} is invalid")]
    InvalidSchema {
        /// Its index in the table.
        index: usize,
        /// The rule.
        #[source]
        source: Box<DataError>,
    },
    /// The schema table is longer or shorter than it says.
    #[error("the schema table has {found} bytes where it says {expected}")]
    SchemaTableLength {
        /// Bytes that the table says it has.
        expected: usize,
        /// Bytes that its entries have.
        found: usize,
    },
    /// A value of another class than its schema's.
    #[error("a value of class {class} does not match {schema}")]
    ValueMismatch {
        /// Text form of the schema.
        schema: String,
        /// Java class of the value.
        class: &'static str,
    },
    /// A struct of another schema than the one it is written for.
    #[error("a struct of another schema than {schema}")]
    StructMismatch {
        /// Text form of the schema that is expected.
        schema: String,
    },
    /// A struct without a schema, or with a needless one.
    #[error(
        "a struct refers to its schema although the schema is known, or does not although it is not"
    )]
    StructReference,
    /// A struct that refers to a schema which is no STRUCT.
    #[error("a struct of {schema}")]
    StructOfNonStruct {
        /// Text form of the schema.
        schema: String,
    },
    /// A decimal without digits.
    #[error("a decimal has no bytes")]
    EmptyDecimal,
    /// A source partition or offset in which a key occurs twice.
    #[error("key {key} occurs twice in a source partition or offset")]
    DuplicateOffsetKey {
        /// The key.
        key: String,
    },
    /// An answer of another length than what it answers.
    #[error("{found} entries in an answer to {expected}")]
    AnswerLength {
        /// Entries of what is answered.
        expected: usize,
        /// Entries of the answer.
        found: usize,
    },
    /// Bytes after the end of something.
    #[error("{bytes} bytes follow the end of {what}")]
    TrailingBytes {
        /// What ended.
        what: &'static str,
        /// Bytes left.
        bytes: usize,
    },
}

/// What [`BatchError::TooMany`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counted {
    /// Records of a batch.
    Records,
    /// Schemas of a batch.
    Schemas,
    /// Bytes of the schema table.
    SchemaTableBytes,
    /// Schemas inside one schema.
    SchemaNodes,
    /// Fields of a STRUCT.
    Fields,
    /// Parameters of a schema.
    Parameters,
    /// Topics of a batch.
    Topics,
    /// Source partitions of a batch.
    SourcePartitions,
    /// Entries of a source partition or offset.
    OffsetEntries,
    /// Headers of a record.
    Headers,
    /// Values of a record.
    Values,
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Records => "records of a batch",
            Self::Schemas => "schemas of a batch",
            Self::SchemaTableBytes => "bytes of a schema table",
            Self::SchemaNodes => "schemas inside one schema",
            Self::Fields => "fields of a struct",
            Self::Parameters => "parameters of a schema",
            Self::Topics => "topics of a batch",
            Self::SourcePartitions => "source partitions of a batch",
            Self::OffsetEntries => "entries of a source partition or offset",
            Self::Headers => "headers of a record",
            Self::Values => "values of a record",
        })
    }
}

impl BatchError {
    /// Whether an encoder refused the record because the batch is full: the record may fit the
    /// next batch.
    pub fn is_full(&self) -> bool {
        matches!(
            self,
            Self::TooManyBytes { .. }
                | Self::TooMany {
                    what: Counted::Records
                        | Counted::Schemas
                        | Counted::SchemaTableBytes
                        | Counted::Topics
                        | Counted::SourcePartitions,
                    ..
                }
        )
    }
}
