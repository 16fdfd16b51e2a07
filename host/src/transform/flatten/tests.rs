use connect_data::{Schema, SchemaBuilder, SchemaRef, Value};

use crate::transform::tests::records::{
    apply_to_value, builder, failure, int32_with_default, map, schema, structure,
};

const CLASS: &str = "Flatten$Value";

#[test]
fn nested_maps() {
    let flat =
        |settings: &[(&str, &str)], value| apply_to_value(CLASS, settings, None, value).unwrap().1;
    let inner = map([("int8", 8i8.into()), ("null", Value::Null)]);
    let nested = map([("A", map([("B", inner)])), ("c", "x".into())]);
    assert_eq!(
        flat(&[], nested.clone()),
        map([
            ("A.B.int8", 8i8.into()),
            ("A.B.null", Value::Null),
            ("c", "x".into())
        ])
    );
    assert_eq!(
        flat(&[("delimiter", "#")], nested),
        map([
            ("A#B#int8", 8i8.into()),
            ("A#B#null", Value::Null),
            ("c", "x".into())
        ])
    );
    let list = Value::Array(vec!["bar".into(), map([("baz", map([]))])]);
    assert_eq!(
        flat(&[], map([("foo", list.clone())])),
        map([("foo", list)])
    );
    assert_eq!(flat(&[], Value::Null), Value::Null);
}

fn array() -> SchemaRef {
    SchemaBuilder::array(Schema::int32()).build().unwrap()
}

#[test]
fn nested_structs() {
    let inner = builder([
        ("a", Schema::int8()),
        ("list", array()),
        ("d", int32_with_default(5)),
    ])
    .build()
    .unwrap();
    let maybe = builder([("b", Schema::int32())])
        .optional()
        .build()
        .unwrap();
    let outer = builder([
        ("in", inner.clone()),
        ("maybe", maybe),
        ("c", Schema::string()),
    ])
    .name("n")
    .build()
    .unwrap();
    let list = Value::Array(vec![1.into()]);
    let value = structure(
        &outer,
        [
            structure(&inner, [1i8.into(), list.clone(), Value::Null]),
            Value::Null,
            "x".into(),
        ],
    );
    let expected = builder([
        ("in.a", Schema::int8()),
        ("in.list", array()),
        ("in.d", int32_with_default(5)),
        ("maybe.b", Schema::optional_int32()),
        ("c", Schema::string()),
    ])
    .name("n")
    .build()
    .unwrap();
    assert_eq!(
        apply_to_value(CLASS, &[], Some(outer), value),
        Ok((
            Some(expected.clone()),
            structure(
                &expected,
                [1i8.into(), list, 5.into(), Value::Null, "x".into()]
            )
        ))
    );
}

#[test]
fn an_optional_root_makes_its_fields_optional() {
    let of_field = SchemaBuilder::string()
        .default_value("d")
        .doc("doc")
        .build()
        .unwrap();
    let root = builder([("f", of_field), ("list", array())])
        .optional()
        .build()
        .unwrap();
    let value = structure(&root, [Value::Null, Value::Array(vec![])]);
    let optional = SchemaBuilder::string()
        .default_value("d")
        .doc("doc")
        .optional()
        .build()
        .unwrap();
    let list = (SchemaBuilder::array(Schema::int32()).optional())
        .build()
        .unwrap();
    let expected = schema([("f", optional), ("list", list)]);
    assert_eq!(
        apply_to_value(CLASS, &[], Some(root.clone()), value),
        Ok((
            Some(expected.clone()),
            structure(&expected, ["d".into(), Value::Array(vec![])])
        ))
    );
    let after = apply_to_value(CLASS, &[], Some(root.clone()), Value::Null);
    assert_eq!(after, Ok((Some(root), Value::Null)));
}

#[test]
fn what_cannot_be_flattened() {
    let of_map = SchemaBuilder::map(Schema::string(), Schema::string())
        .build()
        .unwrap();
    let with_map = schema([("m", of_map)]);
    let value = structure(&with_map, [map([])]);
    assert_eq!(
        failure(CLASS, &[], Some(with_map), value),
        "DataException: Flatten transformation does not support MAP for record with schemas (for \
         field m)."
    );
    let of_struct = schema([("a", Schema::int8())]);
    let value = map([("s", structure(&of_struct, [1i8.into()]))]);
    assert_eq!(
        failure(CLASS, &[], None, value),
        "DataException: Flatten transformation does not support class \
         org.apache.kafka.connect.data.Struct for record without schemas (for field s)."
    );
    assert_eq!(
        failure(CLASS, &[], None, map([("d", Value::Date(1))])),
        "DataException: Flatten transformation was passed a value of type class java.util.Date \
         which is not supported by Connect's data API"
    );
    let inner = schema([("b", Schema::int8())]);
    let clash = schema([("a.b", Schema::int8()), ("a", inner.clone())]);
    let value = structure(&clash, [1i8.into(), structure(&inner, [2i8.into()])]);
    assert_eq!(
        failure(CLASS, &[], Some(clash), value),
        "SchemaBuilderException: Cannot create field because of field name duplication a.b"
    );
    assert_eq!(
        failure(CLASS, &[], Some(Schema::int8()), 1i8.into()),
        "DataException: Only Struct objects supported for [flattening], found: java.lang.Byte"
    );
}
