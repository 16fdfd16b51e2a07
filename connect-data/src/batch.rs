//! The binary batch in which records cross between the worker and a plugin, in one `list<u8>`.
//!
//! `wit/BATCH.md` specifies the format; a change here changes that file and the version byte.
//! Both sides treat the other's bytes as untrusted: every count and length is checked against
//! [`BatchLimits`] and against the bytes that are left before anything is allocated. Decoding
//! borrows text and bytes from the batch. Knows records, not who sends them.

mod bytes_batch;
mod cache;
mod data_batch;
mod entries;
mod error;
mod failure;
mod limits;
mod offset_map;
mod outcome;
mod reader;
mod record_reader;
mod record_writer;
mod schema_reader;
mod schema_writer;
mod sink_reader;
mod sink_writer;
mod source_reader;
mod source_writer;
mod tables;
mod value_reader;
mod value_writer;
mod verdict;
mod writer;

pub use bytes_batch::{BytesBatch, BytesBatchEncoder};
pub use cache::SchemaCache;
pub use data_batch::{DataBatch, DataBatchEncoder, Entry, EntryPlace};
pub use error::{BatchError, Counted};
pub use failure::{FailureKind, RecordFailure};
pub use limits::BatchLimits;
pub use offset_map::EncodedOffsetMap;
pub use outcome::{ChangedParts, Changes, Outcome, OutcomeBatch, OutcomeBatchEncoder};
pub use record_reader::{RecordBatch, Records};
pub use record_writer::RecordBatchEncoder;
pub use sink_reader::{SinkBatch, SinkRecords};
pub use sink_writer::SinkBatchEncoder;
pub use source_reader::{SourceBatch, SourceRecordMark, SourceRecordView, SourceRecords};
pub use source_writer::SourceBatchEncoder;
pub use verdict::{Verdict, VerdictBatch, VerdictBatchEncoder};

/// The only version of the format so far.
const VERSION: u8 = 1;
/// Kind byte of a batch of source records.
const KIND_SOURCE: u8 = 1;
/// Kind byte of a batch of sink records.
const KIND_SINK: u8 = 2;
/// Kind byte of a batch of records for a transformation or predicate.
const KIND_RECORDS: u8 = 3;
/// Kind byte of what a transformation answers.
const KIND_OUTCOMES: u8 = 4;
/// Kind byte of what a predicate answers.
const KIND_VERDICTS: u8 = 5;
/// Kind byte of Connect data, to or from a converter.
const KIND_DATA: u8 = 6;
/// Kind byte of bytes, to or from a converter.
const KIND_BYTES: u8 = 7;

/// Which way the records of a batch for transformations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a source task to Kafka.
    Source = 0,
    /// From Kafka to a sink task: the records were consumed.
    Consumed = 1,
}

/// First byte of a value. The tag alone says how to read what follows.
mod tag {
    pub const NULL: u8 = 0;
    pub const FALSE: u8 = 1;
    pub const TRUE: u8 = 2;
    pub const INT8: u8 = 3;
    pub const INT16: u8 = 4;
    pub const INT32: u8 = 5;
    pub const INT64: u8 = 6;
    pub const FLOAT32: u8 = 7;
    pub const FLOAT64: u8 = 8;
    pub const STRING: u8 = 9;
    pub const BYTES: u8 = 10;
    pub const ARRAY: u8 = 11;
    pub const MAP: u8 = 12;
    /// A struct of the schema that the value is written for.
    pub const STRUCT: u8 = 13;
    /// A struct where no schema is known: the index of its schema follows.
    pub const STRUCT_OF: u8 = 14;
    pub const DECIMAL: u8 = 15;
    pub const DATE: u8 = 16;
}

/// Flags of an entry of the schema table.
mod schema_flag {
    pub const OPTIONAL: u8 = 1;
    pub const NAME: u8 = 1 << 1;
    pub const VERSION: u8 = 1 << 2;
    pub const DOC: u8 = 1 << 3;
    pub const PARAMETERS: u8 = 1 << 4;
    pub const DEFAULT: u8 = 1 << 5;
    pub const ALL: u8 = (1 << 6) - 1;
}

/// Flags of a source record.
mod source_flag {
    pub const SAME_TOPIC: u8 = 1;
    pub const SAME_SOURCE_PARTITION: u8 = 1 << 1;
    pub const SAME_SCHEMAS: u8 = 1 << 2;
    pub const SOURCE_OFFSET: u8 = 1 << 3;
    pub const KAFKA_PARTITION: u8 = 1 << 4;
    pub const TIMESTAMP: u8 = 1 << 5;
    pub const HEADERS: u8 = 1 << 6;
    pub const KEY: u8 = 1 << 7;
}

/// Flags of a sink record.
mod sink_flag {
    pub const SAME_TOPIC_PARTITION: u8 = 1;
    pub const NEXT_OFFSET: u8 = 1 << 1;
    pub const SAME_SCHEMAS: u8 = 1 << 2;
    pub const SAME_TIMESTAMP_TYPE: u8 = 1 << 3;
    pub const ORIGINAL: u8 = 1 << 4;
    pub const TIMESTAMP: u8 = 1 << 5;
    pub const HEADERS: u8 = 1 << 6;
    pub const KEY: u8 = 1 << 7;
}

/// Flags of a record for transformations and predicates.
mod record_flag {
    pub const SAME_TOPIC: u8 = 1;
    pub const NEXT_OFFSET: u8 = 1 << 1;
    pub const SAME_SCHEMAS: u8 = 1 << 2;
    pub const SAME_TIMESTAMP_TYPE: u8 = 1 << 3;
    pub const SAME_PARTITION: u8 = 1 << 4;
    pub const TIMESTAMP: u8 = 1 << 5;
    pub const HEADERS: u8 = 1 << 6;
    pub const KEY: u8 = 1 << 7;
}

/// Flags of an outcome; a verdict has the last one, too.
mod outcome_flag {
    pub const TOPIC: u8 = 1;
    pub const KAFKA_PARTITION: u8 = 1 << 1;
    pub const KEY: u8 = 1 << 2;
    pub const VALUE: u8 = 1 << 3;
    pub const TIMESTAMP: u8 = 1 << 4;
    pub const HEADERS: u8 = 1 << 5;
    pub const CHANGES: u8 = (1 << 6) - 1;
    pub const DROPPED: u8 = 1 << 6;
    pub const FAILED: u8 = 1 << 7;
}

/// Flags of an entry of a conversion.
mod entry_flag {
    pub const SAME_TOPIC: u8 = 1;
    pub const SAME_SCHEMA: u8 = 1 << 1;
    pub const PRESENT: u8 = 1 << 2;
    pub const SAME_HEADER: u8 = 1 << 3;
    pub const FAILED: u8 = 1 << 7;
    pub const OF_DATA: u8 = SAME_TOPIC | SAME_SCHEMA | SAME_HEADER | FAILED;
    pub const OF_BYTES: u8 = SAME_TOPIC | PRESENT | SAME_HEADER | FAILED;
}

#[cfg(test)]
mod tests;
