//! Conversions between values, and between values and text. Kafka counterpart: `Values`, whose
//! quirks are part of what header text means, so that they are kept.
//!
//! Dates are read and written in UTC, where Java takes the time zone of its machine.

mod convert;
mod parse;
mod temporal;
mod text;
mod tokenizer;

pub use convert::{
    convert_to, convert_to_boolean, convert_to_byte, convert_to_date, convert_to_decimal,
    convert_to_double, convert_to_float, convert_to_integer, convert_to_list, convert_to_long,
    convert_to_map, convert_to_short, convert_to_struct, convert_to_time, convert_to_timestamp,
};
pub use parse::parse_string;
pub use text::convert_to_string;

use crate::{Schema, SchemaBuilder, SchemaRef, Type, Value};

/// The schema that a value has by itself; none for null, decimals, dates, empty containers and
/// containers of mixed types.
pub fn infer_schema(value: &Value<'_>) -> Option<SchemaRef> {
    Some(match value {
        Value::String(_) => Schema::string(),
        Value::Boolean(_) => Schema::boolean(),
        Value::Int8(_) => Schema::int8(),
        Value::Int16(_) => Schema::int16(),
        Value::Int32(_) => Schema::int32(),
        Value::Int64(_) => Schema::int64(),
        Value::Float32(_) => Schema::float32(),
        Value::Float64(_) => Schema::float64(),
        Value::Bytes(_) => Schema::bytes(),
        Value::Array(elements) => {
            let schema = common_schema(elements.iter())?;
            SchemaBuilder::array(schema)
                .build()
                .expect("nothing is set twice")
        }
        Value::Map(entries) => {
            let key = common_schema(entries.iter().map(|(key, _)| key))?;
            let value = common_schema(entries.iter().map(|(_, value)| value))?;
            SchemaBuilder::map(key, value)
                .build()
                .expect("nothing is set twice")
        }
        Value::Struct(value) => value.schema().clone(),
        Value::Null | Value::Decimal(_) | Value::Date(_) => return None,
    })
}

/// The schema of the base type that all values have; nulls make it optional.
fn common_schema<'v>(values: impl Iterator<Item = &'v Value<'v>>) -> Option<SchemaRef> {
    let mut known: Option<Type> = None;
    let mut optional = false;
    for value in values {
        if value.is_null() {
            optional = true;
            continue;
        }
        let schema_type = infer_schema(value)?.schema_type();
        if *known.get_or_insert(schema_type) != schema_type {
            return None;
        }
    }
    let builder = SchemaBuilder::new(known?);
    let builder = if optional {
        builder.optional()
    } else {
        builder
    };
    Some(builder.build().expect("nothing is set twice"))
}

#[cfg(test)]
mod tests;
