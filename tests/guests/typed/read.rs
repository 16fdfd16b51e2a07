//! Reads schemas and values from JSON that keeps every type: `{"schema": .., "value": ..}`.
//!
//! A schema is written as by JsonConverter, except for its default, which is a value. A value with
//! a schema is written as plain JSON: numbers, texts (floats and decimals may be, too), bytes in
//! hex, dates in milliseconds, maps as lists of pairs, structs as objects; `{"is": ..}` holds a
//! value that is not of the schema. Without a schema, plain JSON stands for Boolean, Int64, Float64,
//! String and Array, and everything else is `{"int8": ..}`, `{"map": [[.., ..]]}`,
//! `{"struct": {"schema": .., "value": ..}}` and so on.

use std::borrow::Cow;
use std::str::FromStr;

use connect_sdk::data::logical::LogicalType;
use connect_sdk::data::{SchemaBuilder, SchemaRef, Struct, Type, Value};
use serde_json::Value as Json;

type Outcome<T> = Result<T, String>;

/// The schema and value of a key, value or header; null has neither.
pub fn read(json: &Json) -> Outcome<(Option<SchemaRef>, Value<'static>)> {
    let schema = read_schema(&json["schema"])?;
    let value = match &schema {
        Some(schema) => read_value(schema, &json["value"])?,
        None => read_bare(&json["value"])?,
    };
    Ok((schema, value))
}

fn read_schema(json: &Json) -> Outcome<Option<SchemaRef>> {
    if json.is_null() {
        return Ok(None);
    }
    let built = |builder: SchemaBuilder| builder.build().map_err(|error| error.to_string());
    let plain = built(builder(json)?)?;
    Ok(Some(match json.get("default") {
        Some(default) => built(builder(json)?.default_value(read_value(&plain, default)?))?,
        None => plain,
    }))
}

/// A schema as far as its default.
fn builder(json: &Json) -> Outcome<SchemaBuilder> {
    let name = match text(&json["type"])? {
        "float" => "float32",
        "double" => "float64",
        name => name,
    };
    let schema_type = Type::ALL
        .into_iter()
        .find(|known| known.name() == name)
        .ok_or(format!("no type: {name}"))?;
    let member = |name: &str| read_schema(&json[name])?.ok_or(format!("no {name}: {json}"));
    let mut builder = match schema_type {
        Type::Array => SchemaBuilder::array(member("items")?),
        Type::Map => SchemaBuilder::map(member("keys")?, member("values")?),
        other => SchemaBuilder::new(other),
    };
    for field in json["fields"].as_array().into_iter().flatten() {
        let schema = read_schema(field)?.ok_or("a field has a schema")?;
        builder = builder.field(text(&field["field"])?, schema);
    }
    if json["optional"] == true {
        builder = builder.optional();
    }
    if let Some(name) = json["name"].as_str() {
        builder = builder.name(name);
    }
    if let Some(version) = json["version"].as_i64() {
        builder = builder.version(i32::try_from(version).map_err(|error| error.to_string())?);
    }
    if let Some(doc) = json["doc"].as_str() {
        builder = builder.doc(doc);
    }
    for (key, value) in json["parameters"].as_object().into_iter().flatten() {
        builder = builder.parameter(key, text(value)?);
    }
    Ok(builder)
}

fn child<E: ToString>(schema: Result<Option<&SchemaRef>, E>) -> Outcome<SchemaRef> {
    schema
        .map_err(|error| error.to_string())?
        .cloned()
        .ok_or_else(|| "a container has a schema".to_owned())
}

