//! Writes values, for a schema or without one.

use super::schema_writer::SchemaTable;
use super::writer::{Head, PlainHead, put_bytes, put_varint, put_zigzag};
use super::{BatchError, BatchLimits, Counted, tag};
use crate::schema::class_or_base_matches;
use crate::{ConnectHeaders, Schema, SchemaRef, Struct, Type, Value};

/// What a record may still contain.
pub(super) struct ValueBudget {
    values: usize,
}

impl ValueBudget {
    #[inline]
    pub fn of_record() -> Self {
        Self {
            values: BatchLimits::VALUES_PER_RECORD_MAX,
        }
    }

    /// Takes that many values out of the budget.
    pub fn spend(&mut self, count: usize) -> Result<(), BatchError> {
        match self.values.checked_sub(count) {
            Some(left) => {
                self.values = left;
                Ok(())
            }
            None => {
                let max = BatchLimits::VALUES_PER_RECORD_MAX;
                let used = (max - self.values) as u64;
                let count = used.saturating_add(count as u64);
                Err(BatchError::TooMany {
                    what: Counted::Values,
                    count,
                    max,
                })
            }
        }
    }
}

/// Fails at the level that is one too many.
pub(super) fn one_deeper(depth: usize, what: &'static str) -> Result<usize, BatchError> {
    if depth >= BatchLimits::DEPTH_MAX {
        return Err(BatchError::TooDeep {
            what,
            max: BatchLimits::DEPTH_MAX,
        });
    }
    Ok(depth + 1)
}

/// Fails for a decimal with too many digits.
pub(super) fn check_decimal(bytes: usize) -> Result<(), BatchError> {
    let max = BatchLimits::DECIMAL_BYTES_MAX;
    if bytes > max {
        Err(BatchError::DecimalTooLong { bytes, max })
    } else {
        Ok(())
    }
}

/// The value of a record that has no more than a text that its schema allows.
#[inline(always)]
pub(super) fn plain_text<'v>(
    schema: Option<&SchemaRef>,
    key: &Value<'_>,
    value: &'v Value<'_>,
    headers: &ConnectHeaders<'_>,
) -> Option<&'v str> {
    match value {
        Value::String(text)
            if key.is_null()
                && headers.is_empty()
                && text.len() <= PlainHead::VALUE_MAX
                && schema.is_none_or(|schema| schema.schema_type() == Type::String) =>
        {
            Some(text)
        }
        _ => None,
    }
}

