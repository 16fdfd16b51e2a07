use connect_data::{Schema, SchemaBuilder, Value};

use crate::transform::tests::records::{
    apply_to_value, builder, create_error, failure, fields, int32_with_default, map, schema,
    structure,
};

const CLASS: &str = "ReplaceField$Value";

fn value_of(settings: &[(&str, &str)], value: Value<'static>) -> Value<'static> {
    apply_to_value(CLASS, settings, None, value).unwrap().1
}

fn four() -> Value<'static> {
    map([
        ("dont", "whatever".into()),
        ("abc", 42.into()),
        ("foo", true.into()),
        ("etc", "etc".into()),
    ])
}

#[test]
fn fields_of_maps() {
    for (settings, expected) in [
        (
            &[("exclude", "dont"), ("renames", "abc:xyz,foo:bar")][..],
            map([
                ("xyz", 42.into()),
                ("bar", true.into()),
                ("etc", "etc".into()),
            ]),
        ),
        (
            &[("include", "abc,foo"), ("renames", "abc:xyz,foo:bar")],
            map([("xyz", 42.into()), ("bar", true.into())]),
        ),
        (
            &[("include", "abc,foo"), ("exclude", "foo")],
            map([("abc", 42.into())]),
        ),
        // Names of the filters are the original ones.
        (
            &[("exclude", "xyz"), ("renames", "abc:xyz")],
            map([
                ("dont", "whatever".into()),
                ("xyz", 42.into()),
                ("foo", true.into()),
                ("etc", "etc".into()),
            ]),
        ),
        (&[("exclude", "absent"), ("include", "absent")], map([])),
        (&[], four()),
    ] {
        assert_eq!(value_of(settings, four()), expected, "{settings:?}");
    }
}

#[test]
fn fields_of_structs() {
    let before = SchemaBuilder::structure()
        .name("n")
        .version(2)
        .doc("d")
        .parameter("p", "q")
        .optional()
        .field("dont", Schema::string())
        .field("abc", Schema::int32())
        .field("foo", Schema::boolean())
        .field("etc", Schema::optional_string())
        .build()
        .unwrap();
    let value = structure(
        &before,
        ["whatever".into(), 42.into(), true.into(), Value::Null],
    );
    let settings = [("exclude", "dont"), ("renames", "abc:xyz,foo:bar")];
    let (schema, value) = apply_to_value(CLASS, &settings, Some(before), value).unwrap();
    // Name, version, doc and parameters stay, being optional does not.
    let expected = builder([
        ("xyz", Schema::int32()),
        ("bar", Schema::boolean()),
        ("etc", Schema::optional_string()),
    ])
    .name("n")
    .version(2)
    .doc("d")
    .parameter("p", "q")
    .build()
    .unwrap();
    assert_eq!(schema, Some(expected.clone()));
    assert_eq!(
        value,
        structure(&expected, [42.into(), true.into(), Value::Null])
    );
}

#[test]
fn nulls_pass() {
    for schema in [None, Some(schema([("a", Schema::int32())]))] {
        let settings = [("exclude", "a")];
        let after = apply_to_value(CLASS, &settings, schema.clone(), Value::Null);
        assert_eq!(after, Ok((schema, Value::Null)));
    }
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("a", int32_with_default(42)), ("b", Schema::int32())]);
    for (replace, expected) in [("true", 42.into()), ("false", Value::Null)] {
        let settings = [("renames", "a:c"), ("replace.null.with.default", replace)];
        let value = structure(&before, [Value::Null, 1.into()]);
        let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value).unwrap();
        assert_eq!(
            fields(&after),
            [("c".to_owned(), expected), ("b".to_owned(), 1.into())]
        );
    }
    let unset = structure(&before, [Value::Null, Value::Null]);
    assert_eq!(
        failure(CLASS, &[("exclude", "a")], Some(before), unset),
        "DataException: Invalid value: null used for required field: \"b\", schema type: INT32"
    );
}

#[test]
fn renames_that_meet() {
    let before = schema([("a", Schema::int32()), ("b", Schema::int32())]);
    let value = || structure(&before, [1.into(), 2.into()]);
    let failed =
        |settings: &[(&str, &str)]| failure(CLASS, settings, Some(before.clone()), value());
    assert_eq!(
        failed(&[("renames", "a:b")]),
        "SchemaBuilderException: Cannot create field because of field name duplication b"
    );
    assert_eq!(
        failed(&[("renames", "x:b")]),
        "DataException: x is not a valid field name"
    );
    // The value of a field that has another one's new name is looked for under the old name.
    let settings = [("renames", "a:b"), ("exclude", "a")];
    let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value()).unwrap();
    assert_eq!(fields(&after), [("b".to_owned(), 1.into())]);
    // Two names that change places.
    let settings = [("renames", "a:b,b:a")];
    let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value()).unwrap();
    assert_eq!(
        fields(&after),
        [("b".to_owned(), 1.into()), ("a".to_owned(), 2.into())]
    );
}

#[test]
fn other_values_are_refused() {
    assert_eq!(
        failure(CLASS, &[], None, 1.into()),
        "DataException: Only Map objects supported in absence of schema for \
         [field replacement], found: java.lang.Integer"
    );
    assert_eq!(
        failure(CLASS, &[], Some(Schema::string()), "x".into()),
        "DataException: Only Struct objects supported for [field replacement], found: \
         java.lang.String"
    );
    assert_eq!(
        create_error(CLASS, &[("renames", "a:b,c")]),
        "Invalid value [a:b, c] for configuration renames: Invalid rename mapping: c"
    );
}
