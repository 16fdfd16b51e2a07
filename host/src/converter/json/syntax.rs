//! Errors of the JSON reader, in Jackson's words.
//!
//! Owns the texts. They reach users as the cause in task traces and dead letter queue headers.

use super::tape::Kind;
use crate::converter::ConverterError;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    class_name: &'static str,
    message: String,
}

/// What is wrong, with what the message needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ErrorKind {
    ControlBetweenTokens(u8),
    ControlInString(u8, bool),
    EndWithinObject,
    EndAfterComma(Option<Kind>),
    EndInString(bool),
    EndInEscape,
    EndInNumber(&'static str),
    MissingClose(Option<Kind>, usize),
    WrongClose(u8, Option<Kind>, usize),
    NoComma(char, Kind),
    NoColon(char),
    NoName(char),
    NoValue(char),
    NoHexDigit(char),
    /// Within a token.
    Token(TokenError),
}

/// What is wrong within a number, a word or a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    NoDigitAfterMinus(char),
    NoDigitAfterPoint(char),
    NoExponentDigit(char),
    NoRootSpace(char),
    NotAValue(char),
    PlusSign,
    Comment,
    UnknownEscape(char),
    UnknownToken(String),
    NonStandardToken(&'static str),
    InvalidUtf8(&'static str, u32),
}

impl From<TokenError> for ErrorKind {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

const PARSE: &str = "com.fasterxml.jackson.core.JsonParseException";
const END_OF_INPUT: &str = "com.fasterxml.jackson.core.io.JsonEOFException";
const LIMIT: &str = "com.fasterxml.jackson.core.exc.StreamConstraintsException";
const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
/// LIMIT: Jackson cuts words in messages at this many characters.
const TOKEN_LENGTH_MAX: usize = 256;

impl SyntaxError {
    /// The error at the byte `at` of `bytes`.
    pub(super) fn new(kind: impl Into<ErrorKind>, bytes: &[u8], at: usize) -> Self {
        let kind = kind.into();
        let class_name = match kind {
            ErrorKind::EndWithinObject
            | ErrorKind::EndInString(_)
            | ErrorKind::EndInEscape
            | ErrorKind::EndInNumber(_)
            | ErrorKind::MissingClose(..) => END_OF_INPUT,
            _ => PARSE,
        };
        let message = format!("{}\n at {}]", text(kind, bytes), location(bytes, at));
        Self {
            class_name,
            message,
        }
    }

    /// Whether the text merely stopped too early.
    pub(super) fn at_end(&self) -> bool {
        self.class_name == END_OF_INPUT || self.message.starts_with("Unexpected end-of-input")
    }

    /// A limit of the reader is exceeded.
    pub(super) fn limit(what: &str, found: usize, limit: usize, getter: &str) -> Self {
        Self {
            class_name: LIMIT,
            message: format!(
                "{what} ({found}) exceeds the maximum allowed ({limit}, from `StreamReadConstraints.{getter}()`)"
            ),
        }
    }

    /// A number that `java.math.BigDecimal` refuses.
    pub(super) fn number(text: &str, reason: &str) -> Self {
        Self {
            class_name: "java.lang.NumberFormatException",
            message: format!(
                "Value \"{text}\" can not be deserialized as `java.math.BigDecimal`, reason:  {reason}"
            ),
        }
    }
}

impl From<SyntaxError> for ConverterError {
    fn from(error: SyntaxError) -> Self {
        Self::new(error.class_name, error.message)
    }
}

fn text(kind: ErrorKind, bytes: &[u8]) -> String {
    match kind {
        ErrorKind::ControlBetweenTokens(code) => format!(
            "Illegal character ((CTRL-CHAR, code {code})): only regular white space (\\r, \\n, \\t) is allowed between tokens"
        ),
        ErrorKind::ControlInString(code, is_name) => format!(
            "Illegal unquoted character ((CTRL-CHAR, code {code})): has to be escaped using backslash to be included in {}",
            if is_name { "name" } else { "string value" }
        ),
        ErrorKind::EndWithinObject => {
            "Unexpected end-of-input within/between Object entries".into()
        }
        ErrorKind::EndAfterComma(container) => format!(
            "Unexpected end-of-input within/between {} entries",
            name(container)
        ),
        ErrorKind::EndInString(is_name) => format!(
            "Unexpected end-of-input in {}",
            if is_name {
                "field name"
            } else {
                "VALUE_STRING"
            }
        ),
        ErrorKind::EndInEscape => "Unexpected end-of-input in character escape sequence".into(),
        ErrorKind::EndInNumber(token) => format!("Unexpected end-of-input in {token}"),
        ErrorKind::MissingClose(container, start) => format!(
            "Unexpected end-of-input: expected close marker for {} (start marker at {}])",
            name(container),
            location(bytes, start)
        ),
        ErrorKind::WrongClose(close, container, start) => {
            wrong_close(close, container, start, bytes)
        }
        ErrorKind::NoComma(found, container) => unexpected(
            found,
            &format!(
                "was expecting comma to separate {} entries",
                name(Some(container))
            ),
        ),
        ErrorKind::NoColon(found) => unexpected(
            found,
            "was expecting a colon to separate field name and value",
        ),
        ErrorKind::NoName(found) => {
            unexpected(found, "was expecting double-quote to start field name")
        }
        ErrorKind::NoValue(found) => unexpected(found, "expected a value"),
        ErrorKind::NoHexDigit(found) => {
            unexpected(found, "expected a hex-digit for character escape sequence")
        }
        ErrorKind::Token(error) => token_text(error),
    }
}

/// The texts of errors within a token.
fn token_text(error: TokenError) -> String {
    match error {
        TokenError::NoDigitAfterMinus(found) => in_number(
            found,
            "expected digit (0-9) to follow minus sign, for valid numeric value",
        ),
        TokenError::NoDigitAfterPoint(found) => {
            in_number(found, "Decimal point not followed by a digit")
        }
        TokenError::NoExponentDigit(found) => {
            in_number(found, "Exponent indicator not followed by a digit")
        }
        TokenError::NoRootSpace(found) => {
            unexpected(found, "Expected space separating root-level values")
        }
        TokenError::NotAValue(found) => {
            unexpected(found, &format!("expected a valid value {VALUES}"))
        }
        TokenError::PlusSign => in_number(
            '+',
            "JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
        ),
        TokenError::Comment => unexpected(
            '/',
            "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
        ),
        TokenError::UnknownEscape(found) => {
            format!("Unrecognized character escape {}", described(found))
        }
        TokenError::UnknownToken(word) => unknown_token(&word),
        TokenError::NonStandardToken(word) => format!(
            "Non-standard token '{word}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
        ),
        TokenError::InvalidUtf8(what, value) => format!("Invalid UTF-8{what} 0x{value:x}"),
    }
}

fn unknown_token(word: &str) -> String {
    let short: String = word.chars().take(TOKEN_LENGTH_MAX).collect();
    let dots = if short.len() < word.len() { "..." } else { "" };
    format!("Unrecognized token '{short}{dots}': was expecting {VALUES}")
}

fn wrong_close(close: u8, container: Option<Kind>, start: usize, bytes: &[u8]) -> String {
    let close = char::from(close);
    match container {
        Some(container) => format!(
            "Unexpected close marker '{close}': expected '{}' (for {} starting at {}])",
            if container == Kind::Array { ']' } else { '}' },
            name(Some(container)),
            location(bytes, start)
        ),
        None => format!(
            "Unexpected close marker '{close}': no open {} to close",
            if close == ']' { "Array" } else { "Object" }
        ),
    }
}

fn name(container: Option<Kind>) -> &'static str {
    match container {
        Some(Kind::Object) => "Object",
        Some(_) => "Array",
        None => "root",
    }
}

fn unexpected(found: char, why: &str) -> String {
    format!("Unexpected character ({}): {why}", described(found))
}

fn in_number(found: char, why: &str) -> String {
    format!(
        "Unexpected character ({}) in numeric value: {why}",
        described(found)
    )
}

fn described(character: char) -> String {
    let code = u32::from(character);
    if character.is_control() {
        format!("(CTRL-CHAR, code {code})")
    } else if code > 255 {
        format!("'{character}' (code {code} / 0x{code:x})")
    } else {
        format!("'{character}' (code {code})")
    }
}

/// Jackson's text for a place, without the closing bracket.
fn location(bytes: &[u8], at: usize) -> String {
    let mut line = 1;
    let mut line_start = 0;
    for (index, byte) in bytes.iter().enumerate().take(at) {
        // A line ends at `\n`, or at a `\r` that no `\n` follows.
        let ends = match byte {
            b'\n' => true,
            b'\r' => bytes.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            line += 1;
            line_start = index + 1;
        }
    }
    format!(
        "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {line}, column: {}",
        at - line_start + 1
    )
}
