//! The errors of the data model, with Kafka's texts and exception class names.
//!
//! Owns every text that a user of the JVM worker may have seen from `connect/api`. What no Rust
//! signature lets happen (a null field, a null element schema) has no variant.

use crate::Type;

/// What the data model refuses. Display is Kafka's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    // Schema accessors.
    /// `Schema::fields` on a schema without fields.
    #[error("Cannot list fields on non-struct type")]
    FieldsOfNonStruct,
    /// `Schema::field` on a schema without fields.
    #[error("Cannot look up fields on non-struct type")]
    FieldOfNonStruct,
    /// `Schema::key_schema` on another type than MAP.
    #[error("Cannot look up key schema on non-map type")]
    KeySchemaOfNonMap,
    /// `Schema::value_schema` on another type than ARRAY and MAP.
    #[error("Cannot look up value schema on non-array and non-map type")]
    ValueSchemaOfNonContainer,

    // Validation of a value against a schema.
    /// Null where the schema is required.
    #[error("Invalid value: null used for required {location}, schema type: {schema_type}")]
    NullForRequired {
        /// Where, such as `value` or `field: "x"`.
        location: String,
        /// Type of the schema.
        schema_type: Type,
    },
    /// A value of another class than the schema's.
    #[error("Invalid Java object for schema {}with type {schema_type}: class {class} for {location}", quoted(.schema_name))]
    InvalidObject {
        /// Name of the schema.
        schema_name: Option<String>,
        /// Type of the schema.
        schema_type: Type,
        /// Java class of the value.
        class: &'static str,
        /// Where, such as `value` or `field: "x"`.
        location: String,
    },
    /// A struct of another schema than the one expected.
    #[error("Struct schemas do not match.")]
    StructSchemasDoNotMatch,
    /// A container whose element schema is missing.
    #[error("No schema defined for {location}")]
    NoSchemaDefined {
        /// Where, such as `element of array value`.
        location: String,
    },

    // Struct.
    /// A struct with a schema that has no fields.
    #[error("Not a struct schema: {schema}")]
    NotAStructSchema {
        /// Text form of the schema.
        schema: String,
    },
    /// A typed getter for a field of another type.
    #[error("Field '{field}' is not of type {expected}")]
    FieldNotOfType {
        /// Name of the field.
        field: String,
        /// Type that the getter wants.
        expected: Type,
    },
    /// A field that the schema does not have.
    #[error("{field} is not a valid field name")]
    InvalidFieldName {
        /// The name asked for.
        field: String,
    },

    // SchemaBuilder.
    /// A property set twice, to different values.
    #[error("Invalid SchemaBuilder call: {property} has already been set.")]
    AlreadySet {
        /// `optional`, `default`, `name`, `version` or `doc`.
        property: &'static str,
    },
    /// A default that does not validate against the schema.
    #[error("Invalid default value")]
    InvalidDefault(#[source] Box<DataError>),
    /// A field on another type than STRUCT.
    #[error("Cannot create fields on type {schema_type}")]
    FieldOnNonStruct {
        /// Type of the schema.
        schema_type: Type,
    },
    /// A field without a name.
    #[error("fieldName cannot be null.")]
    EmptyFieldName,
    /// Two fields of one name.
    #[error("Cannot create field because of field name duplication {field}")]
    DuplicateField {
        /// The name.
        field: String,
    },

    // Logical types.
    /// A decimal of another scale than its schema's.
    #[error(
        "Decimal value has mismatching scale for given Decimal schema. Schema has scale {schema_scale}, value has scale {value_scale}."
    )]
    DecimalScaleMismatch {
        /// Scale of the schema.
        schema_scale: i32,
        /// Scale of the value.
        value_scale: i32,
    },
    /// A Decimal schema without its parameter.
    #[error("Invalid Decimal schema: scale parameter not found.")]
    DecimalScaleMissing,
    /// A Decimal schema whose parameter is not a number.
    #[error("Invalid scale parameter found in Decimal schema: ")]
    DecimalScaleInvalid,
    /// Bytes of a decimal that are empty.
    #[error("Zero length BigInteger")]
    DecimalEmpty,
    /// A Date that is not midnight UTC.
    #[error("Kafka Connect Date type should not have any time fields set to non-zero values.")]
    DateWithTime,
    /// A Time on another day than the first.
    #[error("Kafka Connect Time type should not have any date fields set to non-zero values.")]
    TimeWithDate,
    /// An encoded Time out of range.
    #[error("Time values must use number of milliseconds greater than 0 and less than 86400000")]
    TimeOutOfRange,
    /// A conversion with a schema of another name.
    #[error("Requested conversion of {logical} object but the schema does not match.")]
    LogicalSchemaMismatch {
        /// `Date`, `Time` or `Timestamp`.
        logical: &'static str,
    },

    // SchemaProjector.
    /// Types that are neither equal nor promotable.
    #[error("Schema type mismatch. source type: {source_type} and target type: {target_type}")]
    ProjectionTypes {
        /// Type of the source schema.
        source_type: Type,
        /// Type of the target schema.
        target_type: Type,
    },
    /// Names that differ.
    #[error("Schema name mismatch. source name: {source_name} and target name: {target_name}")]
    ProjectionNames {
        /// Name of the source schema, `null` when absent.
        source_name: String,
        /// Name of the target schema, `null` when absent.
        target_name: String,
    },
    /// Parameters that differ.
    #[error(
        "Schema parameters not equal. source parameters: {source_parameters} and target parameters: {target_parameters}"
    )]
    ProjectionParameters {
        /// Parameters of the source schema as Java prints a map, `null` when absent.
        source_parameters: String,
        /// Parameters of the target schema as Java prints a map, `null` when absent.
        target_parameters: String,
    },
    /// Optional source, required target without default.
    #[error("Writer schema is optional, however, target schema does not provide a default value.")]
    ProjectionOptionality,
    /// A field that cannot be projected.
    #[error("Error projecting {field}")]
    ProjectionField {
        /// Name of the field.
        field: String,
        /// Why.
        #[source]
        source: Box<DataError>,
    },
    /// A required field without default that the source lacks.
    #[error("Required field `{field}` is missing from source schema: {schema}")]
    ProjectionFieldMissing {
        /// Name of the field.
        field: String,
        /// Text form of the source schema.
        schema: String,
    },

    // Headers.
    /// A null header value with a required schema.
    #[error("A null value requires an optional schema but was {schema}")]
    HeaderNullForRequired {
        /// Text form of the schema.
        schema: String,
    },
    /// A header value of another class than the schema's.
    #[error("The value {value} is not compatible with the schema {schema}")]
    HeaderIncompatible {
        /// Text form of the value.
        value: String,
        /// Text form of the schema.
        schema: String,
    },
    /// `add_list` or `add_map` with a schema of another type.
    #[error("Expecting {expected} but instead found {found}")]
    HeaderSchemaType {
        /// ARRAY or MAP.
        expected: Type,
        /// Type of the schema.
        found: Type,
    },

    // Values.
    /// A value that has no form in the requested schema.
    #[error("Unable to convert {value} (class {class}) to {target}")]
    Unconvertible {
        /// Text form of the value.
        value: String,
        /// Java class of the value.
        class: &'static str,
        /// Text form of the schema, or `a number`.
        target: String,
    },
    /// Null for a logical type or a container.
    #[error("Unable to convert a null value to a schema that requires a value")]
    NullUnconvertible,
    /// A value with no text form.
    #[error("Failed to serialize unexpected value type {class}: {value}")]
    Unserializable {
        /// Java class of the value.
        class: &'static str,
        /// Text form of the value.
        value: String,
    },
    /// `[` directly before a comma or bracket.
    #[error("Unable to parse an empty array element: {original}")]
    EmptyArrayElement {
        /// The whole text.
        original: String,
    },
    /// Two elements without a comma.
    #[error("Array elements missing ',' delimiter")]
    ArrayDelimiterMissing,
    /// Nothing after a comma.
    #[error("Array is missing element after ',': {original}")]
    ArrayElementMissing {
        /// The whole text.
        original: String,
    },
    /// No `]`.
    #[error("Array is missing terminating ']': {original}")]
    ArrayUnterminated {
        /// The whole text.
        original: String,
    },
    /// A comma without an entry before it.
    #[error("Unable to parse a map entry with no key or value: {original}")]
    EmptyMapEntry {
        /// The whole text.
        original: String,
    },
    /// `null` as a key.
    #[error("Map entry may not have a null key: {original}")]
    NullMapKey {
        /// The whole text.
        original: String,
    },
    /// A key without `:`.
    #[error("Map entry is missing ':' at {position} in {original}")]
    MapColonMissing {
        /// Position in characters.
        position: usize,
        /// The whole text.
        original: String,
    },
    /// Nothing after a comma.
    #[error("Map is missing element after ',': {original}")]
    MapEntryMissing {
        /// The whole text.
        original: String,
    },
    /// No `}`.
    #[error("Map is missing terminating '}}': {original}")]
    MapUnterminated {
        /// The whole text.
        original: String,
    },
    /// A word that is no value inside a container.
    #[error("Failed to parse embedded value")]
    EmbeddedValue,
    /// Containers nested deeper than this worker reads.
    #[error("Containers are nested deeper than {max} levels")]
    TooDeep {
        /// The limit.
        max: usize,
    },
}

fn quoted(name: &Option<String>) -> String {
    name.as_ref()
        .map(|name| format!("\"{name}\" "))
        .unwrap_or_default()
}

impl DataError {
    /// The Java exception class that the JVM worker throws in this case.
    pub fn class_name(&self) -> &'static str {
        match self {
            Self::AlreadySet { .. }
            | Self::InvalidDefault(_)
            | Self::FieldOnNonStruct { .. }
            | Self::EmptyFieldName
            | Self::DuplicateField { .. } => {
                "org.apache.kafka.connect.errors.SchemaBuilderException"
            }
            Self::ProjectionTypes { .. }
            | Self::ProjectionNames { .. }
            | Self::ProjectionParameters { .. }
            | Self::ProjectionOptionality
            | Self::ProjectionField { .. }
            | Self::ProjectionFieldMissing { .. } => {
                "org.apache.kafka.connect.errors.SchemaProjectorException"
            }
            Self::DecimalEmpty => "java.lang.NumberFormatException",
            _ => "org.apache.kafka.connect.errors.DataException",
        }
    }
}

#[cfg(test)]
mod tests;
