use connect_data::{ConnectRecord, Schema, SchemaRef, Value, logical};

use crate::transform::tests::records::{
    apply, apply_to_value, create_error, failure, fields, int32_with_default, map, record, schema,
    structure,
};

const CLASS: &str = "InsertField$Value";

const ALL: [(&str, &str); 6] = [
    ("topic.field", "topic_field!"),
    ("partition.field", "partition_field"),
    ("offset.field", "offset_field"),
    ("timestamp.field", "timestamp_field?"),
    ("static.field", "instance_id"),
    ("static.value", "my-instance-id"),
];

fn magic() -> SchemaRef {
    schema([("magic", Schema::int64())])
}

#[test]
fn fields_are_added_to_maps() {
    let after = apply_to_value(CLASS, &ALL, None, map([("magic", 42i64.into())]));
    assert_eq!(
        after,
        Ok((
            None,
            map([
                ("magic", 42i64.into()),
                ("topic_field", "test".into()),
                ("partition_field", 0.into()),
                ("offset_field", 7i64.into()),
                ("timestamp_field", 789i64.into()),
                ("instance_id", "my-instance-id".into()),
            ])
        ))
    );
    // A field that is there is set.
    let settings = [("topic.field", "magic")];
    let after = apply_to_value(CLASS, &settings, None, map([("magic", 42i64.into())]));
    assert_eq!(after, Ok((None, map([("magic", "test".into())]))));
}

#[test]
fn fields_are_added_to_structs() {
    let before = magic();
    let value = structure(&before, [42i64.into()]);
    let (after_schema, after) = apply_to_value(CLASS, &ALL, Some(before), value).unwrap();
    let timestamp = logical::timestamp_builder().optional().build().unwrap();
    let expected = schema([
        ("magic", Schema::int64()),
        ("topic_field", Schema::string()),
        ("partition_field", Schema::optional_int32()),
        ("offset_field", Schema::optional_int64()),
        ("timestamp_field", timestamp),
        ("instance_id", Schema::optional_string()),
    ]);
    assert_eq!(after_schema, Some(expected.clone()));
    assert_eq!(
        after,
        structure(
            &expected,
            [
                42i64.into(),
                "test".into(),
                0.into(),
                7i64.into(),
                Value::Date(789),
                "my-instance-id".into()
            ]
        )
    );
}

#[test]
fn what_is_not_known_is_left_out() {
    let settings = [("partition.field", "p!"), ("timestamp.field", "t!")];
    let unknown = |schema, value| ConnectRecord {
        kafka_partition: None,
        timestamp: None,
        ..record(schema, value)
    };
    let after = apply(CLASS, &settings, unknown(None, map([]))).unwrap();
    assert_eq!(after.value, map([]));
    let before = magic();
    let value = structure(&before, [1i64.into()]);
    let after = apply(CLASS, &settings, unknown(Some(before), value)).unwrap();
    let names = [
        ("magic", 1i64.into()),
        ("p", Value::Null),
        ("t", Value::Null),
    ];
    assert_eq!(
        fields(&after.value),
        names.map(|(name, value)| (name.to_owned(), value))
    );
}

#[test]
fn tombstones_pass_and_keys_are_changed() {
    for schema in [None, Some(magic())] {
        let after = apply_to_value(CLASS, &ALL, schema.clone(), Value::Null);
        assert_eq!(after, Ok((schema, Value::Null)));
    }
    let before = ConnectRecord {
        key: map([("magic", 42i64.into())]),
        ..record(None, Value::Null)
    };
    let after = apply("InsertField$Key", &[("topic.field", "t")], before.clone()).unwrap();
    let expected = ConnectRecord {
        key: map([("magic", 42i64.into()), ("t", "test".into())]),
        ..before
    };
    assert_eq!(after, expected);
}

#[test]
fn null_fields_are_read_as_their_defaults() {
    let before = schema([("a", int32_with_default(42))]);
    for (replace, expected) in [("true", 42.into()), ("false", Value::Null)] {
        let settings = [("topic.field", "t"), ("replace.null.with.default", replace)];
        let value = structure(&before, [Value::Null]);
        let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value).unwrap();
        assert_eq!(fields(&after)[0].1, expected);
    }
}

#[test]
fn what_cannot_be_inserted() {
    let value = || structure(&magic(), [1i64.into()]);
    let topic = [("topic.field", "magic")];
    assert_eq!(
        failure(CLASS, &topic, Some(magic()), value()),
        "SchemaBuilderException: Cannot create field because of field name duplication magic"
    );
    assert_eq!(
        failure(CLASS, &topic, None, "x".into()),
        "DataException: Only Map objects supported in absence of schema for [field insertion], \
         found: java.lang.String"
    );
    assert_eq!(
        failure(CLASS, &topic, Some(Schema::int32()), 1.into()),
        "DataException: Only Struct objects supported for [field insertion], found: \
         java.lang.Integer"
    );
    let of_source = ConnectRecord {
        consumed: None,
        ..record(Some(magic()), value())
    };
    let failure = apply(CLASS, &[("offset.field", "o")], of_source).unwrap_err();
    assert_eq!(
        failure.message,
        "Only SinkRecord supported for [field insertion], found: \
         org.apache.kafka.connect.source.SourceRecord"
    );
    let nameless = ConnectRecord {
        topic: None,
        ..record(Some(magic()), value())
    };
    let failure = apply(CLASS, &[("topic.field", "t!")], nameless).unwrap_err();
    assert_eq!(
        failure.message,
        "Invalid value: null used for required field: \"t\", schema type: STRING"
    );
}

#[test]
fn something_must_be_inserted() {
    assert_eq!(create_error(CLASS, &[]), "No field insertion configured");
    assert_eq!(
        create_error(CLASS, &[("static.field", "f!")]),
        "Invalid value null for configuration static.value: No value specified for static \
         field: f!"
    );
}
