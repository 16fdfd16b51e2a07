//! Replays `testdata/cases.jsonl` and compares with what the JVM answered.

use std::borrow::Cow;

use connect_data::{
    Decimal, Schema, SchemaAndValue, SchemaBuilder, SchemaRef, Struct, Type, Value,
};
use serde_json::{Value as Json, json};

use crate::config::ConfigMap;
use crate::converter::{
    Converter, ConverterError, ConverterType, HeaderConverter, Serialized, create_converter,
    create_header_converter,
};

const CASES: &str = include_str!("../testdata/cases.jsonl");

#[test]
fn converters_do_what_the_jvm_does() {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in CASES.lines() {
        let case: Json = serde_json::from_str(line).expect("a case is JSON");
        if DIFFERS.contains(&case["read"].as_str().unwrap_or_default()) {
            continue;
        }
        let expected = normalised(&case["expect"]);
        let found = normalised(&outcome(&case));
        count += 1;
        if found != expected {
            let mut shown = case.clone();
            shown.as_object_mut().expect("an object").remove("expect");
            failures.push(format!(
                "case     {shown}\n  input    {}\n  expected {expected}\n  found    {found}",
                input_text(&case)
            ));
        }
    }
    assert!(count > 2000, "the cases are there");
    assert!(
        failures.is_empty(),
        "{} of {count} cases differ\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn input_text(case: &Json) -> String {
    case["read"]
        .as_str()
        .map(|hex| String::from_utf8_lossy(&unhex(hex)).into_owned())
        .unwrap_or_default()
}

/// Inputs (in hex) with another answer than the JVM's, on purpose.
const DIFFERS: &[&str] = &[
    // A value, a name or what follows a literal that starts with malformed UTF-8: refused on both sides, but Jackson's text
    // depends on which of its decoders stumbles.
    "ff",
    "80",
    "5b80",
    "3180",
    "7472756580",
    "7b2280223a317d",
    // Overlong UTF-8 and code points beyond U+10FFFF: Jackson lets them through.
    "22c08022",
    "22f490808022",
    // A header in the digits of another script: the JVM reads a number, here it stays text.
    "d9a1d9a2",
];

/// What may differ, each with its reason.
fn normalised(outcome: &Json) -> Json {
    let text = outcome.to_string();
    // The recording program builds ordered maps; a map has no such class here.
    let text = text.replace("java.util.LinkedHashMap", "java.util.HashMap");
    // A Decimal schema without parameters: Java stumbles over the missing map.
    let accident = r#""java.lang.NullPointerException","Cannot invoke \"java.util.Map.get(Object)\" because the return value of \"org.apache.kafka.connect.data.Schema.parameters()\" is null""#;
    let refusal = r#""org.apache.kafka.connect.errors.DataException","Invalid Decimal schema: scale parameter not found.""#;
    let text = text.replace(accident, refusal);
    serde_json::from_str(&text).expect("still JSON")
}

fn outcome(case: &Json) -> Json {
    run(case).unwrap_or_else(|error| {
        let mut chain = Vec::new();
        let mut next = Some(&error);
        while let Some(error) = next {
            chain.push(json!([error.class_name, error.message]));
            next = error.cause.as_deref();
        }
        json!({ "error": chain })
    })
}

enum Either {
    Data(Box<dyn Converter>),
    Header(Box<dyn HeaderConverter>),
}

fn create(case: &Json) -> Result<Either, ConverterError> {
    let class = case["class"].as_str().expect("a class");
    let config: ConfigMap = case["settings"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.as_str().expect("text").to_owned()))
        .collect();
    Ok(match case["kind"].as_str().unwrap_or("value") {
        "header" => Either::Header(create_header_converter(class, &config)?),
        "key" => Either::Data(create_converter(class, &config, ConverterType::Key)?),
        _ => Either::Data(create_converter(class, &config, ConverterType::Value)?),
    })
}

