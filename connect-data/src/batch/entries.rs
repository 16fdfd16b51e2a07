//! What the batches of kinds 3 to 7 have in common: tables, and entries that are taken or forgotten
//! as a whole.

use super::reader::Reader;
use super::schema_writer::SchemaTable;
use super::tables::TopicTable;
use super::writer::{put_varint, put_zigzag, varint_len};
use super::{BatchError, BatchLimits, Counted, VERSION};
use crate::SchemaRef;

/// The tables and entries of a batch being written.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub schemas: SchemaTable,
    pub topics: TopicTable,
    pub out: Vec<u8>,
    /// Bytes of `out` that belong to whole entries.
    taken: usize,
    count: usize,
}

impl Entries {
    /// The number of entries.
    #[inline]
    pub fn len(&self) -> usize {
        self.count
    }

    /// At least the bytes of the batch.
    #[inline]
    pub fn byte_len(&self) -> usize {
        // Version, kind, direction, and five counts and lengths of up to five bytes.
        28 + self.out.len() + self.schemas.byte_len() + self.topics.byte_len()
    }

    /// Fails when there is no room for another entry.
    #[inline]
    pub fn check_room(&self) -> Result<(), BatchError> {
        let max = BatchLimits::RECORDS_MAX;
        if self.count < max {
            return Ok(());
        }
        Err(BatchError::TooMany {
            what: Counted::Records,
            count: max as u64 + 1,
            max,
        })
    }

    /// Takes the entry that was appended to `out`, or forgets it when it was not put or does not
    /// fit.
    #[inline]
    pub fn end(&mut self, put: Result<(), BatchError>) -> Result<(), BatchError> {
        let bytes = self.byte_len();
        let max = BatchLimits::BYTES_MAX;
        let put = match put {
            Ok(()) if bytes > max => Err(BatchError::TooManyBytes { bytes, max }),
            put => put,
        };
        if put.is_err() {
            self.out.truncate(self.taken);
            self.schemas.roll_back();
            self.topics.roll_back();
            return put;
        }
        self.taken = self.out.len();
        self.count += 1;
        self.schemas.commit();
        self.topics.commit();
        put
    }

    /// Appends the batch of this kind to `out`; `between` stands between tables and entries. After
    /// that there is no entry.
    pub fn finish_into(&mut self, kind: u8, tables: Tables, between: &[u8], out: &mut Vec<u8>) {
        let length = 2
            + self.schemas.encoded_len()
            + self.topics.encoded_len()
            + between.len()
            + varint_len(self.count as u64)
            + self.out.len();
        out.reserve_exact(length);
        out.extend_from_slice(&[VERSION, kind]);
        if matches!(tables, Tables::SchemasAndTopics) {
            self.schemas.put(out);
        }
        if !matches!(tables, Tables::None) {
            self.topics.put(out);
        }
        out.extend_from_slice(between);
        put_varint(out, self.count as u64);
        out.extend_from_slice(&self.out);
        self.clear();
    }

    /// Drops all entries; memory is kept.
    pub fn clear(&mut self) {
        self.schemas.clear();
        self.topics.clear();
        self.out.clear();
        self.taken = 0;
        self.count = 0;
    }
}

/// The tables that a kind of batch has.
#[derive(Clone, Copy)]
pub(super) enum Tables {
    SchemasAndTopics,
    Topics,
    None,
}

/// A number that may be absent.
pub(super) fn put_optional(out: &mut Vec<u8>, number: Option<i64>) {
    match number {
        None => out.push(0),
        Some(number) => {
            out.push(1);
            put_zigzag(out, number);
        }
    }
}

pub(super) fn read_optional(
    reader: &mut Reader<'_>,
    what: &'static str,
) -> Result<Option<i64>, BatchError> {
    match reader.byte(what)? {
        0 => Ok(None),
        1 => reader.zigzag(what).map(Some),
        found => Err(BatchError::UnknownCode {
            what: "mark of an optional number",
            found,
        }),
    }
}

pub(super) fn read_optional_i32(
    reader: &mut Reader<'_>,
    what: &'static str,
) -> Result<Option<i32>, BatchError> {
    let Some(number) = read_optional(reader, what)? else {
        return Ok(None);
    };
    match i32::try_from(number) {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(BatchError::NumberOutOfRange { what, number }),
    }
}

/// A reference to a topic, or to the key of a header.
pub(super) fn read_name<'a>(
    reader: &mut Reader<'_>,
    what: &'static str,
    names: &[&'a str],
) -> Result<Option<&'a str>, BatchError> {
    let reference = reader.reference(what, names.len())?;
    Ok(reference.map(|index| names[index as usize]))
}

/// The schema of a part of the entry before.
#[derive(Debug, Default)]
pub(super) struct LastSchema {
    schema: Option<SchemaRef>,
    reference: u64,
}

impl LastSchema {
    /// The reference to a schema, quickly when it is the one before; and whether it is.
    #[inline]
    pub fn reference_to(
        &mut self,
        table: &mut SchemaTable,
        schema: Option<&SchemaRef>,
    ) -> Result<(u64, bool), BatchError> {
        let same = match (&self.schema, schema) {
            (None, None) => true,
            (Some(one), Some(other)) => std::sync::Arc::ptr_eq(one, other),
            _ => false,
        };
        if same {
            return Ok((self.reference, true));
        }
        let reference = table.reference_to(schema)?;
        Ok((reference, reference == self.reference))
    }

    /// Remembers it, once its entry was taken.
    #[inline]
    pub fn set(&mut self, schema: Option<&SchemaRef>, reference: u64) {
        if self.reference != reference {
            self.schema = schema.cloned();
            self.reference = reference;
        }
    }
}
