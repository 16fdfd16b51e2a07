use super::*;
use crate::{SchemaBuilder, logical};

fn text(source: &SchemaRef, value: impl Into<Value<'static>>, target: &SchemaRef) -> String {
    project(source, &value.into(), target)
        .unwrap_err()
        .to_string()
}

fn one_field(name: &str, schema: SchemaRef) -> SchemaRef {
    SchemaBuilder::structure()
        .field(name, schema)
        .build()
        .unwrap()
}

#[test]
fn numbers_are_promoted() {
    let check = |target: SchemaRef, expected: Value<'static>| {
        assert_eq!(
            project(&Schema::int16(), &Value::Int16(255), &target),
            Ok(expected)
        );
    };
    check(Schema::int16(), Value::Int16(255));
    check(Schema::int32(), Value::Int32(255));
    check(Schema::int64(), Value::Int64(255));
    check(Schema::float32(), Value::Float32(255.0));
    check(Schema::float64(), Value::Float64(255.0));
    let widened = project(&Schema::float32(), &Value::Float32(1.5), &Schema::float64());
    assert_eq!(widened, Ok(Value::Float64(1.5)));
}

#[test]
fn nothing_else_changes_its_type() {
    for target in [
        Schema::int32(),
        Schema::boolean(),
        Schema::string(),
        Schema::bytes(),
    ] {
        let expected = format!(
            "Schema type mismatch. source type: INT64 and target type: {}",
            target.schema_type()
        );
        assert_eq!(text(&Schema::int64(), 1_i64, &target), expected);
    }
    for logical in [
        logical::decimal_schema(2),
        logical::date_schema(),
        logical::time_schema(),
    ] {
        assert!(project(&logical, &Value::Null, &Schema::boolean()).is_err());
    }
}

#[test]
fn names_and_parameters_must_be_equal() {
    let named = |name: &str| SchemaBuilder::int32().name(name).build().unwrap();
    assert_eq!(
        text(&named("source"), 1_i32, &named("target")),
        "Schema name mismatch. source name: source and target name: target"
    );
    assert_eq!(
        text(&named("source"), 1_i32, &Schema::int32()),
        "Schema name mismatch. source name: source and target name: null"
    );
    assert_eq!(
        text(
            &logical::decimal_schema(2),
            Value::Null,
            &logical::decimal_schema(3)
        ),
        "Schema parameters not equal. source parameters: {scale=2} and target parameters: {scale=3}"
    );
    let schema = SchemaBuilder::bytes()
        .parameter("a", "b")
        .parameter("c", "d")
        .build()
        .unwrap();
    assert_eq!(
        text(&schema, vec![1_u8], &Schema::bytes()),
        "Schema parameters not equal. source parameters: {a=b, c=d} and target parameters: null"
    );
}

#[test]
fn nulls_and_defaults() {
    assert_eq!(
        text(&Schema::optional_int32(), 1_i32, &Schema::int32()),
        "Writer schema is optional, however, target schema does not provide a default value."
    );
    let list = vec![Value::Int32(1), Value::Int32(2), Value::Int32(3)];
    let source = SchemaBuilder::array(Schema::int32())
        .optional()
        .build()
        .unwrap();
    let target = SchemaBuilder::array(Schema::int32())
        .default_value(list.clone())
        .build()
        .unwrap();
    assert_eq!(
        project(&source, &Value::Null, &target),
        Ok(Value::Array(list))
    );
    let entries = vec![(Value::Int32(1), Value::Int32(2))];
    let map = || SchemaBuilder::map(Schema::int32(), Schema::int32());
    let source = map().optional().build().unwrap();
    let target = map().default_value(entries.clone()).build().unwrap();
    assert_eq!(
        project(&source, &Value::Null, &target),
        Ok(Value::Map(entries))
    );
    assert_eq!(
        project(&Schema::int32(), &Value::Null, &Schema::int32()),
        Ok(Value::Null)
    );
}

#[test]
fn structs_gain_and_lose_fields() {
    let int = Schema::int32;
    let default = |value: i32| SchemaBuilder::int32().default_value(value).build().unwrap();
    let one = one_field("field", int());
    let two = SchemaBuilder::structure()
        .field("field", int())
        .field("field2", default(123))
        .build()
        .unwrap();
    let mut value = Struct::new(one.clone()).unwrap();
    value.put("field", 1_i32).unwrap();
    let widened = project(&one, &value.clone().into(), &two).unwrap();
    assert_eq!(widened.to_java_string(), "Struct{field=1,field2=123}");
    assert_eq!(project(&two, &widened, &one), Ok(value.into()));
}

#[test]
fn missing_fields() {
    let empty = SchemaBuilder::structure().build().unwrap();
    let value = || Struct::new(empty.clone()).unwrap();
    let with_default = SchemaBuilder::int64()
        .default_value(42_i64)
        .build()
        .unwrap();
    let projected = project(&empty, &value().into(), &one_field("id", with_default)).unwrap();
    assert_eq!(projected.to_java_string(), "Struct{id=42}");
    let optional = one_field("id", Schema::optional_int64());
    assert_eq!(
        project(&empty, &value().into(), &optional)
            .unwrap()
            .to_java_string(),
        "Struct{}"
    );
    assert_eq!(
        text(&empty, value(), &one_field("id", Schema::int64())),
        "Required field `id` is missing from source schema: Schema{STRUCT}"
    );
}

#[test]
fn errors_in_fields_name_the_field() {
    let source = one_field("f", Schema::string());
    let mut value = Struct::new(source.clone()).unwrap();
    value.put("f", "x").unwrap();
    let error = project(&source, &value.into(), &one_field("f", Schema::int8())).unwrap_err();
    assert_eq!(error.to_string(), "Error projecting f");
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "Schema type mismatch. source type: STRING and target type: INT8"
    );
}

#[test]
fn logical_types_stay() {
    let date = Value::Date(86_400_000);
    assert_eq!(
        project(&logical::date_schema(), &date, &logical::date_schema()),
        Ok(date)
    );
}
