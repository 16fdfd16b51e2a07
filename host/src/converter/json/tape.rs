//! The JSON reader: text to a flat tape of tokens, as lenient and as strict as Jackson.
//!
//! Owns reading JSON. serde_json is not used for records because it refuses what Jackson reads
//! (leading zeros, text after the value) and keeps no exact digits without a feature that would
//! change every other use of it. One pass checks the whole value, so that a conversion afterwards may
//! look at it in any order, and a syntax error wins over a conversion error, as on the JVM. The tape is
//! reused from record to record. No recursion: depth costs no stack here.
//! Kafka counterpart: JsonDeserializer on Jackson's UTF8StreamJsonParser.

use std::borrow::Cow;

use super::scan;
use super::syntax::{ErrorKind, SyntaxError};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No value at all: the text is blank. Jackson's MissingNode, which is not null.
    Missing,
    Null,
    True,
    False,
    /// A number without fraction and exponent.
    Integer,
    /// A number with fraction or exponent.
    Float,
    /// A string; also the names of an object, each directly before its value.
    String,
    Object,
    Array,
}

/// A value on the tape. Containers are followed by their content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Whether a string has backslash escapes.
    escaped: bool,
    /// The text: of a string without its quotes, of a container with its brackets.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The index of the token after this value and all its content.
    pub(super) next: u32,
}

/// LIMIT: Jackson's StreamReadConstraints.
const DEPTH_MAX: usize = 1000;
const NUMBER_DIGITS_MAX: usize = 1000;
const STRING_LENGTH_MAX: usize = 20_000_000;
const NAME_LENGTH_MAX: usize = 50_000;

/// A reader with its reusable buffers.
#[derive(Debug, Default)]
pub(super) struct Tape {
    tokens: Vec<Token>,
    open: Vec<u32>,
}

impl Tape {
    /// Reads the first JSON value of `text`; [`Kind::Missing`] when the text is blank. What follows the
    /// value is ignored.
    pub(super) fn read(&mut self, text: &str) -> Result<(), SyntaxError> {
        self.read_from(text, 0, false).map(|_| ())
    }

    /// Reads the JSON value at `position` of `text` as part of an enclosing value (`nested`) or as a
    /// text's only value, and returns where it ends.
    pub(super) fn read_from(
        &mut self,
        text: &str,
        position: usize,
        nested: bool,
    ) -> Result<usize, SyntaxError> {
        self.tokens.clear();
        self.open.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(SyntaxError::limit(
                "Document length",
                text.len(),
                u32::MAX as usize,
                "getMaxDocumentLength",
            ));
        }
        let mut reader = Reader {
            tape: self,
            bytes: text.as_bytes(),
            position,
            nested,
        };
        reader.read()?;
        Ok(reader.position)
    }

    /// The value read last, of this text.
    pub(super) fn root<'t, 'a>(&'t self, text: &'a str) -> Node<'t, 'a> {
        debug_assert!(!self.tokens.is_empty(), "a successful read leaves a token");
        Node {
            tokens: &self.tokens,
            text,
            index: 0,
        }
    }
}

/// A value on a tape, with its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t, 'a> {
    tokens: &'t [Token],
    text: &'a str,
    index: u32,
}

impl<'t, 'a> Node<'t, 'a> {
    fn token(&self) -> &'t Token {
        &self.tokens[self.index as usize]
    }

    fn at(&self, index: u32) -> Self {
        Self { index, ..*self }
    }

    pub(super) fn kind(&self) -> Kind {
        self.token().kind
    }

    pub(super) fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// The JSON text of the value; of a string without its quotes.
    pub(super) fn raw(&self) -> &'a str {
        let token = self.token();
        &self.text[token.start as usize..token.end as usize]
    }

    /// A string's characters; `None` for any other kind.
    pub(super) fn string(&self) -> Option<Cow<'a, str>> {
        let token = self.token();
        if token.kind != Kind::String {
            return None;
        }
        let raw = self.raw();
        Some(if token.escaped {
            Cow::Owned(unescape(raw))
        } else {
            Cow::Borrowed(raw)
        })
    }

    /// Whether this string's characters are `text`.
    pub(super) fn is_string(&self, text: &str) -> bool {
        let token = self.token();
        token.kind == Kind::String
            && if token.escaped {
                unescape(self.raw()) == text
            } else {
                self.raw() == text
            }
    }

    /// The elements of an array; the values of an object; nothing for anything else.
    pub(super) fn elements(&self) -> impl Iterator<Item = Node<'t, 'a>> + use<'t, 'a> {
        let node = *self;
        let token = self.token();
        let step = match token.kind {
            Kind::Array => 0,
            Kind::Object => 1,
            _ => u32::MAX,
        };
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            if step == u32::MAX || index >= token.next {
                return None;
            }
            let element = node.at(index + step);
            index = element.token().next;
            Some(element)
        })
    }

    /// The names and values of an object, duplicates included; nothing for anything else.
    pub(super) fn entries(
        &self,
    ) -> impl Iterator<Item = (Node<'t, 'a>, Node<'t, 'a>)> + use<'t, 'a> {
        let node = *self;
        let is_object = self.kind() == Kind::Object;
        self.elements()
            .filter(move |_| is_object)
            .map(move |value| (node.at(value.index - 1), value))
    }

    /// The value under `name`; the last one when there are several. `None` if not an object.
    pub(super) fn get(&self, name: &str) -> Option<Node<'t, 'a>> {
        self.entries()
            .filter(|(key, _)| key.is_string(name))
            .map(|(_, value)| value)
            .last()
    }
}

