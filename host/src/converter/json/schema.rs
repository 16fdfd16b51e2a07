//! Connect schemas as JSON, and back.
//!
//! Owns the schema node of the envelope: its property order when written, its leniency when read.
//! Kafka counterpart: JsonConverter.asJsonSchema and asConnectSchema, JsonSchema.

use connect_data::{DataError, Schema, SchemaBuilder, SchemaRef, Type};

use super::read::{self, Reading};
use super::tape::{Kind, Node};
use super::{number, write};
use crate::converter::ConverterError;
use crate::converter::error::SCHEMA_BUILDER;
use crate::converter::settings::JsonSettings;

/// Appends the node for `schema`; `field` is the name it has in the struct around it.
pub(super) fn to_json(
    schema: &Schema,
    field: Option<&str>,
    settings: &JsonSettings,
    out: &mut Vec<u8>,
) -> Result<(), ConverterError> {
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(type_name(schema.schema_type()).as_bytes());
    out.push(b'"');
    match schema.schema_type() {
        Type::Array => member_schema("items", schema.value_schema()?, settings, out)?,
        Type::Map => {
            member_schema("keys", schema.key_schema()?, settings, out)?;
            member_schema("values", schema.value_schema()?, settings, out)?;
        }
        Type::Struct => {
            out.extend_from_slice(b",\"fields\":[");
            for field in schema.fields()? {
                if field.index() > 0 {
                    out.push(b',');
                }
                to_json(field.schema(), Some(field.name()), settings, out)?;
            }
            out.push(b']');
        }
        _ => {}
    }
    out.extend_from_slice(if schema.is_optional() {
        b",\"optional\":true"
    } else {
        b",\"optional\":false"
    });
    attributes(schema, out);
    if let Some(default) = schema.default_value() {
        out.extend_from_slice(b",\"default\":");
        write::node(settings, schema, default, out)?;
    }
    if let Some(field) = field {
        member_text("field", field, out);
    }
    out.push(b'}');
    Ok(())
}

fn attributes(schema: &Schema, out: &mut Vec<u8>) {
    if let Some(name) = schema.name() {
        member_text("name", name, out);
    }
    if let Some(version) = schema.version() {
        out.extend_from_slice(b",\"version\":");
        write::integer(version.into(), out);
    }
    if let Some(doc) = schema.doc() {
        member_text("doc", doc, out);
    }
    if let Some(parameters) = schema.parameters() {
        out.extend_from_slice(b",\"parameters\":{");
        for (index, (key, value)) in parameters.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write::string(key, out);
            out.push(b':');
            write::string(value, out);
        }
        out.push(b'}');
    }
}

fn member_schema(
    name: &str,
    schema: Option<&SchemaRef>,
    settings: &JsonSettings,
    out: &mut Vec<u8>,
) -> Result<(), ConverterError> {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    match schema {
        Some(schema) => to_json(schema, None, settings, out),
        None => {
            out.extend_from_slice(b"null");
            Ok(())
        }
    }
}

fn member_text(name: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    write::string(text, out);
}

fn type_name(schema_type: Type) -> &'static str {
    match schema_type {
        Type::Float32 => "float",
        Type::Float64 => "double",
        other => other.name(),
    }
}

/// The error for a node that is no schema.
fn no_type() -> ConverterError {
    ConverterError::data("Schema must contain 'type' field")
}

/// The schema that `node` describes; `None` for JSON null.
pub(super) fn from_json(
    node: Node<'_, '_>,
    reading: Reading,
) -> Result<Option<SchemaRef>, ConverterError> {
    if node.is_null() {
        return Ok(None);
    }
    let name = node.get("type").and_then(|name| name.string());
    let builder = match name.as_deref() {
        None => return Err(no_type()),
        Some("boolean") => SchemaBuilder::boolean(),
        Some("int8") => SchemaBuilder::int8(),
        Some("int16") => SchemaBuilder::int16(),
        Some("int32") => SchemaBuilder::int32(),
        Some("int64") => SchemaBuilder::int64(),
        Some("float") => SchemaBuilder::float32(),
        Some("double") => SchemaBuilder::float64(),
        Some("bytes") => SchemaBuilder::bytes(),
        Some("string") => SchemaBuilder::string(),
        Some("array") => array(node, reading)?,
        Some("map") => map(node, reading)?,
        Some("struct") => structure(node, reading)?,
        Some(other) => {
            return Err(ConverterError::data(format!(
                "Unknown schema type: {other}"
            )));
        }
    };
    finish(builder, node, reading).map(Some)
}

