//! Charsets under their Java names, with Java's replacement rules.
//!
//! Owns the encodings that `converter.encoding` may name. Java replaces what it cannot encode by `?`
//! and what it cannot decode by U+FFFD. UTF-8, UTF-16, ISO-8859-1 and US-ASCII are here because
//! encoding_rs follows the web, where these names mean other things (ISO-8859-1 is windows-1252,
//! UTF-16 cannot be written); every other charset is encoding_rs's.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, Encoding};

use crate::converter::ConverterError;
use crate::converter::error::SERIALIZATION;

/// A charset that `converter.encoding` can name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Charset {
    Utf8,
    Latin1,
    Ascii,
    /// Big endian with a byte order mark when written; the mark decides when read.
    Utf16,
    Utf16Be,
    Utf16Le,
    Other(&'static Encoding),
}

impl Charset {
    /// Looks a Java charset name or alias up, ignoring case.
    pub(super) fn for_name(name: &str) -> Result<Self, ConverterError> {
        let known = match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Self::Utf8,
            "iso-8859-1" | "iso8859-1" | "iso8859_1" | "8859_1" | "iso_8859-1" | "iso_8859_1"
            | "latin1" | "l1" | "cp819" | "ibm819" | "ibm-819" | "819" | "csisolatin1"
            | "iso-ir-100" | "iso_8859-1:1987" => Self::Latin1,
            "us-ascii" | "ascii" | "ascii7" | "iso646-us" | "iso_646.irv:1991"
            | "iso_646.irv:1983" | "iso-ir-6" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "646"
            | "us" | "ibm367" | "cp367" | "csascii" | "default" => Self::Ascii,
            "utf-16" | "utf16" | "utf_16" | "unicode" | "unicodebig" => Self::Utf16,
            "utf-16be" | "utf_16be" | "iso-10646-ucs-2" | "x-utf-16be" | "unicodebigunmarked" => {
                Self::Utf16Be
            }
            "utf-16le" | "utf_16le" | "x-utf-16le" | "unicodelittleunmarked" => Self::Utf16Le,
            other => match other_charset(other) {
                Some(encoding) => Self::Other(encoding),
                None => return Err(unsupported(name)),
            },
        };
        Ok(known)
    }

    pub(super) fn is_utf8(self) -> bool {
        self == Self::Utf8
    }

    /// Appends `text` in this charset.
    pub(super) fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Utf8 => out.extend_from_slice(text.as_bytes()),
            Self::Latin1 => encode_single_byte(text, 0xff, out),
            Self::Ascii => encode_single_byte(text, 0x7f, out),
            Self::Utf16 => {
                // Java writes no mark for an empty string.
                if !text.is_empty() {
                    out.extend_from_slice(&[0xfe, 0xff]);
                }
                out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
            }
            Self::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Self::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Other(encoding) => encode_other(encoding, text, out),
        }
    }

    /// Reads bytes in this charset.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => decode_utf8(bytes),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Ascii => bytes
                .iter()
                .map(|&byte| {
                    if byte < 0x80 {
                        char::from(byte)
                    } else {
                        REPLACEMENT
                    }
                })
                .collect(),
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
                _ => decode_utf16(bytes, u16::from_be_bytes),
            },
            Self::Utf16Be => decode_utf16(bytes, u16::from_be_bytes),
            Self::Utf16Le => decode_utf16(bytes, u16::from_le_bytes),
            Self::Other(encoding) => encoding.decode_without_bom_handling(bytes).0,
        }
    }
}

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// The charsets of encoding_rs under the names that Java also knows.
fn other_charset(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(name.as_bytes())
        // Java's historical names: `Cp1252`, `ISO8859_2`, `EUC_JP`.
        .or_else(|| Encoding::for_label_no_replacement(name.replace('_', "-").as_bytes()))?;
    let web_only = encoding == encoding_rs::UTF_8
        || encoding == encoding_rs::UTF_16BE
        || encoding == encoding_rs::UTF_16LE
        || encoding == encoding_rs::X_USER_DEFINED;
    (!web_only).then_some(encoding)
}

