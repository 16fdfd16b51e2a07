use super::*;
use crate::Schema;

#[test]
fn maps_are_equal_in_any_order() {
    let entry = |key: i32, value: &'static str| (Value::Int32(key), Value::from(value));
    let one = Value::Map(vec![entry(1, "a"), entry(2, "b")]);
    let other = Value::Map(vec![entry(2, "b"), entry(1, "a")]);
    assert_eq!(one, other);
    assert_ne!(one, Value::Map(vec![entry(2, "b"), entry(1, "b")]));
    assert_ne!(one, Value::Map(vec![entry(2, "b"), entry(2, "b")]));
}

#[test]
fn floats_are_compared_by_bits() {
    assert_eq!(Value::Float64(f64::NAN), Value::Float64(-f64::NAN));
    assert_ne!(Value::Float32(0.0), Value::Float32(-0.0));
    assert_ne!(Value::Int32(1), Value::Int64(1));
}

#[test]
fn text_in_java() {
    let list = Value::Array(vec![Value::Int8(1), Value::Null, Value::from("x y")]);
    assert_eq!(list.to_java_string(), "[1, null, x y]");
    let map = Value::Map(vec![
        (Value::from("k"), list),
        (Value::from("f"), Value::Float32(1.5)),
    ]);
    assert_eq!(map.to_java_string(), "{k=[1, null, x y], f=1.5}");
    assert_eq!(
        Value::Date(0).to_java_string(),
        "Thu Jan 01 00:00:00 UTC 1970"
    );
    assert_eq!(
        Value::from(&b"abc"[..]).to_java_string(),
        "java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]"
    );
    assert_eq!(Value::from(Option::<&str>::None).to_java_string(), "null");
}

#[test]
fn owned_values_are_equal() {
    let schema = Schema::string();
    let borrowed = SchemaAndValue::new(
        Some(schema),
        Value::Array(vec!["a".into(), b"b"[..].into()]),
    );
    assert_eq!(borrowed.clone().into_owned(), borrowed);
}
