//! The limits of a batch. They are contract: `wit/BATCH.md` names the same numbers.

/// Limits that both sides check before they allocate.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits;

impl BatchLimits {
    /// LIMIT: bytes of a batch. It bounds what one call copies into the other's memory; a single
    /// Kafka record is at most a few megabytes unless an operator raises it far.
    pub const BYTES_MAX: usize = 64 * 1024 * 1024;
    /// LIMIT: records of a batch. Beyond, a batch only adds latency.
    pub const RECORDS_MAX: usize = 100_000;
    /// LIMIT: schemas of a batch, nested ones included.
    pub const SCHEMAS_MAX: usize = 10_000;
    /// LIMIT: bytes of the schema table. Decoded schemas take some 20 times that much memory.
    pub const SCHEMA_TABLE_BYTES_MAX: usize = 4 * 1024 * 1024;
    /// LIMIT: schemas that a schema contains, counted at every place where they occur. Without it,
    /// a few entries that refer to each other twice would take forever to compare.
    pub const SCHEMA_NODES_MAX: u32 = 65_536;
    /// LIMIT: fields of a STRUCT.
    pub const FIELDS_MAX: usize = 10_000;
    /// LIMIT: parameters of a schema.
    pub const PARAMETERS_MAX: usize = 256;
    /// LIMIT: topics of a batch.
    pub const TOPICS_MAX: usize = 10_000;
    /// LIMIT: source partitions of a batch.
    pub const PARTITIONS_MAX: usize = 100_000;
    /// LIMIT: entries of a source partition or source offset.
    pub const OFFSET_ENTRIES_MAX: usize = 256;
    /// LIMIT: headers of a record.
    pub const HEADERS_MAX: usize = 10_000;
    /// LIMIT: bytes of a name: topic, schema name, field name, parameter key, header key, key in a
    /// source partition or offset. Other text is bounded by the batch alone.
    pub const NAME_BYTES_MAX: usize = 65_535;
    /// LIMIT: bytes of the digits of a decimal, about 39,000 digits. Writing a decimal as text
    /// takes time with the square of its length.
    pub const DECIMAL_BYTES_MAX: usize = 16_384;
    /// LIMIT: levels of values inside values and of schemas inside schemas. Code that walks them
    /// is recursive and runs on small stacks.
    pub const DEPTH_MAX: usize = 128;
    /// LIMIT: values of a record, its headers and everything inside counted. A value takes one
    /// byte in the batch but 48 in memory.
    pub const VALUES_PER_RECORD_MAX: usize = 1_000_000;
}
