//! The text that `String.valueOf` gives in Java, for messages and for StringConverter.
//!
//! Floats print as in JDK 19 and later: the shortest text that reads back as the same number.

use std::fmt::{Display, Write as _};

use crate::{SchemaRef, Value, time};

macro_rules! text_of_float {
    ($name:ident, $of:ty, $java:literal) => {
        #[doc = concat!("The text of `", $java, "`.")]
        pub fn $name(value: $of) -> String {
            if !value.is_finite() || value == 0.0 {
                return special(f64::from(value));
            }
            let mut buffer = ryu::Buffer::new();
            let shortest = buffer.format_finite(value);
            // Java gives two digits where one would do, and takes the two that are closest.
            if is_one_digit(shortest) {
                let two_digits = format!("{value:.1e}");
                if two_digits.parse() == Ok(value) {
                    return layout(&two_digits);
                }
            }
            layout(shortest)
        }
    };
}

text_of_float!(float_text, f32, "Float.toString");
text_of_float!(double_text, f64, "Double.toString");

fn is_one_digit(shortest: &str) -> bool {
    let mantissa = shortest.split('e').next().unwrap_or(shortest);
    mantissa.trim_matches(['-', '0', '.']).len() == 1
}

fn special(value: f64) -> String {
    if value.is_nan() {
        "NaN"
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }
    } else if value.is_sign_negative() {
        "-0.0"
    } else {
        "0.0"
    }
    .to_owned()
}

/// Brings the shortest digits into Java's layout: plain from 1e-3 up to below 1e7, else with `E`.
fn layout(shortest: &str) -> String {
    let (sign, rest) = match shortest.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", shortest),
    };
    let (mantissa, exponent) = match rest.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().expect("an exponent")),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all[leading..].trim_end_matches('0');
    // The number is 0.DIGITS times ten to the power of `point`.
    let point = whole.len() as i32 - leading as i32 + exponent;
    match point {
        -2..=0 => format!(
            "{sign}0.{}{digits}",
            "0".repeat(point.unsigned_abs() as usize)
        ),
        1..=7 => {
            let point = point as usize;
            if digits.len() <= point {
                format!("{sign}{digits}{}.0", "0".repeat(point - digits.len()))
            } else {
                format!("{sign}{}.{}", &digits[..point], &digits[point..])
            }
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            let rest = if rest.is_empty() { "0" } else { rest };
            format!("{sign}{first}.{rest}E{}", point - 1)
        }
    }
}

/// The text of a value; text itself stays as it is.
pub(crate) fn value_text(value: &Value<'_>) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => display(out, value),
        Value::Int8(value) => display(out, value),
        Value::Int16(value) => display(out, value),
        Value::Int32(value) => display(out, value),
        Value::Int64(value) => display(out, value),
        Value::Float32(value) => out.push_str(&float_text(*value)),
        Value::Float64(value) => out.push_str(&double_text(*value)),
        Value::String(text) => out.push_str(text),
        Value::Bytes(bytes) => out.push_str(&bytes_text(bytes)),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_value(out, element);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_value(out, key);
                out.push('=');
                write_value(out, value);
            }
            out.push('}');
        }
        Value::Struct(value) => display(out, value),
        Value::Decimal(value) => display(out, value),
        Value::Date(millis) => out.push_str(&time::java_date_text(*millis)),
    }
}

fn display(out: &mut String, value: impl Display) {
    write!(out, "{value}").expect("a String takes all text");
}

/// The text of bytes. Java prints an identity for arrays; a ByteBuffer prints its size, which is
/// the same in every run.
pub(crate) fn bytes_text(bytes: &[u8]) -> String {
    format!(
        "java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]",
        bytes.len()
    )
}

/// The text of a schema, or `null`.
pub(crate) fn schema_text(schema: Option<&SchemaRef>) -> String {
    option_text(schema)
}

/// The text of a value, or `null`.
pub(crate) fn option_text(value: Option<impl Display>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests;
