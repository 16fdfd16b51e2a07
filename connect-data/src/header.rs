//! Headers of a record: an ordered list in which a key may occur again. Kafka counterpart:
//! `ConnectHeaders`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use crate::logical;
use crate::schema::class_or_base_matches;
use crate::{DataError, Decimal, Schema, SchemaAndValue, SchemaRef, Struct, Type, Value};

/// One header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// The schema, if the value has one.
    pub schema: Option<SchemaRef>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Header<'a> {
    /// A header of another key.
    #[must_use]
    pub fn rename(self, key: impl Into<Cow<'a, str>>) -> Self {
        Self {
            key: key.into(),
            ..self
        }
    }

    /// A header of another value.
    #[must_use]
    pub fn with(self, schema: Option<SchemaRef>, value: Value<'a>) -> Self {
        Self {
            key: self.key,
            schema,
            value,
        }
    }

    /// The same header without borrowing.
    pub fn into_owned(self) -> Header<'static> {
        Header {
            key: Cow::Owned(self.key.into_owned()),
            schema: self.schema,
            value: self.value.into_owned(),
        }
    }
}

impl fmt::Display for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ConnectHeader(key={}, value={}, schema={})",
            self.key,
            self.value.to_java_string(),
            crate::java_text::schema_text(self.schema.as_ref()),
        )
    }
}

/// The headers of a record. Empty ones own no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectHeaders<'a> {
    headers: Vec<Header<'a>>,
}

impl<'a> ConnectHeaders<'a> {
    /// No headers.
    pub const fn new() -> Self {
        Self {
            headers: Vec::new(),
        }
    }

    /// The number of headers.
    pub fn len(&self) -> usize {
        self.headers.len()
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }

    /// The headers in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header<'a>> {
        self.headers.iter()
    }

    /// Removes all headers.
    pub fn clear(&mut self) {
        self.headers.clear();
    }

    /// Adds a header after checking the class of its value.
    pub fn add(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        schema_and_value: SchemaAndValue<'a>,
    ) -> Result<&mut Self, DataError> {
        let SchemaAndValue { schema, value } = schema_and_value;
        if let Some(schema) = &schema {
            check(schema, &value)?;
        }
        Ok(self.add_unchecked(key, schema, value))
    }

    /// Adds a header as it is; the schema of a Struct is filled in where none is given.
    pub fn add_unchecked(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        schema: Option<SchemaRef>,
        value: Value<'a>,
    ) -> &mut Self {
        let schema = match (schema, &value) {
            (None, Value::Struct(value)) => Some(value.schema().clone()),
            (schema, _) => schema,
        };
        self.headers.push(Header {
            key: key.into(),
            schema,
            value,
        });
        self
    }

    /// The last header with that key.
    pub fn last_with_name(&self, key: &str) -> Option<&Header<'a>> {
        self.headers.iter().rev().find(|header| header.key == key)
    }

    /// All headers with that key, in order.
    pub fn all_with_name<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s Header<'a>> {
        self.headers.iter().filter(move |header| header.key == key)
    }

    /// Removes all headers with that key.
    pub fn remove(&mut self, key: &str) -> &mut Self {
        self.headers.retain(|header| header.key != key);
        self
    }

    /// Keeps only the last header with that key.
    pub fn retain_latest_of(&mut self, key: &str) -> &mut Self {
        if let Some(last) = self.headers.iter().rposition(|header| header.key == key) {
            let mut index = 0;
            self.headers.retain(|header| {
                index += 1;
                header.key != key || index - 1 == last
            });
        }
        self
    }

    /// Keeps only the last header of every key.
    pub fn retain_latest(&mut self) -> &mut Self {
        let mut seen = HashSet::new();
        let mut keep: Vec<bool> = self
            .headers
            .iter()
            .rev()
            .map(|header| seen.insert(header.key.clone()))
            .collect();
        self.headers
            .retain(|_| keep.pop().expect("one for each header"));
        self
    }

    /// Replaces every header by what the function makes of it; none removes it.
    pub fn apply(
        &mut self,
        mut transform: impl FnMut(Header<'a>) -> Option<Header<'a>>,
    ) -> &mut Self {
        self.headers = std::mem::take(&mut self.headers)
            .into_iter()
            .filter_map(&mut transform)
            .collect();
        self
    }

    /// Replaces the headers of one key by what the function makes of them; none removes it.
    pub fn apply_to(
        &mut self,
        key: &str,
        mut transform: impl FnMut(Header<'a>) -> Option<Header<'a>>,
    ) -> &mut Self {
        self.apply(|header| {
            if header.key == key {
                transform(header)
            } else {
                Some(header)
            }
        })
    }

    /// The same headers without borrowing.
    pub fn into_owned(self) -> ConnectHeaders<'static> {
        if self.headers.is_empty() {
            return ConnectHeaders::new();
        }
        ConnectHeaders {
            headers: self.headers.into_iter().map(Header::into_owned).collect(),
        }
    }

    /// Room for that many headers.
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self {
            headers: Vec::with_capacity(count),
        }
    }

    pub(crate) fn push(&mut self, header: Header<'a>) {
        self.headers.push(header);
    }
}

macro_rules! adders {
    ($($name:ident, $of:ty, $schema:ident;)*) => {
        impl<'a> ConnectHeaders<'a> {
            $(
                #[doc = concat!("Adds a header with the required ", stringify!($schema), " schema.")]
                pub fn $name(&mut self, key: impl Into<Cow<'a, str>>, value: $of) -> &mut Self {
                    self.add_unchecked(key, Some(Schema::$schema()), value.into())
                }
            )*
        }
    };
}

