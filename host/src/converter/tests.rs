//! The converters against what the JVM's converters did: see `testdata/README.md`.

mod golden;
mod properties;

use super::*;
use crate::config::ConfigMap;

fn settings(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

#[test]
fn classes_resolve_by_full_name_simple_name_and_without_suffix() {
    let json = Some("org.apache.kafka.connect.json.JsonConverter");
    for name in [
        "Json",
        "JsonConverter",
        "org.apache.kafka.connect.json.JsonConverter",
    ] {
        assert_eq!(resolve_class(name), json, "{name}");
    }
    let header = Some("org.apache.kafka.connect.storage.SimpleHeaderConverter");
    assert_eq!(resolve_class("Simple"), header);
    assert_eq!(resolve_class("SimpleHeaderConverter"), header);
    assert_eq!(resolve_class("SimpleHeader"), None);
    assert_eq!(resolve_class("Converter"), None);
    assert_eq!(resolve_class("json"), None);
    assert_eq!(resolve_class(""), None);
}

#[test]
fn every_known_class_can_be_made() {
    let config = ConfigMap::new();
    for known in known_converters() {
        assert!(create_converter(known.class, &config, ConverterType::Key).is_ok());
    }
    for known in known_header_converters() {
        assert!(create_header_converter(known.class, &config).is_ok());
        assert!(config_def(known.class).is_some());
    }
}

#[test]
fn an_unknown_class_is_refused_with_the_list() {
    let error = create_converter("Nope", &ConfigMap::new(), ConverterType::Value)
        .err()
        .expect("no such class");
    assert_eq!(
        error.class_name,
        "org.apache.kafka.connect.errors.ConnectException"
    );
    let message = error.message.expect("a message");
    assert!(message.starts_with(
        "Failed to find any class that implements Converter and which name matches Nope, available converters are: "
    ));
    assert!(message.contains("org.apache.kafka.connect.json.JsonConverter"));
    // A header converter is no converter.
    let simple = create_converter("Simple", &ConfigMap::new(), ConverterType::Value);
    assert!(simple.is_err());
}

#[test]
fn string_converter_borrows_valid_text() {
    let mut converter =
        create_converter("String", &ConfigMap::new(), ConverterType::Value).expect("a converter");
    let bytes = "line é".as_bytes();
    let read = converter
        .to_connect_data("t", Some(bytes))
        .expect("valid text");
    let Value::String(std::borrow::Cow::Borrowed(text)) = read.value else {
        panic!("not borrowed: {:?}", read.value);
    };
    assert_eq!(text.as_ptr(), bytes.as_ptr());
}

#[test]
fn a_refused_value_leaves_the_buffer_as_it_was() {
    let mut converter =
        create_converter("Json", &ConfigMap::new(), ConverterType::Value).expect("a converter");
    let schema = connect_data::SchemaBuilder::array(connect_data::Schema::int32())
        .build()
        .expect("a schema");
    let value = Value::Array(vec![Value::Int32(1), Value::Boolean(true)]);
    let mut out = b"before".to_vec();
    let refused = converter.from_connect_data("t", Some(&schema), &value, &mut out);
    assert_eq!(
        refused.expect_err("wrong class").to_string(),
        "org.apache.kafka.connect.errors.DataException: Invalid type for INT32: class java.lang.Boolean"
    );
    assert_eq!(out, b"before");
}

#[test]
fn the_written_schema_cache_is_bounded_and_keyed_by_schema() {
    let config = settings(&[("schemas.cache.size", "2")]);
    let mut converter =
        create_converter("Json", &config, ConverterType::Value).expect("a converter");
    for round in 0..3 {
        for version in 0..5 {
            let schema = connect_data::SchemaBuilder::int32()
                .version(version)
                .build()
                .expect("a schema");
            let mut out = Vec::new();
            converter
                .from_connect_data("t", Some(&schema), &Value::Int32(round), &mut out)
                .expect("a value of the schema");
            assert_eq!(
                String::from_utf8(out).expect("text"),
                format!(
                    "{{\"schema\":{{\"type\":\"int32\",\"optional\":false,\"version\":{version}}},\"payload\":{round}}}"
                )
            );
        }
    }
}

#[test]
fn a_schema_text_read_again_is_the_same_schema() {
    let mut converter =
        create_converter("Json", &ConfigMap::new(), ConverterType::Value).expect("a converter");
    let mut read = |schema: &str, payload: &str| {
        let text = format!("{{\"schema\":{schema},\"payload\":{payload}}}");
        converter
            .to_connect_data("t", Some(text.as_bytes()))
            .expect("an envelope")
            .into_owned()
    };
    let plain = "{\"type\":\"boolean\"}";
    let explicit = "{\"type\":\"boolean\",\"optional\":false}";
    let first = read(plain, "true").schema.expect("a schema");
    let other = read(explicit, "true").schema.expect("a schema");
    let again = read(plain, "false").schema.expect("a schema");
    let repeated = read(plain, "true").schema.expect("a schema");
    assert!(SchemaRef::ptr_eq(&first, &again));
    assert!(SchemaRef::ptr_eq(&first, &repeated));
    assert!(!SchemaRef::ptr_eq(&first, &other));
    assert_eq!(first, other);
}
