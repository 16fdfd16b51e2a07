use connect_data::{Decimal, Schema, SchemaBuilder, Value, logical};

use crate::transform::tests::records::{
    apply_to_value, builder, failure, fields, int32_with_default, map, schema, structure,
};

const CLASS: &str = "Cast$Value";

fn whole(spec: &str, value: impl Into<Value<'static>>) -> Value<'static> {
    let (schema, value) = apply_to_value(CLASS, &[("spec", spec)], None, value).unwrap();
    assert_eq!(schema, None);
    value
}

#[test]
fn whole_values_without_schema() {
    let text = |text: &'static str| Value::from(text);
    for (spec, before, after) in [
        ("int8", 42.into(), Value::Int8(42)),
        ("int8", 300.into(), Value::Int8(44)),
        ("int16", Value::Float64(-70_000.9), Value::Int16(-4464)),
        ("int32", Value::Float64(1e20), Value::Int32(i32::MAX)),
        ("int8", Value::Float64(1e20), Value::Int8(-1)),
        ("int64", Value::Float32(f32::NAN), Value::Int64(0)),
        ("int64", true.into(), Value::Int64(1)),
        ("boolean", 42.into(), true.into()),
        ("boolean", 0.into(), false.into()),
        ("boolean", Value::Float64(0.5), false.into()),
        ("boolean", text("TRUE"), true.into()),
        ("boolean", text("1"), false.into()),
        ("float32", text("1.5f"), Value::Float32(1.5)),
        ("float64", text(" Infinity"), Value::Float64(f64::INFINITY)),
        ("float64", 3i64.into(), Value::Float64(3.0)),
        ("float32", false.into(), Value::Float32(0.0)),
        ("int8", text("-128"), Value::Int8(-128)),
        ("int64", text("+7"), Value::Int64(7)),
        ("string", Value::Float32(-64.0), text("-64.0")),
        ("string", true.into(), text("true")),
        (
            "string",
            Value::Bytes(vec![0xfe, 0xdc, 0xba].into()),
            text("/ty6"),
        ),
        ("string", Value::Null, Value::Null),
    ] {
        assert_eq!(whole(spec, before.clone()), after, "{spec} {before:?}");
    }
}

#[test]
fn whole_values_with_schema() {
    let before = SchemaBuilder::float32()
        .default_value(-42.125f32)
        .build()
        .unwrap();
    let after = apply_to_value(
        CLASS,
        &[("spec", "int32")],
        Some(before),
        Value::Float32(42.125),
    );
    let expected = SchemaBuilder::int32().default_value(-42).build().unwrap();
    assert_eq!(after, Ok((Some(expected), 42.into())));

    let decimal = Value::Decimal(Decimal::new(42, 0));
    let spec = [("spec", "string")];
    let (schema, value) =
        apply_to_value(CLASS, &spec, Some(logical::decimal_schema(0)), decimal).unwrap();
    assert_eq!(value, "42".into());
    let schema = schema.unwrap();
    assert_eq!(schema.name(), Some(logical::DECIMAL_NAME));
    assert_eq!(schema.schema_type(), connect_data::Type::String);
}

#[test]
fn fields_of_structs() {
    let settings = [("spec", "a:int16,b:boolean,c:int32,d:string,absent:int8")];
    let before = schema([
        ("a", Schema::int8()),
        ("b", Schema::float32()),
        ("c", Schema::string()),
        ("d", Schema::bytes()),
        ("e", Schema::optional_string()),
    ]);
    let bytes = vec![0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
    let value = structure(
        &before,
        [
            8i8.into(),
            Value::Float32(-64.0),
            "42".into(),
            bytes.into(),
            Value::Null,
        ],
    );
    let (after, value) = apply_to_value(CLASS, &settings, Some(before), value).unwrap();
    let expected = schema([
        ("a", Schema::int16()),
        ("b", Schema::boolean()),
        ("c", Schema::int32()),
        ("d", Schema::string()),
        ("e", Schema::optional_string()),
    ]);
    assert_eq!(after, Some(expected.clone()));
    assert_eq!(
        value,
        structure(
            &expected,
            [
                8i16.into(),
                true.into(),
                42.into(),
                "/ty6mHZUMhA=".into(),
                Value::Null
            ]
        )
    );
}

#[test]
fn logical_types_become_their_numbers() {
    let before = builder([
        ("d", logical::date_schema()),
        ("t", logical::time_schema()),
        ("s", logical::timestamp_schema()),
        ("x", logical::decimal_schema(0)),
        ("text", logical::timestamp_schema()),
    ])
    .optional()
    .name("n")
    .build()
    .unwrap();
    let value = structure(
        &before,
        [
            Value::Date(logical::MILLIS_PER_DAY),
            Value::Date(1),
            Value::Date(5),
            Decimal::new(2_147_483_648i64, 0).into(),
            Value::Date(86_401_234),
        ],
    );
    let settings = [("spec", "d:int32,t:int64,s:float64,x:int32,text:string")];
    let (after, value) = apply_to_value(CLASS, &settings, Some(before), value).unwrap();
    let after = after.unwrap();
    assert!(after.is_optional());
    assert_eq!(after.name(), Some("n"));
    let values: Vec<_> = fields(&value).into_iter().map(|(_, value)| value).collect();
    assert_eq!(
        values,
        [
            1.into(),
            1i64.into(),
            Value::Float64(5.0),
            Value::Int32(-2_147_483_648),
            "1970-01-02T00:00:01.234Z".into()
        ]
    );
    assert_eq!(after.fields().unwrap()[0].schema(), &Schema::int32());
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("magic", int32_with_default(10))]);
    for (replace, expected) in [("true", "10".into()), ("false", Value::Null)] {
        let settings = [
            ("spec", "magic:string"),
            ("replace.null.with.default", replace),
        ];
        let value = structure(&before, [Value::Null]);
        let (after, value) = apply_to_value(CLASS, &settings, Some(before.clone()), value).unwrap();
        let of_field = (SchemaBuilder::string().optional().default_value("10"))
            .build()
            .unwrap();
        assert_eq!(after, Some(schema([("magic", of_field)])));
        assert_eq!(fields(&value)[0].1, expected);
    }
}

