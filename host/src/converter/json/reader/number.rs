//! Numbers: digits, fraction, exponent, and what Java's BigDecimal refuses.

use super::{Reader, Step};
use crate::converter::json::syntax::{ErrorKind, SyntaxError, TokenError};
use crate::converter::json::tape::Kind;

/// LIMIT: Jackson's StreamReadConstraints.
const NUMBER_DIGITS_MAX: usize = 1000;

impl Reader<'_, '_> {
    fn digits(&mut self) -> usize {
        let start = self.position;
        while matches!(self.bytes.get(self.position), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        self.position - start
    }

    pub(super) fn number(&mut self) -> Step {
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
                return Err(self.no_digit(TokenError::NoExponentDigit));
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
                Err(self.error(TokenError::NoRootSpace(char::from(other)), self.position))
            }
        }
    }

    fn no_digit_after_minus(&self, start: usize) -> SyntaxError {
        if self.bytes[self.position..].starts_with(b"I") {
            return self.unknown_token(start);
        }
        if self.bytes[self.position..].starts_with(b".") {
            return self.error(TokenError::NotAValue('.'), self.position);
        }
        self.no_digit(TokenError::NoDigitAfterMinus)
    }

    fn no_digit_after_point(&self) -> SyntaxError {
        let at = self.position;
        match self.bytes.get(at) {
            Some(&other) => self.error(TokenError::NoDigitAfterPoint(char::from(other)), at),
            None => self.error(TokenError::NoDigitAfterPoint('.'), at - 1),
        }
    }

    fn no_digit(&self, kind: fn(char) -> TokenError) -> SyntaxError {
        match self.bytes.get(self.position) {
            Some(&other) => self.error(kind(char::from(other)), self.position),
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
}