fn unsupported(name: &str) -> ConverterError {
    // Which of the two causes Java gives depends on whether the name is well formed.
    let well_formed = name.bytes().enumerate().all(|(index, byte)| {
        byte.is_ascii_alphanumeric()
            || (index > 0 && matches!(byte, b'-' | b'+' | b'.' | b':' | b'_'))
    }) && !name.is_empty();
    let cause = if well_formed {
        "java.nio.charset.UnsupportedCharsetException"
    } else {
        "java.nio.charset.IllegalCharsetNameException"
    };
    ConverterError::new(SERIALIZATION, format!("Unsupported encoding {name}"))
        .caused_by(ConverterError::new(cause, name))
}

fn encode_single_byte(text: &str, max: u32, out: &mut Vec<u8>) {
    out.extend(text.chars().map(|character| {
        u8::try_from(u32::from(character))
            .ok()
            .filter(|byte| u32::from(*byte) <= max)
            .unwrap_or(b'?')
    }));
}

fn encode_other(encoding: &'static Encoding, text: &str, out: &mut Vec<u8>) {
    let mut encoder = encoding.new_encoder();
    let mut rest = text;
    loop {
        let needed = encoder
            .max_buffer_length_from_utf8_without_replacement(rest.len())
            .expect("a text in memory has an encoded length");
        out.reserve(needed);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, out, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => out.push(b'?'),
        }
    }
}

fn decode_utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'a, str> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        // Half a unit at the end is malformed; a lone surrogate stands for it.
        _ => 0xd800,
    });
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(REPLACEMENT))
        .collect()
}

/// Decodes UTF-8 as `new String(bytes, UTF_8)` does: valid text is borrowed; malformed sequences
/// become U+FFFD, as many as Java makes of them (an encoded surrogate is one, not three).
pub(in crate::converter) fn decode_utf8(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => Cow::Owned(decode_malformed(bytes, error.valid_up_to())),
    }
}

fn decode_malformed(bytes: &[u8], valid_up_to: usize) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut valid_up_to = valid_up_to;
    let mut rest = bytes;
    loop {
        let (valid, tail) = rest.split_at(valid_up_to);
        text.push_str(std::str::from_utf8(valid).expect("checked by the caller"));
        if tail.is_empty() {
            return text;
        }
        text.push(REPLACEMENT);
        let Some(next) = tail.get(malformed_length(tail)..) else {
            return text;
        };
        rest = next;
        valid_up_to = match std::str::from_utf8(rest) {
            Ok(valid) => valid.len(),
            Err(error) => error.valid_up_to(),
        };
    }
}

/// How many bytes at the start of `tail` Java replaces by one U+FFFD; beyond the end: all of them.
// COMPAT: java.lang.String.decodeUTF8_UTF16.
fn malformed_length(tail: &[u8]) -> usize {
    let continues = |index: usize| tail.get(index).map(|byte| byte & 0xc0 == 0x80);
    match tail[0] {
        0xe0..=0xef => {
            let bad_second = |second: u8| tail[0] == 0xe0 && second & 0xe0 == 0x80;
            match (tail.get(1), continues(1), continues(2)) {
                (None, ..) => usize::MAX,
                (Some(second), Some(true), third) if !bad_second(*second) => match third {
                    None => usize::MAX,
                    Some(true) => 3,
                    Some(false) => 2,
                },
                _ => 1,
            }
        }
        first @ 0xf0..=0xf7 => {
            let Some(&second) = tail.get(1) else {
                return if first > 0xf4 { 1 } else { usize::MAX };
            };
            let bad = first > 0xf4
                || (first == 0xf0 && !(0x90..=0xbf).contains(&second))
                || (first == 0xf4 && second & 0xf0 != 0x80)
                || second & 0xc0 != 0x80;
            match (bad, continues(2), tail.len()) {
                (true, ..) => 1,
                (false, None, _) => usize::MAX,
                (false, Some(false), _) => 2,
                (false, Some(true), 3) => usize::MAX,
                (false, Some(true), _) => 3,
            }
        }
        _ => 1,
    }
}
