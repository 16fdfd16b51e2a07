//! Reads values, checked against their schema, from untrusted bytes.

use std::borrow::Cow;

use super::reader::Reader;
use super::value_writer::{ValueBudget, check_decimal, mismatch, one_deeper};
use super::{BatchError, BatchLimits, Counted, tag};
use crate::schema::class_or_base_matches;
use crate::{ConnectHeaders, Decimal, Header, SchemaRef, Struct, Type, Value};

/// Reads a value that is at the top of a record or header.
///
/// Always inlined: passed through memory, the parts of the usual value, text, would be written and
/// read again in other widths, which costs as much as reading it.
#[inline(always)]
pub(super) fn read_value<'a>(
    reader: &mut Reader<'a>,
    schemas: &[SchemaRef],
    schema: Option<&SchemaRef>,
    budget: &mut ValueBudget,
) -> Result<Value<'a>, BatchError> {
    if reader.peek() == Some(tag::STRING)
        && schema.is_none_or(|schema| schema.schema_type() == Type::String)
    {
        reader.byte("value")?;
        return Ok(Value::String(Cow::Borrowed(reader.text("string value")?)));
    }
    read_any_value(reader, schemas, schema, budget)
}

#[inline(never)]
fn read_any_value<'a>(
    reader: &mut Reader<'a>,
    schemas: &[SchemaRef],
    schema: Option<&SchemaRef>,
    budget: &mut ValueBudget,
) -> Result<Value<'a>, BatchError> {
    ValueReader {
        reader,
        schemas,
        budget,
    }
    .read(schema, 0)
}

struct ValueReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    schemas: &'r [SchemaRef],
    budget: &'r mut ValueBudget,
}

