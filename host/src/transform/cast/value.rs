//! A single value of another type, by the rules of Java's numbers.
//!
//! Must not know schemas beyond the value's own. Kafka counterpart: Cast.castValueToType.

use connect_data::logical::{LogicalType, date_to_days, time_to_millis, timestamp_to_millis};
use connect_data::{Schema, Type, Value, values};

use crate::errors::Failure;
use crate::transform::java_number::{parse_double, parse_float, parse_integer};
use crate::transform::operand::class_text;

const FROM: &str = "INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES";

/// The value as a `target`. Null stays null.
pub(super) fn cast<'a>(
    schema: Option<&Schema>,
    value: Value<'a>,
    target: Type,
) -> Result<Value<'a>, Failure> {
    if value.is_null() {
        return Ok(value);
    }
    check_type(schema, &value)?;
    let value = match schema {
        Some(schema) if target != Type::String => encoded(schema, value)?,
        _ => value,
    };
    Ok(match target {
        Type::Int8 => Value::Int8(integer(
            &value,
            |number| number as i8,
            |wide| wide as i32 as i8,
        )?),
        Type::Int16 => Value::Int16(integer(
            &value,
            |number| number as i16,
            |wide| wide as i32 as i16,
        )?),
        Type::Int32 => Value::Int32(integer(&value, |number| number as i32, |wide| wide as i32)?),
        Type::Int64 => Value::Int64(integer(&value, |number| number, |wide| wide as i64)?),
        Type::Float32 => Value::Float32(float(&value)?),
        Type::Float64 => Value::Float64(double(&value)?),
        Type::Boolean => Value::Boolean(boolean(&value)?),
        _ => text(value)?,
    })
}

/// Refuses what cannot be cast at all.
fn check_type(schema: Option<&Schema>, value: &Value<'_>) -> Result<(), Failure> {
    let value_type = match (schema, value) {
        (Some(schema), _) => schema.schema_type(),
        (None, Value::Decimal(_) | Value::Date(_)) => {
            return Err(Failure::data(format!(
                "Cast transformation was passed a value of type {} which is not supported by \
                 Connect's data API",
                class_text(value)
            )));
        }
        (None, Value::Array(_)) => Type::Array,
        (None, Value::Map(_)) => Type::Map,
        (None, Value::Struct(_)) => Type::Struct,
        (None, _) => return Ok(()),
    };
    if value_type.is_primitive() {
        return Ok(());
    }
    Err(Failure::data(format!(
        "Cast transformation does not support casting from {value_type}; supported types are \
         [{FROM}]"
    )))
}

/// A date as the number that stands for it.
fn encoded<'a>(schema: &Schema, value: Value<'a>) -> Result<Value<'a>, Failure> {
    let Value::Date(millis) = value else {
        return Ok(value);
    };
    Ok(match schema.logical_type() {
        Some(LogicalType::Date) => Value::Int32(date_to_days(schema, millis)?),
        Some(LogicalType::Time) => Value::Int32(time_to_millis(schema, millis)?),
        Some(LogicalType::Timestamp) => Value::Int64(timestamp_to_millis(schema, millis)?),
        _ => value,
    })
}

/// Java narrows whole numbers by cutting bits off, and floats through 32 bits.
fn integer<T: std::str::FromStr + TryFrom<i64> + From<bool>>(
    value: &Value<'_>,
    narrow: impl FnOnce(i64) -> T,
    narrow_float: impl FnOnce(f64) -> T,
) -> Result<T, Failure> {
    Ok(match value {
        Value::Float32(number) => narrow_float(f64::from(*number)),
        Value::Float64(number) => narrow_float(*number),
        Value::Decimal(number) => narrow(number.to_i64_wrapping()),
        Value::Boolean(value) => T::from(*value),
        Value::String(text) => parse_integer(text).map_err(|cause| out_of_range(text, cause))?,
        other => narrow(other.as_integer().ok_or_else(|| unexpected(other))?),
    })
}

fn float(value: &Value<'_>) -> Result<f32, Failure> {
    Ok(match value {
        Value::Float32(number) => *number,
        Value::Float64(number) => *number as f32,
        Value::Decimal(number) => number.to_f32(),
        Value::Boolean(value) => f32::from(u8::from(*value)),
        Value::String(text) => parse_float(text).map_err(|cause| out_of_range(text, cause))?,
        other => other.as_integer().ok_or_else(|| unexpected(other))? as f32,
    })
}

fn double(value: &Value<'_>) -> Result<f64, Failure> {
    Ok(match value {
        Value::Float32(number) => f64::from(*number),
        Value::Float64(number) => *number,
        Value::Decimal(number) => number.to_f64(),
        Value::Boolean(value) => f64::from(u8::from(*value)),
        Value::String(text) => parse_double(text).map_err(|cause| out_of_range(text, cause))?,
        other => other.as_integer().ok_or_else(|| unexpected(other))? as f64,
    })
}

fn boolean(value: &Value<'_>) -> Result<bool, Failure> {
    Ok(match value {
        Value::Float32(number) => *number as i64 != 0,
        Value::Float64(number) => *number as i64 != 0,
        Value::Decimal(number) => number.to_i64_wrapping() != 0,
        Value::Boolean(value) => *value,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        other => other.as_integer().ok_or_else(|| unexpected(other))? != 0,
    })
}

fn text(value: Value<'_>) -> Result<Value<'_>, Failure> {
    Ok(match value {
        Value::String(_) => value,
        // Dates by their magnitude, bytes as base64.
        Value::Date(_) | Value::Bytes(_) => values::convert_to_string(&value)?.into(),
        other => Value::String(other.to_java_string().into()),
    })
}

fn unexpected(value: &Value<'_>) -> Failure {
    let class = class_text(value);
    Failure::data(format!("Unexpected type in Cast transformation: {class}"))
}

fn out_of_range(text: &str, cause: Failure) -> Failure {
    Failure::data(format!(
        "Value ({text}) was out of range for requested data type"
    ))
    .caused_by(cause)
}
