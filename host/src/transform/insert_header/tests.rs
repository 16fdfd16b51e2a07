use connect_data::{ConnectHeaders, ConnectRecord, Schema, Value};

use crate::transform::tests::records::{apply, record};

#[test]
fn a_header_is_added_behind_the_others() {
    for (literal, schema, value) in [
        ("1", Some(Schema::int8()), Value::Int8(1)),
        (
            "inserted-value",
            Some(Schema::string()),
            "inserted-value".into(),
        ),
        ("true", Some(Schema::boolean()), true.into()),
        ("null", None, Value::Null),
    ] {
        let mut headers = ConnectHeaders::new();
        headers.add_int("h", 5);
        let before = ConnectRecord {
            headers,
            ..record(None, Value::Null)
        };
        let settings = [("header", "h"), ("value.literal", literal)];
        let after = apply("InsertHeader", &settings, before.clone()).unwrap();
        assert_eq!(after.headers.len(), 2);
        let last = after.headers.last_with_name("h").unwrap();
        assert_eq!((&last.schema, &last.value), (&schema, &value), "{literal}");
        let others = ConnectRecord {
            headers: before.headers.clone(),
            ..after
        };
        assert_eq!(others, before);
    }
}
