//! One refusal for each limit, in each direction where both can meet it.

use super::*;
use crate::{ConnectHeaders, Header};

fn too_many(result: Result<impl std::fmt::Debug, BatchError>) -> Counted {
    match result.unwrap_err() {
        BatchError::TooMany { what, count, max } if count > max as u64 => what,
        other => panic!("{other:?}"),
    }
}

fn push(record: &SourceRecord<'_>) -> Result<(), BatchError> {
    SourceBatchEncoder::new().push(record)
}

fn record_of(schema: Option<SchemaRef>, value: impl Into<Value<'static>>) -> SourceRecord<'static> {
    SourceRecord::new(None, None, "t", schema, value)
}

/// A source batch of these bytes after version and kind.
fn batch(parts: &[&[u8]]) -> Vec<u8> {
    [&[VERSION, KIND_SOURCE], parts.concat().as_slice()].concat()
}

/// A source batch of one schema entry, of one empty record.
fn schema_batch(entry: &[u8]) -> Vec<u8> {
    let length = varint(entry.len() as u64);
    batch(&[&[1], &length, entry, &[0, 0, 1], &[0b111, tag::NULL]])
}

/// A source batch of one record of this value, without a schema.
fn value_batch(value: &[u8]) -> Vec<u8> {
    batch(&[&[0, 0, 0, 0, 1], &[0b111], value])
}

const LONG: usize = BatchLimits::NAME_BYTES_MAX + 1;

#[test]
fn bytes() {
    let max = BatchLimits::BYTES_MAX;
    let error = decode_source(&vec![0; max + 1]).unwrap_err();
    assert_eq!(
        error,
        BatchError::TooManyBytes {
            bytes: max + 1,
            max
        }
    );
    assert!(matches!(
        decode_source(&vec![0; max]),
        Err(BatchError::UnknownVersion { .. })
    ));
    let mut encoder = SourceBatchEncoder::new();
    let half = record_of(None, vec![0_u8; max / 2]);
    encoder.push(&half).unwrap();
    let error = encoder.push(&half).unwrap_err();
    assert!(matches!(error, BatchError::TooManyBytes { .. }) && error.is_full());
    assert_eq!(encoder.len(), 1);
    let mut encoder = SinkBatchEncoder::new();
    let half = SinkRecord::new("t", 0, 0, None, vec![0_u8; max / 2]);
    encoder.push(&half).unwrap();
    assert!(encoder.push(&half).unwrap_err().is_full());
}

#[test]
fn records() {
    let mut encoder = SourceBatchEncoder::new();
    let record = record_of(None, Value::Null);
    for _ in 0..BatchLimits::RECORDS_MAX {
        encoder.push(&record).unwrap();
    }
    assert!(encoder.push(&record).unwrap_err().is_full());
    assert_eq!(too_many(encoder.push(&record)), Counted::Records);
    assert_eq!(
        decode_source(&encoder.finish()).unwrap().len(),
        BatchLimits::RECORDS_MAX
    );
    let over = varint(BatchLimits::RECORDS_MAX as u64 + 1);
    let bytes = batch(&[&[0, 0, 0, 0], &over, &vec![0; 300_000]]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::Records);
    let mut encoder = SinkBatchEncoder::new();
    let record = SinkRecord::new("t", 0, 0, None, Value::Null);
    for _ in 0..BatchLimits::RECORDS_MAX {
        encoder.push(&record).unwrap();
    }
    assert_eq!(too_many(encoder.push(&record)), Counted::Records);
}

#[test]
fn schemas() {
    let named = |index: usize| {
        SchemaBuilder::int8()
            .name(index.to_string())
            .build()
            .unwrap()
    };
    let mut encoder = SourceBatchEncoder::new();
    for index in 0..BatchLimits::SCHEMAS_MAX {
        encoder.push(&record_of(Some(named(index)), 1_i8)).unwrap();
    }
    let over = record_of(Some(named(BatchLimits::SCHEMAS_MAX)), 1_i8);
    assert!(encoder.push(&over).unwrap_err().is_full());
    assert_eq!(too_many(encoder.push(&over)), Counted::Schemas);
    assert!(decode_source(&encoder.finish()).is_ok());
    let count = varint(BatchLimits::SCHEMAS_MAX as u64 + 1);
    let bytes = batch(&[&count, &vec![0; 50_000]]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::Schemas);
}

#[test]
fn schema_table_bytes() {
    let max = BatchLimits::SCHEMA_TABLE_BYTES_MAX;
    let schema = SchemaBuilder::int8().doc("x".repeat(max)).build().unwrap();
    let error = push(&record_of(Some(schema), 1_i8)).unwrap_err();
    assert!(error.is_full());
    assert_eq!(too_many(Err::<(), _>(error)), Counted::SchemaTableBytes);
    let bytes = batch(&[&[1], &varint(max as u64 + 1), &vec![0; max + 100]]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::SchemaTableBytes);
}

/// A schema that refers to the one before twice has twice its nodes.
#[test]
fn schema_nodes() {
    let mut schema = Schema::string();
    for _ in 0..15 {
        schema = SchemaBuilder::map(schema.clone(), schema).build().unwrap();
    }
    push(&record_of(Some(schema.clone()), Value::Null)).unwrap();
    let over = SchemaBuilder::map(schema.clone(), schema).build().unwrap();
    let refused = push(&record_of(Some(over), Value::Null));
    assert_eq!(too_many(refused), Counted::SchemaNodes);

    let mut table = vec![7, 0];
    for index in 1..=100 {
        table.extend([10, 0, index, index]);
    }
    let bytes = batch(&[&[101], &varint(table.len() as u64), &table, &[0, 0, 0]]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::SchemaNodes);
}

#[test]
fn schema_depth() {
    let error = BatchError::TooDeep {
        what: "schemas",
        max: BatchLimits::DEPTH_MAX,
    };
    let deepest = encode_source(&[record_of(Some(nested_arrays(128)), Value::Null)]);
    assert!(decode_source(&deepest).is_ok());
    assert_eq!(
        push(&record_of(Some(nested_arrays(129)), Value::Null)),
        Err(error.clone())
    );
    let mut table = vec![7, 0];
    for index in 1..=127 {
        table.extend([9, 0, index]);
    }
    table.extend([9, 0, 0x80, 1]);
    let bytes = batch(&[
        &varint(129),
        &varint(table.len() as u64),
        &table,
        &[0, 0, 0],
    ]);
    assert_eq!(decode_source(&bytes), Err(error));
}

#[test]
fn value_depth() {
    let error = BatchError::TooDeep {
        what: "values",
        max: BatchLimits::DEPTH_MAX,
    };
    let deepest = encode_source(&[record_of(None, nested_values(128))]);
    assert!(decode_source(&deepest).is_ok());
    assert_eq!(
        push(&record_of(None, nested_values(129))),
        Err(error.clone())
    );
    let bytes = value_batch(&[tag::ARRAY, 1].repeat(100_000));
    assert_eq!(decode_source(&bytes), Err(error));
}

#[test]
fn fields() {
    let mut builder = SchemaBuilder::structure();
    for index in 0..=BatchLimits::FIELDS_MAX {
        builder = builder.field(index.to_string(), Schema::int8());
    }
    let refused = push(&record_of(Some(builder.build().unwrap()), Value::Null));
    assert_eq!(too_many(refused), Counted::Fields);
    let count = varint(BatchLimits::FIELDS_MAX as u64 + 1);
    let entry = [&[11, 0], count.as_slice(), &vec![0; 20_000]].concat();
    assert_eq!(
        too_many(decode_source(&schema_batch(&entry))),
        Counted::Fields
    );
}

#[test]
fn parameters() {
    let max = BatchLimits::PARAMETERS_MAX;
    let parameters: Vec<_> = (0..=max)
        .map(|index| (index.to_string(), String::new()))
        .collect();
    let schema = SchemaBuilder::int8()
        .parameters(&parameters)
        .build()
        .unwrap();
    let refused = push(&record_of(Some(schema), Value::Null));
    assert_eq!(too_many(refused), Counted::Parameters);
    let entry = [
        &[0, schema_flag::PARAMETERS],
        varint(max as u64 + 1).as_slice(),
        &[0; 1000],
    ]
    .concat();
    assert_eq!(
        too_many(decode_source(&schema_batch(&entry))),
        Counted::Parameters
    );
}

#[test]
fn topics() {
    let mut encoder = SourceBatchEncoder::new();
    let topic = |index: usize| SourceRecord::new(None, None, index.to_string(), None, Value::Null);
    for index in 0..BatchLimits::TOPICS_MAX {
        encoder.push(&topic(index)).unwrap();
    }
    let over = topic(BatchLimits::TOPICS_MAX);
    assert!(encoder.push(&over).unwrap_err().is_full());
    assert_eq!(too_many(encoder.push(&over)), Counted::Topics);
    let count = varint(BatchLimits::TOPICS_MAX as u64 + 1);
    let bytes = batch(&[&[0, 0], &count, &vec![0; 50_000]]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::Topics);
}

#[test]
fn source_partitions() {
    let bytes = batch(&[
        &[0, 0, 0],
        &varint(BatchLimits::PARTITIONS_MAX as u64 + 1),
        &vec![0; 300_000],
    ]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::SourcePartitions);
    // A batch has as many records as partitions at most, so that an encoder never meets this one
    // first.
    const { assert!(BatchLimits::PARTITIONS_MAX >= BatchLimits::RECORDS_MAX) };
    let mut table = tables::PartitionTable::default();
    for index in 0..BatchLimits::PARTITIONS_MAX as i64 {
        table
            .reference_to(Some(&OffsetMap::of("p", index)), 0)
            .unwrap();
    }
    let over = table.reference_to(Some(&OffsetMap::of("p", -1_i64)), 0);
    assert!(over.clone().unwrap_err().is_full());
    assert_eq!(too_many(over), Counted::SourcePartitions);
}

#[test]
fn offset_entries() {
    let max = BatchLimits::OFFSET_ENTRIES_MAX;
    let map = |count: usize| (0..count).map(|index| (index.to_string(), true)).collect();
    let mut record = record_of(None, Value::Null);
    record.source_offset = Some(map(max));
    push(&record).unwrap();
    record.source_offset = Some(map(max + 1));
    assert_eq!(too_many(push(&record)), Counted::OffsetEntries);
    record.source_offset = None;
    record.source_partition = Some(map(max + 1));
    assert_eq!(too_many(push(&record)), Counted::OffsetEntries);
    let bytes = [varint(max as u64 + 1), vec![0; 1000]].concat();
    assert_eq!(
        too_many(EncodedOffsetMap::new(&bytes).decode()),
        Counted::OffsetEntries
    );
}

#[test]
fn headers() {
    let header = Header {
        key: "k".into(),
        schema: None,
        value: Value::Null,
    };
    let count = BatchLimits::HEADERS_MAX + 1;
    let headers: ConnectHeaders = std::iter::repeat_n(header, count).collect();
    let record = SourceRecord {
        headers,
        ..record_of(None, Value::Null)
    };
    assert_eq!(too_many(push(&record)), Counted::Headers);
    let bytes = batch(&[
        &[0, 0, 0, 0, 1],
        &[0b111 | source_flag::HEADERS, tag::NULL],
        &varint(count as u64),
        &vec![0; 100_000],
    ]);
    assert_eq!(too_many(decode_source(&bytes)), Counted::Headers);
}

#[test]
fn values() {
    let max = BatchLimits::VALUES_PER_RECORD_MAX;
    let list = |count: usize| Value::Array(vec![Value::Null; count]);
    push(&record_of(None, list(max))).unwrap();
    assert_eq!(
        too_many(push(&record_of(None, list(max + 1)))),
        Counted::Values
    );
    // Several small containers count together.
    let half = max as u64 / 2 + 1;
    let one = [
        &[tag::ARRAY],
        varint(half).as_slice(),
        &vec![0; half as usize],
    ]
    .concat();
    let bytes = value_batch(&[&[tag::ARRAY, 2], one.as_slice(), &one].concat());
    assert_eq!(too_many(decode_source(&bytes)), Counted::Values);
    let many = [
        &[tag::MAP],
        varint(max as u64).as_slice(),
        &vec![0; 2 * max],
    ]
    .concat();
    assert_eq!(
        too_many(decode_source(&value_batch(&many))),
        Counted::Values
    );
    let over = [
        &[tag::ARRAY],
        varint(max as u64 + 1).as_slice(),
        &vec![0; max + 1],
    ]
    .concat();
    assert_eq!(
        too_many(decode_source(&value_batch(&over))),
        Counted::Values
    );
}

#[test]
fn names() {
    let long = || "x".repeat(LONG);
    let too_long = |record: SourceRecord<'_>| match push(&record).unwrap_err() {
        BatchError::NameTooLong {
            what,
            bytes: LONG,
            max: BatchLimits::NAME_BYTES_MAX,
        } => what,
        other => panic!("{other:?}"),
    };
    let of_schema = |builder: SchemaBuilder| record_of(Some(builder.build().unwrap()), Value::Null);
    assert_eq!(
        too_long(SourceRecord::new(None, None, long(), None, 1_i8)),
        "topic"
    );
    assert_eq!(
        too_long(of_schema(SchemaBuilder::int8().name(long()))),
        "schema name"
    );
    let parameter = SchemaBuilder::int8().parameter(long(), "");
    assert_eq!(too_long(of_schema(parameter)), "parameter key");
    let field = SchemaBuilder::structure().field(long(), Schema::int8());
    assert_eq!(too_long(of_schema(field)), "field name");
    let mut record = record_of(None, Value::Null);
    record.headers.add_int(long(), 1);
    assert_eq!(too_long(record), "header key");
    let mut record = record_of(None, Value::Null);
    record.source_offset = Some(OffsetMap::of(long(), 1_i64));
    assert_eq!(too_long(record), "key in a source partition or offset");
}

