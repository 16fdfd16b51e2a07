//! Arbitrary schemas, values and records for property tests.

use proptest::option::of as option;
use proptest::prelude::*;

use super::*;
use crate::{
    ConnectHeaders, ConnectRecord, Consumed, Header, OffsetValue, TimestampType, Type, logical,
};

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,3}", "\\PC{0,8}", Just("x".repeat(200))]
}

/// Any schema, without defaults.
fn bare_schema() -> impl Strategy<Value = SchemaRef> {
    let leaf = prop_oneof![
        proptest::sample::select(Schema::constants()),
        Just(logical::decimal_schema(2)),
        Just(logical::date_schema()),
        Just(logical::time_builder().optional().build().unwrap()),
        Just(logical::timestamp_schema()),
        Just(SchemaBuilder::array_of_null().build().unwrap()),
        Just(SchemaBuilder::map_of_null().build().unwrap()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|value| SchemaBuilder::array(value).build().unwrap()),
            inner
                .clone()
                .prop_map(|key| SchemaBuilder::map_with_null_values(key).build().unwrap()),
            (inner.clone(), inner.clone())
                .prop_map(|(key, value)| SchemaBuilder::map(key, value).build().unwrap()),
            (prop::collection::vec(inner, 0..5), attributes()).prop_map(|(fields, attributes)| {
                let mut builder = attributes.apply(SchemaBuilder::structure());
                for (index, schema) in fields.into_iter().enumerate() {
                    builder = builder.field(format!("f{index}"), schema);
                }
                builder.build().unwrap()
            }),
        ]
    })
}

#[derive(Debug, Clone)]
struct Attributes {
    optional: bool,
    name: Option<String>,
    version: Option<i32>,
    doc: Option<String>,
    parameters: Vec<(String, String)>,
}

impl Attributes {
    fn apply(self, mut builder: SchemaBuilder) -> SchemaBuilder {
        if self.optional {
            builder = builder.optional();
        }
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        if let Some(version) = self.version {
            builder = builder.version(version);
        }
        if let Some(doc) = self.doc {
            builder = builder.doc(doc);
        }
        builder.parameters(&self.parameters)
    }
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let parameters = prop::collection::vec((text(), text()), 0..3);
    (
        any::<bool>(),
        option(text()),
        option(any::<i32>()),
        option(text()),
        parameters,
    )
        .prop_map(|(optional, name, version, doc, parameters)| Attributes {
            optional,
            name,
            version,
            doc,
            parameters,
        })
}

/// Any schema, some with defaults.
pub fn schema() -> impl Strategy<Value = SchemaRef> {
    let with_default = (0_i32..100).prop_map(|value| {
        SchemaBuilder::int32()
            .doc("d")
            .default_value(value)
            .build()
            .unwrap()
    });
    let list_default = bare_schema().prop_flat_map(|element| {
        let values = prop::collection::vec(value_of(&element, true), 0..3);
        values.prop_map(move |values| {
            let builder = || SchemaBuilder::array(element.clone());
            builder()
                .default_value(values)
                .build()
                .unwrap_or_else(|_| builder().build().unwrap())
        })
    });
    prop_oneof![4 => bare_schema(), 1 => with_default, 1 => list_default]
}

/// A value of that schema; null too unless `strict` and required.
pub fn value_of(schema: &SchemaRef, strict: bool) -> BoxedStrategy<Value<'static>> {
    let value = class_of(schema, strict);
    if strict && !schema.is_optional() {
        value
    } else {
        prop_oneof![1 => Just(Value::Null), 5 => value].boxed()
    }
}

fn class_of(schema: &SchemaRef, strict: bool) -> BoxedStrategy<Value<'static>> {
    match schema.logical_type() {
        Some(logical::LogicalType::Decimal) => return decimal().boxed(),
        Some(_) => return any::<i64>().prop_map(Value::Date).boxed(),
        None => {}
    }
    let inner = |schema: Option<&SchemaRef>| match schema {
        Some(schema) => value_of(schema, strict),
        None => schemaless().boxed(),
    };
    match schema.schema_type() {
        Type::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Type::Int8 => any::<i8>().prop_map(Value::from).boxed(),
        Type::Int16 => any::<i16>().prop_map(Value::from).boxed(),
        Type::Int32 => any::<i32>().prop_map(Value::from).boxed(),
        Type::Int64 => any::<i64>().prop_map(Value::from).boxed(),
        Type::Float32 => any::<f32>().prop_map(Value::from).boxed(),
        Type::Float64 => any::<f64>().prop_map(Value::from).boxed(),
        Type::String => text().prop_map(Value::from).boxed(),
        Type::Bytes => any::<Vec<u8>>().prop_map(Value::from).boxed(),
        Type::Array => {
            let element = inner(schema.value_schema().unwrap());
            prop::collection::vec(element, 0..4)
                .prop_map(Value::Array)
                .boxed()
        }
        Type::Map => {
            let entry = (
                inner(schema.key_schema().unwrap()),
                inner(schema.value_schema().unwrap()),
            );
            prop::collection::vec(entry, 0..4)
                .prop_map(Value::Map)
                .boxed()
        }
        Type::Struct => {
            let schema = schema.clone();
            let fields: Vec<_> = schema
                .fields()
                .unwrap()
                .iter()
                .map(|field| value_of(field.schema(), strict))
                .collect();
            fields
                .prop_map(move |values| Value::Struct(Struct::from_values(schema.clone(), values)))
                .boxed()
        }
    }
}