/// Characters of a string whose escapes the reader has checked.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = rest.as_bytes()[at + 1];
        rest = &rest[at + 2..];
        let character = match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (character, length) = unescape_unicode(rest);
                rest = &rest[length..];
                character
            }
            other => char::from(other),
        };
        text.push(character);
    }
    text.push_str(rest);
    text
}

/// The character after `\u`, and how much of `rest` it takes. A surrogate without its partner becomes
/// U+FFFD, because Rust text cannot hold it.
fn unescape_unicode(rest: &str) -> (char, usize) {
    let unit = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
    let first = unit(rest).unwrap_or(0xfffd);
    let second = rest
        .get(4..)
        .and_then(|rest| rest.strip_prefix("\\u"))
        .and_then(unit);
    match (first, second) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            (
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                10,
            )
        }
        _ => (
            char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
            4,
        ),
    }
}

struct Reader<'t, 'a> {
    tape: &'t mut Tape,
    bytes: &'a [u8],
    position: usize,
    nested: bool,
}

type Step = Result<(), SyntaxError>;

impl Reader<'_, '_> {
    fn read(&mut self) -> Step {
        if self.next_token().is_none() {
            return self.check_blank();
        }
        loop {
            if self.value()? {
                // A container was opened and has content.
                continue;
            }
            if !self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Nothing but white space: no value, unless what stopped us is no white space at all.
    fn check_blank(&mut self) -> Step {
        if self.position < self.bytes.len() {
            return Err(self.control());
        }
        self.push(Kind::Missing, self.position, self.position);
        Ok(())
    }

    /// Skips white space and returns the byte there; `None` at the end.
    #[inline]
    fn next_token(&mut self) -> Option<u8> {
        while let Some(&byte) = self.bytes.get(self.position) {
            if byte > b' ' {
                return Some(byte);
            }
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return None;
            }
            self.position += 1;
        }
        None
    }

    /// The error for a missing token: the text ended, or a control character stands there.
    fn no_token(&self, at_end: ErrorKind) -> SyntaxError {
        if self.position < self.bytes.len() {
            self.control()
        } else {
            self.error(at_end, self.position)
        }
    }

    fn control(&self) -> SyntaxError {
        let code = self.bytes[self.position];
        self.error(ErrorKind::ControlBetweenTokens(code), self.position + 1)
    }

    fn error(&self, kind: ErrorKind, at: usize) -> SyntaxError {
        SyntaxError::new(kind, self.bytes, at)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.tape.tokens.len() as u32 + 1;
        self.tape.tokens.push(Token {
            kind,
            escaped: false,
            start: start as u32,
            end: end as u32,
            next,
        });
    }

    /// Reads the value at the position. True: a container was opened and its first value is next.
    fn value(&mut self) -> Result<bool, SyntaxError> {
        let Some(byte) = self.next_token() else {
            return Err(self.no_token_in_container());
        };
        let start = self.position;
        match byte {
            b'"' => self.string(false)?,
            b'{' => return self.open(Kind::Object),
            b'[' => return self.open(Kind::Array),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.literal("true", Kind::True)?,
            b'f' => self.literal("false", Kind::False)?,
            b'n' => self.literal("null", Kind::Null)?,
            other => return Err(self.unexpected_value(other, start)),
        }
        Ok(false)
    }

    fn no_token_in_container(&self) -> SyntaxError {
        match self.container() {
            Some(Kind::Object) => self.no_token(ErrorKind::EndWithinObject),
            // COMPAT: after a comma Jackson's class differs from the one after a bracket.
            _ => self.no_token(ErrorKind::EndAfterComma(self.container())),
        }
    }

    fn container(&self) -> Option<Kind> {
        let index = *self.tape.open.last()?;
        Some(self.tape.tokens[index as usize].kind)
    }

    fn open(&mut self, kind: Kind) -> Result<bool, SyntaxError> {
        if self.tape.open.len() == DEPTH_MAX {
            return Err(SyntaxError::limit(
                "Document nesting depth",
                DEPTH_MAX + 1,
                DEPTH_MAX,
                "getMaxNestingDepth",
            ));
        }
        self.tape.open.push(self.tape.tokens.len() as u32);
        self.push(kind, self.position, self.position);
        self.position += 1;
        match self.next_token() {
            None => Err(self.no_token(self.missing_close())),
            Some(close @ (b']' | b'}')) => {
                self.close(close)?;
                Ok(false)
            }
            Some(_) => {
                if kind == Kind::Object {
                    self.name()?;
                }
                Ok(true)
            }
        }
    }

    /// After a complete value: closes what ends here and reads on to the next value. False: the root value
    /// is complete.
    fn after_value(&mut self) -> Result<bool, SyntaxError> {
        loop {
            let Some(kind) = self.container() else {
                return Ok(false);
            };
            match self.next_token() {
                None => return Err(self.no_token(self.missing_close())),
                Some(b',') => {
                    self.position += 1;
                    if kind == Kind::Object {
                        self.name_after_comma()?;
                    }
                    return Ok(true);
                }
                Some(close @ (b']' | b'}')) => self.close(close)?,
                Some(other) => {
                    let kind =
                        ErrorKind::NoComma(other_char(self.bytes, self.position, other), kind);
                    return Err(self.error(kind, self.position));
                }
            }
        }
    }

    fn missing_close(&self) -> ErrorKind {
        let start = self
            .tape
            .open
            .last()
            .map_or(0, |&index| self.tape.tokens[index as usize].start);
        ErrorKind::MissingClose(self.container(), start as usize)
    }

    fn close(&mut self, close: u8) -> Step {
        let kind = self.container();
        let fits = matches!(
            (kind, close),
            (Some(Kind::Array), b']') | (Some(Kind::Object), b'}')
        );
        if !fits {
            let start = self
                .tape
                .open
                .last()
                .map_or(0, |&index| self.tape.tokens[index as usize].start);
            return Err(self.error(
                ErrorKind::WrongClose(close, kind, start as usize),
                self.position,
            ));
        }
        self.position += 1;
        let next = self.tape.tokens.len() as u32;
        let end = self.position as u32;
        if let Some(index) = self.tape.open.pop() {
            let token = &mut self.tape.tokens[index as usize];
            token.next = next;
            token.end = end;
        }
        Ok(())
    }

    fn name_after_comma(&mut self) -> Step {
        if self.next_token().is_none() {
            return Err(self.no_token(ErrorKind::EndAfterComma(Some(Kind::Object))));
        }
        self.name()
    }

    /// Reads a name and its colon.
    fn name(&mut self) -> Step {
        let byte = self.bytes[self.position];
        if byte != b'"' {
            let character = other_char(self.bytes, self.position, byte);
            return Err(self.error(ErrorKind::NoName(character), self.position));
        }
        self.string(true)?;
        match self.next_token() {
            Some(b':') => {
                self.position += 1;
                Ok(())
            }
            None => Err(self.no_token(ErrorKind::EndWithinObject)),
            Some(other) => {
                let character = other_char(self.bytes, self.position, other);
                Err(self.error(ErrorKind::NoColon(character), self.position))
            }
        }
    }

    fn string(&mut self, is_name: bool) -> Step {
        let start = self.position + 1;
        let mut escaped = false;
        let mut position = start;
        loop {
            let Some(offset) = scan::string_end(&self.bytes[position..]) else {
                return Err(self.error(ErrorKind::EndInString(is_name), self.bytes.len()));
            };
            position += offset;
            match self.bytes[position] {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    position = self.escape(position)?;
                }
                control => {
                    return Err(self.error(ErrorKind::ControlInString(control, is_name), position));
                }
            }
        }
        let (what, limit, getter) = if is_name {
            ("Name", NAME_LENGTH_MAX, "getMaxNameLength")
        } else {
            ("String value", STRING_LENGTH_MAX, "getMaxStringLength")
        };
        if position - start > limit {
            return Err(SyntaxError::limit(
                &format!("{what} length"),
                position - start,
                limit,
                getter,
            ));
        }
        self.push(Kind::String, start, position);
        if escaped && let Some(token) = self.tape.tokens.last_mut() {
            token.escaped = true;
        }
        self.position = position + 1;
        Ok(())
    }

