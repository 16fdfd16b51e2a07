use super::*;
use crate::SchemaBuilder;

fn text<T: fmt::Debug>(result: Result<T, DataError>) -> String {
    result.unwrap_err().to_string()
}

fn sample() -> ConnectHeaders<'static> {
    let mut headers = ConnectHeaders::new();
    headers
        .add_int("a", 1)
        .add_int("b", 2)
        .add_int("a", 3)
        .add_int("b", 4)
        .add_int("c", 5);
    headers
}

fn numbers(headers: &ConnectHeaders<'_>) -> Vec<i64> {
    headers
        .iter()
        .map(|header| header.value.as_integer().unwrap())
        .collect()
}

#[test]
fn values_are_checked_by_class() {
    let mut headers = ConnectHeaders::new();
    let mut add = |schema, value: Value<'static>| {
        headers
            .add("k", SchemaAndValue::new(Some(schema), value))
            .map(|_| ())
    };
    assert_eq!(
        text(add(Schema::string(), Value::Null)),
        "A null value requires an optional schema but was Schema{STRING}"
    );
    assert_eq!(
        text(add(Schema::string(), Value::Int32(1))),
        "The value 1 is not compatible with the schema Schema{STRING}"
    );
    assert_eq!(
        text(add(Schema::int64(), Value::Date(1))),
        "The value Thu Jan 01 00:00:00 UTC 1970 is not compatible with the schema Schema{INT64}"
    );
    // The base type of a logical type will do, and elements are not looked at.
    assert!(add(logical::timestamp_schema(), Value::Int64(1)).is_ok());
    assert!(add(logical::decimal_schema(1), vec![1_u8].into()).is_ok());
    let array = SchemaBuilder::array(Schema::int8()).build().unwrap();
    assert!(add(array, Value::Array(vec!["x".into()])).is_ok());
    assert!(add(Schema::optional_string(), Value::Null).is_ok());
}

#[test]
fn typed_adders() {
    let mut headers = ConnectHeaders::new();
    headers
        .add_string("s", None)
        .add_bytes("b", None)
        .add_decimal("d", None);
    let schemas: Vec<_> = headers.iter().map(|header| header.schema.clone()).collect();
    assert_eq!(
        schemas,
        [
            Some(Schema::optional_string()),
            Some(Schema::optional_bytes()),
            None
        ]
    );
    headers.clear();
    headers.add_decimal("d", Some("1.5".parse().unwrap()));
    assert_eq!(
        headers.last_with_name("d").unwrap().schema,
        Some(logical::decimal_schema(1))
    );
    headers.add_date("n", None).unwrap();
    assert_eq!(
        headers.last_with_name("n").unwrap().schema,
        Some(logical::date_schema())
    );
    assert_eq!(
        text(headers.add_date("k", Some(1))),
        "Kafka Connect Date type should not have any time fields set to non-zero values."
    );
    assert_eq!(
        text(headers.add_time("k", Some(86_400_001))),
        "Kafka Connect Time type should not have any date fields set to non-zero values."
    );
    headers.add_timestamp("t", Some(-1));
    assert_eq!(
        text(headers.add_list("k", Some(Vec::new()), Schema::string())),
        "Expecting ARRAY but instead found STRING"
    );
    assert_eq!(
        text(headers.add_map("k", Some(Vec::new()), Schema::string())),
        "Expecting MAP but instead found STRING"
    );
    headers.add_list("l", None, Schema::string()).unwrap();
    assert_eq!(headers.last_with_name("l").unwrap().schema, None);
}

#[test]
fn a_struct_brings_its_schema() {
    let schema = SchemaBuilder::structure().build().unwrap();
    let mut headers = ConnectHeaders::new();
    headers
        .add_struct("s", Some(Struct::new(schema.clone()).unwrap()))
        .add_struct("n", None);
    assert_eq!(headers.last_with_name("s").unwrap().schema, Some(schema));
    assert_eq!(headers.last_with_name("n").unwrap().schema, None);
}

#[test]
fn looking_up_and_removing() {
    let mut headers = sample();
    assert_eq!(headers.last_with_name("a").unwrap().value, Value::Int32(3));
    assert!(headers.last_with_name("z").is_none());
    assert_eq!(headers.all_with_name("b").count(), 2);
    headers.remove("a");
    assert_eq!(numbers(&headers), [2, 4, 5]);
}

#[test]
fn only_the_latest() {
    let mut headers = sample();
    headers.retain_latest_of("a");
    assert_eq!(numbers(&headers), [2, 3, 4, 5]);
    let mut headers = sample();
    headers.retain_latest();
    assert_eq!(numbers(&headers), [3, 4, 5]);
    headers.retain_latest_of("z");
    assert_eq!(headers.len(), 3);
}

#[test]
fn applying_a_function() {
    let mut headers = sample();
    headers.apply_to("a", |header| Some(header.rename("z")));
    assert_eq!(headers.all_with_name("z").count(), 2);
    headers.apply(|header| (header.key != "z").then(|| header.with(None, Value::Int8(0))));
    assert_eq!(numbers(&headers), [0, 0, 0]);
}

#[test]
fn text_form() {
    assert_eq!(
        ConnectHeaders::new().to_string(),
        "ConnectHeaders(headers=)"
    );
    let mut headers = ConnectHeaders::new();
    headers
        .add_byte("h", 1)
        .add_list("l", None, Schema::string())
        .unwrap();
    assert_eq!(
        headers.to_string(),
        "ConnectHeaders(headers=[ConnectHeader(key=h, value=1, schema=Schema{INT8}), \
         ConnectHeader(key=l, value=null, schema=null)])"
    );
}
