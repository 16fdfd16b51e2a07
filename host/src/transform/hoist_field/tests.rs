use connect_data::{ConnectRecord, Schema, SchemaBuilder, Value};

use crate::transform::tests::records::{
    apply, apply_to_value, create, failure, map, record, schema, structure,
};

const MAGIC: [(&str, &str); 1] = [("field", "magic")];

#[test]
fn a_value_becomes_a_field() {
    let hoisted = apply_to_value("HoistField$Value", &MAGIC, None, 42);
    assert_eq!(hoisted, Ok((None, map([("magic", 42.into())]))));
    let hoisted = apply_to_value("HoistField$Value", &MAGIC, None, Value::Null);
    assert_eq!(hoisted, Ok((None, map([("magic", Value::Null)]))));

    let of_number = schema([("magic", Schema::int32())]);
    assert_eq!(
        apply_to_value("HoistField$Value", &MAGIC, Some(Schema::int32()), 42),
        Ok((Some(of_number.clone()), structure(&of_number, [42.into()])))
    );
    let of_option = schema([("magic", Schema::optional_int32())]);
    assert_eq!(
        apply_to_value(
            "HoistField$Value",
            &MAGIC,
            Some(Schema::optional_int32()),
            Value::Null
        ),
        Ok((
            Some(of_option.clone()),
            structure(&of_option, [Value::Null])
        ))
    );
}

#[test]
fn nothing_of_the_schema_goes_to_the_new_one() {
    let named = SchemaBuilder::structure()
        .name("n")
        .version(3)
        .optional()
        .field("a", Schema::int32())
        .build()
        .unwrap();
    let value = structure(&named, [1.into()]);
    let hoisted = apply_to_value(
        "HoistField$Value",
        &MAGIC,
        Some(named.clone()),
        value.clone(),
    );
    let expected = schema([("magic", named)]);
    assert_eq!(
        hoisted,
        Ok((Some(expected.clone()), structure(&expected, [value])))
    );
}

#[test]
fn a_key_becomes_a_field_of_the_key() {
    let record = ConnectRecord {
        key: "k".into(),
        key_schema: Some(Schema::string()),
        ..record(None, "v".into())
    };
    let hoisted = apply("HoistField$Key", &MAGIC, record.clone()).unwrap();
    let of_key = schema([("magic", Schema::string())]);
    let expected = ConnectRecord {
        key: structure(&of_key, ["k".into()]),
        key_schema: Some(of_key),
        ..record
    };
    assert_eq!(hoisted, expected);
}

#[test]
fn a_value_that_is_none_of_its_schema_is_refused() {
    let refused = |value| failure("HoistField$Value", &MAGIC, Some(Schema::int32()), value);
    assert_eq!(
        refused(Value::Null),
        "DataException: Invalid value: null used for required field: \"magic\", schema type: INT32"
    );
    assert_eq!(
        refused("x".into()),
        "DataException: Invalid Java object for schema with type INT32: class java.lang.String \
         for field: \"magic\""
    );
}

#[test]
fn a_field_needs_a_name_in_a_struct_alone() {
    let empty = [("field", "")];
    assert_eq!(
        apply_to_value("HoistField$Value", &empty, None, 1),
        Ok((None, map([("", 1.into())])))
    );
    assert_eq!(
        failure("HoistField$Value", &empty, Some(Schema::int32()), 1.into()),
        "SchemaBuilderException: fieldName cannot be null."
    );
    assert!(create("HoistField$Value", &[]).is_err());
}
