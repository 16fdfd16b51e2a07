use super::*;
use crate::{Schema, SchemaBuilder};

fn schema() -> SchemaRef {
    SchemaBuilder::structure()
        .name("n")
        .field(
            "a",
            SchemaBuilder::int8().default_value(3_i8).build().unwrap(),
        )
        .field("b", Schema::optional_string())
        .field("c", Schema::optional_bytes())
        .field("d", Schema::optional_int64())
        .build()
        .unwrap()
}

#[test]
fn only_struct_schemas() {
    let error = Struct::new(Schema::int8()).unwrap_err();
    assert_eq!(error.to_string(), "Not a struct schema: Schema{INT8}");
}

#[test]
fn fields_are_set_and_read() {
    let mut value = Struct::new(schema()).unwrap();
    assert_eq!(value.get("a").unwrap(), &Value::Int8(3));
    assert_eq!(value.get_without_default("a").unwrap(), &Value::Null);
    assert_eq!(value.get_int8("a").unwrap(), None);
    value.put("a", 1_i8).unwrap().put("b", "x").unwrap();
    assert_eq!(value.get_int8("a").unwrap(), Some(1));
    assert_eq!(value.get_string("b").unwrap(), Some("x"));
    assert_eq!(value.to_string(), "Struct{a=1,b=x}");
    assert!(value.validate().is_ok());
}

#[test]
fn errors() {
    let mut value = Struct::new(schema()).unwrap();
    let put_null = value.put("a", Value::Null).unwrap_err().to_string();
    assert_eq!(
        put_null,
        "Invalid value: null used for required field: \"a\", schema type: INT8"
    );
    assert_eq!(
        value.put("a", 1_i32).unwrap_err().to_string(),
        "Invalid Java object for schema with type INT8: class java.lang.Integer for field: \"a\""
    );
    let unknown = "zz is not a valid field name";
    assert_eq!(value.put("zz", 1_i32).unwrap_err().to_string(), unknown);
    assert_eq!(value.get("zz").unwrap_err().to_string(), unknown);
    assert_eq!(value.get_int16("zz").unwrap_err().to_string(), unknown);
    assert_eq!(
        value.get_int16("a").unwrap_err().to_string(),
        "Field 'a' is not of type INT16"
    );
}

#[test]
fn validation_counts_defaults() {
    let strict = SchemaBuilder::structure()
        .field("a", Schema::int8())
        .build()
        .unwrap();
    assert_eq!(
        Struct::new(strict)
            .unwrap()
            .validate()
            .unwrap_err()
            .to_string(),
        "Invalid value: null used for required field: \"a\", schema type: INT8"
    );
    assert!(Struct::new(schema()).unwrap().validate().is_ok());
}

#[test]
fn nested_structs_must_have_the_schema() {
    let inner = schema();
    let outer = SchemaBuilder::structure()
        .field("s", inner.clone())
        .build()
        .unwrap();
    let mut value = Struct::new(outer).unwrap();
    let other = SchemaBuilder::structure().build().unwrap();
    assert_eq!(
        value
            .put("s", Struct::new(other).unwrap())
            .unwrap_err()
            .to_string(),
        "Struct schemas do not match."
    );
    value.put("s", Struct::new(inner).unwrap()).unwrap();
    assert!(value.get_struct("s").unwrap().is_some());
    assert_eq!(value.to_string(), "Struct{s=Struct{}}");
}

#[test]
fn equality_is_schema_and_values() {
    let mut one = Struct::new(schema()).unwrap();
    let mut other = Struct::new(schema()).unwrap();
    assert_eq!(one, other);
    one.put("c", vec![1_u8]).unwrap();
    other.put("c", vec![1_u8]).unwrap();
    assert_eq!(one, other);
    other.put("d", 1_i64).unwrap();
    assert_ne!(one, other);
}
