//! Java `.properties` files.
//!
//! Owns the syntax as java.util.Properties.load reads it: comments, continuation lines, separators
//! and escapes; bytes are ISO-8859-1. Must not know what the keys mean.
//!
//! Deviations: an escaped surrogate without its other half is an error, since it is no text; a lone
//! backslash at the end of the file is no entry, where Java makes one with an empty key.

use thiserror::Error;

use super::ConfigMap;

#[cfg(test)]
mod tests;

/// Why a file is not a `.properties` file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {kind}")]
pub struct PropertiesError {
    /// The line on which the entry begins, from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: PropertiesErrorKind,
}

/// What is wrong in a `.properties` file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PropertiesErrorKind {
    /// `\u` without four hexadecimal digits.
    #[error("malformed \\uxxxx encoding: `\\u` must be followed by four hexadecimal digits")]
    MalformedUnicodeEscape,
    /// `\ud83d` without `\ude00`, or the other way around.
    #[error("`\\u{0:04x}` is half of a surrogate pair and the other half is missing")]
    LoneSurrogate(u16),
}

/// [`PropertiesError`] with the name of the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Could not read properties from file {file}, {error}")]
pub struct PropertiesFileError {
    /// The file.
    pub file: String,
    /// What is wrong in it.
    #[source]
    pub error: PropertiesError,
}

/// The entries of a file. Of a key that occurs twice, the last value counts.
pub fn parse(bytes: &[u8]) -> Result<ConfigMap, PropertiesError> {
    // ISO-8859-1: each byte is the character of that number.
    let characters: Vec<char> = bytes.iter().map(|&byte| char::from(byte)).collect();
    parse_characters(&characters)
}

/// The entries of a text that is already decoded, as java.util.Properties.load(Reader).
pub fn parse_text(text: &str) -> Result<ConfigMap, PropertiesError> {
    let characters: Vec<char> = text.chars().collect();
    parse_characters(&characters)
}

/// The entries of the content of `file`, which errors then name.
pub fn parse_file(file: &str, bytes: &[u8]) -> Result<ConfigMap, PropertiesFileError> {
    parse(bytes).map_err(|error| PropertiesFileError {
        file: file.to_owned(),
        error,
    })
}

fn parse_characters(characters: &[char]) -> Result<ConfigMap, PropertiesError> {
    let mut lines = LogicalLines::new(characters);
    let mut entries = ConfigMap::new();
    while let Some(line) = lines.next_line() {
        let (key, value) = split_entry(&line.text);
        let fail = |kind| PropertiesError {
            line: line.number,
            kind,
        };
        entries.insert(unescape(key).map_err(fail)?, unescape(value).map_err(fail)?);
    }
    Ok(entries)
}

/// An entry, its continuation lines joined, escapes still in it.
struct LogicalLine {
    number: usize,
    text: Vec<char>,
}

struct LogicalLines<'a> {
    characters: &'a [char],
    position: usize,
    number: usize,
}

impl<'a> LogicalLines<'a> {
    fn new(characters: &'a [char]) -> Self {
        Self {
            characters,
            position: 0,
            number: 1,
        }
    }

    /// The next character; `\r\n` and `\r` come as `\n`.
    fn next_character(&mut self) -> Option<char> {
        let character = *self.characters.get(self.position)?;
        self.position += 1;
        let ends_line = matches!(character, '\r' | '\n');
        if character == '\r' && self.characters.get(self.position) == Some(&'\n') {
            self.position += 1;
        }
        if ends_line {
            self.number += 1;
            return Some('\n');
        }
        Some(character)
    }

    fn next_line(&mut self) -> Option<LogicalLine> {
        let mut text = Vec::new();
        let mut number = self.number;
        let mut escaping = false;
        let mut skip_space = true;
        let mut continued = false;
        while let Some(character) = self.next_character() {
            if skip_space {
                if is_space(character) || (!continued && character == '\n') {
                    continue;
                }
                skip_space = false;
                continued = false;
            }
            if text.is_empty() && matches!(character, '#' | '!') {
                while self.next_character().is_some_and(|next| next != '\n') {}
                skip_space = true;
                continue;
            }
            if character != '\n' {
                if text.is_empty() {
                    number = self.number;
                }
                escaping = character == '\\' && !escaping;
                text.push(character);
            } else if text.is_empty() {
                skip_space = true;
            } else if escaping {
                // The backslash at the end joins the next line, without its leading space.
                text.pop();
                escaping = false;
                skip_space = true;
                continued = true;
            } else {
                return Some(LogicalLine { number, text });
            }
        }
        if escaping {
            text.pop();
        }
        if text.is_empty() {
            return None;
        }
        Some(LogicalLine { number, text })
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{c}')
}

/// Splits at the first separator that is not escaped: white space, `=` or `:`, or white space
/// around one of these.
fn split_entry(line: &[char]) -> (&[char], &[char]) {
    let mut escaping = false;
    let mut key_end = line.len();
    for (index, &character) in line.iter().enumerate() {
        if !escaping && (is_space(character) || matches!(character, '=' | ':')) {
            key_end = index;
            break;
        }
        escaping = character == '\\' && !escaping;
    }
    let mut separated = false;
    let mut value_start = key_end;
    while let Some(&character) = line.get(value_start) {
        let separator = matches!(character, '=' | ':') && !separated;
        if !separator && !is_space(character) {
            break;
        }
        separated |= separator;
        value_start += 1;
    }
    (&line[..key_end], &line[value_start..])
}

fn unescape(text: &[char]) -> Result<String, PropertiesErrorKind> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((&character, after)) = rest.split_first() {
        rest = after;
        if character != '\\' {
            result.push(character);
            continue;
        }
        let Some((&escaped, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        match escaped {
            'u' => {
                let (decoded, after) = unescape_unicode(rest)?;
                result.push(decoded);
                rest = after;
            }
            't' => result.push('\t'),
            'r' => result.push('\r'),
            'n' => result.push('\n'),
            'f' => result.push('\u{c}'),
            other => result.push(other),
        }
    }
    Ok(result)
}

/// Decodes what follows `\u`; a surrogate takes its other half with it.
fn unescape_unicode(text: &[char]) -> Result<(char, &[char]), PropertiesErrorKind> {
    let (first, rest) = code_unit(text)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Ok((character, rest));
    }
    let lone = PropertiesErrorKind::LoneSurrogate(first);
    let Some(('\\', 'u')) = rest.first().copied().zip(rest.get(1).copied()) else {
        return Err(lone);
    };
    let (second, rest) = code_unit(&rest[2..])?;
    match char::decode_utf16([first, second]).next() {
        Some(Ok(character)) => Ok((character, rest)),
        _ => Err(lone),
    }
}

fn code_unit(text: &[char]) -> Result<(u16, &[char]), PropertiesErrorKind> {
    let digits = text
        .get(..4)
        .ok_or(PropertiesErrorKind::MalformedUnicodeEscape)?;
    let mut unit = 0;
    for digit in digits {
        let digit = digit
            .to_digit(16)
            .ok_or(PropertiesErrorKind::MalformedUnicodeEscape)?;
        unit = unit * 16 + digit;
    }
    let unit = u16::try_from(unit).expect("four hexadecimal digits fit in 16 bits");
    Ok((unit, &text[4..]))
}
