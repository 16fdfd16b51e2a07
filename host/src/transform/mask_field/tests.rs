use connect_data::{Decimal, Schema, Value, logical};

use crate::transform::tests::records::{
    apply_to_value, failure, fields, int32_with_default, map, schema, structure,
};

const CLASS: &str = "MaskField$Value";

fn masked(value: Value<'static>, replacement: Option<&str>) -> Value<'static> {
    let mut settings = vec![("fields", "f")];
    settings.extend(replacement.map(|replacement| ("replacement", replacement)));
    let before = map([("f", value), ("other", "x".into())]);
    let (_, after) = apply_to_value(CLASS, &settings, None, before).unwrap();
    let Value::Map(mut entries) = after else {
        panic!("no map: {after:?}");
    };
    entries.sort_by_key(|(key, _)| key.to_java_string());
    assert_eq!(entries[1].1, "x".into());
    entries.swap_remove(0).1
}

#[test]
fn values_become_nothing() {
    for (before, after) in [
        (true.into(), false.into()),
        (1i8.into(), 0i8.into()),
        (1i16.into(), 0i16.into()),
        (42.into(), 0.into()),
        (1i64.into(), 0i64.into()),
        (1.5f32.into(), 0f32.into()),
        (1.5f64.into(), 0f64.into()),
        ("55.121.20.20".into(), "".into()),
        (Value::Date(5), Value::Date(0)),
        (Decimal::new(15, 1).into(), Decimal::new(0, 0).into()),
        (Value::Array(vec![42.into()]), Value::Array(vec![])),
        (map([("key", "value".into())]), map([])),
        (Value::Null, Value::Null),
    ] {
        assert_eq!(masked(before, None), after);
    }
}

#[test]
fn values_become_the_replacement() {
    for (before, after) in [
        (1i8.into(), 123i8.into()),
        (1i16.into(), 123i16.into()),
        (42.into(), 123.into()),
        (1i64.into(), 123i64.into()),
        (1.5f32.into(), 123f32.into()),
        (1.5f64.into(), 123f64.into()),
        ("x".into(), "123".into()),
        (Decimal::new(15, 1).into(), Decimal::new(123, 0).into()),
        (Value::Null, Value::Null),
    ] {
        assert_eq!(masked(before, Some("123")), after);
    }
}

#[test]
fn fields_of_structs() {
    let before = schema([
        ("magic", Schema::int32()),
        ("string", Schema::string()),
        ("when", logical::timestamp_schema()),
    ]);
    let value = structure(&before, [42.into(), "secret".into(), Value::Date(5)]);
    let settings = [("fields", "string,when,absent")];
    assert_eq!(
        apply_to_value(CLASS, &settings, Some(before.clone()), value),
        Ok((
            Some(before.clone()),
            structure(&before, [42.into(), "".into(), Value::Date(0)])
        ))
    );
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("f", int32_with_default(42))]);
    for (replace, expected) in [("true", 0.into()), ("false", Value::Null)] {
        let settings = [("fields", "f"), ("replace.null.with.default", replace)];
        let value = structure(&before, [Value::Null]);
        let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value).unwrap();
        assert_eq!(fields(&after)[0].1, expected);
    }
}

#[test]
fn an_absent_field_of_a_map_is_added() {
    let after = apply_to_value(CLASS, &[("fields", "f")], None, map([]));
    assert_eq!(after, Ok((None, map([("f", Value::Null)]))));
}

#[test]
fn what_cannot_be_masked() {
    let failed = |value: Value<'static>, settings: &[(&str, &str)]| {
        failure(CLASS, settings, None, map([("f", value)]))
    };
    let plain = [("fields", "f")];
    assert_eq!(
        failed(Value::Bytes(vec![1].into()), &plain),
        "DataException: Cannot mask value of type: class [B"
    );
    let with = |replacement| [("fields", "f"), ("replacement", replacement)];
    assert_eq!(
        failed(true.into(), &with("true")),
        "DataException: Cannot mask value of type class java.lang.Boolean with custom replacement."
    );
    assert_eq!(
        failed(1.into(), &with("foo")),
        "DataException: Unable to convert foo (class java.lang.String) to a number"
    );
    assert_eq!(
        failed(Decimal::new(1, 0).into(), &with("foo")),
        "DataException: Unable to convert foo (class java.lang.String) to number"
    );
    assert_eq!(
        failure(CLASS, &plain, None, Value::Null),
        "DataException: Only Map objects supported in absence of schema for [mask fields], \
         found: null"
    );
    assert_eq!(
        failure(CLASS, &plain, Some(Schema::optional_string()), Value::Null),
        "DataException: Only Struct objects supported for [mask fields], found: null"
    );
}