fn decimal() -> impl Strategy<Value = Value<'static>> {
    (any::<i128>(), any::<i32>()).prop_map(|(digits, scale)| Decimal::new(digits, scale).into())
}

/// A value without a schema, structs included.
pub fn schemaless() -> impl Strategy<Value = Value<'static>> {
    let with_struct = || {
        let schema = SchemaBuilder::structure()
            .field("a", Schema::optional_string())
            .build();
        let mut value = Struct::new(schema.unwrap()).unwrap();
        value.put("a", "in a struct").unwrap();
        Value::Struct(value)
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        any::<Vec<u8>>().prop_map(Value::from),
        any::<i64>().prop_map(Value::Date),
        decimal(),
        Just(with_struct()),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

/// A schema with a value of it, or a value alone.
pub fn schema_and_value() -> impl Strategy<Value = (Option<SchemaRef>, Value<'static>)> {
    prop_oneof![
        schema().prop_flat_map(|schema| { (Just(Some(schema.clone())), value_of(&schema, false)) }),
        schemaless().prop_map(|value| (None, value)),
    ]
}

fn headers() -> impl Strategy<Value = ConnectHeaders<'static>> {
    prop::collection::vec((text(), schema_and_value()), 0..3).prop_map(|headers| {
        let header = |(key, (schema, value)): (String, _)| Header {
            key: key.into(),
            schema,
            value,
        };
        headers.into_iter().map(header).collect()
    })
}

pub fn offset_map() -> impl Strategy<Value = OffsetMap<'static>> {
    let value = prop_oneof![
        Just(OffsetValue::Null),
        any::<bool>().prop_map(OffsetValue::from),
        any::<i64>().prop_map(OffsetValue::from),
        any::<f64>().prop_map(OffsetValue::from),
        text().prop_map(OffsetValue::from),
        any::<Vec<u8>>().prop_map(OffsetValue::from),
    ];
    prop::collection::vec((text(), value), 0..4).prop_map(|entries| entries.into_iter().collect())
}

pub fn source_record() -> impl Strategy<Value = SourceRecord<'static>> {
    let maps = (option(offset_map()), option(offset_map()));
    let coordinates = (
        option("[ab]{1,2}"),
        option(any::<i32>()),
        option(any::<i64>()),
    );
    (
        maps,
        coordinates,
        schema_and_value(),
        schema_and_value(),
        headers(),
    )
        .prop_map(
            |(maps, (topic, kafka_partition, timestamp), key, value, headers)| SourceRecord {
                source_partition: maps.0,
                source_offset: maps.1,
                topic: topic.map(Into::into),
                kafka_partition,
                key_schema: key.0,
                key: key.1,
                value_schema: value.0,
                value: value.1,
                timestamp,
                headers,
            },
        )
}

pub fn sink_record() -> impl Strategy<Value = SinkRecord<'static>> {
    let timestamp_type = proptest::sample::select(vec![
        TimestampType::NoTimestampType,
        TimestampType::CreateTime,
        TimestampType::LogAppendTime,
    ]);
    let offset = || prop_oneof![0..5_i64, any::<i64>()];
    let place = ("[ab]{1,2}", 0..3_i32, offset());
    let original = option(("[ab]{1,2}", any::<i32>(), offset()));
    let timestamp = (option(any::<i64>()), timestamp_type);
    (
        place,
        original,
        timestamp,
        schema_and_value(),
        schema_and_value(),
        headers(),
    )
        .prop_map(
            |(place, original, (timestamp, timestamp_type), key, value, headers)| {
                let original = original.unwrap_or_else(|| place.clone());
                SinkRecord {
                    topic: place.0.into(),
                    kafka_partition: place.1,
                    kafka_offset: place.2,
                    key_schema: key.0,
                    key: key.1,
                    value_schema: value.0,
                    value: value.1,
                    timestamp,
                    timestamp_type,
                    headers,
                    original_topic: original.0.into(),
                    original_kafka_partition: original.1,
                    original_kafka_offset: original.2,
                }
            },
        )
}

/// A record as a transformation sees it, consumed or not.
pub fn connect_record(consumed: bool) -> impl Strategy<Value = ConnectRecord<'static>> {
    (source_record(), sink_record()).prop_map(move |(source, sink)| {
        let record = ConnectRecord {
            topic: source.topic,
            kafka_partition: source.kafka_partition,
            key_schema: source.key_schema,
            key: source.key,
            value_schema: source.value_schema,
            value: source.value,
            timestamp: source.timestamp,
            headers: source.headers,
            consumed: None,
        };
        if !consumed {
            return record;
        }
        ConnectRecord {
            topic: Some(sink.topic),
            kafka_partition: Some(sink.kafka_partition),
            consumed: Some(Consumed {
                kafka_offset: sink.kafka_offset,
                timestamp_type: sink.timestamp_type,
            }),
            ..record
        }
    })
}
