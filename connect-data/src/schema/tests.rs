use super::*;
use crate::{Decimal, SchemaBuilder, Struct, logical};

fn text(result: Result<SchemaRef, DataError>) -> String {
    result.unwrap_err().to_string()
}

fn invalid(schema: &Schema, value: impl Into<Value<'static>>) -> String {
    validate_value(schema, &value.into())
        .unwrap_err()
        .to_string()
}

#[test]
fn text_forms() {
    let schema = SchemaBuilder::structure()
        .name("n")
        .field("a", Schema::int8())
        .build()
        .unwrap();
    assert_eq!(schema.to_string(), "Schema{n:STRUCT}");
    assert_eq!(Schema::string().to_string(), "Schema{STRING}");
    let field = schema.field("a").unwrap().unwrap();
    assert_eq!(
        field.to_string(),
        "Field{name=a, index=0, schema=Schema{INT8}}"
    );
    assert_eq!(Type::Float64.name(), "float64");
}

#[test]
fn accessors_of_the_wrong_type() {
    let schema = Schema::int8();
    assert_eq!(
        schema.fields().unwrap_err().to_string(),
        "Cannot list fields on non-struct type"
    );
    assert_eq!(
        schema.field("a").unwrap_err().to_string(),
        "Cannot look up fields on non-struct type"
    );
    assert_eq!(
        schema.key_schema().unwrap_err().to_string(),
        "Cannot look up key schema on non-map type"
    );
    assert_eq!(
        schema.value_schema().unwrap_err().to_string(),
        "Cannot look up value schema on non-array and non-map type"
    );
}

#[test]
fn builder_errors() {
    let already =
        |property: &str| format!("Invalid SchemaBuilder call: {property} has already been set.");
    let int8 = SchemaBuilder::int8;
    assert_eq!(
        text(int8().optional().required().build()),
        already("optional")
    );
    assert_eq!(
        text(int8().default_value(1_i8).default_value(2_i8).build()),
        already("default")
    );
    assert_eq!(text(int8().name("a").name("b").build()), already("name"));
    assert_eq!(
        text(int8().version(1).version(2).build()),
        already("version")
    );
    assert_eq!(text(int8().doc("a").doc("b").build()), already("doc"));
    assert!(
        int8()
            .optional()
            .optional()
            .name("a")
            .name("a")
            .build()
            .is_ok()
    );
    assert_eq!(
        text(int8().field("a", Schema::int8()).build()),
        "Cannot create fields on type INT8"
    );
    let structure = SchemaBuilder::structure;
    assert_eq!(
        text(structure().field("", Schema::int8()).build()),
        "fieldName cannot be null."
    );
    let twice = structure()
        .field("a", Schema::int8())
        .field("a", Schema::int16());
    assert_eq!(
        text(twice.build()),
        "Cannot create field because of field name duplication a"
    );
}

#[test]
fn duplicates_are_found_in_large_structs() {
    let mut builder = SchemaBuilder::structure();
    for index in 0..100 {
        builder = builder.field(format!("f{index}"), Schema::int8());
    }
    let schema = builder.build().unwrap();
    assert_eq!(schema.field("f99").unwrap().unwrap().index(), 99);
    assert_eq!(schema.field("f3").unwrap().unwrap().index(), 3);
    assert!(schema.field("f100").unwrap().is_none());
    let mut builder = SchemaBuilder::structure();
    for index in 0..100 {
        builder = builder.field(format!("f{}", index % 99), Schema::int8());
    }
    assert!(text(builder.build()).ends_with("duplication f0"));
}

#[test]
fn defaults_must_validate() {
    let check = |result: Result<SchemaRef, DataError>, cause: &str| {
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "Invalid default value");
        assert_eq!(
            std::error::Error::source(&error).unwrap().to_string(),
            cause
        );
    };
    check(
        SchemaBuilder::int8().default_value(Value::Null).build(),
        "Invalid value: null used for required value, schema type: INT8",
    );
    check(
        SchemaBuilder::int8().default_value(1_i32).build(),
        "Invalid Java object for schema with type INT8: class java.lang.Integer for value",
    );
    let plain = SchemaBuilder::structure().build().unwrap();
    check(
        SchemaBuilder::structure()
            .default_value(Struct::new(plain).unwrap())
            .build(),
        "Struct schemas do not match.",
    );
    let unset = SchemaBuilder::int8()
        .optional()
        .default_value(Value::Null)
        .default_value(1_i8);
    assert_eq!(
        unset.build().unwrap().default_value(),
        Some(&Value::Int8(1))
    );
}

#[test]
fn a_failed_default_leaves_the_first_error() {
    let built = SchemaBuilder::int8()
        .name("a")
        .name("b")
        .default_value("x")
        .build();
    assert!(text(built).contains("name has already"));
}

