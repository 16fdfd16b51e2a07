//! The short way from JSON text to a value whose schema is known: one pass, and nothing between text and value.
//!
//! Owns the way of what JsonConverter itself writes, in any layout: members in the order of the fields, each
//! once. Wherever the text is anything else, or wrong, it gives up, and the long way over the tape reads the
//! text again; so no leniency and no error is decided here. What it reads, the long way reads as the same value.

use std::borrow::Cow;

use connect_data::logical::{self, LogicalType};
use connect_data::{Schema, SchemaRef, Struct, Type, Value, java_map};

use super::read::{self, Reading};
use super::tape::unescape;
use super::{base64, number, scan};

/// LIMIT: levels of nesting; the long way goes deeper without the stack of this thread.
const DEPTH_MAX: usize = 100;
/// LIMIT: digits of an integer that fit whatever they are.
const DIGITS_MAX: usize = 18;
/// LIMIT: characters of a number, and bytes of a text, beyond which the long way's limits decide.
const NUMBER_MAX: usize = 500;
const STRING_MAX: usize = 20_000_000;
const NAME_MAX: usize = 50_000;

/// Reads the value at `position` of `text`; `None` when the long way has to. Returns where the value ends, too.
pub(super) fn value<'a>(
    schema: &SchemaRef,
    text: &'a str,
    position: usize,
    reading: Reading,
) -> Option<(Value<'a>, usize)> {
    let mut reader = Direct {
        text,
        bytes: text.as_bytes(),
        position,
        reading,
    };
    let value = reader.value(schema, 0)?;
    Some((value, reader.position))
}

struct Direct<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    reading: Reading,
}