fn run(case: &Json) -> Result<Json, ConverterError> {
    let mut converter = create(case)?;
    if let Some(read) = case.get("read") {
        let bytes = read.as_str().map(unhex);
        let bytes = bytes.as_deref();
        let read = match &mut converter {
            Either::Data(converter) => {
                let first = describe_read(converter.to_connect_data("topic", bytes));
                // Once more, over the caches that the first call has filled.
                let second = describe_read(converter.to_connect_data("topic", bytes));
                assert_eq!(first, second, "{case}");
                first
            }
            Either::Header(converter) => {
                describe_read(converter.to_connect_header("topic", "header", bytes))
            }
        };
        return read;
    }
    let schema = schema_of(&case["write"]["schema"])?;
    let value = value_of(&case["write"]["value"])?;
    let mut out = Vec::new();
    let written = match &mut converter {
        Either::Data(converter) => {
            converter.from_connect_data("topic", schema.as_ref(), &value, &mut out)?
        }
        Either::Header(converter) => {
            converter.from_connect_header("topic", "header", schema.as_ref(), &value, &mut out)?
        }
    };
    Ok(match written {
        Serialized::Null => json!({ "bytes": null }),
        Serialized::Bytes => json!({ "bytes": hex(&out) }),
    })
}

fn describe_read(read: Result<SchemaAndValue<'_>, ConverterError>) -> Result<Json, ConverterError> {
    let read = read?;
    let schema = read.schema.as_deref().map_or(Json::Null, describe_schema);
    Ok(json!({ "schema": schema, "value": describe(&read.value) }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect()
}

fn schema_of(json: &Json) -> Result<Option<SchemaRef>, ConverterError> {
    if json.is_null() {
        return Ok(None);
    }
    let name = json["type"].as_str().expect("a type");
    let schema_type = Type::ALL
        .into_iter()
        .find(|known| known.to_string() == name)
        .expect("a known type");
    let member = |name: &str| -> Result<SchemaRef, ConverterError> {
        Ok(schema_of(&json[name])?.expect("a member schema"))
    };
    let mut builder = match schema_type {
        Type::Array => SchemaBuilder::array(member("items")?),
        Type::Map => SchemaBuilder::map(member("keys")?, member("values")?),
        other => SchemaBuilder::new(other),
    };
    for field in json["fields"].as_array().into_iter().flatten() {
        let schema = schema_of(&field[1])?.expect("a field schema");
        builder = builder.field(field[0].as_str().expect("a name"), schema);
    }
    if json["optional"] == true {
        builder = builder.optional();
    }
    if let Some(name) = json["name"].as_str() {
        builder = builder.name(name);
    }
    if let Some(version) = json["version"].as_i64() {
        builder = builder.version(i32::try_from(version).expect("32 bits"));
    }
    if let Some(doc) = json["doc"].as_str() {
        builder = builder.doc(doc);
    }
    for (key, value) in json["parameters"].as_object().into_iter().flatten() {
        builder = builder.parameter(key, value.as_str().expect("text"));
    }
    if let Some(default) = json.get("default") {
        builder = builder.default_value(value_of(default)?);
    }
    Ok(Some(builder.build()?))
}

fn value_of(json: &Json) -> Result<Value<'static>, ConverterError> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    let content = &json["v"];
    let text = || content.as_str().expect("text");
    Ok(match json["t"].as_str().expect("a kind") {
        "boolean" => Value::Boolean(content.as_bool().expect("a boolean")),
        "int8" => Value::Int8(text().parse().expect("a number")),
        "int16" => Value::Int16(text().parse().expect("a number")),
        "int32" => Value::Int32(text().parse().expect("a number")),
        "int64" => Value::Int64(text().parse().expect("a number")),
        "float32" => Value::Float32(f32::from_bits(
            u32::from_str_radix(text(), 16).expect("hex"),
        )),
        "float64" => Value::Float64(f64::from_bits(
            u64::from_str_radix(text(), 16).expect("hex"),
        )),
        "string" => Value::String(Cow::Owned(text().to_owned())),
        "bytes" => Value::Bytes(Cow::Owned(unhex(text()))),
        "decimal" => Value::Decimal(text().parse().expect("a decimal")),
        "date" => Value::Date(text().parse().expect("a number")),
        "array" => Value::Array(
            content
                .as_array()
                .expect("elements")
                .iter()
                .map(value_of)
                .collect::<Result<_, _>>()?,
        ),
        "map" => Value::Map(
            content
                .as_array()
                .expect("entries")
                .iter()
                .map(|entry| Ok((value_of(&entry[0])?, value_of(&entry[1])?)))
                .collect::<Result<_, ConverterError>>()?,
        ),
        _ => {
            let schema = schema_of(&json["schema"])?.expect("a schema");
            let mut value = Struct::new(schema)?;
            for (name, field) in content.as_object().expect("fields") {
                value.put(name, value_of(field)?)?;
            }
            Value::Struct(value)
        }
    })
}

fn describe_schema(schema: &Schema) -> Json {
    let nested =
        |schema: Option<&SchemaRef>| schema.map_or(Json::Null, |schema| describe_schema(schema));
    let mut json = json!({ "type": schema.schema_type().to_string() });
    match schema.schema_type() {
        Type::Array => json["items"] = nested(schema.value_schema().expect("an array")),
        Type::Map => {
            json["keys"] = nested(schema.key_schema().expect("a map"));
            json["values"] = nested(schema.value_schema().expect("a map"));
        }
        Type::Struct => {
            json["fields"] = schema
                .fields()
                .expect("a struct")
                .iter()
                .map(|field| json!([field.name(), describe_schema(field.schema())]))
                .collect();
        }
        _ => {}
    }
    if schema.is_optional() {
        json["optional"] = true.into();
    }
    if let Some(name) = schema.name() {
        json["name"] = name.into();
    }
    if let Some(version) = schema.version() {
        json["version"] = version.into();
    }
    if let Some(doc) = schema.doc() {
        json["doc"] = doc.into();
    }
    if let Some(parameters) = schema.parameters() {
        json["parameters"] = parameters
            .iter()
            .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    if let Some(default) = schema.default_value() {
        json["default"] = describe(default);
    }
    json
}

fn describe(value: &Value<'_>) -> Json {
    let typed = |kind: &str, text: String| json!({ "t": kind, "v": text });
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => json!({ "t": "boolean", "v": value }),
        Value::Int8(value) => typed("int8", value.to_string()),
        Value::Int16(value) => typed("int16", value.to_string()),
        Value::Int32(value) => typed("int32", value.to_string()),
        Value::Int64(value) => typed("int64", value.to_string()),
        Value::Float32(value) => typed("float32", format!("{:08x}", value.to_bits())),
        Value::Float64(value) => typed("float64", format!("{:016x}", value.to_bits())),
        Value::String(value) => typed("string", value.to_string()),
        Value::Bytes(value) => typed("bytes", hex(value)),
        Value::Decimal(value) => typed("decimal", Decimal::to_string(value)),
        Value::Date(value) => typed("date", value.to_string()),
        Value::Array(elements) => {
            json!({ "t": "array", "v": elements.iter().map(describe).collect::<Vec<_>>() })
        }
        Value::Map(entries) => json!({
            "t": "map",
            "v": entries
                .iter()
                .map(|(key, value)| json!([describe(key), describe(value)]))
                .collect::<Vec<_>>(),
        }),
        Value::Struct(value) => {
            let fields = value.schema().fields().expect("a struct");
            let content: serde_json::Map<_, _> = fields
                .iter()
                .zip(value.values())
                .map(|(field, value)| (field.name().to_owned(), describe(value)))
                .collect();
            json!({ "t": "struct", "v": content })
        }
    }
}
