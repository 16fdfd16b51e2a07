//! JSON as a flat tape of tokens, and the look at it.
//!
//! Owns the tape; the reader that fills it is in `json/reader.rs`. serde_json is not used for
//! records because it refuses what Jackson reads (leading zeros, text after the value) and keeps no
//! exact digits without a feature that would change every other use of it. One pass checks the whole
//! value, so that a conversion afterwards may look at it in any order, and a syntax error wins over a
//! conversion error, as on the JVM. The tape is reused from record to record, and neither filling nor
//! walking it needs a recursion per level.

use std::borrow::Cow;

use super::reader::Reader;
use super::syntax::SyntaxError;

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
    pub(super) escaped: bool,
    /// The text: of a string without its quotes, of a container with its brackets.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The index of the token after this value and all its content.
    pub(super) next: u32,
}

/// A reader with its reusable buffers.
#[derive(Debug, Default)]
pub(super) struct Tape {
    pub(super) tokens: Vec<Token>,
    /// The containers that are open while reading.
    pub(super) open: Vec<u32>,
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
        Reader::new(self, text.as_bytes(), position, nested).read()
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
pub(super) fn unescape(raw: &str) -> String {
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
