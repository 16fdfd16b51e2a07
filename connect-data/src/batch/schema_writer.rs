//! Builds the schema table of a batch: each schema once, nested ones before those that use them.

use std::collections::HashMap;
use std::sync::Arc;

use super::tables::Mark;
use super::value_writer::{ValueBudget, one_deeper, put_value};
use super::writer::{put_bytes, put_name, put_varint, put_zigzag, varint_len};
use super::{BatchError, BatchLimits, Counted, schema_flag};
use crate::{Schema, SchemaRef, Type};

/// What is known about an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntrySize {
    /// Schemas inside, itself included, counted wherever they occur.
    pub nodes: u32,
    /// Levels of schemas.
    pub depth: usize,
}

impl EntrySize {
    pub const LEAF: Self = Self { nodes: 1, depth: 1 };

    /// Adds a schema that is used directly inside.
    pub fn add(&mut self, inner: Self) -> Result<(), BatchError> {
        self.nodes += inner.nodes;
        if self.nodes > BatchLimits::SCHEMA_NODES_MAX {
            return Err(BatchError::TooMany {
                what: Counted::SchemaNodes,
                count: u64::from(self.nodes),
                max: BatchLimits::SCHEMA_NODES_MAX as usize,
            });
        }
        self.depth = self.depth.max(one_deeper(inner.depth, "schemas")?);
        Ok(())
    }
}

/// The schema table of the batch being written.
#[derive(Debug, Default)]
pub(super) struct SchemaTable {
    bytes: Vec<u8>,
    sizes: Vec<EntrySize>,
    /// Keeps the schemas alive whose addresses are keys below.
    schemas: Vec<SchemaRef>,
    by_address: HashMap<usize, u32>,
    by_content: HashMap<SchemaRef, u32>,
    committed: Mark,
}

impl SchemaTable {
    /// Makes the entries so far part of the batch.
    #[inline]
    pub fn commit(&mut self) {
        if self.schemas.len() != self.committed.0 {
            self.committed = (self.schemas.len(), self.bytes.len());
        }
    }

    /// Forgets the entries since the last commit.
    pub fn roll_back(&mut self) {
        for schema in self.schemas.drain(self.committed.0..) {
            self.by_address.remove(&address(&schema));
            self.by_content.remove(&schema);
        }
        self.sizes.truncate(self.committed.0);
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
        let bytes = self.bytes.len();
        varint_len(self.schemas.len() as u64) + varint_len(bytes as u64) + bytes
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        put_varint(out, self.schemas.len() as u64);
        put_bytes(out, &self.bytes);
    }

    /// Zero for none, else the index plus one.
    pub fn reference_to(&mut self, schema: Option<&SchemaRef>) -> Result<u64, BatchError> {
        match schema {
            Some(schema) => Ok(u64::from(self.index_of(schema)?) + 1),
            None => Ok(0),
        }
    }

    /// The index of a schema, which is added when it is new.
    pub fn index_of(&mut self, schema: &SchemaRef) -> Result<u32, BatchError> {
        self.index_at_depth(schema, 0)
    }

    fn index_at_depth(&mut self, schema: &SchemaRef, depth: usize) -> Result<u32, BatchError> {
        if let Some(index) = self.by_address.get(&address(schema)) {
            return Ok(*index);
        }
        let depth = one_deeper(depth, "schemas")?;
        if let Some(index) = self.by_content.get(schema) {
            return Ok(*index);
        }
        let mut size = EntrySize::LEAF;
        let mut inner = Vec::with_capacity(schema.field_list().len());
        for schema in inner_schemas(schema) {
            let reference = match schema {
                Some(schema) => {
                    let index = self.index_at_depth(schema, depth)?;
                    size.add(self.sizes[index as usize])?;
                    u64::from(index) + 1
                }
                None => 0,
            };
            inner.push(reference);
        }
        self.add(schema, &inner, size)
    }

