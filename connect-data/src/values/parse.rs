//! Finds out what a text stands for: null, boolean, number, date, array, map, or itself.

use super::convert::convert_to;
use super::temporal::parse_temporal;
use super::tokenizer::{Tokenizer, trim};
use crate::{
    DataError, Decimal, Schema, SchemaAndValue, SchemaBuilder, SchemaRef, Type, Value, logical,
};

/// LIMIT: containers inside containers. Java reads on until its stack is used up; deeper text
/// stays text here.
const DEPTH_MAX: usize = 100;

/// Finds out what a text is. `null` gives no schema and no value; what is nothing else is text.
///
/// One deviation: where the elements of an array or the keys or values of a map are containers of
/// different schemas, Java takes the last schema although other elements do not match it. Here
/// they have no common schema; the values are the same.
pub fn parse_string(text: &str) -> Result<SchemaAndValue<'static>, DataError> {
    if text.is_empty() {
        return Ok(SchemaAndValue::new(Some(Schema::string()), String::new()));
    }
    let mut parser = Parser {
        tokens: Tokenizer::new(text),
        depth: 0,
    };
    Ok(parser.parse(false)?.unwrap_or(SchemaAndValue::NULL))
}

struct Parser<'t> {
    tokens: Tokenizer<'t>,
    depth: usize,
}

type Parsed = Option<SchemaAndValue<'static>>;

fn parsed(schema: SchemaRef, value: impl Into<Value<'static>>) -> Parsed {
    Some(SchemaAndValue::new(Some(schema), value))
}

impl Parser<'_> {
    fn parse(&mut self, embedded: bool) -> Result<Parsed, DataError> {
        if !self.tokens.has_next() {
            return Ok(None);
        }
        if embedded && self.tokens.consume("\"") {
            return Ok(self.parse_quoted());
        }
        if self.literal(embedded, "null") {
            return Ok(None);
        }
        if self.literal(embedded, "true") {
            return Ok(parsed(Schema::boolean(), true));
        }
        if self.literal(embedded, "false") {
            return Ok(parsed(Schema::boolean(), false));
        }
        let start = self.tokens.mark();
        if let Some(container) = self.parse_container() {
            match container {
                Ok(container) => return Ok(Some(container)),
                // Then it is text, or the whole text around it is.
                Err(_) => self.tokens.rewind(start),
            }
        }
        self.parse_token(embedded)
    }

    /// At the top a word counts only when nothing else is there.
    fn literal(&mut self, embedded: bool, word: &str) -> bool {
        let start = self.tokens.mark();
        if self.tokens.consume(word) && (embedded || !self.tokens.has_next()) {
            return true;
        }
        self.tokens.rewind(start);
        false
    }

    /// Text up to the closing quote, or a date if it looks like one.
    fn parse_quoted(&mut self) -> Parsed {
        let mut content = String::new();
        while self.tokens.has_next() && !self.tokens.consume("\"") {
            content.push_str(self.tokens.next());
        }
        let temporal = match content.bytes().next() {
            Some(b' '..=b'9') => parse_string(&content).ok().filter(is_temporal),
            _ => None,
        };
        temporal.or_else(|| parsed(Schema::string(), content))
    }

    fn parse_container(&mut self) -> Option<Result<SchemaAndValue<'static>, DataError>> {
        let array = self.tokens.consume("[");
        if !array && !self.tokens.consume("{") {
            return None;
        }
        if self.depth >= DEPTH_MAX {
            return Some(Err(DataError::TooDeep { max: DEPTH_MAX }));
        }
        self.depth += 1;
        let container = if array {
            self.parse_array()
        } else {
            self.parse_map()
        };
        self.depth -= 1;
        Some(container)
    }

    fn parse_array(&mut self) -> Result<SchemaAndValue<'static>, DataError> {
        let mut elements = Vec::new();
        let mut common = CommonSchema::default();
        while self.tokens.has_next() {
            if self.tokens.consume("]") {
                return align_array(common.schema(), elements);
            }
            if self.tokens.consume(",") {
                return Err(DataError::EmptyArrayElement {
                    original: self.original(),
                });
            }
            let element = self.parse(true)?;
            common.add(&element);
            elements.push(element.map_or(Value::Null, |element| element.value));

            let end = self.tokens.mark();
            if self.tokens.consume("]") {
                self.tokens.rewind(end);
            } else if !self.tokens.consume(",") {
                return Err(DataError::ArrayDelimiterMissing);
            }
        }
        let original = self.original();
        Err(if self.tokens.previous() == Some(",") {
            DataError::ArrayElementMissing { original }
        } else {
            DataError::ArrayUnterminated { original }
        })
    }

    fn parse_map(&mut self) -> Result<SchemaAndValue<'static>, DataError> {
        let mut entries = Entries::default();
        let mut common_key = CommonSchema::default();
        let mut common_value = CommonSchema::default();
        while self.tokens.has_next() {
            if self.tokens.consume("}") {
                return align_map(common_key.schema(), common_value.schema(), entries);
            }
            if self.tokens.consume(",") {
                return Err(DataError::EmptyMapEntry {
                    original: self.original(),
                });
            }
            let key = self.parse(true)?;
            common_key.add(&key);
            let Some(key) = key.map(|key| key.value).filter(|key| !key.is_null()) else {
                return Err(DataError::NullMapKey {
                    original: self.original(),
                });
            };
            if !self.tokens.consume(":") {
                let position = self.tokens.position();
                return Err(DataError::MapColonMissing {
                    position,
                    original: self.original(),
                });
            }
            let value = self.parse(true)?;
            common_value.add(&value);
            entries.put(key, value.map_or(Value::Null, |value| value.value));
            self.tokens.consume(",");
        }
        let original = self.original();
        Err(if self.tokens.previous() == Some(",") {
            DataError::MapEntryMissing { original }
        } else {
            DataError::MapUnterminated { original }
        })
    }

    fn parse_token(&mut self, embedded: bool) -> Result<Parsed, DataError> {
        let token = self.tokens.next();
        let trimmed = trim(token);
        let Some(first) = trimmed.bytes().next() else {
            return Ok(parsed(Schema::string(), token.to_owned()));
        };
        if first.is_ascii_digit() {
            // An unescaped colon splits times, so that they are five tokens.
            let start = self.tokens.mark();
            if let Some(rest) = self.tokens.next_tokens(4)
                && let Some(temporal) = parse_temporal(&[trimmed, rest].concat())
            {
                return Ok(Some(temporal));
            }
            self.tokens.rewind(start);
            if let Some(temporal) = parse_temporal(trimmed) {
                return Ok(Some(temporal));
            }
        }
        if (first.is_ascii_digit() || first == b'+' || first == b'-')
            && let Ok(number) = trimmed.parse::<Decimal>()
        {
            return Ok(parse_number(number));
        }
        if embedded {
            return Err(DataError::EmbeddedValue);
        }
        Ok(parsed(Schema::string(), self.original()))
    }

    fn original(&self) -> String {
        self.tokens.original().to_owned()
    }
}

