//! Bytes to text, as Jackson's bootstrapping does it.
//!
//! Owns the detection of the encoding (RFC 4627: byte order mark, or the zero bytes of the first
//! characters) and the errors of malformed UTF-8. UTF-8 is borrowed.

use std::borrow::Cow;

use super::syntax::{ErrorKind, SyntaxError, TokenError};
use super::tape::{Kind, Tape};

/// The text of a record. `tape` is scratch space.
pub(super) fn text<'a>(bytes: &'a [u8], tape: &mut Tape) -> Result<Cow<'a, str>, SyntaxError> {
    match bytes {
        [0x00, 0x00, 0xfe, 0xff, rest @ ..] => return Ok(utf32(rest, u32::from_be_bytes)),
        [0xff, 0xfe, 0x00, 0x00, rest @ ..] => return Ok(utf32(rest, u32::from_le_bytes)),
        [0x00, 0x00, 0x00, _, ..] => return Ok(utf32(bytes, u32::from_be_bytes)),
        [_, 0x00, 0x00, 0x00, ..] => return Ok(utf32(bytes, u32::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => return Ok(utf16(rest, u16::from_be_bytes)),
        [0xff, 0xfe, rest @ ..] => return Ok(utf16(rest, u16::from_le_bytes)),
        [0x00, second, ..] if *second != 0 => return Ok(utf16(bytes, u16::from_be_bytes)),
        [first, 0x00, ..] if *first != 0 => return Ok(utf16(bytes, u16::from_le_bytes)),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => value_before(bytes, error.valid_up_to(), tape).map(Cow::Borrowed),
    }
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'a, str> {
    let units = bytes.as_chunks().0.iter().map(|bytes| unit(*bytes));
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn utf32<'a>(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Cow<'a, str> {
    let units = bytes.as_chunks().0.iter().map(|bytes| unit(*bytes));
    units
        .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Malformed bytes after the value do not matter, since nothing after it is read; before its end they
/// are an error, unless there is an earlier one.
fn value_before<'a>(
    bytes: &'a [u8],
    valid: usize,
    tape: &mut Tape,
) -> Result<&'a str, SyntaxError> {
    let text = std::str::from_utf8(&bytes[..valid]).expect("the caller found it valid up to here");
    match tape.read_from(text, 0, false) {
        Ok(end) => match tape.root(text).kind() {
            Kind::Object | Kind::Array | Kind::String => Ok(text),
            Kind::Missing => Err(malformed(bytes, valid)),
            _ if end < text.len() => Ok(text),
            _ => Err(malformed(bytes, valid)),
        },
        Err(error) if error.at_end() => Err(malformed(bytes, valid)),
        Err(error) => Err(error),
    }
}

fn malformed(bytes: &[u8], at: usize) -> SyntaxError {
    let first = bytes[at];
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => {
            let kind = TokenError::InvalidUtf8(" start byte", u32::from(first));
            return SyntaxError::new(kind, bytes, at + 1);
        }
    };
    for index in at + 1..at + length {
        match bytes.get(index) {
            None => return SyntaxError::new(ErrorKind::EndInString(false), bytes, bytes.len()),
            Some(next) if next & 0xc0 != 0x80 => {
                let kind = TokenError::InvalidUtf8(" middle byte", u32::from(*next));
                return SyntaxError::new(kind, bytes, index + 1);
            }
            Some(_) => {}
        }
    }
    let kind = match (first, bytes[at + 1], length) {
        (0xed, second @ 0xa0.., 3) => {
            let code = 0xd000 + (u32::from(second & 0x3f) << 6) + u32::from(bytes[at + 2] & 0x3f);
            TokenError::InvalidUtf8(": Illegal surrogate character", code)
        }
        _ => TokenError::InvalidUtf8(" start byte", u32::from(first)),
    };
    SyntaxError::new(kind, bytes, at + length)
}
