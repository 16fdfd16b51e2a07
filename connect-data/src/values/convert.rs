//! Conversions of values to a requested type.

use crate::logical::{self, LogicalType, MILLIS_PER_DAY};
use crate::values::{convert_to_string, parse_string};
use crate::{DataError, Decimal, Schema, Struct, Type, Value};

/// Converts a value to a schema. `from` is the value's own schema, if it has one; it matters for
/// dates. Containers are passed as they are, without looking at their elements.
pub fn convert_to<'a>(
    to: &Schema,
    from: Option<&Schema>,
    value: Value<'a>,
) -> Result<Value<'a>, DataError> {
    if value.is_null() {
        return if to.is_optional() {
            Ok(Value::Null)
        } else {
            Err(DataError::NullUnconvertible)
        };
    }
    match to.schema_type() {
        Type::Boolean => boolean(from, value),
        Type::Int8 => Ok(match value {
            Value::Int8(_) => value,
            _ => Value::Int8(as_long(from, &value)? as i8),
        }),
        Type::Int16 => Ok(match value {
            Value::Int16(_) => value,
            _ => Value::Int16(as_long(from, &value)? as i16),
        }),
        Type::Int32 => match to.logical_type() {
            Some(LogicalType::Date) => date(to, from, value),
            Some(LogicalType::Time) => time(to, from, value),
            _ => Ok(match value {
                Value::Int32(_) => value,
                _ => Value::Int32(as_long(from, &value)? as i32),
            }),
        },
        Type::Int64 => match to.logical_type() {
            Some(LogicalType::Timestamp) => timestamp(to, from, value),
            _ => Ok(match value {
                Value::Int64(_) => value,
                _ => Value::Int64(as_long(from, &value)?),
            }),
        },
        Type::Float32 => Ok(match value {
            Value::Float32(_) => value,
            _ => Value::Float32(as_double(from, &value)? as f32),
        }),
        Type::Float64 => Ok(match value {
            Value::Float64(_) => value,
            _ => Value::Float64(as_double(from, &value)?),
        }),
        Type::String => Ok(convert_to_string(&value)?.into()),
        Type::Bytes => bytes(to, value),
        Type::Array => match parsed_text(&value)?.unwrap_or(value) {
            list @ Value::Array(_) => Ok(list),
            other => Err(unconvertible(&other, to)),
        },
        Type::Map => match parsed_text(&value)?.unwrap_or(value) {
            map @ Value::Map(_) => Ok(map),
            other => Err(unconvertible(&other, to)),
        },
        Type::Struct => match value {
            Value::Struct(_) => Ok(value),
            other => Err(unconvertible(&other, to)),
        },
    }
}

fn parsed_text(value: &Value<'_>) -> Result<Option<Value<'static>>, DataError> {
    match value {
        Value::String(text) => Ok(Some(parse_string(text)?.value)),
        _ => Ok(None),
    }
}

fn boolean<'a>(from: Option<&Schema>, value: Value<'a>) -> Result<Value<'a>, DataError> {
    if let Value::Boolean(_) = value {
        return Ok(value);
    }
    if let Some(Value::Boolean(parsed)) = parsed_text(&value)? {
        return Ok(Value::Boolean(parsed));
    }
    Ok(Value::Boolean(as_long(from, &value)? != 0))
}

fn bytes<'a>(to: &Schema, value: Value<'a>) -> Result<Value<'a>, DataError> {
    let decimal = to.logical_type() == Some(LogicalType::Decimal);
    match value {
        Value::Bytes(bytes) if decimal => {
            Ok(Value::Decimal(logical::decimal_from_bytes(to, &bytes)?))
        }
        Value::Decimal(_) if decimal => Ok(value),
        Value::String(text) if decimal => match text.parse::<Decimal>() {
            Ok(parsed) => Ok(Value::Decimal(parsed)),
            Err(_) => Err(unconvertible(&Value::String(text), to)),
        },
        value if decimal && is_number(&value) => {
            // COMPAT: not a decimal already, so it goes through its text as a double.
            let double = as_double(None, &value)?;
            match crate::double_text(double).parse() {
                Ok(parsed) => Ok(Value::Decimal(parsed)),
                Err(_) => Err(unconvertible(&value, to)),
            }
        }
        Value::Bytes(_) => Ok(value),
        Value::Decimal(value) => Ok(logical::decimal_to_bytes(to, &value)?.into()),
        other => Err(unconvertible(&other, to)),
    }
}

fn date<'a>(to: &Schema, from: Option<&Schema>, value: Value<'a>) -> Result<Value<'a>, DataError> {
    let value = parsed_text(&value)?.unwrap_or(value);
    if let Value::Date(millis) = value {
        match from.map(Schema::logical_type) {
            None | Some(Some(LogicalType::Date)) => return Ok(value),
            Some(Some(LogicalType::Timestamp)) => {
                let days = (millis / MILLIS_PER_DAY) as i32;
                return Ok(Value::Date(logical::date_from_days(to, days)?));
            }
            _ => {}
        }
    }
    let days = as_long(from, &value)? as i32;
    Ok(Value::Date(logical::date_from_days(to, days)?))
}

fn time<'a>(to: &Schema, from: Option<&Schema>, value: Value<'a>) -> Result<Value<'a>, DataError> {
    let value = parsed_text(&value)?.unwrap_or(value);
    if let Value::Date(millis) = value {
        match from.map(Schema::logical_type) {
            None | Some(Some(LogicalType::Time)) => return Ok(value),
            Some(Some(LogicalType::Timestamp)) => {
                return Ok(Value::Date(millis.rem_euclid(MILLIS_PER_DAY)));
            }
            _ => {}
        }
    }
    let millis = as_long(from, &value)? as i32;
    Ok(Value::Date(logical::time_from_millis(to, millis)?))
}

