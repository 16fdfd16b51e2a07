//! Numbers in text, as `Byte.parseByte`, `Double.parseDouble` and their like read them.
//!
//! Owns the grammar and Java's messages. Must not know what the numbers are for.

use std::borrow::Cow;
use std::str::FromStr;

use crate::errors::Failure;

fn not_a_number(message: String) -> Failure {
    Failure::new("java.lang.NumberFormatException", message)
}

/// A whole number of the width of `T`: a sign, perhaps, and digits.
pub(super) fn parse_integer<T: FromStr + TryFrom<i64>>(text: &str) -> Result<T, Failure> {
    let shown = text;
    let text = &*ascii_digits(text);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && let Ok(number) = text.parse() {
        return Ok(number);
    }
    // The small types are read as an int first.
    if is_number && size_of::<T>() < 4 && text.parse::<i32>().is_ok() {
        return Err(not_a_number(format!(
            "Value out of range. Value:\"{shown}\" Radix:10"
        )));
    }
    Err(not_a_number(format!("For input string: \"{shown}\"")))
}

/// Why a text is no `BigDecimal`.
pub(super) fn not_a_decimal(text: &str) -> Failure {
    /// LIMIT: java.math.BigDecimal reads longer texts in another way, with another message.
    const COMPACT_MAX: usize = 18;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let odd = digits.chars().find(|character| {
        java_digit(*character).is_none() && !matches!(character, '.' | 'e' | 'E')
    });
    not_a_number(match odd {
        _ if digits.is_empty() => {
            let length = text.len();
            format!("Index {length} out of bounds for length {length}")
        }
        Some(_) if digits.len() > COMPACT_MAX => {
            "Character array is missing \"e\" notation exponential mark.".to_owned()
        }
        Some(odd) => format!(
            "Character {odd} is neither a decimal digit number, decimal point, nor \"e\" notation \
             exponential mark."
        ),
        None if digits.matches('.').count() > 1 => {
            "Character array contains more than one decimal point.".to_owned()
        }
        None => "No digits found.".to_owned(),
    })
}

/// The zeros of the scripts whose digits `Character.digit` reads, but for our own.
const ZEROS: [char; 36] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
    '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}',
    '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}',
    '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}',
    '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}',
];

/// What a digit of any script stands for.
pub(super) fn java_digit(character: char) -> Option<u32> {
    if character.is_ascii() {
        return character.to_digit(10);
    }
    let script = ZEROS
        .partition_point(|zero| *zero <= character)
        .checked_sub(1)?;
    let digit = u32::from(character) - u32::from(ZEROS[script]);
    (digit < 10).then_some(digit)
}

/// The text with digits of all scripts as our own.
pub(super) fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ascii = |character: char| match java_digit(character) {
        Some(digit) => char::from_digit(digit, 10).unwrap_or(character),
        None => character,
    };
    Cow::Owned(text.chars().map(ascii).collect())
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