fn is_temporal(value: &SchemaAndValue<'static>) -> bool {
    matches!(value.value, Value::Date(_))
}

/// The smallest type that holds the number.
fn parse_number(number: Decimal) -> Parsed {
    if let Some(whole) = number.to_i64_exact() {
        return if let Ok(small) = i8::try_from(whole) {
            parsed(Schema::int8(), small)
        } else if let Ok(small) = i16::try_from(whole) {
            parsed(Schema::int16(), small)
        } else if let Ok(small) = i32::try_from(whole) {
            parsed(Schema::int32(), small)
        } else {
            parsed(Schema::int64(), whole)
        };
    }
    if number.scale() != 0 {
        let float = number.to_f32();
        if float.is_finite() {
            return parsed(Schema::float32(), float);
        }
        let double = number.to_f64();
        if double.is_finite() {
            return parsed(Schema::float64(), double);
        }
    }
    parsed(logical::decimal_schema(number.scale()), number)
}

/// The schema that all elements have in common, so far.
#[derive(Default)]
struct CommonSchema {
    common: Option<SchemaRef>,
    incompatible: bool,
}

impl CommonSchema {
    fn add(&mut self, element: &Parsed) {
        let Some(schema) = element.as_ref().and_then(|element| element.schema.as_ref()) else {
            return;
        };
        if self.incompatible {
            return;
        }
        self.common = match self.common.take() {
            None => Some(schema.clone()),
            Some(common) => merge(common, schema),
        };
        self.incompatible = self.common.is_none();
    }

    fn schema(self) -> Option<SchemaRef> {
        self.common
    }
}

/// COMPAT: only base types are compared, so that a Date and a Time merge into the later one.
fn merge(common: SchemaRef, schema: &SchemaRef) -> Option<SchemaRef> {
    let (one, other) = (common.schema_type(), schema.schema_type());
    if one == other {
        if !one.is_primitive() && common != *schema {
            return None;
        }
        return Some(schema.clone());
    }
    if one > Type::Float64 || other > Type::Float64 {
        return None;
    }
    Some(if one < other { schema.clone() } else { common })
}

fn align_array(
    element_schema: Option<SchemaRef>,
    elements: Vec<Value<'static>>,
) -> Result<SchemaAndValue<'static>, DataError> {
    let (builder, elements) = match element_schema {
        Some(schema) => {
            let aligned: Result<Vec<_>, _> = elements
                .into_iter()
                .map(|element| align(Some(&schema), element))
                .collect();
            (SchemaBuilder::array(schema), aligned?)
        }
        None => (SchemaBuilder::array_of_null(), elements),
    };
    Ok(SchemaAndValue::new(Some(builder.build()?), elements))
}

fn align_map(
    key_schema: Option<SchemaRef>,
    value_schema: Option<SchemaRef>,
    entries: Entries,
) -> Result<SchemaAndValue<'static>, DataError> {
    let Some(key_schema) = key_schema else {
        let schema = SchemaBuilder::map_of_null().build()?;
        return Ok(SchemaAndValue::new(Some(schema), entries.list));
    };
    let mut aligned = Entries::default();
    for (key, value) in entries.list {
        aligned.put(
            align(Some(&key_schema), key)?,
            align(value_schema.as_ref(), value)?,
        );
    }
    let builder = match value_schema {
        Some(value_schema) => SchemaBuilder::map(key_schema, value_schema),
        None => SchemaBuilder::map_with_null_values(key_schema),
    };
    Ok(SchemaAndValue::new(Some(builder.build()?), aligned.list))
}

fn align(schema: Option<&SchemaRef>, value: Value<'static>) -> Result<Value<'static>, DataError> {
    match schema {
        Some(schema) => convert_to(schema, None, value),
        None => Ok(value),
    }
}

/// Entries of a map in the order of their first keys.
#[derive(Default)]
struct Entries {
    list: Vec<(Value<'static>, Value<'static>)>,
    by_key: std::collections::HashMap<Value<'static>, usize>,
}

impl Entries {
    fn put(&mut self, key: Value<'static>, value: Value<'static>) {
        match self.by_key.get(&key) {
            Some(index) => self.list[*index].1 = value,
            None => {
                self.by_key.insert(key.clone(), self.list.len());
                self.list.push((key, value));
            }
        }
    }
}