#[test]
fn values_are_validated() {
    let array = SchemaBuilder::array(Schema::int8())
        .name("arr")
        .build()
        .unwrap();
    let map = SchemaBuilder::map(Schema::string(), Schema::int8())
        .build()
        .unwrap();
    let list = |values: &[Value<'static>]| Value::Array(values.to_vec());
    assert_eq!(
        invalid(&array, list(&[Value::Int8(1), Value::Int32(2)])),
        "Invalid Java object for schema with type INT8: class java.lang.Integer for element of \
         array value"
    );
    assert_eq!(
        invalid(&array, list(&[Value::Null])),
        "Invalid value: null used for required element of array value, schema type: INT8"
    );
    assert_eq!(
        invalid(&map, vec![(Value::Int32(1), Value::Int8(1))]),
        "Invalid Java object for schema with type STRING: class java.lang.Integer for key of map \
         value"
    );
    assert_eq!(
        invalid(&map, vec![(Value::from("a"), Value::Int32(1))]),
        "Invalid Java object for schema with type INT8: class java.lang.Integer for value of map \
         value"
    );
    assert_eq!(
        invalid(&array, "x"),
        "Invalid Java object for schema \"arr\" with type ARRAY: class java.lang.String for value"
    );
    let nested = SchemaBuilder::array(array).build().unwrap();
    assert_eq!(
        invalid(&nested, list(&[list(&[Value::Int32(1)])])),
        "Invalid Java object for schema with type INT8: class java.lang.Integer for element of \
         array element of array value"
    );
}

#[test]
fn containers_without_schemas_validate_nothing() {
    let array = SchemaBuilder::array_of_null().build().unwrap();
    let map = SchemaBuilder::map_of_null().build().unwrap();
    let keyed = SchemaBuilder::map_with_null_values(Schema::string())
        .build()
        .unwrap();
    let empty = || Value::Map(Vec::new());
    assert_eq!(
        invalid(&array, Value::Array(Vec::new())),
        "No schema defined for element of array value"
    );
    assert_eq!(
        invalid(&map, empty()),
        "No schema defined for key of map value"
    );
    assert_eq!(
        invalid(&keyed, empty()),
        "No schema defined for value of map value"
    );
}

#[test]
fn logical_names_decide_the_class() {
    let timestamp = logical::timestamp_schema();
    assert_eq!(
        invalid(&timestamp, 1_i64),
        "Invalid Java object for schema \"org.apache.kafka.connect.data.Timestamp\" with type \
         INT64: class java.lang.Long for value"
    );
    assert!(validate_value(&timestamp, &Value::Date(1)).is_ok());
    let decimal = logical::decimal_schema(2);
    assert_eq!(
        invalid(&decimal, vec![1_u8]),
        "Invalid Java object for schema \"org.apache.kafka.connect.data.Decimal\" with type \
         BYTES: class [B for value"
    );
    assert!(validate_value(&decimal, &Decimal::new(1, 2).into()).is_ok());
    // Whatever the base type is.
    let odd = SchemaBuilder::string()
        .name(logical::DATE_NAME)
        .build()
        .unwrap();
    assert!(validate_value(&odd, &Value::Date(1)).is_ok());
    assert!(validate_value(&odd, &Value::from("x")).is_err());
}

#[test]
fn nothing_widens() {
    assert!(validate_value(&Schema::int64(), &Value::Int32(1)).is_err());
    assert!(validate_value(&Schema::float64(), &Value::Float32(1.0)).is_err());
    assert!(validate_value(&Schema::optional_int64(), &Value::Null).is_ok());
}

#[test]
fn equality_looks_at_everything() {
    let base = || {
        SchemaBuilder::structure()
            .name("n")
            .version(1)
            .doc("d")
            .parameter("p", "q")
    };
    let one = base().field("a", Schema::int8()).build().unwrap();
    assert_eq!(one, base().field("a", Schema::int8()).build().unwrap());
    for other in [
        base().optional().field("a", Schema::int8()),
        base().parameter("p", "r").field("a", Schema::int8()),
        base().field("b", Schema::int8()),
        base().field("a", Schema::int16()),
        base().field("a", Schema::int8()).field("b", Schema::int8()),
    ] {
        assert_ne!(one, other.build().unwrap());
    }
    let float = |value: f64| {
        SchemaBuilder::float64()
            .default_value(value)
            .build()
            .unwrap()
    };
    assert_eq!(float(f64::NAN), float(f64::NAN));
    assert_ne!(float(0.0), float(-0.0));
    let swapped = SchemaBuilder::int8()
        .parameter("x", "1")
        .parameter("y", "2")
        .build();
    let order = SchemaBuilder::int8()
        .parameter("y", "2")
        .parameter("x", "1")
        .build();
    assert_eq!(swapped, order);
}

#[test]
fn no_parameters_are_none() {
    assert!(
        SchemaBuilder::int8()
            .parameters(&[])
            .build()
            .unwrap()
            .parameters()
            .is_none()
    );
    let schema = logical::decimal_schema(3);
    assert_eq!(schema.parameter("scale"), Some("3"));
}

#[test]
fn constants_are_shared() {
    assert!(Arc::ptr_eq(&Schema::string(), &Schema::string()));
    assert_eq!(Schema::constants().len(), 18);
    assert!(Schema::optional_bytes().is_optional());
}
