//! Bytes of a line to text, as Java's UTF-8 decoder does it: valid text is borrowed, and what is
//! malformed becomes replacement characters.

use std::borrow::Cow;

/// The text of a line.
pub(crate) fn decode(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(decode_malformed(line)),
    }
}

#[cold]
fn decode_malformed(mut rest: &[u8]) -> String {
    let mut text = String::with_capacity(rest.len() + 16);
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => {
                let (valid, malformed) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                text.push(char::REPLACEMENT_CHARACTER);
                let length = surrogate_len(malformed)
                    .or(error.error_len())
                    .unwrap_or(malformed.len());
                rest = &malformed[length..];
            }
        }
    }
}

/// COMPAT: `sun.nio.cs.UTF_8` replaces an encoded surrogate by one character, where Rust and the
/// WHATWG rules replace each of its bytes by one.
fn surrogate_len(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => Some(3),
        [0xED, 0xA0..=0xBF, ..] => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
