use connect_data::{ConnectRecord, Schema, SchemaRef, Value};

use crate::transform::tests::records::{
    apply, failure, fields, int32_with_default, map, record, schema, structure,
};

const FIELDS: [(&str, &str); 1] = [("fields", "a,b")];

fn three() -> SchemaRef {
    schema([
        ("a", Schema::int32()),
        ("c", Schema::int32()),
        ("b", Schema::optional_int32()),
    ])
}

#[test]
fn fields_of_the_value_become_the_key() {
    let before = record(None, map([("a", 1.into()), ("c", 3.into())]));
    let after = apply("ValueToKey", &FIELDS, before.clone()).unwrap();
    let key = map([("a", 1.into()), ("b", Value::Null)]);
    assert_eq!(after, ConnectRecord { key, ..before });

    let value = structure(&three(), [1.into(), 3.into(), 2.into()]);
    let before = record(Some(three()), value);
    let after = apply("ValueToKey", &FIELDS, before.clone()).unwrap();
    let of_key = schema([("a", Schema::int32()), ("b", Schema::optional_int32())]);
    let expected = ConnectRecord {
        key: structure(&of_key, [1.into(), 2.into()]),
        key_schema: Some(of_key),
        ..before
    };
    assert_eq!(after, expected);
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("a", int32_with_default(42))]);
    for (replace, expected) in [("true", 42.into()), ("false", Value::Null)] {
        let settings = [("fields", "a"), ("replace.null.with.default", replace)];
        let value = structure(&before, [Value::Null]);
        let after = apply("ValueToKey", &settings, record(Some(before.clone()), value)).unwrap();
        assert_eq!(fields(&after.key)[0].1, expected);
        assert_eq!(fields(&after.value)[0].1, Value::Null);
    }
}

#[test]
fn what_makes_no_key() {
    let failed = |schema, value| failure("ValueToKey", &FIELDS, schema, value);
    let without = schema([("a", Schema::int32())]);
    let value = structure(&without, [1.into()]);
    assert_eq!(
        failed(Some(without), value),
        "DataException: Field does not exist: b"
    );
    assert_eq!(
        failed(None, Value::Null),
        "DataException: Only Map objects supported in absence of schema for \
         [copying fields from value to key], found: null"
    );
    assert_eq!(
        failed(Some(three()), Value::Null),
        "DataException: Only Struct objects supported for [copying fields from value to key], \
         found: null"
    );
}
