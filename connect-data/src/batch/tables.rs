//! Tables of topics and source partitions of the batch being written, and what the record before
//! referred to.

use std::collections::HashMap;
use std::sync::Arc;

use super::offset_map::put_sized_offset_map;
use super::schema_writer::SchemaTable;
use super::writer::{put_name, put_varint, same_text, varint_len};
use super::{BatchError, BatchLimits, Counted};
use crate::{OffsetMap, OffsetValue, SchemaRef};

/// How much of a table there was at some time: entries and bytes.
pub(super) type Mark = (usize, usize);

/// Topics, each once.
#[derive(Debug, Default)]
pub(super) struct TopicTable {
    bytes: Vec<u8>,
    names: Vec<String>,
    by_name: HashMap<String, u32>,
    committed: Mark,
}

impl TopicTable {
    /// Zero for none, else the index plus one. `previous` is the reference of the record before.
    #[inline]
    pub fn reference_to(&mut self, name: Option<&str>, previous: u64) -> Result<u64, BatchError> {
        let Some(name) = name else { return Ok(0) };
        if previous > 0 && same_text(&self.names[previous as usize - 1], name) {
            return Ok(previous);
        }
        self.look_up(name)
    }

    /// Whether a reference is to that name.
    #[inline(always)]
    pub fn is(&self, reference: u64, name: Option<&str>) -> bool {
        match (reference, name) {
            (0, None) => true,
            (0, Some(_)) | (_, None) => false,
            (reference, Some(name)) => self
                .names
                .get(reference as usize - 1)
                .is_some_and(|known| same_text(known, name)),
        }
    }

    #[inline(never)]
    fn look_up(&mut self, name: &str) -> Result<u64, BatchError> {
        if let Some(index) = self.by_name.get(name) {
            return Ok(u64::from(*index) + 1);
        }
        check_room(Counted::Topics, self.names.len(), BatchLimits::TOPICS_MAX)?;
        put_name(&mut self.bytes, "topic", name)?;
        self.by_name
            .insert(name.to_owned(), self.names.len() as u32);
        self.names.push(name.to_owned());
        Ok(self.names.len() as u64)
    }

    /// Makes the entries so far part of the batch.
    #[inline]
    pub fn commit(&mut self) {
        if self.names.len() != self.committed.0 {
            self.committed = (self.names.len(), self.bytes.len());
        }
    }

    /// Forgets the entries since the last commit.
    pub fn roll_back(&mut self) {
        for name in self.names.drain(self.committed.0..) {
            self.by_name.remove(&name);
        }
        self.bytes.truncate(self.committed.1);
    }

    pub fn clear(&mut self) {
        self.committed = (0, 0);
        self.roll_back();
    }

    /// Bytes of the entries.
    #[inline]
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    pub fn encoded_len(&self) -> usize {
        varint_len(self.names.len() as u64) + self.bytes.len()
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        put_varint(out, self.names.len() as u64);
        out.extend_from_slice(&self.bytes);
    }
}

/// Source partitions, each once.
#[derive(Debug, Default)]
pub(super) struct PartitionTable {
    bytes: Vec<u8>,
    maps: Vec<OffsetMap<'static>>,
    by_map: HashMap<OffsetMap<'static>, u32>,
    committed: Mark,
}

impl PartitionTable {
    /// Zero for none, else the index plus one. `previous` is the reference of the record before.
    #[inline]
    pub fn reference_to(
        &mut self,
        map: Option<&OffsetMap<'_>>,
        previous: u64,
    ) -> Result<u64, BatchError> {
        let Some(map) = map else { return Ok(0) };
        if previous > 0 && same_map(&self.maps[previous as usize - 1], map) {
            return Ok(previous);
        }
        self.look_up(map)
    }

    /// Whether a reference is to that partition.
    #[inline(always)]
    pub fn is(&self, reference: u64, map: Option<&OffsetMap<'_>>) -> bool {
        match (reference, map) {
            (0, None) => true,
            (0, Some(_)) | (_, None) => false,
            (reference, Some(map)) => self
                .maps
                .get(reference as usize - 1)
                .is_some_and(|known| same_map(known, map)),
        }
    }