#[test]
fn names_that_are_read() {
    let long = [varint(LONG as u64), vec![b'x'; LONG]].concat();
    let too_long = |bytes: Vec<u8>| match decode_source(&bytes).unwrap_err() {
        BatchError::NameTooLong {
            what, bytes: LONG, ..
        } => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(too_long(batch(&[&[0, 0, 1], &long])), "topic");
    let entry = |start: &[u8]| schema_batch(&[start, &long, &[0; 8]].concat());
    assert_eq!(too_long(entry(&[0, schema_flag::NAME])), "schema name");
    assert_eq!(
        too_long(entry(&[0, schema_flag::PARAMETERS, 1])),
        "parameter key"
    );
    assert_eq!(too_long(entry(&[11, 0, 1])), "field name");
    let flags = 0b111 | source_flag::HEADERS;
    let header = batch(&[&[0, 0, 0, 0, 1, flags, tag::NULL, 1], &long, &[0, 0]]);
    assert_eq!(too_long(header), "header key");
    let map = [&[1], long.as_slice(), &[tag::NULL]].concat();
    assert!(matches!(
        EncodedOffsetMap::new(&map).decode(),
        Err(BatchError::NameTooLong { bytes: LONG, .. })
    ));
}

/// A count that the bytes cannot hold is refused before anything is made for it.
#[test]
fn counts_beyond_the_bytes() {
    for (bytes, what) in [
        (batch(&[&varint(5_000), &[2, 7, 0]]), "schema table"),
        (batch(&[&[4], &[6], &[7, 0, 7, 0, 7, 0]]), "schema table"),
        (batch(&[&[0, 0], &varint(5_000)]), "topics"),
        (batch(&[&[0, 0, 0], &varint(50_000)]), "source partitions"),
        (batch(&[&[0, 0, 0, 0], &varint(50_000)]), "records"),
        (
            value_batch(&[&[tag::ARRAY], varint(900_000).as_slice()].concat()),
            "array",
        ),
        (
            value_batch(&[&[tag::MAP], varint(900_000).as_slice()].concat()),
            "map",
        ),
        (
            value_batch(&[&[tag::STRING], varint(u64::MAX).as_slice()].concat()),
            "string value",
        ),
        (
            value_batch(&[&[tag::BYTES], varint(1 << 40).as_slice()].concat()),
            "bytes value",
        ),
        (schema_batch(&[11, 0, 100]), "fields"),
        (
            schema_batch(&[0, schema_flag::PARAMETERS, 100]),
            "parameters",
        ),
    ] {
        assert_eq!(
            decode_source(&bytes),
            Err(BatchError::Truncated { what }),
            "{what}"
        );
    }
    let map = EncodedOffsetMap::new(&[100]);
    assert!(matches!(map.decode(), Err(BatchError::Truncated { .. })));
}

#[test]
fn decimals() {
    let max = BatchLimits::DECIMAL_BYTES_MAX;
    let error = BatchError::DecimalTooLong {
        bytes: max + 1,
        max,
    };
    let decimal = |bytes: usize| Value::Decimal(Decimal::from_bytes(&vec![1; bytes], 0));
    push(&record_of(None, decimal(max))).unwrap();
    assert_eq!(push(&record_of(None, decimal(max + 1))), Err(error.clone()));
    let bytes = [
        &[tag::DECIMAL, 0],
        varint(max as u64 + 1).as_slice(),
        &vec![1; max + 1],
    ]
    .concat();
    assert_eq!(decode_source(&value_batch(&bytes)), Err(error));
}