fn timestamp<'a>(
    to: &Schema,
    from: Option<&Schema>,
    value: Value<'a>,
) -> Result<Value<'a>, DataError> {
    let value = parsed_text(&value)?.unwrap_or(value);
    if let (Value::Date(millis), from) = (&value, from) {
        match from.map(|from| (from, from.logical_type())) {
            None | Some((_, Some(LogicalType::Timestamp))) => return Ok(value),
            Some((from, Some(LogicalType::Date))) => {
                logical::date_to_days(from, *millis)?;
                return Ok(value);
            }
            Some((from, Some(LogicalType::Time))) => {
                logical::time_to_millis(from, *millis)?;
                return Ok(value);
            }
            _ => {}
        }
    }
    let millis = as_long(from, &value)?;
    Ok(Value::Date(logical::timestamp_from_millis(to, millis)?))
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Float32(_) | Value::Float64(_)) || value.as_integer().is_some()
}

/// A number, cut off at the point and to 64 bits as Java cuts it.
fn as_long(from: Option<&Schema>, value: &Value<'_>) -> Result<i64, DataError> {
    if let Some(number) = value.as_integer() {
        return Ok(number);
    }
    match value {
        Value::Float32(number) => return Ok(*number as i64),
        Value::Float64(number) => return Ok(*number as i64),
        Value::Decimal(number) => return Ok(number.to_i64_wrapping()),
        Value::String(text) => {
            if let Ok(number) = text.parse::<Decimal>() {
                return Ok(number.to_i64_wrapping());
            }
        }
        Value::Date(millis) => match from.map(|from| (from, from.logical_type())) {
            Some((from, Some(LogicalType::Date))) => {
                return Ok(i64::from(logical::date_to_days(from, *millis)?));
            }
            Some((from, Some(LogicalType::Time))) => {
                return Ok(i64::from(logical::time_to_millis(from, *millis)?));
            }
            Some((_, Some(LogicalType::Timestamp))) => return Ok(*millis),
            _ => {}
        },
        _ => {}
    }
    Err(match from {
        Some(from) => unconvertible(value, from),
        None => DataError::Unconvertible {
            value: value.to_java_string(),
            class: value.class_name(),
            target: "a number".to_owned(),
        },
    })
}

fn as_double(from: Option<&Schema>, value: &Value<'_>) -> Result<f64, DataError> {
    match value {
        Value::Float32(number) => Ok(f64::from(*number)),
        Value::Float64(number) => Ok(*number),
        Value::Decimal(number) => Ok(number.to_f64()),
        Value::String(text) => match text.parse::<Decimal>() {
            Ok(number) => Ok(number.to_f64()),
            Err(_) => Ok(as_long(from, value)? as f64),
        },
        _ => Ok(as_long(from, value)? as f64),
    }
}

fn unconvertible(value: &Value<'_>, to: &Schema) -> DataError {
    DataError::Unconvertible {
        value: value.to_java_string(),
        class: value.class_name(),
        target: to.to_string(),
    }
}

macro_rules! conversions {
    ($($(#[$doc:meta])* $name:ident, $schema:expr, $of:ty, $variant:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name<'a>(
                from: Option<&Schema>,
                value: Value<'a>,
            ) -> Result<Option<$of>, DataError> {
                match convert_to(&$schema, from, value)? {
                    Value::$variant(converted) => Ok(Some(converted)),
                    _ => Ok(None),
                }
            }
        )*
    };
}

fn selector(schema_type: Type) -> crate::SchemaRef {
    let text = Schema::string;
    match schema_type {
        Type::Array => crate::SchemaBuilder::array(text()),
        Type::Map => crate::SchemaBuilder::map(text(), text()),
        other => crate::SchemaBuilder::new(other),
    }
    .build()
    .expect("nothing is set twice")
}

conversions! {
    /// To boolean: a boolean, text that reads as one, or a number that is not zero.
    convert_to_boolean, Schema::optional_boolean(), bool, Boolean;
    /// To 8 bits.
    convert_to_byte, Schema::optional_int8(), i8, Int8;
    /// To 16 bits.
    convert_to_short, Schema::optional_int16(), i16, Int16;
    /// To 32 bits.
    convert_to_integer, Schema::optional_int32(), i32, Int32;
    /// To 64 bits.
    convert_to_long, Schema::optional_int64(), i64, Int64;
    /// To a 32-bit float.
    convert_to_float, Schema::optional_float32(), f32, Float32;
    /// To a 64-bit float.
    convert_to_double, Schema::optional_float64(), f64, Float64;
    /// To a list: a list, or text that reads as one.
    convert_to_list, selector(Type::Array), Vec<Value<'a>>, Array;
    /// To a map: a map, or text that reads as one.
    convert_to_map, selector(Type::Map), Vec<(Value<'a>, Value<'a>)>, Map;
    /// To a struct: structs only.
    convert_to_struct, selector(Type::Struct), Struct<'a>, Struct;
    /// To the date of day, in milliseconds.
    convert_to_date, logical::date_schema(), i64, Date;
    /// To the time of day, in milliseconds.
    convert_to_time, logical::time_schema(), i64, Date;
    /// To milliseconds since the epoch.
    convert_to_timestamp, logical::timestamp_schema(), i64, Date;
}

/// To a decimal number.
pub fn convert_to_decimal(
    from: Option<&Schema>,
    value: Value<'_>,
    scale: i32,
) -> Result<Option<Decimal>, DataError> {
    match convert_to(&logical::decimal_schema(scale), from, value)? {
        Value::Decimal(converted) => Ok(Some(converted)),
        _ => Ok(None),
    }
}
