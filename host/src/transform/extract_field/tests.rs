use connect_data::{ConnectRecord, Schema, SchemaRef, Value};

use crate::transform::tests::records::{
    apply, apply_to_value, builder, create_error, failure, int32_with_default, map, record, schema,
    structure,
};

const CLASS: &str = "ExtractField$Value";

fn nested() -> (SchemaRef, Value<'static>) {
    let inner = builder([("foo", Schema::int32())])
        .optional()
        .build()
        .unwrap();
    let outer = schema([("magic", inner.clone()), ("other", Schema::string())]);
    let value = structure(&outer, [structure(&inner, [42.into()]), "x".into()]);
    (outer, value)
}

#[test]
fn a_field_takes_the_place_of_the_value() {
    let magic = [("field", "magic")];
    let of_map = |value| apply_to_value(CLASS, &magic, None, value);
    assert_eq!(of_map(map([("magic", 42.into())])), Ok((None, 42.into())));
    assert_eq!(of_map(map([("other", 42.into())])), Ok((None, Value::Null)));
    assert_eq!(of_map(Value::Null), Ok((None, Value::Null)));

    let of_struct = schema([("magic", Schema::int32())]);
    for value in [structure(&of_struct, [42.into()]), Value::Null] {
        let expected = if value.is_null() {
            Value::Null
        } else {
            42.into()
        };
        assert_eq!(
            apply_to_value(CLASS, &magic, Some(of_struct.clone()), value),
            Ok((Some(Schema::int32()), expected))
        );
    }
    let before = ConnectRecord {
        key: map([("magic", 42.into())]),
        ..record(None, "v".into())
    };
    let after = apply("ExtractField$Key", &magic, before.clone()).unwrap();
    assert_eq!(
        after,
        ConnectRecord {
            key: 42.into(),
            ..before
        }
    );
}

#[test]
fn a_path_leads_to_nested_fields() {
    let path = [("field", "magic.foo"), ("field.syntax.version", "v2")];
    let value = map([("magic", map([("foo", 42.into())]))]);
    assert_eq!(
        apply_to_value(CLASS, &path, None, value),
        Ok((None, 42.into()))
    );
    let (schema, value) = nested();
    assert_eq!(
        apply_to_value(CLASS, &path, Some(schema.clone()), value),
        Ok((Some(Schema::int32()), 42.into()))
    );
    // A null on the way.
    let value = structure(&schema, [Value::Null, "x".into()]);
    assert_eq!(
        apply_to_value(CLASS, &path, Some(schema), value),
        Ok((Some(Schema::int32()), Value::Null))
    );
    let value = map([("magic", Value::Null)]);
    assert_eq!(
        apply_to_value(CLASS, &path, None, value),
        Ok((None, Value::Null))
    );
    // Without V2, dots are part of a name.
    let value = map([("magic.foo", 1.into())]);
    assert_eq!(
        apply_to_value(CLASS, &path[..1], None, value),
        Ok((None, 1.into()))
    );
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("f", int32_with_default(42))]);
    for (replace, expected) in [("true", 42.into()), ("false", Value::Null)] {
        let settings = [("field", "f"), ("replace.null.with.default", replace)];
        let value = structure(&before, [Value::Null]);
        assert_eq!(
            apply_to_value(CLASS, &settings, Some(before.clone()), value),
            Ok((Some(int32_with_default(42)), expected))
        );
    }
}

#[test]
fn what_cannot_be_extracted() {
    let v2 = |field| [("field", field), ("field.syntax.version", "V2")];
    let of_nested = |field| {
        let (schema, value) = nested();
        failure(CLASS, &v2(field), Some(schema), value)
    };
    assert_eq!(
        of_nested("nonexistent"),
        "IllegalArgumentException: Unknown field: nonexistent"
    );
    assert_eq!(
        of_nested("magic.nonexistent"),
        "IllegalArgumentException: Unknown field: magic.nonexistent"
    );
    assert_eq!(
        of_nested("other.x"),
        "DataException: Cannot look up fields on non-struct type"
    );
    assert_eq!(
        of_nested(""),
        "IllegalArgumentException: fromIndex(0) > toIndex(-1)"
    );
    assert_eq!(
        failure(CLASS, &v2("a.b"), None, map([("a", 1.into())])),
        "DataException: Only Map objects supported in absence of schema for \
         [nested field access], found: java.lang.Integer"
    );
    assert_eq!(
        failure(CLASS, &v2("a"), None, 1.into()),
        "DataException: Only Map objects supported in absence of schema for \
         [field extraction], found: java.lang.Integer"
    );
    assert_eq!(
        failure(CLASS, &v2("a"), Some(Schema::int32()), 1.into()),
        "DataException: Only Struct objects supported for [field extraction], found: \
         java.lang.Integer"
    );
    assert_eq!(
        failure(CLASS, &v2("a"), Some(Schema::optional_int32()), Value::Null),
        "DataException: Cannot look up fields on non-struct type"
    );
    assert_eq!(
        create_error(CLASS, &v2("foo.`bar.baz")),
        "Incomplete backtick pair in path: [foo.`bar.baz], consider adding a backslash before \
         backtick at position 4 to escape it"
    );
}