impl<'a> Direct<'a> {
    /// The next byte that is no white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.position)?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.position += 1;
        }
    }

    /// Takes the next byte if it is this one.
    #[inline]
    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.position += 1)
    }

    fn value(&mut self, schema: &SchemaRef, depth: usize) -> Option<Value<'a>> {
        let first = self.peek()?;
        if first == b'n' {
            self.word("null")?;
            return read::null(schema, self.reading).ok();
        }
        if let Some(logical) = schema.logical_type() {
            return self.logical(logical, schema, first);
        }
        Some(match schema.schema_type() {
            Type::String => Value::String(self.string(STRING_MAX)?),
            Type::Int64 => Value::Int64(self.integer()?),
            Type::Int32 => Value::Int32(self.integer()? as i32),
            Type::Int16 => Value::Int16(self.integer()? as i16),
            Type::Int8 => Value::Int8(self.integer()? as i8),
            Type::Boolean => {
                let value = first == b't';
                self.word(if value { "true" } else { "false" })?;
                Value::Boolean(value)
            }
            Type::Float64 => Value::Float64(number::double_value(self.number()?)),
            Type::Float32 => Value::Float32(number::float_value(self.number()?)),
            Type::Bytes => {
                let text = self.string(STRING_MAX)?;
                Value::Bytes(Cow::Owned(base64::decode(&text).ok()?))
            }
            Type::Struct if depth < DEPTH_MAX => self.structure(schema, depth + 1)?,
            Type::Array if depth < DEPTH_MAX => self.array(schema, depth + 1)?,
            Type::Map if depth < DEPTH_MAX => self.map(schema, depth + 1)?,
            Type::Struct | Type::Array | Type::Map => return None,
        })
    }

    fn structure(&mut self, schema: &SchemaRef, depth: usize) -> Option<Value<'a>> {
        self.take(b'{')?;
        let fields = schema.fields().ok()?;
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            if field.index() > 0 {
                self.take(b',')?;
            }
            self.name(field.name())?;
            self.take(b':')?;
            values.push(self.value(field.schema(), depth)?);
        }
        self.take(b'}')?;
        Some(Value::Struct(Struct::from_values(
            SchemaRef::clone(schema),
            values,
        )))
    }

    /// Takes this name of a member. A name that is written with escapes is left to the long way, and so is one
    /// that looks like it.
    fn name(&mut self, name: &str) -> Option<()> {
        self.take(b'"')?;
        let rest = self.bytes[self.position..].strip_prefix(name.as_bytes())?;
        if rest.first() != Some(&b'"') || name.len() > NAME_MAX {
            return None;
        }
        if scan::string_end(name.as_bytes()).is_some() {
            return None;
        }
        self.position += name.len() + 1;
        Some(())
    }

    fn array(&mut self, schema: &Schema, depth: usize) -> Option<Value<'a>> {
        let element = schema.value_schema().ok()??;
        self.take(b'[')?;
        let mut elements = Vec::new();
        if self.take(b']').is_some() {
            return Some(Value::Array(elements));
        }
        loop {
            elements.push(self.value(element, depth)?);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(Value::Array(elements));
            }
        }
    }

    /// A map whose keys are text; others are left to the long way.
    fn map(&mut self, schema: &Schema, depth: usize) -> Option<Value<'a>> {
        let key = schema.key_schema().ok()??;
        if key.schema_type() != Type::String {
            return None;
        }
        let member = schema.value_schema().ok()??;
        self.take(b'{')?;
        let mut entries = Vec::new();
        if self.take(b'}').is_some() {
            return Some(Value::Map(entries));
        }
        loop {
            self.peek()?;
            let name = Value::String(self.string(NAME_MAX)?);
            self.take(b':')?;
            entries.push((name, self.value(member, depth)?));
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return Some(Value::Map(java_map::collected(entries)));
            }
        }
    }

    fn logical(&mut self, logical: LogicalType, schema: &Schema, first: u8) -> Option<Value<'a>> {
        Some(match logical {
            LogicalType::Date => {
                let days = i32::try_from(self.integer()?).ok()?;
                Value::Date(logical::date_from_days(schema, days).ok()?)
            }
            LogicalType::Time => {
                let millis = i32::try_from(self.integer()?).ok()?;
                Value::Date(logical::time_from_millis(schema, millis).ok()?)
            }
            LogicalType::Timestamp => {
                let millis = self.integer()?;
                Value::Date(logical::timestamp_from_millis(schema, millis).ok()?)
            }
            LogicalType::Decimal if first == b'"' => {
                let bytes = base64::decode(&self.string(STRING_MAX)?).ok()?;
                Value::Decimal(logical::decimal_from_bytes(schema, &bytes).ok()?)
            }
            LogicalType::Decimal => Value::Decimal(self.number()?.parse().ok()?),
        })
    }

    /// Takes a word that is not followed by more of it.
    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.bytes[self.position..].strip_prefix(word.as_bytes())?;
        if !ends_here(rest) {
            return None;
        }
        self.position += word.len();
        Some(())
    }

    /// Takes a string at the position.
    fn string(&mut self, length_max: usize) -> Option<Cow<'a, str>> {
        if *self.bytes.get(self.position)? != b'"' {
            return None;
        }
        let start = self.position + 1;
        let mut end = start;
        let mut escaped = false;
        loop {
            end += scan::string_end(&self.bytes[end..])?;
            match self.bytes[end] {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    end += escape_length(&self.bytes[end + 1..])? + 1;
                }
                _ => return None,
            }
        }
        if end - start > length_max {
            return None;
        }
        self.position = end + 1;
        let raw = &self.text[start..end];
        Some(if escaped {
            Cow::Owned(unescape(raw))
        } else {
            Cow::Borrowed(raw)
        })
    }

    /// Takes an integer in its usual form.
    fn integer(&mut self) -> Option<i64> {
        let negative = self.bytes.get(self.position) == Some(&b'-');
        let digits = &self.bytes[self.position + usize::from(negative)..];
        let length = digits
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let leading_zero = length > 1 && digits[0] == b'0';
        if length == 0 || length > DIGITS_MAX || leading_zero || !ends_here(&digits[length..]) {
            return None;
        }
        let magnitude = digits[..length]
            .iter()
            .fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        self.position += length + usize::from(negative);
        Some(if negative { -magnitude } else { magnitude })
    }

    /// Takes the text of a number in its usual form.
    fn number(&mut self) -> Option<&'a str> {
        let start = self.position;
        let mut rest = &self.bytes[start..];
        rest = rest.strip_prefix(b"-").unwrap_or(rest);
        let whole = digits(&mut rest)?;
        if whole.len() > 1 && whole[0] == b'0' {
            return None;
        }
        if let Some(fraction) = rest.strip_prefix(b".") {
            rest = fraction;
            digits(&mut rest)?;
        }
        if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
            let unsigned = exponent
                .strip_prefix(b"-")
                .or_else(|| exponent.strip_prefix(b"+"));
            rest = unsigned.unwrap_or(exponent);
            digits(&mut rest).filter(|digits| digits.len() < 4)?;
        }
        let end = self.bytes.len() - rest.len();
        if !ends_here(rest) || end - start > NUMBER_MAX {
            return None;
        }
        self.position = end;
        Some(&self.text[start..end])
    }
}

/// Takes digits, at least one.
fn digits<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = rest.split_at(length);
    *rest = after;
    (length > 0).then_some(digits)
}

/// Whether a word or number may end before `rest`. At the very end of the text the long way decides.
fn ends_here(rest: &[u8]) -> bool {
    matches!(
        rest.first(),
        Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')
    )
}

/// The length of an escape behind its backslash.
fn escape_length(rest: &[u8]) -> Option<usize> {
    match rest.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(1),
        b'u' => {
            let digits = rest.get(1..5)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(5)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
