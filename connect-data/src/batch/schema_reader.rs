//! Reads the schema table of a batch from untrusted bytes.

use std::sync::Arc;

use super::cache::SchemaCache;
use super::reader::Reader;
use super::schema_writer::EntrySize;
use super::value_reader::read_value;
use super::value_writer::ValueBudget;
use super::{BatchError, BatchLimits, Counted, schema_flag};
use crate::schema::set_default;
use crate::{DataError, SchemaBuilder, SchemaRef, Type};

/// Reads the table, or takes it from the cache when it is the one of the batch before.
pub(super) fn read_schema_table(
    reader: &mut Reader<'_>,
    cache: &mut SchemaCache,
) -> Result<Arc<[SchemaRef]>, BatchError> {
    const WHAT: &str = "schema table";
    let count = reader.count(Counted::Schemas, BatchLimits::SCHEMAS_MAX, WHAT)?;
    let bytes = reader.bytes(WHAT)?;
    let max = BatchLimits::SCHEMA_TABLE_BYTES_MAX;
    if bytes.len() > max {
        let count = bytes.len() as u64;
        return Err(BatchError::TooMany {
            what: Counted::SchemaTableBytes,
            count,
            max,
        });
    }
    if let Some(schemas) = cache.table(count, bytes) {
        return Ok(schemas);
    }
    // Two bytes are the least that an entry takes.
    if count > bytes.len() / 2 {
        return Err(BatchError::Truncated { what: WHAT });
    }
    let mut entries = Reader::new(bytes);
    let mut table = TableReader {
        schemas: Vec::with_capacity(count),
        sizes: Vec::with_capacity(count),
        cache,
        budget: ValueBudget::of_record(),
    };
    for _ in 0..count {
        table.read_entry(&mut entries)?;
    }
    if entries.remaining() > 0 {
        let expected = bytes.len();
        let found = expected - entries.remaining();
        return Err(BatchError::SchemaTableLength { expected, found });
    }
    let schemas: Arc<[SchemaRef]> = table.schemas.into();
    cache.keep_table(count, bytes, &schemas);
    Ok(schemas)
}

struct TableReader<'c> {
    schemas: Vec<SchemaRef>,
    sizes: Vec<EntrySize>,
    cache: &'c mut SchemaCache,
    /// One for all defaults of the table.
    budget: ValueBudget,
}

impl TableReader<'_> {
    fn read_entry(&mut self, reader: &mut Reader<'_>) -> Result<(), BatchError> {
        let before = reader.remaining();
        let index = self.schemas.len();
        let invalid = |source| BatchError::InvalidSchema {
            index,
            source: Box::new(source),
        };

        let schema_type = read_type(reader)?;
        let flags = reader.byte("schema")?;
        if flags & !schema_flag::ALL != 0 {
            return Err(BatchError::UnknownCode {
                what: "set of schema flags",
                found: flags,
            });
        }
        let attributes = Attributes::read(reader, flags)?;
        let mut size = EntrySize::LEAF;
        let builder = self.read_shape(reader, schema_type, &mut size)?;
        let mut schema = attributes.apply(builder).build().map_err(invalid)?;
        if flags & schema_flag::DEFAULT != 0 {
            if schema_type == Type::Struct {
                return Err(invalid(DataError::InvalidDefault(Box::new(
                    DataError::StructSchemasDoNotMatch,
                ))));
            }
            let default = read_value(reader, &self.schemas, Some(&schema), &mut self.budget)?;
            set_default(&mut schema, default.into_owned()).map_err(invalid)?;
        }
        self.schemas
            .push(self.cache.intern(schema, before - reader.remaining()));
        self.sizes.push(size);
        Ok(())
    }

    /// The schemas inside, which make the builder.
    fn read_shape(
        &self,
        reader: &mut Reader<'_>,
        schema_type: Type,
        size: &mut EntrySize,
    ) -> Result<SchemaBuilder, BatchError> {
        match schema_type {
            Type::Array => Ok(match self.read_inner(reader, size)? {
                Some(value) => SchemaBuilder::array(value),
                None => SchemaBuilder::array_of_null(),
            }),
            Type::Map => {
                let key = self.read_inner(reader, size)?;
                Ok(SchemaBuilder::map_of_options(
                    key,
                    self.read_inner(reader, size)?,
                ))
            }
            Type::Struct => {
                let count = reader.count(Counted::Fields, BatchLimits::FIELDS_MAX, "fields")?;
                let mut builder = SchemaBuilder::structure();
                for _ in 0..count {
                    let name = reader.name("field name")?;
                    let schema = self
                        .read_inner(reader, size)?
                        .ok_or(BatchError::UnknownCode {
                            what: "reference to the schema of a field",
                            found: 0,
                        })?;
                    builder = builder.field(name, schema);
                }
                Ok(builder)
            }
            primitive => Ok(SchemaBuilder::new(primitive)),
        }
    }

    /// A reference to an earlier entry.
    fn read_inner(
        &self,
        reader: &mut Reader<'_>,
        size: &mut EntrySize,
    ) -> Result<Option<SchemaRef>, BatchError> {
        let Some(index) = reader.reference("schema", self.schemas.len())? else {
            return Ok(None);
        };
        size.add(self.sizes[index as usize])?;
        Ok(Some(self.schemas[index as usize].clone()))
    }
}

/// What every type may have.
struct Attributes<'a> {
    optional: bool,
    name: Option<&'a str>,
    version: Option<i32>,
    doc: Option<&'a str>,
    parameters: Option<Vec<(String, String)>>,
}

impl<'a> Attributes<'a> {
    fn read(reader: &mut Reader<'a>, flags: u8) -> Result<Self, BatchError> {
        let has = |flag| flags & flag != 0;
        Ok(Self {
            optional: has(schema_flag::OPTIONAL),
            name: has(schema_flag::NAME)
                .then(|| reader.name("schema name"))
                .transpose()?,
            version: has(schema_flag::VERSION)
                .then(|| reader.zigzag_i32("schema version"))
                .transpose()?,
            doc: has(schema_flag::DOC)
                .then(|| reader.text("schema doc"))
                .transpose()?,
            parameters: has(schema_flag::PARAMETERS)
                .then(|| read_parameters(reader))
                .transpose()?,
        })
    }

    fn apply(self, mut builder: SchemaBuilder) -> SchemaBuilder {
        if self.optional {
            builder = builder.optional();
        }
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        if let Some(version) = self.version {
            builder = builder.version(version);
        }
        if let Some(doc) = self.doc {
            builder = builder.doc(doc);
        }
        if let Some(parameters) = &self.parameters {
            builder = builder.parameters(parameters);
        }
        builder
    }
}

fn read_parameters(reader: &mut Reader<'_>) -> Result<Vec<(String, String)>, BatchError> {
    let max = BatchLimits::PARAMETERS_MAX;
    let count = reader.count(Counted::Parameters, max, "parameters")?;
    let mut parameters = Vec::with_capacity(count);
    for _ in 0..count {
        let key = reader.name("parameter key")?.to_owned();
        parameters.push((key, reader.text("parameter value")?.to_owned()));
    }
    Ok(parameters)
}

fn read_type(reader: &mut Reader<'_>) -> Result<Type, BatchError> {
    let code = reader.byte("schema")?;
    let found = Type::ALL.get(usize::from(code)).copied();
    found.ok_or(BatchError::UnknownCode {
        what: "schema type",
        found: code,
    })
}