/// Writes the last value of a record into the room of its head and behind; closes the head.
#[inline(always)]
pub(super) fn put_last_value(
    mut head: Head,
    out: &mut Vec<u8>,
    schemas: &mut SchemaTable,
    (schema, value): (Option<&SchemaRef>, &Value<'_>),
    budget: &mut ValueBudget,
) -> Result<(), BatchError> {
    if let Value::String(text) = value
        && schema.is_none_or(|schema| schema.schema_type() == Type::String)
    {
        head.byte(out, tag::STRING);
        head.varint(out, text.len() as u64);
        head.close(out);
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    head.close(out);
    put_value(out, schemas, schema, value, budget)
}

/// Writes a value that is at the top of a record, header or schema.
#[inline(never)]
pub(super) fn put_value(
    out: &mut Vec<u8>,
    schemas: &mut SchemaTable,
    schema: Option<&SchemaRef>,
    value: &Value<'_>,
    budget: &mut ValueBudget,
) -> Result<(), BatchError> {
    let mut writer = ValueWriter {
        out,
        schemas,
        budget,
    };
    writer.put(schema, value, 0)
}

struct ValueWriter<'w> {
    out: &'w mut Vec<u8>,
    schemas: &'w mut SchemaTable,
    budget: &'w mut ValueBudget,
}

impl ValueWriter<'_> {
    fn put(
        &mut self,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        depth: usize,
    ) -> Result<(), BatchError> {
        if let Some(schema) = schema
            && !value.is_null()
            && !class_or_base_matches(schema, value)
        {
            return Err(mismatch(schema, value.class_name()));
        }
        match value {
            Value::Null => self.out.push(tag::NULL),
            Value::Boolean(value) => self.out.push(if *value { tag::TRUE } else { tag::FALSE }),
            Value::Int8(value) => self.fixed(tag::INT8, value.to_le_bytes()),
            Value::Int16(value) => self.fixed(tag::INT16, value.to_le_bytes()),
            Value::Int32(value) => self.fixed(tag::INT32, value.to_le_bytes()),
            Value::Int64(value) => self.fixed(tag::INT64, value.to_le_bytes()),
            Value::Float32(value) => self.fixed(tag::FLOAT32, value.to_le_bytes()),
            Value::Float64(value) => self.fixed(tag::FLOAT64, value.to_le_bytes()),
            Value::Date(value) => self.fixed(tag::DATE, value.to_le_bytes()),
            Value::String(text) => {
                self.out.push(tag::STRING);
                put_bytes(self.out, text.as_bytes());
            }
            Value::Bytes(bytes) => {
                self.out.push(tag::BYTES);
                put_bytes(self.out, bytes);
            }
            Value::Decimal(value) => {
                let digits = value.to_bytes();
                check_decimal(digits.len())?;
                self.out.push(tag::DECIMAL);
                put_zigzag(self.out, i64::from(value.scale()));
                put_bytes(self.out, &digits);
            }
            Value::Array(elements) => {
                let depth = self.open(tag::ARRAY, elements.len(), elements.len(), depth)?;
                let element_schema = schema.and_then(|schema| schema.value_schema_or_none());
                for element in elements {
                    self.put(element_schema, element, depth)?;
                }
            }
            Value::Map(entries) => {
                let depth = self.open(tag::MAP, entries.len(), 2 * entries.len(), depth)?;
                let key_schema = schema.and_then(|schema| schema.key_schema_or_none());
                let value_schema = schema.and_then(|schema| schema.value_schema_or_none());
                for (key, value) in entries {
                    self.put(key_schema, key, depth)?;
                    self.put(value_schema, value, depth)?;
                }
            }
            Value::Struct(value) => self.put_struct(schema, value, depth)?,
        }
        Ok(())
    }

    fn put_struct(
        &mut self,
        schema: Option<&SchemaRef>,
        value: &Struct<'_>,
        depth: usize,
    ) -> Result<(), BatchError> {
        let depth = one_deeper(depth, "values")?;
        self.budget.spend(value.values().len())?;
        match schema {
            Some(schema) if schema == value.schema() => self.out.push(tag::STRUCT),
            Some(schema) => {
                return Err(BatchError::StructMismatch {
                    schema: schema.to_string(),
                });
            }
            None => {
                let index = self.schemas.index_of(value.schema())?;
                self.out.push(tag::STRUCT_OF);
                put_varint(self.out, u64::from(index));
            }
        }
        for (field, value) in value.schema().field_list().iter().zip(value.values()) {
            self.put(Some(field.schema()), value, depth)?;
        }
        Ok(())
    }

    /// Begins a container of so many entries that hold so many values.
    fn open(
        &mut self,
        tag: u8,
        entries: usize,
        values: usize,
        depth: usize,
    ) -> Result<usize, BatchError> {
        let depth = one_deeper(depth, "values")?;
        self.budget.spend(values)?;
        self.out.push(tag);
        put_varint(self.out, entries as u64);
        Ok(depth)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self, tag: u8, bytes: [u8; N]) {
        self.out.push(tag);
        self.out.extend_from_slice(&bytes);
    }
}

/// Writes the headers of a record.
pub(super) fn put_headers(
    out: &mut Vec<u8>,
    schemas: &mut SchemaTable,
    headers: &ConnectHeaders<'_>,
    budget: &mut ValueBudget,
) -> Result<(), BatchError> {
    if headers.len() > BatchLimits::HEADERS_MAX {
        return Err(BatchError::TooMany {
            what: Counted::Headers,
            count: headers.len() as u64,
            max: BatchLimits::HEADERS_MAX,
        });
    }
    budget.spend(headers.len())?;
    put_varint(out, headers.len() as u64);
    for header in headers {
        super::writer::put_name(out, "header key", &header.key)?;
        let reference = schemas.reference_to(header.schema.as_ref())?;
        put_varint(out, reference);
        put_value(out, schemas, header.schema.as_ref(), &header.value, budget)?;
    }
    Ok(())
}

pub(super) fn mismatch(schema: &Schema, class: &'static str) -> BatchError {
    BatchError::ValueMismatch {
        schema: schema.to_string(),
        class,
    }
}
