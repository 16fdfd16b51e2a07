use super::*;
use crate::{
    Decimal, OffsetMap, Schema, SchemaBuilder, SchemaRef, SinkRecord, SourceRecord, Struct, Value,
};

mod generate;
mod limits;
mod malformed;
mod record_plugins;
mod round_trip;

/// The batch of BATCH.md's example.
fn example() -> Vec<u8> {
    let mut out = vec![
        1, 1, 1, 2, 7, 0, 1, 1, b't', 1, 6, 1, 1, b'f', 9, 1, b'x', 1,
    ];
    out.extend([
        8, 1, 1, 0, 1, 12, 1, 1, b'p', 6, 2, 0, 0, 0, 0, 0, 0, 0, 9, 2, b'h', b'i',
    ]);
    out
}

fn example_record() -> SourceRecord<'static> {
    let partition = OffsetMap::of("f", "x");
    let offset = OffsetMap::of("p", 2_i64);
    SourceRecord::new(
        Some(partition),
        Some(offset),
        "t",
        Some(Schema::string()),
        "hi",
    )
}

fn encode_source(records: &[SourceRecord<'_>]) -> Vec<u8> {
    let mut encoder = SourceBatchEncoder::new();
    for record in records {
        encoder.push(record).unwrap();
    }
    encoder.finish()
}

fn decode_source(bytes: &[u8]) -> Result<Vec<SourceRecord<'static>>, BatchError> {
    let mut cache = SchemaCache::new();
    let batch = SourceBatch::decode(bytes, &mut cache)?;
    batch
        .records()
        .map(|record| Ok(record?.to_record(&batch)?.into_owned()))
        .collect()
}

fn encode_sink(records: &[SinkRecord<'_>]) -> Vec<u8> {
    let mut encoder = SinkBatchEncoder::new();
    for record in records {
        encoder.push(record).unwrap();
    }
    encoder.finish()
}

fn decode_sink(bytes: &[u8]) -> Result<Vec<SinkRecord<'static>>, BatchError> {
    let mut cache = SchemaCache::new();
    let batch = SinkBatch::decode(bytes, &mut cache)?;
    batch
        .records()
        .map(|record| Ok(record?.into_owned()))
        .collect()
}

fn varint(number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    writer::put_varint(&mut out, number);
    out
}

/// A schema of so many levels of arrays.
fn nested_arrays(levels: usize) -> SchemaRef {
    let mut schema = Schema::string();
    for _ in 1..levels {
        schema = SchemaBuilder::array(schema).build().unwrap();
    }
    schema
}

/// A value of so many arrays around a null.
fn nested_values(levels: usize) -> Value<'static> {
    (0..levels).fold(Value::Null, |value, _| Value::Array(vec![value]))
}