    /// Checks the escape at `position`; returns where it ends.
    fn escape(&self, position: usize) -> Result<usize, SyntaxError> {
        let end_of_text = || self.error(ErrorKind::EndInEscape, self.bytes.len());
        let escape = *self.bytes.get(position + 1).ok_or_else(end_of_text)?;
        match escape {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(position + 2),
            b'u' => {
                for at in position + 2..position + 6 {
                    let digit = *self.bytes.get(at).ok_or_else(end_of_text)?;
                    if !digit.is_ascii_hexdigit() {
                        let character = other_char(self.bytes, at, digit);
                        return Err(self.error(ErrorKind::NoHexDigit(character), at));
                    }
                }
                Ok(position + 6)
            }
            other => {
                let character = other_char(self.bytes, position + 1, other);
                Err(self.error(ErrorKind::UnknownEscape(character), position + 1))
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.position;
        while matches!(self.bytes.get(self.position), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        self.position - start
    }

    fn number(&mut self) -> Step {
        let start = self.position;
        if self.bytes[start] == b'-' {
            self.position += 1;
        }
        let mut length = self.digits();
        if length == 0 {
            return Err(self.no_digit_after_minus(start));
        }
        let mut kind = Kind::Integer;
        let mut exponent_digits = 0;
        if self.bytes.get(self.position) == Some(&b'.') {
            kind = Kind::Float;
            self.position += 1;
            let digits = self.digits();
            if digits == 0 {
                return Err(self.no_digit_after_point());
            }
            length += digits;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.position) {
            kind = Kind::Float;
            self.position += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.position) {
                self.position += 1;
            }
            let digits = self.digits();
            if digits == 0 {
                return Err(self.no_digit(ErrorKind::NoExponentDigit));
            }
            length += digits;
            exponent_digits = digits;
        }
        self.check_after_root_number()?;
        if length > NUMBER_DIGITS_MAX {
            return Err(SyntaxError::limit(
                "Number value length",
                length,
                NUMBER_DIGITS_MAX,
                "getMaxNumberLength",
            ));
        }
        // LIMIT: a shorter exponent cannot leave the range of BigDecimal's scale.
        if exponent_digits > 8 {
            self.check_exponent(start)?;
        }
        self.push(kind, start, self.position);
        Ok(())
    }

    /// Refuses the exponents that `java.math.BigDecimal` refuses.
    fn check_exponent(&self, start: usize) -> Step {
        let text = String::from_utf8_lossy(&self.bytes[start..self.position]);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let digits = exponent.trim_start_matches(['+', '-']);
        let significant = digits.trim_start_matches('0').len();
        if significant > 10 {
            return Err(SyntaxError::number(
                &text,
                "Too many nonzero exponent digits.",
            ));
        }
        let exponent: i64 = exponent.parse().unwrap_or(i64::MAX);
        let Ok(exponent) = i32::try_from(exponent) else {
            return Err(SyntaxError::number(&text, "Exponent overflow."));
        };
        let fraction = mantissa
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        if i32::try_from(fraction as i64 - i64::from(exponent)).is_err() {
            return Err(SyntaxError::number(&text, "Scale out of range."));
        }
        Ok(())
    }

    fn check_after_root_number(&self) -> Step {
        if self.nested || !self.tape.open.is_empty() {
            return Ok(());
        }
        match self.bytes.get(self.position) {
            None | Some(b' ' | b'\t' | b'\n' | b'\r') => Ok(()),
            Some(&other) => {
                // Jackson reports the byte here, not the character.
                Err(self.error(ErrorKind::NoRootSpace(char::from(other)), self.position))
            }
        }
    }

    fn no_digit_after_minus(&self, start: usize) -> SyntaxError {
        if self.bytes[self.position..].starts_with(b"I") {
            return self.unknown_token(start);
        }
        self.no_digit(ErrorKind::NoDigitAfterMinus)
    }

    fn no_digit_after_point(&self) -> SyntaxError {
        let at = self.position;
        match self.bytes.get(at) {
            Some(&other) => {
                let character = other_char(self.bytes, at, other);
                self.error(ErrorKind::NoDigitAfterPoint(character), at)
            }
            None => self.error(ErrorKind::NoDigitAfterPoint('.'), at - 1),
        }
    }

    fn no_digit(&self, kind: fn(char) -> ErrorKind) -> SyntaxError {
        match self.bytes.get(self.position) {
            Some(&other) => {
                let character = other_char(self.bytes, self.position, other);
                self.error(kind(character), self.position)
            }
            None => self.error(ErrorKind::EndInNumber(self.previous_token()), self.position),
        }
    }

    /// The name of the token before the one being read, which Jackson puts into a message.
    fn previous_token(&self) -> &'static str {
        let Some(&parent) = self.tape.open.last() else {
            return "null";
        };
        let tokens = &self.tape.tokens;
        if tokens[parent as usize].kind == Kind::Object {
            return "FIELD_NAME";
        }
        let mut name = "START_ARRAY";
        let mut index = parent as usize + 1;
        while let Some(token) = tokens.get(index) {
            name = match token.kind {
                Kind::Missing => "NOT_AVAILABLE",
                Kind::Null => "VALUE_NULL",
                Kind::True => "VALUE_TRUE",
                Kind::False => "VALUE_FALSE",
                Kind::Integer => "VALUE_NUMBER_INT",
                Kind::Float => "VALUE_NUMBER_FLOAT",
                Kind::String => "VALUE_STRING",
                Kind::Object => "END_OBJECT",
                Kind::Array => "END_ARRAY",
            };
            index = token.next as usize;
        }
        name
    }

    fn literal(&mut self, literal: &str, kind: Kind) -> Step {
        let start = self.position;
        let end = start + literal.len();
        let complete = self.bytes[start..].starts_with(literal.as_bytes());
        let goes_on = self.token_end(start) > end;
        if !complete || goes_on {
            return Err(self.unknown_token(start));
        }
        self.push(kind, start, end);
        self.position = end;
        Ok(())
    }

    /// Where the word at `start` ends.
    fn token_end(&self, start: usize) -> usize {
        let text = String::from_utf8_lossy(&self.bytes[start..self.bytes.len().min(start + 1200)]);
        start
            + text
                .chars()
                .take_while(|character| {
                    character.is_alphanumeric() || matches!(character, '_' | '$')
                })
                .map(char::len_utf8)
                .sum::<usize>()
    }

    fn unexpected_value(&self, byte: u8, at: usize) -> SyntaxError {
        match byte {
            b']' | b'}' if self.container().is_none() => {
                self.error(ErrorKind::WrongClose(byte, None, 0), at)
            }
            b',' | b'}' => self.error(ErrorKind::NoValue(char::from(byte)), at),
            b']' if self.container() == Some(Kind::Array) => {
                self.error(ErrorKind::NoValue(']'), at)
            }
            b'+' => self.error(ErrorKind::PlusSign, at + 1),
            b'/' => self.error(ErrorKind::Comment, at),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.unknown_token(at),
            other => self.unexpected_byte(other, at),
        }
    }

    /// COMPAT: Jackson takes the first byte of a word for a Latin-1 character, and then stumbles over
    /// the second byte of what is UTF-8.
    fn unexpected_byte(&self, byte: u8, at: usize) -> SyntaxError {
        let character = char::from(byte);
        match self.bytes.get(at + 1) {
            _ if !character.is_alphabetic() => self.error(ErrorKind::NotAValue(character), at),
            Some(next) if next & 0xc0 == 0x80 => {
                let kind = ErrorKind::InvalidUtf8(" start byte", u32::from(*next));
                self.error(kind, at + 2)
            }
            _ => self.unknown_token(at),
        }
    }

    fn unknown_token(&self, start: usize) -> SyntaxError {
        let minus = usize::from(self.bytes[start] == b'-');
        let end = self.token_end(start + minus);
        let word = String::from_utf8_lossy(&self.bytes[start..end]).into_owned();
        if matches!(word.as_str(), "NaN" | "Infinity" | "-Infinity") {
            return self.error(ErrorKind::NonStandardToken(word), end);
        }
        self.error(ErrorKind::UnknownToken(word), start)
    }
}

/// The character at `at`, for a message.
fn other_char(bytes: &[u8], at: usize, byte: u8) -> char {
    if byte < 0x80 {
        return char::from(byte);
    }
    let end = bytes.len().min(at + 4);
    String::from_utf8_lossy(&bytes[at..end])
        .chars()
        .next()
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests;