adders! {
    add_boolean, bool, boolean;
    add_byte, i8, int8;
    add_short, i16, int16;
    add_int, i32, int32;
    add_long, i64, int64;
    add_float, f32, float32;
    add_double, f64, float64;
}

impl<'a> ConnectHeaders<'a> {
    /// Adds text; null gets the optional schema.
    pub fn add_string(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Option<Cow<'a, str>>,
    ) -> &mut Self {
        let schema = if value.is_some() {
            Schema::string()
        } else {
            Schema::optional_string()
        };
        self.add_unchecked(key, Some(schema), value.into())
    }

    /// Adds bytes; null gets the optional schema.
    pub fn add_bytes(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Option<Cow<'a, [u8]>>,
    ) -> &mut Self {
        let schema = if value.is_some() {
            Schema::bytes()
        } else {
            Schema::optional_bytes()
        };
        self.add_unchecked(key, Some(schema), value.into())
    }

    /// Adds a decimal with a schema of its scale; null gets no schema.
    pub fn add_decimal(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Option<Decimal>,
    ) -> &mut Self {
        let schema = value
            .as_ref()
            .map(|value| logical::decimal_schema(value.scale()));
        self.add_unchecked(key, schema, value.into())
    }

    /// Adds a Date, which must be midnight UTC. Null is stored with the required schema.
    pub fn add_date(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        millis: Option<i64>,
    ) -> Result<&mut Self, DataError> {
        let schema = logical::date_schema();
        millis
            .map(|millis| logical::date_to_days(&schema, millis))
            .transpose()?;
        Ok(self.add_unchecked(key, Some(schema), date(millis)))
    }

    /// Adds a Time, which must be on the first day. Null is stored with the required schema.
    pub fn add_time(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        millis: Option<i64>,
    ) -> Result<&mut Self, DataError> {
        let schema = logical::time_schema();
        millis
            .map(|millis| logical::time_to_millis(&schema, millis))
            .transpose()?;
        Ok(self.add_unchecked(key, Some(schema), date(millis)))
    }

    /// Adds a Timestamp. Null is stored with the required schema.
    pub fn add_timestamp(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        millis: Option<i64>,
    ) -> &mut Self {
        self.add_unchecked(key, Some(logical::timestamp_schema()), date(millis))
    }

    /// Adds a list with an ARRAY schema; null gets no schema.
    pub fn add_list(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Option<Vec<Value<'a>>>,
        schema: SchemaRef,
    ) -> Result<&mut Self, DataError> {
        self.add_container(key, value.into(), schema, Type::Array)
    }

    /// Adds a map with a MAP schema; null gets no schema.
    pub fn add_map(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Option<Vec<(Value<'a>, Value<'a>)>>,
        schema: SchemaRef,
    ) -> Result<&mut Self, DataError> {
        self.add_container(key, value.into(), schema, Type::Map)
    }

    /// Adds a struct with its own schema; null gets no schema.
    pub fn add_struct(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Option<Struct<'a>>,
    ) -> &mut Self {
        self.add_unchecked(key, None, value.into())
    }

    fn add_container(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        value: Value<'a>,
        schema: SchemaRef,
        expected: Type,
    ) -> Result<&mut Self, DataError> {
        if value.is_null() {
            return Ok(self.add_unchecked(key, None, value));
        }
        if schema.schema_type() != expected {
            return Err(DataError::HeaderSchemaType {
                expected,
                found: schema.schema_type(),
            });
        }
        check(&schema, &value)?;
        Ok(self.add_unchecked(key, Some(schema), value))
    }
}

fn date<'a>(millis: Option<i64>) -> Value<'a> {
    millis.map_or(Value::Null, Value::Date)
}

/// What `ConnectHeaders.checkSchemaMatches` checks: the class, not the elements.
fn check(schema: &Schema, value: &Value<'_>) -> Result<(), DataError> {
    if value.is_null() {
        if schema.is_optional() {
            return Ok(());
        }
        return Err(DataError::HeaderNullForRequired {
            schema: schema.to_string(),
        });
    }
    if class_or_base_matches(schema, value) {
        return Ok(());
    }
    Err(DataError::HeaderIncompatible {
        value: value.to_java_string(),
        schema: schema.to_string(),
    })
}

impl<'h, 'a> IntoIterator for &'h ConnectHeaders<'a> {
    type Item = &'h Header<'a>;
    type IntoIter = std::slice::Iter<'h, Header<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.headers.iter()
    }
}

impl<'a> IntoIterator for ConnectHeaders<'a> {
    type Item = Header<'a>;
    type IntoIter = std::vec::IntoIter<Header<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.headers.into_iter()
    }
}

impl<'a> FromIterator<Header<'a>> for ConnectHeaders<'a> {
    fn from_iter<I: IntoIterator<Item = Header<'a>>>(headers: I) -> Self {
        Self {
            headers: headers.into_iter().collect(),
        }
    }
}

impl fmt::Display for ConnectHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectHeaders(headers=")?;
        for (index, header) in self.headers.iter().enumerate() {
            write!(f, "{}{header}", if index == 0 { "[" } else { ", " })?;
        }
        f.write_str(if self.headers.is_empty() { ")" } else { "])" })
    }
}

#[cfg(test)]
mod tests;
