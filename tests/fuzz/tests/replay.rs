//! Calls every fuzz target with good inputs and with seeded damage to them.

#![allow(
    clippy::unwrap_used,
    reason = "a test; the inputs are known to be good"
)]

use connect_data::batch::{SinkBatchEncoder, SourceBatchEncoder};
use connect_data::{
    OffsetMap, Schema, SchemaBuilder, SchemaRef, SinkRecord, SourceRecord, Struct, TimestampType,
    Value, logical,
};

/// Inputs per target: a second or two, in a build without optimization.
const ROUNDS: u64 = 20_000;

/// A small deterministic generator (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// Flips, overwrites, inserts, removes and repeats bytes.
fn damage(random: &mut Random, input: &[u8]) -> Vec<u8> {
    const INTERESTING: [u8; 8] = [0, 1, 2, 0x7f, 0x80, 0xff, 9, 13];
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(8)).min(bytes.len());
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = INTERESTING[random.below(8)],
            2 => bytes.insert(at, random.next() as u8),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at.max(4)),
        }
    }
    bytes
}

/// Calls a target with what fuzzers found for it, and with damage to good inputs.
fn replay(name: &str, target: fn(&[u8]), corpus: &[Vec<u8>]) {
    for input in kept(name) {
        target(&input);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for input in corpus {
        target(input);
    }
    for round in 0..ROUNDS {
        let input = &corpus[round as usize % corpus.len()];
        target(&damage(&mut random, input));
    }
}

/// Inputs that reached new code when `make fuzz` ran, and those that once made a target panic. One
/// file holds them all: a length of four bytes, little-endian, before each.
fn kept(name: &str) -> Vec<Vec<u8>> {
    let path = format!("{}/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut rest = &bytes[..];
    let mut inputs = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (input, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        inputs.push(input.to_vec());
        rest = after;
    }
    assert!(!inputs.is_empty(), "{path} is empty");
    inputs
}

/// A schema with something of everything, and a value of it.
fn rich() -> (SchemaRef, Value<'static>) {
    let inner = SchemaBuilder::structure()
        .name("inner")
        .version(3)
        .doc("doc")
        .parameter("p", "q")
        .field(
            "when",
            logical::timestamp_builder().optional().build().unwrap(),
        )
        .field("price", logical::decimal_schema(2))
        .build()
        .unwrap();
    let numbers = SchemaBuilder::array(Schema::int16())
        .default_value(vec![Value::Int16(7)])
        .build();
    let schema = SchemaBuilder::structure()
        .field("inner", inner.clone())
        .field("numbers", numbers.unwrap())
        .field(
            "map",
            SchemaBuilder::map(Schema::string(), Schema::optional_bytes())
                .build()
                .unwrap(),
        )
        .field(
            "any",
            SchemaBuilder::array_of_null().optional().build().unwrap(),
        )
        .build()
        .unwrap();
    let mut inside = Struct::new(inner).unwrap();
    inside.put("when", Value::Date(5)).unwrap();
    inside
        .put("price", Value::Decimal("1.56".parse().unwrap()))
        .unwrap();
    let mut value = Struct::new(schema.clone()).unwrap();
    value.put("inner", inside).unwrap();
    value
        .put("numbers", vec![Value::Int16(1), Value::Int16(-1)])
        .unwrap();
    value
        .put("map", vec![(Value::from("k"), Value::from(vec![1_u8, 2]))])
        .unwrap();
    (schema, value.into())
}

fn source_corpus() -> Vec<Vec<u8>> {
    let (schema, value) = rich();
    let mut encoder = SourceBatchEncoder::new();
    let mut corpus = vec![encoder.finish()];
    let mut record = SourceRecord::new(
        Some(OffsetMap::of("filename", "/tmp/x")),
        Some([("position", 22_i64), ("line", 3)].into_iter().collect()),
        "topic",
        Some(schema),
        value.clone(),
    );
    record.timestamp = Some(1_700_000_000_000);
    record.kafka_partition = Some(3);
    record
        .headers
        .add_int("h", 1)
        .add_string("s", Some("text".into()));
    record
        .headers
        .add_unchecked("map", None, Value::Map(vec![(Value::Int8(1), value)]));
    encoder.push(&record).unwrap();
    record.key_schema = Some(Schema::int64());
    record.key = Value::Int64(9);
    encoder.push(&record).unwrap();
    corpus.push(encoder.finish());
    for line in ["one", "two", "three"] {
        let schema = Some(Schema::string());
        encoder
            .push(&SourceRecord::new(None, None, "topic", schema, line))
            .unwrap();
    }
    corpus.push(encoder.finish());
    corpus
}

fn sink_corpus() -> Vec<Vec<u8>> {
    let (schema, value) = rich();
    let mut encoder = SinkBatchEncoder::new();
    let mut corpus = vec![encoder.finish()];
    for offset in 0..3 {
        let mut record = SinkRecord::new("topic", 2, offset, Some(schema.clone()), value.clone());
        record.timestamp = Some(1_700_000_000_000 + offset);
        record.timestamp_type = TimestampType::CreateTime;
        record.headers.add_double("h", 1.5);
        record.original_topic = "before".into();
        encoder.push(&record).unwrap();
    }
    corpus.push(encoder.finish());
    for offset in 0..3 {
        encoder
            .push(&SinkRecord::new(
                "t",
                0,
                offset,
                Some(Schema::string()),
                "line",
            ))
            .unwrap();
    }
    corpus.push(encoder.finish());
    corpus
}

#[test]
fn source_batch() {
    replay("source_batch", connect_fuzz::source_batch, &source_corpus());
}

#[test]
fn sink_batch() {
    replay("sink_batch", connect_fuzz::sink_batch, &sink_corpus());
}

#[test]
fn offset_map() {
    let corpus = [
        vec![0],
        vec![1, 1, b'p', 6, 22, 0, 0, 0, 0, 0, 0, 0],
        vec![3, 1, b'a', 0, 1, b'b', 9, 2, b'h', b'i', 0, 10, 1, 7],
    ];
    replay("offset_map", connect_fuzz::offset_map, &corpus);
}

#[test]
fn header_text() {
    let corpus: Vec<_> = [
        "null",
        "[1, 2, 32768]",
        "{\"k1\":14:34:54.346Z, \"k2\": \"2019-08-23\"}",
        "2019-08-23T14\\:34\\:54.346Z",
        "-1.7976931348623157E+308",
        "[[true], {3: null}, \"q\\\"uoted\"]",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    replay("header_text", connect_fuzz::header_text, &corpus);
}

#[test]
fn properties() {
    let corpus = [
        "name=file-source\nfile = /tmp/x\\\n   y\n",
        "# comment\n! another\nkey\\:with\\=signs: \\u00e4\\u20ac\\t\\n\n",
        "empty\nspaced   value with blanks \r\nlast=\\",
        "\\u12",
    ]
    .map(|text| text.as_bytes().to_vec());
    replay("properties", connect_fuzz::properties, &corpus);
}

#[test]
fn json_converter() {
    let corpus = [
        r#"{"schema":{"type":"struct","optional":true,"name":"n","version":1,"fields":[{"field":"a","type":"int64"},{"field":"b","type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"optional":true},{"field":"c","type":"map","keys":{"type":"string"},"values":{"type":"float"}}]},"payload":{"a":1,"b":"AYg=","c":{"x":1.5}}}"#,
        r#"{"schema":{"type":"array","items":{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1}},"payload":[1,-1]}"#,
        r#"{"schema":null,"payload":{"k":[1,2.5e300,"\u20ac",null,true]}}"#,
        r#"{"schema":{"type":"string","optional":true,"default":"d"},"payload":null}"#,
        r#"[{"a":-0.0},9223372036854775808,"x"]"#,
        "null",
    ]
    .map(|text| text.as_bytes().to_vec());
    replay("json_converter", connect_fuzz::json_converter, &corpus);
}

#[test]
fn plugin_file() {
    let artifacts = concat!(env!("CARGO_MANIFEST_DIR"), "/../artifacts");
    let corpus = ["core-module", "other-wit-version", "unknown-import"].map(|name| {
        let path = format!("{artifacts}/{name}.wasm");
        std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    });
    replay("plugin_file", connect_fuzz::plugin_file, &corpus);
}
