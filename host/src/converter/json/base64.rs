//! Base64 as Jackson reads and writes it.
//!
//! Owns the lenient decoder: blanks before a group of four and several padded groups in a row are
//! accepted, missing padding is not. Writing is the plain standard alphabet with padding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::converter::ConverterError;

/// Appends `bytes` in base64.
pub(super) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let length = bytes.len().div_ceil(3) * 4;
    out.resize(start + length, 0);
    STANDARD
        .encode_slice(bytes, &mut out[start..])
        .expect("the buffer has the encoded length");
}

/// Decodes base64 text. Blanks and control characters around it do not count.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, ConverterError> {
    let text = text.trim_matches(|character| character <= ' ');
    if let Ok(bytes) = STANDARD.decode(text) {
        return Ok(bytes);
    }
    decode_leniently(text).map_err(|problem| {
        ConverterError::new(
            "com.fasterxml.jackson.databind.exc.InvalidFormatException",
            format!(
                "Cannot access contents of TextNode as binary due to broken Base64 encoding: {problem}"
            ),
        )
    })
}

fn decode_leniently(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut characters = text.chars();
    while let Some(first) = characters.find(|character| *character > ' ') {
        let mut bits = sextet(first).ok_or_else(|| illegal(first, 0))?;
        let second = characters.next().ok_or_else(end)?;
        bits = bits << 6 | sextet(second).ok_or_else(|| illegal(second, 1))?;
        let third = characters.next().ok_or_else(end)?;
        let Some(value) = sextet(third) else {
            if third != '=' {
                return Err(illegal(third, 2));
            }
            let fourth = characters.next().ok_or_else(end)?;
            if fourth != '=' {
                return Err(format!(
                    "{}: expected padding character '='",
                    illegal(fourth, 3)
                ));
            }
            bytes.push((bits >> 4) as u8);
            continue;
        };
        bits = bits << 6 | value;
        let fourth = characters.next().ok_or_else(end)?;
        match sextet(fourth) {
            Some(value) => {
                bits = bits << 6 | value;
                bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            }
            None if fourth == '=' => bytes.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
            None => return Err(illegal(fourth, 3)),
        }
    }
    Ok(bytes)
}

fn sextet(character: char) -> Option<u32> {
    Some(match character {
        'A'..='Z' => u32::from(character) - u32::from('A'),
        'a'..='z' => u32::from(character) - u32::from('a') + 26,
        '0'..='9' => u32::from(character) - u32::from('0') + 52,
        '+' => 62,
        '/' => 63,
        _ => return None,
    })
}

fn end() -> String {
    "Unexpected end of base64-encoded String: base64 variant 'MIME-NO-LINEFEEDS' expects padding (one or more '=' characters) at the end. This Base64Variant might have been incorrectly configured".to_owned()
}

fn illegal(character: char, index: usize) -> String {
    let code = u32::from(character);
    if character <= ' ' {
        format!(
            "Illegal white space character (code 0x{code:x}) as character #{} of 4-char base64 unit: can only used between units",
            index + 1
        )
    } else if character == '=' {
        format!(
            "Unexpected padding character ('=') as character #{} of 4-char base64 unit: padding only legal as 3rd or 4th character",
            index + 1
        )
    } else if character.is_control() {
        format!("Illegal character (code 0x{code:x}) in base64 content")
    } else {
        format!("Illegal character '{character}' (code 0x{code:x}) in base64 content")
    }
}