    fn add(
        &mut self,
        schema: &SchemaRef,
        inner: &[u64],
        size: EntrySize,
    ) -> Result<u32, BatchError> {
        let max = BatchLimits::SCHEMAS_MAX;
        if self.schemas.len() >= max {
            let count = self.schemas.len() as u64 + 1;
            return Err(BatchError::TooMany {
                what: Counted::Schemas,
                count,
                max,
            });
        }
        // Written aside, so that an entry that breaks a limit leaves nothing behind.
        let mut entry = Vec::new();
        self.put_entry(&mut entry, schema, inner)?;
        let bytes = self.bytes.len() + entry.len();
        let max = BatchLimits::SCHEMA_TABLE_BYTES_MAX;
        if bytes > max {
            let count = bytes as u64;
            return Err(BatchError::TooMany {
                what: Counted::SchemaTableBytes,
                count,
                max,
            });
        }
        self.bytes.extend_from_slice(&entry);
        let index = self.schemas.len() as u32;
        self.sizes.push(size);
        self.schemas.push(Arc::clone(schema));
        self.by_address.insert(address(schema), index);
        self.by_content.insert(Arc::clone(schema), index);
        Ok(index)
    }

    fn put_entry(
        &mut self,
        out: &mut Vec<u8>,
        schema: &SchemaRef,
        inner: &[u64],
    ) -> Result<(), BatchError> {
        out.push(type_code(schema.schema_type()));
        out.push(flags(schema));
        if let Some(name) = schema.name() {
            put_name(out, "schema name", name)?;
        }
        if let Some(version) = schema.version() {
            put_zigzag(out, i64::from(version));
        }
        if let Some(doc) = schema.doc() {
            put_bytes(out, doc.as_bytes());
        }
        if let Some(parameters) = schema.parameters() {
            limit(
                Counted::Parameters,
                parameters.len(),
                BatchLimits::PARAMETERS_MAX,
            )?;
            put_varint(out, parameters.len() as u64);
            for (key, value) in parameters {
                put_name(out, "parameter key", key)?;
                put_bytes(out, value.as_bytes());
            }
        }
        if schema.schema_type() == Type::Struct {
            limit(Counted::Fields, inner.len(), BatchLimits::FIELDS_MAX)?;
            put_varint(out, inner.len() as u64);
            for (field, reference) in schema.field_list().iter().zip(inner) {
                put_name(out, "field name", field.name())?;
                put_varint(out, *reference);
            }
        } else {
            for reference in inner {
                put_varint(out, *reference);
            }
        }
        if let Some(default) = schema.default_value() {
            put_value(
                out,
                self,
                Some(schema),
                default,
                &mut ValueBudget::of_record(),
            )?;
        }
        Ok(())
    }
}

fn limit(what: Counted, count: usize, max: usize) -> Result<(), BatchError> {
    if count > max {
        return Err(BatchError::TooMany {
            what,
            count: count as u64,
            max,
        });
    }
    Ok(())
}

fn address(schema: &SchemaRef) -> usize {
    Arc::as_ptr(schema) as usize
}

/// The schemas directly inside: of the fields, or key and value.
fn inner_schemas(schema: &Schema) -> impl Iterator<Item = Option<&SchemaRef>> {
    let (key, value) = match schema.schema_type() {
        Type::Map => (
            Some(schema.key_schema_or_none()),
            Some(schema.value_schema_or_none()),
        ),
        Type::Array => (None, Some(schema.value_schema_or_none())),
        _ => (None, None),
    };
    let fields = schema.field_list().iter().map(|field| Some(field.schema()));
    key.into_iter().chain(value).chain(fields)
}

fn flags(schema: &Schema) -> u8 {
    let mut flags = 0;
    for (set, flag) in [
        (schema.is_optional(), schema_flag::OPTIONAL),
        (schema.name().is_some(), schema_flag::NAME),
        (schema.version().is_some(), schema_flag::VERSION),
        (schema.doc().is_some(), schema_flag::DOC),
        (schema.parameters().is_some(), schema_flag::PARAMETERS),
        (schema.default_value().is_some(), schema_flag::DEFAULT),
    ] {
        if set {
            flags |= flag;
        }
    }
    flags
}

/// The place of the type in Kafka's order.
fn type_code(schema_type: Type) -> u8 {
    schema_type as u8
}
