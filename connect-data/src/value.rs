//! Values: what a record carries, with or without a schema.
//!
//! Equality is that of the Java objects: floats by bits, maps without regard to order. Bytes are
//! compared by content everywhere, where Java compares arrays inside lists by identity.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use crate::{Decimal, SchemaRef, Struct};

/// A value. Borrows text and bytes where it can.
#[derive(Debug, Clone, Default)]
pub enum Value<'a> {
    /// No value.
    #[default]
    Null,
    /// `java.lang.Boolean`.
    Boolean(bool),
    /// `java.lang.Byte`.
    Int8(i8),
    /// `java.lang.Short`.
    Int16(i16),
    /// `java.lang.Integer`.
    Int32(i32),
    /// `java.lang.Long`.
    Int64(i64),
    /// `java.lang.Float`.
    Float32(f32),
    /// `java.lang.Double`.
    Float64(f64),
    /// `java.lang.String`.
    String(Cow<'a, str>),
    /// `byte[]` or `java.nio.ByteBuffer`.
    Bytes(Cow<'a, [u8]>),
    /// `java.util.List`.
    Array(Vec<Value<'a>>),
    /// `java.util.Map`, in the order of its entries. Keys are expected to be distinct.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// `org.apache.kafka.connect.data.Struct`.
    Struct(Struct<'a>),
    /// `java.math.BigDecimal`.
    Decimal(Decimal),
    /// `java.util.Date`: milliseconds since 1970-01-01T00:00:00Z. The value of the logical types
    /// Date, Time and Timestamp.
    Date(i64),
}

impl<'a> Value<'a> {
    /// Whether this is null.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same value without borrowing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(value),
            Self::Int8(value) => Value::Int8(value),
            Self::Int16(value) => Value::Int16(value),
            Self::Int32(value) => Value::Int32(value),
            Self::Int64(value) => Value::Int64(value),
            Self::Float32(value) => Value::Float32(value),
            Self::Float64(value) => Value::Float64(value),
            Self::String(value) => Value::String(Cow::Owned(value.into_owned())),
            Self::Bytes(value) => Value::Bytes(Cow::Owned(value.into_owned())),
            Self::Array(elements) => {
                Value::Array(elements.into_iter().map(Value::into_owned).collect())
            }
            Self::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.into_owned(), value.into_owned()))
                    .collect(),
            ),
            Self::Struct(value) => Value::Struct(value.into_owned()),
            Self::Decimal(value) => Value::Decimal(value),
            Self::Date(millis) => Value::Date(millis),
        }
    }

    /// The text of a String.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes of a Bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The struct of a Struct.
    pub fn as_struct(&self) -> Option<&Struct<'a>> {
        match self {
            Self::Struct(value) => Some(value),
            _ => None,
        }
    }

    /// The number of an Int8, Int16, Int32 or Int64.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Int8(value) => Some(i64::from(*value)),
            Self::Int16(value) => Some(i64::from(*value)),
            Self::Int32(value) => Some(i64::from(*value)),
            Self::Int64(value) => Some(*value),
            _ => None,
        }
    }

    /// The Java class that holds such a value, as `Class.getName` prints it; `null` for Null.
    pub fn class_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "java.lang.Boolean",
            Self::Int8(_) => "java.lang.Byte",
            Self::Int16(_) => "java.lang.Short",
            Self::Int32(_) => "java.lang.Integer",
            Self::Int64(_) => "java.lang.Long",
            Self::Float32(_) => "java.lang.Float",
            Self::Float64(_) => "java.lang.Double",
            Self::String(_) => "java.lang.String",
            Self::Bytes(_) => "[B",
            Self::Array(_) => "java.util.ArrayList",
            Self::Map(_) => "java.util.HashMap",
            Self::Struct(_) => "org.apache.kafka.connect.data.Struct",
            Self::Decimal(_) => "java.math.BigDecimal",
            Self::Date(_) => "java.util.Date",
        }
    }

    /// The text of `String.valueOf` in Java.
    pub fn to_java_string(&self) -> String {
        crate::java_text::value_text(self)
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::Int8(one), Self::Int8(other)) => one == other,
            (Self::Int16(one), Self::Int16(other)) => one == other,
            (Self::Int32(one), Self::Int32(other)) => one == other,
            (Self::Int64(one), Self::Int64(other)) => one == other,
            (Self::Float32(one), Self::Float32(other)) => float_bits(*one) == float_bits(*other),
            (Self::Float64(one), Self::Float64(other)) => double_bits(*one) == double_bits(*other),
            (Self::String(one), Self::String(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Array(one), Self::Array(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => same_entries(one, other),
            (Self::Struct(one), Self::Struct(other)) => one == other,
            (Self::Decimal(one), Self::Decimal(other)) => one == other,
            (Self::Date(one), Self::Date(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Value<'_> {}

impl Hash for Value<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Boolean(value) => value.hash(state),
            Self::Int8(value) => value.hash(state),
            Self::Int16(value) => value.hash(state),
            Self::Int32(value) => value.hash(state),
            Self::Int64(value) | Self::Date(value) => value.hash(state),
            Self::Float32(value) => float_bits(*value).hash(state),
            Self::Float64(value) => double_bits(*value).hash(state),
            Self::String(value) => value.hash(state),
            Self::Bytes(value) => value.hash(state),
            Self::Array(elements) => elements.hash(state),
            // Order does not count, so neither may it here.
            Self::Map(entries) => entries.len().hash(state),
            Self::Struct(value) => value.values().hash(state),
            Self::Decimal(value) => value.hash(state),
        }
    }
}

/// Bits as `Float.equals` compares them: every NaN is the same.
pub(crate) fn float_bits(value: f32) -> u32 {
    if value.is_nan() {
        f32::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

/// Bits as `Double.equals` compares them: every NaN is the same.
pub(crate) fn double_bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

fn same_entries(one: &[(Value<'_>, Value<'_>)], other: &[(Value<'_>, Value<'_>)]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if one == other {
        return true;
    }
    let by_key: HashMap<&Value<'_>, &Value<'_>> =
        other.iter().map(|(key, value)| (key, value)).collect();
    by_key.len() == other.len()
        && one
            .iter()
            .all(|(key, value)| by_key.get(key).is_some_and(|other| *other == value))
}

/// A value with its schema, if it has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaAndValue<'a> {
    /// The schema.
    pub schema: Option<SchemaRef>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> SchemaAndValue<'a> {
    /// No schema, no value.
    pub const NULL: Self = Self {
        schema: None,
        value: Value::Null,
    };

    /// Pairs a schema with a value; nothing is checked, as in Kafka.
    pub fn new(schema: Option<SchemaRef>, value: impl Into<Value<'a>>) -> Self {
        Self {
            schema,
            value: value.into(),
        }
    }

    /// The same without borrowing.
    pub fn into_owned(self) -> SchemaAndValue<'static> {
        SchemaAndValue {
            schema: self.schema,
            value: self.value.into_owned(),
        }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident;)*) => {
        $(
            impl<'a> From<$source> for Value<'a> {
                #[inline]
                fn from(value: $source) -> Self {
                    Self::$variant(value.into())
                }
            }
        )*
    };
}

from! {
    bool => Boolean;
    i8 => Int8;
    i16 => Int16;
    i32 => Int32;
    i64 => Int64;
    f32 => Float32;
    f64 => Float64;
    &'a str => String;
    String => String;
    Cow<'a, str> => String;
    &'a [u8] => Bytes;
    Vec<u8> => Bytes;
    Cow<'a, [u8]> => Bytes;
    Vec<Value<'a>> => Array;
    Vec<(Value<'a>, Value<'a>)> => Map;
    Struct<'a> => Struct;
    Decimal => Decimal;
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests;
