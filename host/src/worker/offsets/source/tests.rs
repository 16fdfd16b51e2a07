use super::*;

fn object(fields: &[(&str, JsonValue)]) -> JsonObject {
    fields
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

fn text(text: &str) -> JsonValue {
    JsonValue::Text(text.to_owned())
}

fn refused(value: JsonValue) -> String {
    let entry = (None, Some(object(&[("position", value)])));
    source_changes(&[entry]).unwrap_err().to_string()
}

#[test]
fn only_primitive_values_can_be_stored() {
    // Recorded from the JVM worker.
    for (value, found) in [
        (JsonValue::Map("{}".to_owned()), "MAP"),
        (JsonValue::List("[]".to_owned()), "ARRAY"),
        (
            JsonValue::BigInteger("99999999999999999999".to_owned()),
            "class java.math.BigInteger",
        ),
    ] {
        assert_eq!(
            refused(value),
            format!(
                "Offsets may only contain primitive types as values, but field position contains {found}"
            )
        );
    }
}

#[test]
fn a_partition_is_looked_at_before_its_offset() {
    let nested = |field| object(&[(field, JsonValue::List("[]".to_owned()))]);
    let entry = (Some(nested("filename")), Some(nested("position")));
    let message = source_changes(&[entry]).unwrap_err().to_string();
    assert!(message.contains("field filename"), "{message}");
    // Also where the offset is reset.
    assert!(source_changes(&[(Some(nested("filename")), None)]).is_err());
}

#[test]
fn of_equal_partitions_the_last_counts() {
    let partition =
        |first: &str, second: &str| Some(object(&[(first, text(first)), (second, text(second))]));
    let position = |number| Some(object(&[("position", JsonValue::Integer(number))]));
    let changes = source_changes(&[
        (partition("a", "b"), position(1)),
        (None, position(2)),
        (partition("b", "a"), position(3)),
        (None, None),
    ])
    .unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0].1, Some(OffsetMap::of("position", 3_i64)));
    assert_eq!(changes[1], (None, None));
}

#[test]
fn values_are_what_tasks_will_read() {
    let offset = object(&[
        ("d", JsonValue::Double(f64::INFINITY)),
        ("n", JsonValue::Null),
        ("b", JsonValue::Boolean(true)),
        ("i", JsonValue::Integer(7)),
    ]);
    let changes = source_changes(&[(Some(JsonObject::new()), Some(offset))]).unwrap();
    let stored = changes[0].1.clone().unwrap();
    assert_eq!(stored.get("d"), Some(&"Infinity".into()));
    assert_eq!(stored.get("n"), Some(&OffsetValue::Null));
    assert_eq!(stored.get("b"), Some(&true.into()));
    assert_eq!(stored.get("i"), Some(&7_i64.into()));
}
