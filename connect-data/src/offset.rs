//! Source partitions and source offsets: small ordered maps from text to primitive values.
//!
//! The type itself carries the rules of Kafka's `OffsetUtils.validateFormat`: keys are text and
//! values are primitive or null.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::java_text::double_text;
use crate::value::double_bits;

/// A value in a source partition or source offset.
#[derive(Debug, Clone)]
pub enum OffsetValue<'a> {
    /// Null.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer of any width; stored offsets come back with 64 bits.
    Integer(i64),
    /// A number of any precision; stored offsets come back with 64 bits.
    Float(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes; stored as base64 text.
    Bytes(Cow<'a, [u8]>),
}

impl OffsetValue<'_> {
    /// The same value without borrowing.
    pub fn into_owned(self) -> OffsetValue<'static> {
        match self {
            Self::Null => OffsetValue::Null,
            Self::Boolean(value) => OffsetValue::Boolean(value),
            Self::Integer(value) => OffsetValue::Integer(value),
            Self::Float(value) => OffsetValue::Float(value),
            Self::Text(text) => OffsetValue::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => OffsetValue::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }

    /// The number of an Integer.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a Text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl PartialEq for OffsetValue<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Float(one), Self::Float(other)) => double_bits(*one) == double_bits(*other),
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for OffsetValue<'_> {}

impl Hash for OffsetValue<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Boolean(value) => value.hash(state),
            Self::Integer(value) => value.hash(state),
            Self::Float(value) => double_bits(*value).hash(state),
            Self::Text(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
        }
    }
}

impl fmt::Display for OffsetValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(&double_text(*value)),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => f.write_str(&crate::java_text::bytes_text(bytes)),
        }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident;)*) => {
        $(
            impl<'a> From<$source> for OffsetValue<'a> {
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
    i32 => Integer;
    i64 => Integer;
    f64 => Float;
    &'a str => Text;
    String => Text;
    Cow<'a, str> => Text;
    &'a [u8] => Bytes;
    Vec<u8> => Bytes;
}

/// One key with its value.
type Entry<'a> = (Cow<'a, str>, OffsetValue<'a>);

/// Entries with room for the usual single one. A `SmallVec` would make the map invariant, so that
/// an owned map could not stand where a borrowed one does.
#[derive(Debug, Clone)]
enum Entries<'a> {
    One([Entry<'a>; 1]),
    Several(Vec<Entry<'a>>),
}

/// A source partition or a source offset. Keeps the order of its entries; order does not count
/// when maps are compared. One entry needs no allocation of its own.
#[derive(Debug, Clone)]
pub struct OffsetMap<'a> {
    entries: Entries<'a>,
}

impl Default for OffsetMap<'_> {
    fn default() -> Self {
        Self {
            entries: Entries::Several(Vec::new()),
        }
    }
}

impl<'a> OffsetMap<'a> {
    /// No entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// One entry, the usual case.
    #[inline]
    pub fn of(key: impl Into<Cow<'a, str>>, value: impl Into<OffsetValue<'a>>) -> Self {
        Self {
            entries: Entries::One([(key.into(), value.into())]),
        }
    }

    /// Sets a key; a later value replaces an earlier one in its place.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<OffsetValue<'a>>) {
        let (key, value) = (key.into(), value.into());
        let entries = match &mut self.entries {
            Entries::One(entries) => entries.as_mut_slice(),
            Entries::Several(entries) => entries,
        };
        match entries.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.push_new(key, value),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&OffsetValue<'a>> {
        self.as_slice()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &OffsetValue<'a>)> {
        self.as_slice()
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// The same map without borrowing.
    pub fn into_owned(self) -> OffsetMap<'static> {
        let owned = |(key, value): Entry<'a>| -> Entry<'static> {
            (Cow::Owned(key.into_owned()), value.into_owned())
        };
        OffsetMap {
            entries: match self.entries {
                Entries::One([entry]) => Entries::One([owned(entry)]),
                Entries::Several(entries) => {
                    Entries::Several(entries.into_iter().map(owned).collect())
                }
            },
        }
    }

    /// The only entry, when there is one.
    #[inline]
    pub(crate) fn single(&self) -> Option<(&str, &OffsetValue<'a>)> {
        match &self.entries {
            Entries::One([(key, value)]) => Some((key, value)),
            Entries::Several(_) => None,
        }
    }

    /// Adds an entry whose key is known to be new.
    pub(crate) fn push_new(&mut self, key: Cow<'a, str>, value: OffsetValue<'a>) {
        let entry = (key, value);
        self.entries = match std::mem::replace(&mut self.entries, Entries::Several(Vec::new())) {
            Entries::Several(entries) if entries.is_empty() => Entries::One([entry]),
            Entries::Several(mut entries) => {
                entries.push(entry);
                Entries::Several(entries)
            }
            Entries::One([first]) => Entries::Several(vec![first, entry]),
        };
    }

    #[inline]
    fn as_slice(&self) -> &[Entry<'a>] {
        match &self.entries {
            Entries::One(entries) => entries,
            Entries::Several(entries) => entries,
        }
    }

    fn sorted(&self) -> Vec<&Entry<'a>> {
        let mut entries: Vec<_> = self.as_slice().iter().collect();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        entries
    }
}

impl PartialEq for OffsetMap<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.as_slice().len() == other.as_slice().len()
            && (self.as_slice() == other.as_slice()
                || (self.as_slice().len() > 1 && self.sorted() == other.sorted()))
    }
}

impl Eq for OffsetMap<'_> {}

impl Hash for OffsetMap<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.as_slice() {
            [entry] => [entry].hash(state),
            _ => self.sorted().hash(state),
        }
    }
}

impl<'a, K: Into<Cow<'a, str>>, V: Into<OffsetValue<'a>>> FromIterator<(K, V)> for OffsetMap<'a> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<'a> IntoIterator for OffsetMap<'a> {
    type Item = (Cow<'a, str>, OffsetValue<'a>);
    type IntoIter = std::vec::IntoIter<Entry<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        match self.entries {
            Entries::One(entries) => Vec::from(entries),
            Entries::Several(entries) => entries,
        }
        .into_iter()
    }
}

impl fmt::Display for OffsetMap<'_> {
    /// As Java prints a map: `{filename=/tmp/x}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (key, value)) in self.as_slice().iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{key}={value}")?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests;