#[test]
fn fields_of_maps_and_tombstones() {
    let settings = [("spec", "a:int64,b:string")];
    let after = apply_to_value(
        CLASS,
        &settings,
        None,
        map([("a", 1.into()), ("c", 2.into())]),
    );
    let expected = map([("a", 1i64.into()), ("c", 2.into()), ("b", Value::Null)]);
    assert_eq!(after, Ok((None, expected)));
    let of_null = Some(Schema::optional_int32());
    let after = apply_to_value(CLASS, &settings, of_null.clone(), Value::Null);
    assert_eq!(after, Ok((of_null, Value::Null)));
}

#[test]
fn what_cannot_be_cast() {
    let failed = |spec, schema, value| failure(CLASS, &[("spec", spec)], schema, value);
    for (spec, value, message) in [
        (
            "int8",
            "300".into(),
            "DataException: Value (300) was out of range for requested data type",
        ),
        (
            "float64",
            "x".into(),
            "DataException: Value (x) was out of range for requested data type",
        ),
        (
            "int8",
            Value::Array(vec![]),
            "DataException: Cast transformation does not support casting from ARRAY; supported \
             types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]",
        ),
        (
            "int8",
            Value::Date(0),
            "DataException: Cast transformation was passed a value of type class java.util.Date \
             which is not supported by Connect's data API",
        ),
        (
            "int8",
            Value::Bytes(vec![1].into()),
            "DataException: Unexpected type in Cast transformation: class [B",
        ),
        (
            "a:int8",
            1.into(),
            "DataException: Only Map objects supported in absence of schema for [cast types], \
             found: java.lang.Integer",
        ),
    ] {
        assert_eq!(failed(spec, None, value), message);
    }
    assert_eq!(
        failed("a:int8", Some(Schema::int32()), 1.into()),
        "DataException: Cannot list fields on non-struct type"
    );
}
