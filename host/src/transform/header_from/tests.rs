use connect_data::{ConnectHeaders, ConnectRecord, Schema, SchemaRef, Value};

use crate::transform::tests::records::{
    apply, create_error, failure, int32_with_default, map, record, schema, structure,
};

const CLASS: &str = "HeaderFrom$Value";

fn settings(
    operation: &'static str,
    fields: &'static str,
    headers: &'static str,
) -> [(&'static str, &'static str); 3] {
    [
        ("operation", operation),
        ("fields", fields),
        ("headers", headers),
    ]
}

/// A record with the header `x`, and its headers and value after.
fn after(
    settings: &[(&str, &str)],
    schema: Option<SchemaRef>,
    value: Value<'static>,
) -> (Vec<(String, Value<'static>)>, ConnectRecord<'static>) {
    let mut headers = ConnectHeaders::new();
    headers.add_int("x", 1);
    let before = ConnectRecord {
        headers,
        ..record(schema, value)
    };
    let record = apply(CLASS, settings, before).unwrap();
    let headers = record.headers.iter();
    let headers = headers.map(|header| (header.key.to_string(), header.value.clone()));
    (headers.collect(), record)
}

fn two() -> SchemaRef {
    schema([("f1", Schema::string()), ("f2", Schema::string())])
}

#[test]
fn fields_become_headers() {
    let cases = [
        (settings("copy", "f1", "h"), "f1 f2", "x h=a"),
        (settings("move", "f1", "h"), "f2", "x h=a"),
        (settings("move", "f1,f1", "h1,h2"), "f2", "x h1=a h2=a"),
        (settings("move", "f1,f2", "h,h"), "", "x h=a h=b"),
        (settings("copy", "f2", "x"), "f1 f2", "x x=b"),
    ];
    for (settings, fields, expected) in cases {
        let text = |headers: Vec<(String, Value<'_>)>| {
            let texts = headers.into_iter().map(|(key, value)| match value {
                Value::String(text) => format!("{key}={text}"),
                _ => key,
            });
            texts.collect::<Vec<_>>().join(" ")
        };
        let value = map([("f1", "a".into()), ("f2", "b".into())]);
        let (headers, record) = after(&settings, None, value);
        assert_eq!(text(headers), expected);
        let Value::Map(entries) = record.value else {
            panic!("no map");
        };
        let mut names: Vec<_> = entries.iter().filter_map(|(key, _)| key.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), fields);

        let value = structure(&two(), ["a".into(), "b".into()]);
        let (headers, record) = after(&settings, Some(two()), value);
        assert_eq!(text(headers), expected);
        let schema = record.value_schema.unwrap();
        assert_eq!(record.value.as_struct().unwrap().schema(), &schema);
        let names: Vec<_> = schema
            .fields()
            .unwrap()
            .iter()
            .map(|field| field.name())
            .collect();
        assert_eq!(names.join(" "), fields);
        let last = record.headers.iter().last().unwrap();
        assert_eq!(last.schema, Some(Schema::string()));
    }
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("f", int32_with_default(42))]);
    for (replace, expected) in [("true", 42.into()), ("false", Value::Null)] {
        let [operation, fields, headers] = settings("copy", "f", "h");
        let settings = [
            operation,
            fields,
            headers,
            ("replace.null.with.default", replace),
        ];
        let value = structure(&before, [Value::Null]);
        let (headers, record) = after(&settings, Some(before.clone()), value);
        assert_eq!(headers[1], ("h".to_owned(), expected));
        let last = record.headers.iter().last().unwrap();
        assert_eq!(last.schema, Some(int32_with_default(42)));
    }
}

#[test]
fn what_is_absent_and_what_fails() {
    let (headers, _) = after(&settings("move", "absent", "h"), None, map([]));
    assert_eq!(headers[1], ("h".to_owned(), Value::Null));
    let value = structure(&two(), ["a".into(), "b".into()]);
    assert_eq!(
        failure(CLASS, &settings("copy", "absent", "h"), Some(two()), value),
        "NullPointerException: Cannot invoke \
         \"org.apache.kafka.connect.data.Field.schema()\" because the return value of \
         \"org.apache.kafka.connect.data.Schema.field(String)\" is null"
    );
    let value = structure(&two(), [Value::Null, "b".into()]);
    assert_eq!(
        failure(CLASS, &settings("copy", "f1", "h"), Some(two()), value),
        "DataException: A null value requires an optional schema but was Schema{STRING}"
    );
    assert_eq!(
        failure(CLASS, &settings("move", "f1", "h"), None, Value::Null),
        "DataException: Only Map objects supported in absence of schema for [header move], found: \
         null"
    );
    assert_eq!(
        failure(
            CLASS,
            &settings("copy", "f1", "h"),
            Some(two()),
            Value::Null
        ),
        "DataException: Only Struct objects supported for [header copy], found: null"
    );
    assert_eq!(
        create_error(CLASS, &settings("copy", "a,b", "h")),
        "'fields' config must have the same number of elements as 'headers' config."
    );
}