fn array(node: Node<'_, '_>, reading: Reading) -> Result<SchemaBuilder, ConverterError> {
    let items = node.get("items").filter(|items| !items.is_null());
    let items = match items {
        Some(items) => from_json(items, reading)?,
        None => None,
    };
    items
        .map(SchemaBuilder::array)
        .ok_or_else(|| ConverterError::data("Array schema did not specify the element type"))
}

fn map(node: Node<'_, '_>, reading: Reading) -> Result<SchemaBuilder, ConverterError> {
    let missing =
        |what| ConverterError::data(format!("Map schema did not specify the {what} type"));
    let keys = node.get("keys").ok_or_else(|| missing("key"))?;
    let values = node.get("values").ok_or_else(|| missing("value"))?;
    let keys = from_json(keys, reading)?;
    let values = from_json(values, reading)?;
    match (keys, values) {
        (Some(keys), Some(values)) => Ok(SchemaBuilder::map(keys, values)),
        (None, _) => Err(ConverterError::new(
            SCHEMA_BUILDER,
            "keySchema cannot be null.",
        )),
        (_, None) => Err(ConverterError::new(
            SCHEMA_BUILDER,
            "valueSchema cannot be null.",
        )),
    }
}

fn structure(node: Node<'_, '_>, reading: Reading) -> Result<SchemaBuilder, ConverterError> {
    let fields = node
        .get("fields")
        .filter(|fields| fields.kind() == Kind::Array);
    let Some(fields) = fields else {
        return Err(ConverterError::data(
            "Struct schema's \"fields\" argument is not an array.",
        ));
    };
    let mut builder = SchemaBuilder::structure();
    let mut names = std::collections::HashSet::new();
    for field in fields.elements() {
        let Some(name) = field.get("field").and_then(|name| name.string()) else {
            return Err(ConverterError::data(
                "Struct schema's field name not specified properly",
            ));
        };
        let schema = from_json(field, reading)?.ok_or_else(no_type)?;
        builder = builder.field(name.as_ref(), schema);
        // The builder keeps its error for later; Kafka stops here.
        if name.is_empty() || !names.insert(name) {
            return Err(builder.build().err().map_or_else(no_type, Into::into));
        }
    }
    Ok(builder)
}

/// The attributes that every type may have.
fn finish(
    mut builder: SchemaBuilder,
    node: Node<'_, '_>,
    reading: Reading,
) -> Result<SchemaRef, ConverterError> {
    let optional = node
        .get("optional")
        .is_some_and(|node| node.kind() == Kind::True);
    if optional {
        builder = builder.optional();
    }
    if let Some(name) = node.get("name").and_then(|name| name.string()) {
        builder = builder.name(name);
    }
    if let Some(version) = node
        .get("version")
        .filter(|node| node.kind() == Kind::Integer)
    {
        builder = builder.version(number::int_value(version.raw()));
    }
    if let Some(doc) = node.get("doc").and_then(|doc| doc.string()) {
        builder = builder.doc(doc);
    }
    let parameters = node
        .get("parameters")
        .filter(|node| node.kind() == Kind::Object);
    for (key, value) in parameters.iter().flat_map(Node::entries) {
        let (Some(key), Some(value)) = (key.string(), value.string()) else {
            return Err(ConverterError::data(
                "Schema parameters must have string values.",
            ));
        };
        builder = builder.parameter(key, value);
    }
    let Some(default) = node.get("default") else {
        return Ok(builder.build()?);
    };
    // The default is read by the schema it belongs to, which has none yet.
    let plain = builder.build()?;
    let default = read::value(Some(&plain), Some(default), reading)?.into_owned();
    Ok(builder_of(&plain)?.default_value(default).build()?)
}

/// A builder in the state that made `schema`, which has no default.
fn builder_of(schema: &Schema) -> Result<SchemaBuilder, DataError> {
    let cannot_be_missing = "schemas read from JSON have member schemas";
    let mut builder = match schema.schema_type() {
        Type::Array => {
            SchemaBuilder::array(schema.value_schema()?.expect(cannot_be_missing).clone())
        }
        Type::Map => SchemaBuilder::map(
            schema.key_schema()?.expect(cannot_be_missing).clone(),
            schema.value_schema()?.expect(cannot_be_missing).clone(),
        ),
        other => SchemaBuilder::new(other),
    };
    if let Ok(fields) = schema.fields() {
        for field in fields {
            builder = builder.field(field.name(), SchemaRef::clone(field.schema()));
        }
    }
    if schema.is_optional() {
        builder = builder.optional();
    }
    if let Some(name) = schema.name() {
        builder = builder.name(name);
    }
    if let Some(version) = schema.version() {
        builder = builder.version(version);
    }
    if let Some(doc) = schema.doc() {
        builder = builder.doc(doc);
    }
    if let Some(parameters) = schema.parameters() {
        builder = builder.parameters(parameters);
    }
    Ok(builder)
}
