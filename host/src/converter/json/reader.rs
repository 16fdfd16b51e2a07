//! The JSON reader: one value onto the tape, as lenient and as strict as Jackson.
//!
//! Owns the grammar and the limits; numbers are in `json/reader/number.rs`, the texts of errors in
//! `json/syntax.rs`. Knows nothing of Connect. Kafka counterpart: JsonDeserializer on Jackson's
//! UTF8StreamJsonParser.

mod number;

use super::scan;
use super::syntax::{ErrorKind, SyntaxError, TokenError};
use super::tape::{Kind, Tape, Token};

/// LIMIT: Jackson's StreamReadConstraints.
const DEPTH_MAX: usize = 1000;
const STRING_LENGTH_MAX: usize = 20_000_000;
const NAME_LENGTH_MAX: usize = 50_000;

/// Reads one JSON value from `bytes`, which are valid UTF-8.
pub(super) struct Reader<'t, 'a> {
    tape: &'t mut Tape,
    bytes: &'a [u8],
    position: usize,
    nested: bool,
}

type Step = Result<(), SyntaxError>;

impl<'t, 'a> Reader<'t, 'a> {
    /// A reader at `position`; `nested` when the value is part of another.
    pub(super) fn new(tape: &'t mut Tape, bytes: &'a [u8], position: usize, nested: bool) -> Self {
        Self {
            tape,
            bytes,
            position,
            nested,
        }
    }

    /// Reads one value and returns where it ends.
    pub(super) fn read(mut self) -> Result<usize, SyntaxError> {
        if self.next_token().is_none() {
            self.check_blank()?;
            return Ok(self.position);
        }
        loop {
            if self.value()? {
                // A container was opened and has content.
                continue;
            }
            if !self.after_value()? {
                return Ok(self.position);
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

    fn error(&self, kind: impl Into<ErrorKind>, at: usize) -> SyntaxError {
        SyntaxError::new(kind, self.bytes, at)
    }

    /// The error for `byte` where something else has to stand; comments are told apart.
    fn unexpected(&self, byte: u8, kind: ErrorKind, at: usize) -> SyntaxError {
        if byte == b'/' {
            return self.error(TokenError::Comment, self.position);
        }
        self.error(kind, at)
    }

    /// The character at `at`, for a message.
    fn character(&self, at: usize) -> char {
        let end = self.bytes.len().min(at + 4);
        String::from_utf8_lossy(&self.bytes[at..end])
            .chars()
            .next()
            .unwrap_or(char::REPLACEMENT_CHARACTER)
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
                    // Jackson takes the byte for a Latin-1 character here and in the places below.
                    let no_comma = ErrorKind::NoComma(char::from(other), kind);
                    return Err(self.unexpected(other, no_comma, self.position));
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
            let character = self.character(self.position);
            let at = self.position + character.len_utf8() - 1;
            return Err(self.unexpected(byte, ErrorKind::NoName(character), at));
        }
        self.string(true)?;
        match self.next_token() {
            Some(b':') => {
                self.position += 1;
                Ok(())
            }
            None => Err(self.no_token(ErrorKind::EndWithinObject)),
            Some(other) => {
                let no_colon = ErrorKind::NoColon(char::from(other));
                Err(self.unexpected(other, no_colon, self.position))
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
                        return Err(self.error(ErrorKind::NoHexDigit(char::from(digit)), at));
                    }
                }
                Ok(position + 6)
            }
            _ => {
                let character = self.character(position + 1);
                let at = position + character.len_utf8();
                Err(self.error(TokenError::UnknownEscape(character), at))
            }
        }
    }

    fn literal(&mut self, literal: &str, kind: Kind) -> Step {
        let start = self.position;
        let end = start + literal.len();
        if !self.bytes[start..].starts_with(literal.as_bytes()) {
            return Err(self.unknown_token(start));
        }
        if let Some(next) = self.word_part(end) {
            return Err(self.word_goes_on(start, end, next));
        }
        self.push(kind, start, end);
        self.position = end;
        Ok(())
    }

    /// The byte at `at`, if Jackson takes it for a part of the word before it.
    fn word_part(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied().filter(
            |byte| !matches!(byte, ..b'0' | b':'..=b'@' | b'[' | b'\\'..=b'^' | b'`' | b'{'..=b'~'),
        )
    }

    /// A literal directly followed by more of a word.
    fn word_goes_on(&self, start: usize, end: usize, next: u8) -> SyntaxError {
        match next {
            // COMPAT: Jackson reads the byte it stands on twice.
            0xc0.. => self.error(
                TokenError::InvalidUtf8(" middle byte", u32::from(next)),
                end + 1,
            ),
            0x80.. => self.error(TokenError::InvalidUtf8(" start byte", u32::from(next)), end),
            _ => self.unknown_token(start),
        }
    }

    /// Where the word at `start` ends.
    fn token_end(&self, start: usize) -> usize {
        let text = String::from_utf8_lossy(&self.bytes[start..self.bytes.len().min(start + 1200)]);
        start
            + text
                .chars()
                .take_while(|character| is_identifier_part(*character))
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
            b'+' if at + 1 == self.bytes.len() => {
                self.error(ErrorKind::EndInNumber("a Number value"), at + 1)
            }
            b'+' if self.bytes[at + 1] == b'I' => self.unknown_token(at),
            b'+' => self.error(TokenError::PlusSign, at + 1),
            b'/' => self.error(TokenError::Comment, at),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.unknown_token(at),
            other => self.unexpected_byte(other, at),
        }
    }

    /// COMPAT: Jackson takes the first byte of a word for a Latin-1 character, and then stumbles over
    /// the second byte of what is UTF-8.
    fn unexpected_byte(&self, byte: u8, at: usize) -> SyntaxError {
        let character = char::from(byte);
        match self.bytes.get(at + 1) {
            _ if !character.is_alphabetic() => self.error(TokenError::NotAValue(character), at),
            Some(next) if next & 0xc0 == 0x80 => {
                let kind = TokenError::InvalidUtf8(" start byte", u32::from(*next));
                self.error(kind, at + 2)
            }
            _ => self.unknown_token(at),
        }
    }

    fn unknown_token(&self, start: usize) -> SyntaxError {
        let numbers = ["NaN", "Infinity", "-Infinity", "+Infinity"];
        let rest = &self.bytes[start..];
        if let Some(number) = numbers
            .into_iter()
            .find(|number| rest.starts_with(number.as_bytes()))
        {
            let end = start + number.len();
            match self.word_part(end) {
                None => return self.error(TokenError::NonStandardToken(number), end),
                Some(next @ 0x80..) => return self.word_goes_on(start, end, next),
                Some(_) => {}
            }
        }
        let sign = usize::from(matches!(rest[0], b'-' | b'+'));
        let end = self.token_end(start + sign);
        let word = String::from_utf8_lossy(&self.bytes[start..end]).into_owned();
        self.error(TokenError::UnknownToken(word), start)
    }
}

/// `Character.isJavaIdentifierPart`, as far as words in broken JSON need it.
fn is_identifier_part(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(
            character,
            '_' | '$'
                | '\u{a2}'..='\u{a5}'
                | '\u{20a0}'..='\u{20c0}'
                | '\0'..='\u{8}'
                | '\u{e}'..='\u{1b}'
                | '\u{7f}'..='\u{9f}'
        )
}
