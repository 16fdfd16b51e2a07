//! Fuzz targets: each takes any bytes and must come back without a panic, in little time and
//! memory. What it accepts must also survive another turn.
//!
//! Every target is a plain function, so that any fuzzer can call it. `make fuzz` gives each to
//! libFuzzer (`fuzz_targets/`) and keeps what reached new code in `corpus/`; `tests/replay.rs` calls
//! them all with that corpus, and with seeded damage to good inputs, as part of the ordinary tests.

use std::path::Path;

use connect_data::batch::{
    EncodedOffsetMap, SchemaCache, SinkBatch, SinkBatchEncoder, SourceBatch, SourceBatchEncoder,
};
use connect_data::values::{convert_to_string, parse_string};
use connect_data::{Decimal, SinkRecord, SourceRecord};
use connect_wasm::config::properties;
use connect_wasm::converter::{Converter as _, ConverterType, JsonConverter, Serialized};

/// Bytes that a source task's `poll` returned.
///
/// # Panics
/// When a record that was decoded does not come back from another batch.
pub fn source_batch(data: &[u8]) {
    let mut cache = SchemaCache::new();
    let Ok(batch) = SourceBatch::decode(data, &mut cache) else {
        return;
    };
    let mut encoder = SourceBatchEncoder::new();
    let mut records: Vec<SourceRecord<'_>> = Vec::new();
    for view in batch.records() {
        let Ok(record) = view.and_then(|view| view.to_record(&batch)) else {
            break;
        };
        // Texts go into messages: they must exist for whatever comes in.
        let _ = record.to_string();
        if encoder.push(&record).is_ok() {
            records.push(record);
        }
    }
    let encoded = encoder.finish();
    let mut cache = SchemaCache::new();
    let again = SourceBatch::decode(&encoded, &mut cache).expect("an encoder's batch decodes");
    assert_eq!(again.len(), records.len());
    for (view, record) in again.records().zip(&records) {
        let decoded = view
            .and_then(|view| view.to_record(&again))
            .expect("a record decodes");
        assert_eq!(&decoded, record);
    }
}

/// Bytes that the worker gives a sink task's `put`, or that a sink task reports back.
///
/// # Panics
/// When a record that was decoded does not come back from another batch.
pub fn sink_batch(data: &[u8]) {
    let mut cache = SchemaCache::new();
    let Ok(batch) = SinkBatch::decode(data, &mut cache) else {
        return;
    };
    let mut encoder = SinkBatchEncoder::new();
    let mut records: Vec<SinkRecord<'_>> = Vec::new();
    for record in batch.records() {
        let Ok(record) = record else { break };
        let _ = record.to_string();
        if encoder.push(&record).is_ok() {
            records.push(record);
        }
    }
    let encoded = encoder.finish();
    let mut cache = SchemaCache::new();
    let again = SinkBatch::decode(&encoded, &mut cache).expect("an encoder's batch decodes");
    assert_eq!(again.len(), records.len());
    for (decoded, record) in again.records().zip(&records) {
        assert_eq!(&decoded.expect("a record decodes"), record);
    }
}

/// A source partition or offset that was kept encoded.
pub fn offset_map(data: &[u8]) {
    if let Ok(map) = EncodedOffsetMap::new(data).decode() {
        let _ = map.to_string();
        assert_eq!(map.clone().into_owned(), map);
    }
}

/// Text of a header or a config value whose meaning is inferred.
pub fn header_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let parsed = parse_string(text).expect("any text is at least text");
    let _ = parsed.value.to_java_string();
    let _ = convert_to_string(&parsed.value);
    if let Ok(number) = text.parse::<Decimal>() {
        let _ = (
            number.to_string(),
            number.to_f64(),
            number.to_i64_wrapping(),
        );
        assert_eq!(number.to_string().parse(), Ok(number));
    }
}

/// A properties file, for workers and connectors.
///
/// # Panics
/// When what was read does not come back from a file with the same entries.
pub fn properties(data: &[u8]) {
    let Ok(read) = properties::parse(data) else {
        return;
    };
    let written: String = read
        .iter()
        .map(|(key, value)| format!("{}={}\n", escaped(key), escaped(value)))
        .collect();
    let again = properties::parse(written.as_bytes()).expect("escaped text is read");
    assert_eq!(again, read);
}

/// Text for a properties file in which nothing has a meaning of its own.
fn escaped(text: &str) -> String {
    let units = text.encode_utf16();
    units.map(|unit| format!("\\u{unit:04x}")).collect()
}

/// A key or value for the JSON converter, with and without schemas.
///
/// # Panics
/// When a value that was read cannot be written, or is another one after it was read again.
pub fn json_converter(data: &[u8]) {
    for schemas in ["true", "false"] {
        let config = [("schemas.enable".to_owned(), schemas.to_owned())];
        let mut converter = JsonConverter::new(&config.into_iter().collect(), ConverterType::Value)
            .expect("the settings are good");
        let mut round = |bytes: &[u8]| -> Option<Vec<u8>> {
            let read = converter.to_connect_data("topic", Some(bytes)).ok()?;
            let mut written = Vec::new();
            let (schema, value) = (read.schema.as_ref(), &read.value);
            // A schema may allow what JSON cannot say; that is an error and no panic.
            let outcome = converter.from_connect_data("topic", schema, value, &mut written);
            matches!(outcome, Ok(Serialized::Bytes)).then_some(written)
        };
        let Some(first) = round(data) else {
            continue;
        };
        // A number too small for a double is read as -0.0, and the text -0.0 as 0.0, as on the JVM.
        let second = round(&first).expect("what was written can be read and written");
        let third = round(&second).expect("what was written can be read and written");
        assert_eq!(
            String::from_utf8_lossy(&third),
            String::from_utf8_lossy(&second)
        );
    }
}

/// A file that is put into a plugin folder, or uploaded.
pub fn plugin_file(data: &[u8]) {
    let _ = connect_wasm::plugin::verify(Path::new("plugin.wasm"), data);
}
