//! Writes schemas and values as JSON that keeps every type.
//!
//! `{"schema": .., "value": ..}`: a schema that has nothing but its primitive type is a text, with `?` if it is
//! optional, others are objects with fields as pairs; a value that no plain JSON tells apart is `{"int8": ..}` and so on,
//! floats by their bits. A struct is `{"struct": {..}}`, with its schema where it is not the one that
//! it should have.

use connect_sdk::data::{Schema, SchemaRef, Type, Value};
use serde_json::{Map, Value as Json, json};

/// A schema and its value.
pub fn write(schema: Option<&SchemaRef>, value: &Value<'_>) -> Json {
    json!({ "schema": schema_or_null(schema), "value": write_value(schema, value) })
}

fn schema_or_null(schema: Option<&SchemaRef>) -> Json {
    schema.map_or(Json::Null, |schema| write_schema(schema))
}

fn write_schema(schema: &Schema) -> Json {
    let schema_type = schema.schema_type();
    let mut json = Map::new();
    json.insert("type".to_owned(), schema_type.name().into());
    let mut add = |key: &str, value: Json| drop(json.insert(key.to_owned(), value));
    match schema_type {
        Type::Array => add("items", schema_or_null(values(schema))),
        Type::Map => {
            add("keys", schema_or_null(keys(schema)));
            add("values", schema_or_null(values(schema)));
        }
        Type::Struct => {
            let fields = schema.fields().unwrap_or_default().iter();
            let pairs = fields.map(|field| json!([field.name(), write_schema(field.schema())]));
            add("fields", pairs.collect());
        }
        _ => {}
    }
    if schema.is_optional() {
        add("optional", true.into());
    }
    if let Some(name) = schema.name() {
        add("name", name.into());
    }
    if let Some(version) = schema.version() {
        add("version", version.into());
    }
    if let Some(doc) = schema.doc() {
        add("doc", doc.into());
    }
    if let Some(parameters) = schema.parameters() {
        let pairs = parameters.iter();
        let pairs: Map<_, _> = pairs
            .map(|(key, value)| (key.clone(), value.as_str().into()))
            .collect();
        add("parameters", pairs.into());
    }
    if let Some(default) = schema.default_value() {
        // The default does not look at the rest of a schema that is plain otherwise.
        add("default", write_plain(schema, default));
    }
    match (schema.is_optional(), json.len()) {
        (false, 1) if schema_type.is_primitive() => schema_type.name().into(),
        (true, 2) if schema_type.is_primitive() => format!("{}?", schema_type.name()).into(),
        _ => json.into(),
    }
}

fn keys(schema: &Schema) -> Option<&SchemaRef> {
    schema.key_schema().ok().flatten()
}

fn values(schema: &Schema) -> Option<&SchemaRef> {
    schema.value_schema().ok().flatten()
}

/// A value that is to have a schema.
fn write_value(schema: Option<&SchemaRef>, value: &Value<'_>) -> Json {
    match (schema, value) {
        (schema, Value::Struct(found)) => {
            let mut json = Map::new();
            if schema != Some(found.schema()) {
                json.insert("schema".to_owned(), write_schema(found.schema()));
            }
            let fields = found.schema().fields().unwrap_or_default().iter();
            let fields: Map<_, _> = fields
                .zip(found.values())
                .map(|(field, value)| {
                    let value = write_value(Some(field.schema()), value);
                    (field.name().to_owned(), value)
                })
                .collect();
            json.insert("struct".to_owned(), fields.into());
            json.into()
        }
        (Some(schema), value) => write_plain(schema, value),
        (None, Value::Array(elements)) => elements
            .iter()
            .map(|element| write_value(None, element))
            .collect(),
        (None, Value::Map(entries)) => write_map(None, None, entries),
        (None, value) => write_primitive(value),
    }
}

fn write_plain(schema: &Schema, value: &Value<'_>) -> Json {
    match value {
        Value::Array(elements) => elements
            .iter()
            .map(|element| write_value(values(schema), element))
            .collect(),
        Value::Map(entries) => write_map(keys(schema), values(schema), entries),
        Value::Struct(_) => write_value(None, value),
        value => write_primitive(value),
    }
}

fn write_map(
    keys: Option<&SchemaRef>,
    values: Option<&SchemaRef>,
    entries: &[(Value<'_>, Value<'_>)],
) -> Json {
    let entry = |(key, value): &(Value<'_>, Value<'_>)| {
        json!([write_value(keys, key), write_value(values, value)])
    };
    json!({ "map": entries.iter().map(entry).collect::<Vec<_>>() })
}

fn write_primitive(value: &Value<'_>) -> Json {
    match value {
        Value::Boolean(value) => json!(value),
        Value::Int8(value) => json!({ "int8": value }),
        Value::Int16(value) => json!({ "int16": value }),
        Value::Int32(value) => json!({ "int32": value }),
        Value::Int64(value) => json!(value),
        Value::Float32(value) => json!({ "float32": format!("{:08x}", value.to_bits()) }),
        Value::Float64(value) => json!({ "float64": format!("{:016x}", value.to_bits()) }),
        Value::String(text) => json!(text),
        Value::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "bytes": hex })
        }
        Value::Decimal(decimal) => json!({ "decimal": decimal.to_string() }),
        Value::Date(millis) => json!({ "date": millis }),
        Value::Null | Value::Array(_) | Value::Map(_) | Value::Struct(_) => Json::Null,
    }
}
