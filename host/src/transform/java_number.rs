//! Numbers in text, as `Byte.parseByte`, `Double.parseDouble` and their like read them.
//!
//! Owns the grammar and Java's messages. Must not know what the numbers are for.

use std::str::FromStr;

use crate::errors::Failure;

fn not_a_number(message: String) -> Failure {
    Failure::new("java.lang.NumberFormatException", message)
}

/// A whole number of the width of `T`: a sign, perhaps, and digits.
pub(super) fn parse_integer<T: FromStr + TryFrom<i64>>(text: &str) -> Result<T, Failure> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && let Ok(number) = text.parse() {
        return Ok(number);
    }
    // The small types are read as an int first.
    if is_number && size_of::<T>() < 4 && text.parse::<i32>().is_ok() {
        return Err(not_a_number(format!(
            "Value out of range. Value:\"{text}\" Radix:10"
        )));
    }
    Err(not_a_number(format!("For input string: \"{text}\"")))
}

/// A float of 64 bits.
pub(super) fn parse_double(text: &str) -> Result<f64, Failure> {
    parse(text, f64::INFINITY, f64::NAN)
}

/// A float of 32 bits.
pub(super) fn parse_float(text: &str) -> Result<f32, Failure> {
    parse(text, f32::INFINITY, f32::NAN)
}

fn parse<T: FromStr + std::ops::Neg<Output = T>>(
    text: &str,
    infinity: T,
    nan: T,
) -> Result<T, Failure> {
    let trimmed = crate::config::def::java_trim(text);
    if trimmed.is_empty() {
        return Err(not_a_number("empty String".to_owned()));
    }
    match trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed) {
        "NaN" => return Ok(nan),
        "Infinity" if trimmed.starts_with('-') => return Ok(-infinity),
        "Infinity" => return Ok(infinity),
        _ => {}
    }
    let digits = trimmed
        .strip_suffix(['d', 'D', 'f', 'F'])
        .unwrap_or(trimmed);
    let plain = digits
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    (digits.parse().ok().filter(|_| plain))
        .ok_or_else(|| not_a_number(format!("For input string: \"{trimmed}\"")))
}