impl<'a> ValueReader<'_, 'a> {
    #[inline]
    fn read(&mut self, schema: Option<&SchemaRef>, depth: usize) -> Result<Value<'a>, BatchError> {
        let value = match self.reader.byte("value")? {
            tag::NULL => return Ok(Value::Null),
            tag::STRING => Value::String(Cow::Borrowed(self.reader.text("string value")?)),
            tag::BYTES => Value::Bytes(Cow::Borrowed(self.reader.bytes("bytes value")?)),
            tag @ (tag::ARRAY | tag::MAP | tag::STRUCT | tag::STRUCT_OF) => {
                return self.read_container(tag, schema, depth);
            }
            tag => self.read_number(tag)?,
        };
        if let Some(schema) = schema
            && !class_or_base_matches(schema, &value)
        {
            return Err(mismatch(schema, value.class_name()));
        }
        Ok(value)
    }

    fn read_number(&mut self, tag: u8) -> Result<Value<'a>, BatchError> {
        const WHAT: &str = "number value";
        let reader = &mut *self.reader;
        Ok(match tag {
            tag::FALSE => Value::Boolean(false),
            tag::TRUE => Value::Boolean(true),
            tag::INT8 => Value::Int8(i8::from_le_bytes(reader.array(WHAT)?)),
            tag::INT16 => Value::Int16(i16::from_le_bytes(reader.array(WHAT)?)),
            tag::INT32 => Value::Int32(i32::from_le_bytes(reader.array(WHAT)?)),
            tag::INT64 => Value::Int64(i64::from_le_bytes(reader.array(WHAT)?)),
            tag::FLOAT32 => Value::Float32(f32::from_le_bytes(reader.array(WHAT)?)),
            tag::FLOAT64 => Value::Float64(f64::from_le_bytes(reader.array(WHAT)?)),
            tag::DATE => Value::Date(i64::from_le_bytes(reader.array(WHAT)?)),
            tag::DECIMAL => {
                let scale = reader.zigzag_i32("scale of a decimal")?;
                let bytes = reader.bytes("decimal value")?;
                if bytes.is_empty() {
                    return Err(BatchError::EmptyDecimal);
                }
                check_decimal(bytes.len())?;
                Value::Decimal(Decimal::from_bytes(bytes, scale))
            }
            found => {
                return Err(BatchError::UnknownCode {
                    what: "tag of a value",
                    found,
                });
            }
        })
    }

    fn read_container(
        &mut self,
        tag: u8,
        schema: Option<&SchemaRef>,
        depth: usize,
    ) -> Result<Value<'a>, BatchError> {
        let depth = one_deeper(depth, "values")?;
        // The class is checked before the elements, so that nothing is made for a wrong one.
        if let Some(schema) = schema {
            let (shape, class) = match tag {
                tag::ARRAY => (Type::Array, "java.util.ArrayList"),
                tag::MAP => (Type::Map, "java.util.HashMap"),
                _ => (Type::Struct, "org.apache.kafka.connect.data.Struct"),
            };
            if schema.schema_type() != shape {
                return Err(mismatch(schema, class));
            }
        }
        match tag {
            tag::ARRAY => self.read_array(schema, depth),
            tag::MAP => self.read_map(schema, depth),
            tag => self.read_struct(tag, schema, depth),
        }
    }

    fn read_array(
        &mut self,
        schema: Option<&SchemaRef>,
        depth: usize,
    ) -> Result<Value<'a>, BatchError> {
        let count = self.count("array")?;
        self.budget.spend(count)?;
        let element_schema = schema.and_then(|schema| schema.value_schema_or_none());
        let mut elements = Vec::with_capacity(count);
        for _ in 0..count {
            elements.push(self.read(element_schema, depth)?);
        }
        Ok(Value::Array(elements))
    }

    fn read_map(
        &mut self,
        schema: Option<&SchemaRef>,
        depth: usize,
    ) -> Result<Value<'a>, BatchError> {
        let count = self.count("map")?;
        self.budget.spend(2 * count)?;
        let key_schema = schema.and_then(|schema| schema.key_schema_or_none());
        let value_schema = schema.and_then(|schema| schema.value_schema_or_none());
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            let key = self.read(key_schema, depth)?;
            entries.push((key, self.read(value_schema, depth)?));
        }
        Ok(Value::Map(entries))
    }

    fn read_struct(
        &mut self,
        tag: u8,
        schema: Option<&SchemaRef>,
        depth: usize,
    ) -> Result<Value<'a>, BatchError> {
        let schema = match (tag, schema) {
            (tag::STRUCT, Some(schema)) => schema,
            (tag::STRUCT_OF, None) => {
                let index = self.reader.varint("schema of a struct")?;
                let count = self.schemas.len();
                let schema = usize::try_from(index)
                    .ok()
                    .and_then(|index| self.schemas.get(index))
                    .ok_or(BatchError::UnknownIndex {
                        what: "schema",
                        index,
                        count,
                    })?;
                if schema.schema_type() != Type::Struct {
                    return Err(BatchError::StructOfNonStruct {
                        schema: schema.to_string(),
                    });
                }
                schema
            }
            _ => return Err(BatchError::StructReference),
        };
        let fields = schema.field_list();
        if fields.len() > self.reader.remaining() {
            return Err(BatchError::Truncated { what: "struct" });
        }
        self.budget.spend(fields.len())?;
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            values.push(self.read(Some(field.schema()), depth)?);
        }
        Ok(Value::Struct(Struct::from_values(schema.clone(), values)))
    }

    fn count(&mut self, what: &'static str) -> Result<usize, BatchError> {
        self.reader
            .count(Counted::Values, BatchLimits::VALUES_PER_RECORD_MAX, what)
    }
}

/// Reads the headers of a record.
pub(super) fn read_headers<'a>(
    reader: &mut Reader<'a>,
    schemas: &[SchemaRef],
    budget: &mut ValueBudget,
) -> Result<ConnectHeaders<'a>, BatchError> {
    let count = reader.count(Counted::Headers, BatchLimits::HEADERS_MAX, "headers")?;
    budget.spend(count)?;
    let mut headers = ConnectHeaders::with_capacity(count);
    for _ in 0..count {
        let key = Cow::Borrowed(reader.name("header key")?);
        let reference = reader.reference("schema", schemas.len())?;
        let schema = reference.map(|index| &schemas[index as usize]);
        let value = read_value(reader, schemas, schema, budget)?;
        headers.push(Header {
            key,
            schema: schema.cloned(),
            value,
        });
    }
    Ok(headers)
}
