use connect_data::{Schema, SchemaBuilder, Value};

use crate::transform::tests::records::{
    apply_to_value, builder, create_error, failure, fields, int32_with_default, schema, structure,
};

const CLASS: &str = "SetSchemaMetadata$Value";
const BOTH: [(&str, &str); 2] = [("schema.name", "foo"), ("schema.version", "42")];

fn original() -> SchemaBuilder {
    builder([("a", Schema::string()), ("b", Schema::optional_int32())])
        .doc("doc")
        .parameter("p", "q")
        .optional()
}

#[test]
fn name_and_version_are_set() {
    let before = original()
        .name("my.orig.SchemaDefn")
        .version(1)
        .build()
        .unwrap();
    let values = || ["x".into(), Value::Null];
    for (settings, name, version) in [
        (&BOTH[..], "foo", 42),
        (&BOTH[..1], "foo", 1),
        (&BOTH[1..], "my.orig.SchemaDefn", 42),
    ] {
        let expected = original().name(name).version(version).build().unwrap();
        let value = structure(&before, values());
        assert_eq!(
            apply_to_value(CLASS, settings, Some(before.clone()), value),
            Ok((Some(expected.clone()), structure(&expected, values())))
        );
        let after = apply_to_value(CLASS, settings, Some(before.clone()), Value::Null);
        assert_eq!(after, Ok((Some(expected), Value::Null)));
    }
    let after = apply_to_value(CLASS, &BOTH, None, Value::Null);
    assert_eq!(after, Ok((None, Value::Null)));
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("f", int32_with_default(42))]);
    for (replace, expected) in [("true", 42.into()), ("false", Value::Null)] {
        let settings = [BOTH[0], ("replace.null.with.default", replace)];
        let value = structure(&before, [Value::Null]);
        let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value).unwrap();
        assert_eq!(fields(&after)[0].1, expected);
    }
}

#[test]
fn what_gets_no_metadata() {
    assert_eq!(
        failure(CLASS, &BOTH, None, 1.into()),
        "DataException: Schema required for [updating schema metadata]"
    );
    assert_eq!(
        failure(CLASS, &BOTH, Some(Schema::int32()), 1.into()),
        "DataException: Cannot list fields on non-struct type"
    );
    assert_eq!(
        create_error(CLASS, &[]),
        "Neither schema name nor version configured"
    );
}
