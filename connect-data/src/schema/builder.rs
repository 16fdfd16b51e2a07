//! Builds schemas, with the checks of Kafka's `SchemaBuilder`.
//!
//! Calls chain; the first error is kept and comes out of [`SchemaBuilder::build`]. Java throws
//! from the call itself, the outcome is the same.

use std::sync::Arc;

use super::{Fields, Schema, SchemaRef, Type, validate_at};
use crate::logical::LogicalType;
use crate::schema::Location;
use crate::{DataError, Value};

/// Builds a [`Schema`]. A property may be set once; setting the same value again is accepted.
#[derive(Debug)]
#[must_use]
pub struct SchemaBuilder {
    schema_type: Type,
    optional: Option<bool>,
    default_value: Option<Value<'static>>,
    name: Option<String>,
    version: Option<i32>,
    doc: Option<String>,
    parameters: Option<Vec<(String, String)>>,
    fields: Fields,
    key_schema: Option<SchemaRef>,
    value_schema: Option<SchemaRef>,
    error: Option<DataError>,
}

macro_rules! primitives {
    ($($name:ident, $variant:ident;)*) => {
        $(
            #[doc = concat!("A builder of type ", stringify!($variant), ".")]
            pub fn $name() -> Self {
                Self::new(Type::$variant)
            }
        )*
    };
}

impl SchemaBuilder {
    primitives! {
        int8, Int8;
        int16, Int16;
        int32, Int32;
        int64, Int64;
        float32, Float32;
        float64, Float64;
        boolean, Boolean;
        string, String;
        bytes, Bytes;
        structure, Struct;
    }

    /// A builder of any type. ARRAY and MAP get no element schemas.
    pub fn new(schema_type: Type) -> Self {
        Self {
            schema_type,
            optional: None,
            default_value: None,
            name: None,
            version: None,
            doc: None,
            parameters: None,
            fields: Fields::default(),
            key_schema: None,
            value_schema: None,
            error: None,
        }
    }

    /// A builder of an ARRAY with these elements.
    pub fn array(value_schema: SchemaRef) -> Self {
        Self {
            value_schema: Some(value_schema),
            ..Self::new(Type::Array)
        }
    }

    /// A builder of an ARRAY without an element schema (string parsing makes those).
    pub fn array_of_null() -> Self {
        Self::new(Type::Array)
    }

    /// A builder of a MAP with these keys and values.
    pub fn map(key_schema: SchemaRef, value_schema: SchemaRef) -> Self {
        Self {
            value_schema: Some(value_schema),
            ..Self::map_with_null_values(key_schema)
        }
    }

    /// A builder of a MAP with a key schema but without a value schema.
    pub fn map_with_null_values(key_schema: SchemaRef) -> Self {
        Self {
            key_schema: Some(key_schema),
            ..Self::new(Type::Map)
        }
    }

    /// A builder of a MAP without key and value schemas.
    pub fn map_of_null() -> Self {
        Self::new(Type::Map)
    }

    /// A builder of a MAP of which each schema may be missing.
    pub(crate) fn map_of_options(key: Option<SchemaRef>, value: Option<SchemaRef>) -> Self {
        Self {
            key_schema: key,
            value_schema: value,
            ..Self::new(Type::Map)
        }
    }

    /// The type being built.
    pub fn schema_type(&self) -> Type {
        self.schema_type
    }

    /// Null becomes a value of the schema.
    pub fn optional(self) -> Self {
        self.set_optional(true)
    }

    /// Null is no value of the schema; the initial state.
    pub fn required(self) -> Self {
        self.set_optional(false)
    }

    fn set_optional(mut self, optional: bool) -> Self {
        if self.optional.is_some_and(|set| set != optional) {
            return self.fail(DataError::AlreadySet {
                property: "optional",
            });
        }
        self.optional = Some(optional);
        self
    }

