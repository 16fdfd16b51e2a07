//! A record value with named fields. Kafka counterpart: `Struct`.

use std::fmt;

use crate::schema::{Location, validate_at};
use crate::{DataError, Field, SchemaRef, Type, Value};

/// Values for the fields of a STRUCT schema, in the schema's order. An unset field is null.
#[derive(Debug, Clone)]
pub struct Struct<'a> {
    schema: SchemaRef,
    values: Vec<Value<'a>>,
}

impl<'a> Struct<'a> {
    /// An empty struct of a STRUCT schema.
    pub fn new(schema: SchemaRef) -> Result<Self, DataError> {
        if schema.schema_type() != Type::Struct {
            return Err(DataError::NotAStructSchema {
                schema: schema.to_string(),
            });
        }
        let mut values = Vec::new();
        values.resize_with(schema.field_list().len(), Value::default);
        Ok(Self { schema, values })
    }

    /// A struct whose values were already matched with the fields: their classes are not checked.
    ///
    /// # Panics
    /// When there are not as many values as fields.
    pub fn from_values(schema: SchemaRef, values: Vec<Value<'a>>) -> Self {
        assert_eq!(
            schema.field_list().len(),
            values.len(),
            "a value for each field"
        );
        Self { schema, values }
    }

    /// The schema.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The stored values by field index, without defaults.
    pub fn values(&self) -> &[Value<'a>] {
        &self.values
    }

    /// The stored values, given up.
    pub fn into_values(self) -> Vec<Value<'a>> {
        self.values
    }

    /// The schema and the stored values.
    pub fn into_parts(self) -> (SchemaRef, Vec<Value<'a>>) {
        (self.schema, self.values)
    }

    /// The value of a field, or the default of its schema where the value is null.
    pub fn get(&self, name: &str) -> Result<&Value<'a>, DataError> {
        Ok(self.get_at(self.look_up(name)?.index()))
    }

    /// The value of the field with that index, or the default of its schema where it is null.
    ///
    /// # Panics
    /// When the schema has no such index.
    pub fn get_at(&self, index: usize) -> &Value<'a> {
        let value = &self.values[index];
        if value.is_null()
            && let Some(default) = self.schema.field_list()[index].schema().default_value()
        {
            return default;
        }
        value
    }

    /// The stored value of a field, null when unset.
    pub fn get_without_default(&self, name: &str) -> Result<&Value<'a>, DataError> {
        Ok(&self.values[self.look_up(name)?.index()])
    }

    /// Sets a field, after checking the value against the field's schema. A null for a required
    /// field is refused even where there is a default.
    pub fn put(&mut self, name: &str, value: impl Into<Value<'a>>) -> Result<&mut Self, DataError> {
        let index = self.look_up(name)?.index();
        self.put_at(index, value.into())
    }

    /// Sets the field with that index, checked as in [`Struct::put`].
    ///
    /// # Panics
    /// When the schema has no such index.
    pub fn put_at(&mut self, index: usize, value: Value<'a>) -> Result<&mut Self, DataError> {
        let field = &self.schema.field_list()[index];
        validate_at(&Location::Field(field.name()), field.schema(), &value)?;
        self.values[index] = value;
        Ok(self)
    }

    /// Checks all fields: null is accepted where the field is optional or has a default.
    pub fn validate(&self) -> Result<(), DataError> {
        for (field, value) in self.schema.field_list().iter().zip(&self.values) {
            let schema = field.schema();
            if value.is_null() && (schema.is_optional() || schema.default_value().is_some()) {
                continue;
            }
            validate_at(&Location::Field(field.name()), schema, value)?;
        }
        Ok(())
    }

    /// The same struct without borrowing.
    pub fn into_owned(self) -> Struct<'static> {
        Struct {
            schema: self.schema,
            values: self.values.into_iter().map(Value::into_owned).collect(),
        }
    }

    fn look_up(&self, name: &str) -> Result<&Field, DataError> {
        // The schema is a STRUCT, so that the look-up itself cannot fail.
        self.schema
            .field(name)?
            .ok_or_else(|| DataError::InvalidFieldName {
                field: name.to_owned(),
            })
    }

    fn typed(&self, name: &str, expected: Type) -> Result<&Value<'a>, DataError> {
        let field = self.look_up(name)?;
        if field.schema().schema_type() != expected {
            return Err(DataError::FieldNotOfType {
                field: name.to_owned(),
                expected,
            });
        }
        Ok(&self.values[field.index()])
    }
}

macro_rules! getters {
    ($($name:ident, $variant:ident, $of:ty, |$value:ident| $get:expr;)*) => {
        impl<'a> Struct<'a> {
            $(
                #[doc = concat!("The stored value of a ", stringify!($variant), " field; defaults are not applied.")]
                pub fn $name(&self, name: &str) -> Result<Option<$of>, DataError> {
                    Ok(match self.typed(name, Type::$variant)? {
                        Value::$variant($value) => Some($get),
                        _ => None,
                    })
                }
            )*
        }
    };
}

getters! {
    get_int8, Int8, i8, |value| *value;
    get_int16, Int16, i16, |value| *value;
    get_int32, Int32, i32, |value| *value;
    get_int64, Int64, i64, |value| *value;
    get_float32, Float32, f32, |value| *value;
    get_float64, Float64, f64, |value| *value;
    get_boolean, Boolean, bool, |value| *value;
    get_string, String, &str, |value| value.as_ref();
    get_bytes, Bytes, &[u8], |value| value.as_ref();
    get_array, Array, &[Value<'a>], |value| value;
    get_map, Map, &[(Value<'a>, Value<'a>)], |value| value;
    get_struct, Struct, &Struct<'a>, |value| value;
}

impl PartialEq for Struct<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema && self.values == other.values
    }
}

impl Eq for Struct<'_> {}

impl fmt::Display for Struct<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Struct{")?;
        let mut first = true;
        for (field, value) in self.schema.field_list().iter().zip(&self.values) {
            if value.is_null() {
                continue;
            }
            if !first {
                f.write_str(",")?;
            }
            first = false;
            write!(f, "{}={}", field.name(), value.to_java_string())?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests;