fn read_value(schema: &SchemaRef, json: &Json) -> Outcome<Value<'static>> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    if let Some(bare) = json.get("is") {
        return read_bare(bare);
    }
    match schema.logical_type() {
        Some(LogicalType::Decimal) => return Ok(Value::Decimal(parsed(json)?)),
        Some(_) => return Ok(Value::Date(number(json)?)),
        None => {}
    }
    let wrong = |error: connect_sdk::data::DataError| error.to_string();
    Ok(match schema.schema_type() {
        Type::Int8 => Value::Int8(number(json)? as i8),
        Type::Int16 => Value::Int16(number(json)? as i16),
        Type::Int32 => Value::Int32(number(json)? as i32),
        Type::Int64 => Value::Int64(number(json)?),
        Type::Float32 => Value::Float32(parsed(json)?),
        Type::Float64 => Value::Float64(parsed(json)?),
        Type::Boolean => Value::Boolean(json.as_bool().ok_or("a boolean")?),
        Type::String => Value::String(Cow::Owned(text(json)?.to_owned())),
        Type::Bytes => Value::Bytes(Cow::Owned(unhex(text(json)?)?)),
        Type::Array => {
            let of = child(schema.value_schema())?;
            let elements = list(json)?.iter().map(|element| read_value(&of, element));
            Value::Array(elements.collect::<Outcome<_>>()?)
        }
        Type::Map => {
            let (keys, values) = (child(schema.key_schema())?, child(schema.value_schema())?);
            let entry = |entry: &Json| {
                Ok((
                    read_value(&keys, &entry[0])?,
                    read_value(&values, &entry[1])?,
                ))
            };
            Value::Map(list(json)?.iter().map(entry).collect::<Outcome<_>>()?)
        }
        Type::Struct => {
            let mut value = Struct::new(schema.clone()).map_err(wrong)?;
            for (name, content) in json.as_object().ok_or("a struct")? {
                let field = schema.field(name).map_err(wrong)?.ok_or("a field")?;
                let content = read_value(field.schema(), content)?;
                value.put(name, content).map_err(wrong)?;
            }
            Value::Struct(value)
        }
    })
}

fn read_bare(json: &Json) -> Outcome<Value<'static>> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::String(text) => Value::String(Cow::Owned(text.clone())),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Int64(number),
            None => Value::Float64(number.as_f64().ok_or("a number")?),
        },
        Json::Array(elements) => {
            Value::Array(elements.iter().map(read_bare).collect::<Outcome<_>>()?)
        }
        Json::Object(fields) => {
            let (kind, content) = fields.iter().next().ok_or("what is {}?")?;
            read_kind(kind, content)?
        }
    })
}

fn read_kind(kind: &str, content: &Json) -> Outcome<Value<'static>> {
    Ok(match kind {
        "int8" => Value::Int8(number(content)? as i8),
        "int16" => Value::Int16(number(content)? as i16),
        "int32" => Value::Int32(number(content)? as i32),
        "float32" => Value::Float32(parsed(content)?),
        "float64" => Value::Float64(parsed(content)?),
        "bytes" => Value::Bytes(Cow::Owned(unhex(text(content)?)?)),
        "decimal" => Value::Decimal(parsed(content)?),
        "date" => Value::Date(number(content)?),
        "struct" => read(content)?.1,
        "map" => {
            let entry = |entry: &Json| Ok((read_bare(&entry[0])?, read_bare(&entry[1])?));
            Value::Map(list(content)?.iter().map(entry).collect::<Outcome<_>>()?)
        }
        other => return Err(format!("what is {other}?")),
    })
}

fn text(json: &Json) -> Outcome<&str> {
    json.as_str().ok_or(format!("not a text: {json}"))
}

fn number(json: &Json) -> Outcome<i64> {
    json.as_i64().ok_or(format!("not a number: {json}"))
}

fn list(json: &Json) -> Outcome<&Vec<Json>> {
    json.as_array().ok_or(format!("not a list: {json}"))
}

/// What is a number or a text that looks like one, such as NaN.
fn parsed<T: FromStr>(json: &Json) -> Outcome<T> {
    let text = json
        .as_str()
        .map_or_else(|| json.to_string(), str::to_owned);
    text.parse().map_err(|_| format!("not a number: {text}"))
}

fn unhex(hex: &str) -> Outcome<Vec<u8>> {
    let byte = |at: usize| {
        let digits = hex.get(at..at + 2).ok_or(format!("not hex: {hex}"))?;
        u8::from_str_radix(digits, 16).map_err(|error| error.to_string())
    };
    (0..hex.len()).step_by(2).map(byte).collect()
}
