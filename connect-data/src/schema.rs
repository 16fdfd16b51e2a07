//! Schemas: the type of a key, a value or a header, with Connect's attributes.
//!
//! A built [`Schema`] is immutable and shared by [`SchemaRef`]; comparing pointers first makes the
//! usual comparison free. Kafka counterpart: `ConnectSchema`, `Field`, `SchemaBuilder`.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use crate::{DataError, Value};

mod builder;
mod validate;

pub use builder::SchemaBuilder;
pub(crate) use builder::set_default;
pub use validate::validate_value;
pub(crate) use validate::{Location, class_or_base_matches, validate_at};

/// A shared schema.
pub type SchemaRef = Arc<Schema>;

/// The base type of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// 8-bit signed integer.
    Int8,
    /// 16-bit signed integer.
    Int16,
    /// 32-bit signed integer.
    Int32,
    /// 64-bit signed integer.
    Int64,
    /// 32-bit IEEE 754 number.
    Float32,
    /// 64-bit IEEE 754 number.
    Float64,
    /// True or false.
    Boolean,
    /// Text.
    String,
    /// Bytes.
    Bytes,
    /// Ordered elements of one schema.
    Array,
    /// Keys of one schema to values of one schema.
    Map,
    /// Named fields.
    Struct,
}

impl Type {
    /// Every type, in Kafka's order.
    pub const ALL: [Self; 12] = [
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::Float32,
        Self::Float64,
        Self::Boolean,
        Self::String,
        Self::Bytes,
        Self::Array,
        Self::Map,
        Self::Struct,
    ];

    /// The printable name: lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Array => "array",
            Self::Map => "map",
            Self::Struct => "struct",
        }
    }

    /// Whether this is neither ARRAY nor MAP nor STRUCT.
    pub fn is_primitive(self) -> bool {
        !matches!(self, Self::Array | Self::Map | Self::Struct)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int8 => "INT8",
            Self::Int16 => "INT16",
            Self::Int32 => "INT32",
            Self::Int64 => "INT64",
            Self::Float32 => "FLOAT32",
            Self::Float64 => "FLOAT64",
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Array => "ARRAY",
            Self::Map => "MAP",
            Self::Struct => "STRUCT",
        })
    }
}

/// One field of a STRUCT schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    name: String,
    index: usize,
    schema: SchemaRef,
}

impl Field {
    /// The field's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field's place, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The schema of the field's value.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Field{{name={}, index={}, schema={}}}",
            self.name, self.index, self.schema
        )
    }
}

/// Fields with their look-up by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    list: Vec<Field>,
    /// Only kept beyond `INDEX_FROM` fields: a few comparisons beat hashing.
    by_name: HashMap<String, usize>,
}

impl Fields {
    const INDEX_FROM: usize = 12;

    fn position(&self, name: &str) -> Option<usize> {
        if self.list.len() > Self::INDEX_FROM {
            self.by_name.get(name).copied()
        } else {
            self.list.iter().position(|field| field.name == name)
        }
    }

    /// Adds a field; false when there is one of that name.
    fn push(&mut self, name: String, schema: SchemaRef) -> bool {
        if self.position(&name).is_some() {
            return false;
        }
        let index = self.list.len();
        self.list.push(Field {
            name,
            index,
            schema,
        });
        if self.list.len() > Self::INDEX_FROM {
            let from = if self.by_name.is_empty() { 0 } else { index };
            for field in &self.list[from..] {
                self.by_name.insert(field.name.clone(), field.index);
            }
        }
        true
    }
}

/// A built schema. See [`SchemaBuilder`].
#[derive(Debug)]
pub struct Schema {
    schema_type: Type,
    optional: bool,
    default_value: Option<Value<'static>>,
    name: Option<String>,
    version: Option<i32>,
    doc: Option<String>,
    parameters: Option<Vec<(String, String)>>,
    fields: Fields,
    key_schema: Option<SchemaRef>,
    value_schema: Option<SchemaRef>,
    /// Which logical type the name stands for, found once.
    logical: Option<crate::logical::LogicalType>,
}

impl Schema {
    /// The base type.
    #[inline]
    pub fn schema_type(&self) -> Type {
        self.schema_type
    }

