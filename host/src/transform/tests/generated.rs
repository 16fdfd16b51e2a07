//! Generated records for property tests: with and without schema, of every type, with nulls.

use connect_data::{
    ConnectHeaders, ConnectRecord, Consumed, Decimal, Schema, SchemaBuilder, SchemaRef, Struct,
    TimestampType, Value, logical,
};
use proptest::prelude::*;

/// A value with its schema.
pub type Sample = (SchemaRef, Value<'static>);

/// Few names, so that configurations meet fields; some are no names of fields elsewhere.
pub fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("c"), Just("a.b"), Just("é")].prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+]?[0-9]{1,20}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    ]
}

fn leaf() -> impl Strategy<Value = Sample> {
    prop_oneof![
        any::<bool>().prop_map(|value| (Schema::boolean(), value.into())),
        any::<i8>().prop_map(|value| (Schema::int8(), value.into())),
        any::<i16>().prop_map(|value| (Schema::int16(), value.into())),
        any::<i32>().prop_map(|value| (Schema::int32(), value.into())),
        any::<i64>().prop_map(|value| (Schema::int64(), value.into())),
        any::<f32>().prop_map(|value| (Schema::float32(), value.into())),
        any::<f64>().prop_map(|value| (Schema::float64(), value.into())),
        text().prop_map(|value| (Schema::string(), value.into())),
        any::<Vec<u8>>().prop_map(|value| (Schema::bytes(), value.into())),
        Just((Schema::optional_string(), Value::Null)),
        any::<i32>().prop_map(|default| {
            let builder = SchemaBuilder::int32().optional().default_value(default);
            (builder.build().expect("a schema"), Value::Null)
        }),
        (any::<i64>(), -5..20i32).prop_map(|(unscaled, scale)| {
            let value = Decimal::new(unscaled, scale);
            (logical::decimal_schema(scale), value.into())
        }),
        any::<i64>().prop_map(|ms| (logical::date_schema(), Value::Date(ms))),
        any::<i64>().prop_map(|ms| (logical::time_schema(), Value::Date(ms))),
        any::<i64>().prop_map(|ms| (logical::timestamp_schema(), Value::Date(ms))),
    ]
}

/// Any value; mostly a struct, as most transformations want one.
pub fn sample() -> impl Strategy<Value = Sample> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        let structure = || proptest::collection::btree_map(name(), inner.clone(), 0..4);
        prop_oneof![
            1 => (inner.clone(), 0..3usize).prop_map(|((schema, value), count)| {
                let schema = SchemaBuilder::array(schema).build().expect("a schema");
                (schema, Value::Array(vec![value; count]))
            }),
            1 => (inner.clone(), name()).prop_map(|((schema, value), key)| {
                let builder = SchemaBuilder::map(Schema::string(), schema);
                let value = Value::Map(vec![(key.into(), value)]);
                (builder.build().expect("a schema"), value)
            }),
            6 => (structure(), any::<bool>(), proptest::bool::weighted(0.1)).prop_map(
                |(fields, optional, null)| {
                    let mut builder = SchemaBuilder::structure().name("n").version(3);
                    let mut values = Vec::new();
                    for (name, (schema, value)) in fields {
                        builder = builder.field(name, schema);
                        values.push(value);
                    }
                    if optional {
                        builder = builder.optional();
                    }
                    let schema = builder.build().expect("a schema");
                    let value = if null {
                        Value::Null
                    } else {
                        Value::Struct(Struct::from_values(schema.clone(), values))
                    };
                    (schema, value)
                }
            ),
        ]
    })
}

/// The same value as it is without schema: structs are maps.
fn schemaless(value: Value<'static>) -> Value<'static> {
    match value {
        Value::Struct(structure) => {
            let (schema, values) = structure.into_parts();
            let names = schema.fields().expect("fields").iter();
            let names = names.map(|field| Value::from(field.name().to_owned()));
            Value::Map(names.zip(values.into_iter().map(schemaless)).collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(schemaless).collect()),
        Value::Map(entries) => {
            let entries = entries.into_iter();
            Value::Map(
                entries
                    .map(|(key, value)| (key, schemaless(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn half() -> impl Strategy<Value = (Option<SchemaRef>, Value<'static>)> {
    (sample(), 0..8u8).prop_map(|((schema, value), kind)| match kind {
        0..=3 => (Some(schema), value),
        4..=6 => (None, schemaless(value)),
        // No plugin should, but a struct may come without its schema.
        _ => (None, value),
    })
}

/// A record of a source or sink task.
pub fn record() -> impl Strategy<Value = ConnectRecord<'static>> {
    (
        half(),
        half(),
        proptest::option::of(name()),
        proptest::option::of(any::<i64>()),
        any::<bool>(),
    )
        .prop_map(
            |((key_schema, key), (value_schema, value), topic, number, sink)| {
                let mut headers = ConnectHeaders::new();
                headers.add_int("a", 1);
                ConnectRecord {
                    topic: topic.map(Into::into),
                    kafka_partition: number.map(|number| number as i32),
                    key_schema,
                    key,
                    value_schema,
                    value,
                    timestamp: number,
                    headers,
                    consumed: sink.then_some(Consumed {
                        kafka_offset: 5,
                        timestamp_type: TimestampType::CreateTime,
                    }),
                }
            },
        )
}

/// Whether a value has the schema that it says it has, as far as structs tell.
pub fn is_consistent(schema: Option<&SchemaRef>, value: &Value<'_>) -> bool {
    match (schema, value) {
        (Some(schema), Value::Struct(structure)) => structure.schema() == schema,
        _ => true,
    }
}
