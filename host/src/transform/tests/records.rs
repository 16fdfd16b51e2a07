//! What the tests of all transformations share: making transformations, records and values.

use connect_data::{ConnectRecord, Consumed, Field, SchemaBuilder, SchemaRef, Struct, Value};

use crate::config::ConfigMap;
use crate::errors::Failure;
use crate::transform::{Applied, Transformation, create_transformation};

const PACKAGE: &str = "org.apache.kafka.connect.transforms.";

pub fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// A transformation by its class without the package.
pub fn create(class: &str, settings: &[(&str, &str)]) -> Result<Box<dyn Transformation>, Failure> {
    create_transformation(&format!("{PACKAGE}{class}"), &config(settings))
}

/// The message of the configuration error with which a task fails.
pub fn create_error(class: &str, settings: &[(&str, &str)]) -> String {
    let Err(failure) = create(class, settings) else {
        panic!("{class} accepts {settings:?}");
    };
    let cause = failure.cause.expect("a cause");
    assert_eq!(
        cause.class,
        "org.apache.kafka.common.config.ConfigException"
    );
    assert_eq!(
        failure.message,
        format!("{}: {}", cause.class, cause.message)
    );
    cause.message
}

/// What a transformation makes of a record. It is applied three times, to see that what it
/// remembers of the first time does no harm; once in between to another record.
pub fn apply<'a>(
    class: &str,
    settings: &[(&str, &str)],
    record: ConnectRecord<'a>,
) -> Result<ConnectRecord<'a>, Failure> {
    let mut transformation = create(class, settings).expect("a transformation");
    let mut first = record.clone();
    let first = transformation.apply(&mut first).map(|_| first);
    let mut second = record.clone();
    let second = transformation.apply(&mut second).map(|_| second);
    assert_eq!(first, second);
    let _ = transformation.apply(&mut ConnectRecord::default());
    let mut third = record;
    let third = transformation.apply(&mut third).map(|applied| {
        assert_eq!(applied, Applied::Kept);
        third
    });
    assert_eq!(first, third);
    first
}

/// The value that a transformation makes of a value, with its schema.
pub fn apply_to_value<'a>(
    class: &str,
    settings: &[(&str, &str)],
    schema: Option<SchemaRef>,
    value: impl Into<Value<'a>>,
) -> Result<(Option<SchemaRef>, Value<'a>), Failure> {
    let before = record(schema, value.into());
    let after = apply(class, settings, before.clone())?;
    assert_eq!(after.key, before.key);
    assert_eq!(after.topic, before.topic);
    assert_eq!(after.headers, before.headers);
    assert_eq!(after.timestamp, before.timestamp);
    Ok((after.value_schema, after.value))
}

/// The class and message of what a transformation fails with.
pub fn failure(
    class: &str,
    settings: &[(&str, &str)],
    schema: Option<SchemaRef>,
    value: Value<'_>,
) -> String {
    let failure = apply(class, settings, record(schema, value)).expect_err("a failure");
    let simple = failure.class.rsplit('.').next().unwrap_or_default();
    format!("{simple}: {}", failure.message)
}

/// A consumed record with that value.
pub fn record<'a>(schema: Option<SchemaRef>, value: Value<'a>) -> ConnectRecord<'a> {
    ConnectRecord {
        topic: Some("test".into()),
        kafka_partition: Some(0),
        key: "key".into(),
        value_schema: schema,
        value,
        timestamp: Some(789),
        consumed: Some(Consumed {
            kafka_offset: 7,
            timestamp_type: connect_data::TimestampType::CreateTime,
        }),
        ..ConnectRecord::default()
    }
}

/// A map without schema.
pub fn map<'a, const N: usize>(entries: [(&'static str, Value<'a>); N]) -> Value<'a> {
    Value::Map(
        entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

/// A struct schema without name.
pub fn schema<const N: usize>(fields: [(&str, SchemaRef); N]) -> SchemaRef {
    builder(fields).build().expect("a schema")
}

/// A builder of a struct schema.
pub fn builder<const N: usize>(fields: [(&str, SchemaRef); N]) -> SchemaBuilder {
    fields
        .into_iter()
        .fold(SchemaBuilder::structure(), |builder, (name, schema)| {
            builder.field(name, schema)
        })
}

/// A struct, by the order of its fields.
pub fn structure<'a, const N: usize>(schema: &SchemaRef, values: [Value<'a>; N]) -> Value<'a> {
    Value::Struct(Struct::from_values(schema.clone(), Vec::from(values)))
}

/// The names of a struct's fields with their values.
pub fn fields<'a>(value: &Value<'a>) -> Vec<(String, Value<'a>)> {
    let structure = value.as_struct().expect("a struct");
    let names = structure.schema().fields().expect("fields").iter();
    names
        .map(Field::name)
        .map(str::to_owned)
        .zip(structure.values().iter().cloned())
        .collect()
}

/// An INT32 field schema that is optional and has a default.
pub fn int32_with_default(default: i32) -> SchemaRef {
    (SchemaBuilder::int32().optional().default_value(default))
        .build()
        .expect("a schema")
}
