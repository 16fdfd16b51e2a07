//! What a `$Key` or `$Value` transformation works on, and what it demands of it.
//!
//! Owns the choice of the record's half, the guards with Kafka's texts, and the rule for a field
//! that goes from one struct to another. Must not know single transformations. Kafka counterparts:
//! Requirements, and the nested classes Key and Value of each transformation.

use std::borrow::Cow;

use connect_data::{ConnectRecord, DataError, Field, SchemaRef, Struct, Value, java_map};

use crate::errors::Failure;

/// The entries of a map.
pub(super) type Entries<'a> = Vec<(Value<'a>, Value<'a>)>;

/// The half of a record that a transformation works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Key,
    Value,
}

impl Operand {
    /// Which half the class is for: its name ends with `$Key` or `$Value`, or it has no halves.
    pub fn of_class(class: &str) -> Self {
        if class.ends_with("$Key") {
            Self::Key
        } else {
            Self::Value
        }
    }

    /// Schema and value.
    #[inline]
    pub fn of<'r, 'a>(
        self,
        record: &'r ConnectRecord<'a>,
    ) -> (Option<&'r SchemaRef>, &'r Value<'a>) {
        match self {
            Self::Key => (record.key_schema.as_ref(), &record.key),
            Self::Value => (record.value_schema.as_ref(), &record.value),
        }
    }

    /// Schema and value, to be changed.
    #[inline]
    pub fn of_mut<'r, 'a>(
        self,
        record: &'r mut ConnectRecord<'a>,
    ) -> (&'r mut Option<SchemaRef>, &'r mut Value<'a>) {
        match self {
            Self::Key => (&mut record.key_schema, &mut record.key),
            Self::Value => (&mut record.value_schema, &mut record.value),
        }
    }

    /// Puts a struct with its schema there.
    #[inline]
    pub fn set_struct<'a>(self, record: &mut ConnectRecord<'a>, updated: Struct<'a>) {
        let (schema, value) = self.of_mut(record);
        // The schema may well be the same one: a clone of the pointer costs less than to look.
        *schema = Some(updated.schema().clone());
        *value = Value::Struct(updated);
    }

    /// Puts a map without schema there.
    pub fn set_map<'a>(self, record: &mut ConnectRecord<'a>, updated: Entries<'a>) {
        let (schema, value) = self.of_mut(record);
        *schema = None;
        *value = Value::Map(updated);
    }
}

/// Takes the map out of a value without schema; nothing else will do.
pub(super) fn take_map<'a>(value: &mut Value<'a>, purpose: &str) -> Result<Entries<'a>, Failure> {
    match value {
        Value::Map(entries) => Ok(std::mem::take(entries)),
        other => Err(not_a_map(other, purpose)),
    }
}

/// Takes the struct out of a value with schema; nothing else will do.
pub(super) fn take_struct<'a>(value: &mut Value<'a>, purpose: &str) -> Result<Struct<'a>, Failure> {
    match std::mem::take(value) {
        Value::Struct(structure) => Ok(structure),
        other => Err(not_a_struct(&other, purpose)),
    }
}

/// The failure of a value without schema that is no map.
#[cold]
pub(super) fn not_a_map(value: &Value<'_>, purpose: &str) -> Failure {
    Failure::data(format!(
        "Only Map objects supported in absence of schema for [{purpose}], found: {}",
        value.class_name()
    ))
}

/// The failure of a value with schema that is no struct.
#[cold]
pub(super) fn not_a_struct(value: &Value<'_>, purpose: &str) -> Failure {
    Failure::data(format!(
        "Only Struct objects supported for [{purpose}], found: {}",
        value.class_name()
    ))
}

/// What a struct's field hands over when it is read by `Struct.get` (or `getWithoutDefault`) and
/// put into a field of the same schema. Only nulls are looked at: any other value was checked when
/// it was put where it comes from.
#[inline]
pub(super) fn carried<'a>(
    value: Value<'a>,
    field: &Field,
    replace_null_with_default: bool,
) -> Result<Value<'a>, DataError> {
    if value.is_null() {
        null_carried(field, replace_null_with_default)
    } else {
        Ok(value)
    }
}

#[cold]
fn null_carried<'a>(field: &Field, replace: bool) -> Result<Value<'a>, DataError> {
    let schema = field.schema();
    match schema.default_value() {
        Some(default) if replace => Ok(default.clone()),
        _ if schema.is_optional() => Ok(Value::Null),
        _ => Err(DataError::NullForRequired {
            location: format!("field: \"{}\"", field.name()),
            schema_type: schema.schema_type(),
        }),
    }
}

/// The place of a name in a map.
pub(super) fn position(entries: &Entries<'_>, name: &str) -> Option<usize> {
    entries
        .iter()
        .position(|(key, _)| matches!(key, Value::String(text) if text == name))
}

/// Sets a name in a map: in its place if it is there, at the end otherwise.
pub(super) fn put<'a>(entries: &mut Entries<'a>, name: &str, value: Value<'a>) {
    match position(entries, name) {
        Some(index) => entries[index].1 = value,
        None => {
            let key = Value::String(Cow::Owned(name.to_owned()));
            entries.push((key, value));
        }
    }
}

/// `value.getClass()` in messages.
pub(super) fn class_text(value: &Value<'_>) -> String {
    format!("class {}", value.class_name())
}

/// The name that is the key of an entry. Kafka casts keys to String when it looks at them.
pub(super) fn name_of<'k>(key: &'k Value<'_>) -> Result<&'k str, Failure> {
    match key {
        Value::String(name) => Ok(name),
        Value::Null => Ok("null"),
        other => {
            let class = other.class_name();
            Err(Failure::new(
                "java.lang.ClassCastException",
                format!(
                    "class {class} cannot be cast to class java.lang.String ({class} and \
                     java.lang.String are in module java.base of loader 'bootstrap')"
                ),
            ))
        }
    }
}

/// Replaces nulls in a struct's values by what [`carried`] makes of them.
#[inline]
pub(super) fn carry_all(
    values: &mut [Value<'_>],
    fields: &[Field],
    replace_null_with_default: bool,
) -> Result<(), DataError> {
    for (value, field) in values.iter_mut().zip(fields) {
        if value.is_null() {
            *value = null_carried(field, replace_null_with_default)?;
        }
    }
    Ok(())
}

/// The entries as a copy of a HashMap lists them that had `before` entries when it was copied.
///
/// COMPAT: Kafka's transformations copy maps into HashMaps, and users compare the JSON that is
/// written of them.
pub(super) fn in_order_of_copy(entries: Entries<'_>, before: usize) -> Entries<'_> {
    java_map::copied(entries, before)
}

/// The entries as a HashMap lists them that was made for `capacity` entries.
pub(super) fn in_order_of_new(entries: Entries<'_>, capacity: usize) -> Entries<'_> {
    java_map::sized(entries, capacity)
}