    #[inline(never)]
    fn look_up(&mut self, map: &OffsetMap<'_>) -> Result<u64, BatchError> {
        let by_map: &HashMap<OffsetMap<'_>, u32> = &self.by_map;
        if let Some(index) = by_map.get(map) {
            return Ok(u64::from(*index) + 1);
        }
        check_room(
            Counted::SourcePartitions,
            self.maps.len(),
            BatchLimits::PARTITIONS_MAX,
        )?;
        put_sized_offset_map(&mut self.bytes, map)?;
        let map = map.clone().into_owned();
        self.by_map.insert(map.clone(), self.maps.len() as u32);
        self.maps.push(map);
        Ok(self.maps.len() as u64)
    }

    /// Makes the entries so far part of the batch.
    #[inline]
    pub fn commit(&mut self) {
        if self.maps.len() != self.committed.0 {
            self.committed = (self.maps.len(), self.bytes.len());
        }
    }

    /// Forgets the entries since the last commit.
    pub fn roll_back(&mut self) {
        for map in self.maps.drain(self.committed.0..) {
            self.by_map.remove(&map);
        }
        self.bytes.truncate(self.committed.1);
    }

    pub fn clear(&mut self) {
        self.committed = (0, 0);
        self.roll_back();
    }

    /// Bytes of the entries.
    #[inline]
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    pub fn encoded_len(&self) -> usize {
        varint_len(self.maps.len() as u64) + self.bytes.len()
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        put_varint(out, self.maps.len() as u64);
        out.extend_from_slice(&self.bytes);
    }
}

/// Whether two partitions are the same, quickly for the usual ones.
#[inline(always)]
fn same_map(one: &OffsetMap<'_>, other: &OffsetMap<'_>) -> bool {
    match (one.single(), other.single()) {
        (
            Some((key, OffsetValue::Text(text))),
            Some((other_key, OffsetValue::Text(other_text))),
        ) => same_text(key, other_key) && same_text(text, other_text),
        _ => one == other,
    }
}

fn check_room(what: Counted, len: usize, max: usize) -> Result<(), BatchError> {
    if len >= max {
        return Err(BatchError::TooMany {
            what,
            count: len as u64 + 1,
            max,
        });
    }
    Ok(())
}

/// References to a key schema and a value schema.
pub(super) type SchemaReferences = (u64, u64);

/// The schemas of the record before.
#[derive(Debug, Default)]
pub(super) struct LastSchemas {
    key: Option<SchemaRef>,
    value: Option<SchemaRef>,
    references: SchemaReferences,
}

impl LastSchemas {
    /// Whether these are the schemas of the record before; false too when only their content is.
    #[inline(always)]
    pub fn are(&self, key: Option<&SchemaRef>, value: Option<&SchemaRef>) -> bool {
        same_address(self.key.as_ref(), key) && same_address(self.value.as_ref(), value)
    }

    /// The references of these schemas, and whether they are those of the record before.
    #[inline]
    pub fn references_to(
        &self,
        schemas: &mut SchemaTable,
        key: Option<&SchemaRef>,
        value: Option<&SchemaRef>,
    ) -> Result<(SchemaReferences, bool), BatchError> {
        if self.are(key, value) {
            return Ok((self.references, true));
        }
        let references = (schemas.reference_to(key)?, schemas.reference_to(value)?);
        Ok((references, references == self.references))
    }

    /// Makes these the schemas of the record before.
    #[inline]
    pub fn set(
        &mut self,
        key: Option<&SchemaRef>,
        value: Option<&SchemaRef>,
        references: SchemaReferences,
    ) {
        if self.references != references {
            self.key = key.cloned();
            self.value = value.cloned();
            self.references = references;
        }
    }
}

#[inline(always)]
fn same_address(one: Option<&SchemaRef>, other: Option<&SchemaRef>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        _ => false,
    }
}