    /// Whether null is a value of this schema.
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// The default, if any. Never null.
    pub fn default_value(&self) -> Option<&Value<'static>> {
        self.default_value.as_ref()
    }

    /// The name of the record or logical type.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The version.
    pub fn version(&self) -> Option<i32> {
        self.version
    }

    /// The documentation.
    pub fn doc(&self) -> Option<&str> {
        self.doc.as_deref()
    }

    /// The parameters in the order they were given; none when none was given.
    pub fn parameters(&self) -> Option<&[(String, String)]> {
        self.parameters.as_deref()
    }

    /// One parameter.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters
            .as_deref()?
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// The fields of a STRUCT.
    pub fn fields(&self) -> Result<&[Field], DataError> {
        match self.schema_type {
            Type::Struct => Ok(&self.fields.list),
            _ => Err(DataError::FieldsOfNonStruct),
        }
    }

    /// One field of a STRUCT.
    pub fn field(&self, name: &str) -> Result<Option<&Field>, DataError> {
        match self.schema_type {
            Type::Struct => Ok(self
                .fields
                .position(name)
                .map(|index| &self.fields.list[index])),
            _ => Err(DataError::FieldOfNonStruct),
        }
    }

    /// The schema of a MAP's keys; none when the map was built without.
    pub fn key_schema(&self) -> Result<Option<&SchemaRef>, DataError> {
        match self.schema_type {
            Type::Map => Ok(self.key_schema.as_ref()),
            _ => Err(DataError::KeySchemaOfNonMap),
        }
    }

    /// The schema of an ARRAY's elements or a MAP's values; none when built without.
    pub fn value_schema(&self) -> Result<Option<&SchemaRef>, DataError> {
        match self.schema_type {
            Type::Map | Type::Array => Ok(self.value_schema.as_ref()),
            _ => Err(DataError::ValueSchemaOfNonContainer),
        }
    }

    /// The logical type that the name stands for, whatever the base type is.
    pub fn logical_type(&self) -> Option<crate::logical::LogicalType> {
        self.logical
    }

    /// The fields of a STRUCT, empty for other types.
    pub(crate) fn field_list(&self) -> &[Field] {
        &self.fields.list
    }

    /// The key schema, none for other types.
    pub(crate) fn key_schema_or_none(&self) -> Option<&SchemaRef> {
        self.key_schema.as_ref()
    }

    /// The value schema, none for other types.
    pub(crate) fn value_schema_or_none(&self) -> Option<&SchemaRef> {
        self.value_schema.as_ref()
    }
}

macro_rules! constants {
    ($($required:ident, $optional:ident, $variant:ident;)*) => {
        impl Schema {
            $(
                #[doc = concat!("The plain required ", stringify!($variant), " schema.")]
                pub fn $required() -> SchemaRef {
                    static SCHEMA: LazyLock<SchemaRef> =
                        LazyLock::new(|| Arc::new(Schema::plain(Type::$variant, false)));
                    SCHEMA.clone()
                }

                #[doc = concat!("The plain optional ", stringify!($variant), " schema.")]
                pub fn $optional() -> SchemaRef {
                    static SCHEMA: LazyLock<SchemaRef> =
                        LazyLock::new(|| Arc::new(Schema::plain(Type::$variant, true)));
                    SCHEMA.clone()
                }
            )*

            /// Every constant, required and optional.
            pub fn constants() -> Vec<SchemaRef> {
                vec![$(Self::$required(), Self::$optional(),)*]
            }
        }
    };
}

constants! {
    int8, optional_int8, Int8;
    int16, optional_int16, Int16;
    int32, optional_int32, Int32;
    int64, optional_int64, Int64;
    float32, optional_float32, Float32;
    float64, optional_float64, Float64;
    boolean, optional_boolean, Boolean;
    string, optional_string, String;
    bytes, optional_bytes, Bytes;
}

impl Schema {
    fn plain(schema_type: Type, optional: bool) -> Self {
        Self {
            schema_type,
            optional,
            default_value: None,
            name: None,
            version: None,
            doc: None,
            parameters: None,
            fields: Fields::default(),
            key_schema: None,
            value_schema: None,
            logical: None,
        }
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        self.schema_type == other.schema_type
            && self.optional == other.optional
            && self.version == other.version
            && self.name == other.name
            && self.doc == other.doc
            && same_parameters(self.parameters(), other.parameters())
            && self.default_value == other.default_value
            && self.fields.list == other.fields.list
            && self.key_schema == other.key_schema
            && self.value_schema == other.value_schema
    }
}

impl Eq for Schema {}

/// Parameters are a map in Kafka: their order does not count.
pub(crate) fn same_parameters(
    one: Option<&[(String, String)]>,
    other: Option<&[(String, String)]>,
) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one == other || {
                let mut one: Vec<_> = one.iter().collect();
                let mut other: Vec<_> = other.iter().collect();
                one.sort();
                other.sort();
                one == other
            }
        }
        _ => false,
    }
}

impl Hash for Schema {
    /// Shallow: what tells schemas apart in practice, without walking down.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.schema_type.hash(state);
        self.optional.hash(state);
        self.name.hash(state);
        self.version.hash(state);
        self.fields.list.len().hash(state);
        for field in &self.fields.list {
            field.name.hash(state);
            field.schema.schema_type.hash(state);
        }
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "Schema{{{}:{}}}", name, self.schema_type),
            None => write!(f, "Schema{{{}}}", self.schema_type),
        }
    }
}

#[cfg(test)]
mod tests;