    /// The default. It is checked against the schema as built so far, so call it last.
    pub fn default_value(mut self, value: impl Into<Value<'static>>) -> Self {
        let value = value.into();
        if self.default_value.as_ref().is_some_and(|set| *set != value) {
            return self.fail(DataError::AlreadySet {
                property: "default",
            });
        }
        // The pieces go through a schema because validation reads one; they come back after.
        let schema = self.assemble();
        let checked = check_default(&schema, &value);
        self.disassemble(schema);
        match checked {
            Ok(()) => {
                if !value.is_null() {
                    self.default_value = Some(value);
                }
                self
            }
            Err(error) => self.fail(error),
        }
    }

    /// The name of the record or logical type.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if self.name.as_ref().is_some_and(|set| *set != name) {
            return self.fail(DataError::AlreadySet { property: "name" });
        }
        self.name = Some(name);
        self
    }

    /// The version.
    pub fn version(mut self, version: i32) -> Self {
        if self.version.is_some_and(|set| set != version) {
            return self.fail(DataError::AlreadySet {
                property: "version",
            });
        }
        self.version = Some(version);
        self
    }

    /// The documentation.
    pub fn doc(mut self, doc: impl Into<String>) -> Self {
        let doc = doc.into();
        if self.doc.as_ref().is_some_and(|set| *set != doc) {
            return self.fail(DataError::AlreadySet { property: "doc" });
        }
        self.doc = Some(doc);
        self
    }

    /// Sets one parameter; a later value replaces an earlier one.
    pub fn parameter(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), value.into());
        let parameters = self.parameters.get_or_insert_default();
        match parameters.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => parameters.push((key, value)),
        }
        self
    }

    /// Sets several parameters; none changes nothing.
    pub fn parameters(mut self, parameters: &[(String, String)]) -> Self {
        for (key, value) in parameters {
            self = self.parameter(key, value);
        }
        self
    }

    /// Adds a field to a STRUCT.
    pub fn field(mut self, name: impl Into<String>, schema: SchemaRef) -> Self {
        let name = name.into();
        if self.schema_type != Type::Struct {
            let schema_type = self.schema_type;
            return self.fail(DataError::FieldOnNonStruct { schema_type });
        }
        if name.is_empty() {
            return self.fail(DataError::EmptyFieldName);
        }
        let kept = name.clone();
        if !self.fields.push(name, schema) {
            return self.fail(DataError::DuplicateField { field: kept });
        }
        self
    }

    /// The schema, or the first error of the calls before.
    pub fn build(mut self) -> Result<SchemaRef, DataError> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(Arc::new(self.assemble())),
        }
    }

    fn fail(mut self, error: DataError) -> Self {
        self.error.get_or_insert(error);
        self
    }

    fn assemble(&mut self) -> Schema {
        Schema {
            schema_type: self.schema_type,
            optional: self.optional.unwrap_or(false),
            default_value: self.default_value.take(),
            logical: self.name.as_deref().and_then(LogicalType::of_name),
            name: self.name.take(),
            version: self.version,
            doc: self.doc.take(),
            parameters: self.parameters.take(),
            fields: std::mem::take(&mut self.fields),
            key_schema: self.key_schema.take(),
            value_schema: self.value_schema.take(),
        }
    }

    fn disassemble(&mut self, schema: Schema) {
        self.default_value = schema.default_value;
        self.name = schema.name;
        self.doc = schema.doc;
        self.parameters = schema.parameters;
        self.fields = schema.fields;
        self.key_schema = schema.key_schema;
        self.value_schema = schema.value_schema;
    }
}

/// Gives a default to a schema that is not shared yet.
pub(crate) fn set_default(schema: &mut SchemaRef, value: Value<'static>) -> Result<(), DataError> {
    check_default(schema, &value)?;
    let schema = Arc::get_mut(schema).expect("only called on a schema just built");
    schema.default_value = (!value.is_null()).then_some(value);
    Ok(())
}

fn check_default(schema: &Schema, value: &Value<'_>) -> Result<(), DataError> {
    match value {
        // COMPAT: a struct never equals a builder (ConnectSchema.equals), so that no default of a
        // STRUCT schema is accepted.
        Value::Struct(_) if schema.schema_type == Type::Struct => {
            Err(DataError::StructSchemasDoNotMatch)
        }
        _ => validate_at(&Location::Value, schema, value),
    }
    .map_err(|error| DataError::InvalidDefault(Box::new(error)))
}
