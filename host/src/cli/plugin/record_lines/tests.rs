use connect_data::{Schema, SchemaBuilder};

use super::*;

fn record() -> SourceRecord<'static> {
    let mut record = SourceRecord::new(
        Some(OffsetMap::of("file", "a.txt")),
        Some(OffsetMap::of("position", 7)),
        "t",
        Some(Schema::string()),
        "one",
    );
    record.key_schema = Some(Schema::int64());
    record.key = Value::Int64(3);
    record.timestamp = Some(5);
    record
        .headers
        .add_unchecked("h", None, Value::Boolean(true));
    record
}

#[test]
fn a_record_is_a_line() {
    let mut writer = LineWriter::new(false).unwrap();
    assert_eq!(
        writer.line(&record()).unwrap(),
        r#"{"topic":"t","timestamp":5,"key":3,"value":"one","headers":[{"key":"h","value":true}],"sourcePartition":{"file":"a.txt"},"sourceOffset":{"position":7}}"#
    );
}

#[test]
fn what_a_source_printed_a_sink_reads() {
    let mut writer = LineWriter::new(true).unwrap();
    let line = writer.line(&record()).unwrap();
    let mut reader = LineReader::new(None).unwrap();
    let read = reader.record(&line).unwrap();
    assert_eq!(read.value, Value::from("one"));
    assert_eq!(read.value_schema, Some(Schema::string()));
    assert_eq!(
        (read.key_schema, read.key),
        (Some(Schema::int64()), Value::Int64(3))
    );
    assert_eq!((read.timestamp, read.kafka_offset), (Some(5), 0));
    assert_eq!(read.headers.len(), 1);
    assert_eq!(reader.record(&line).unwrap().kafka_offset, 1);
}

#[test]
fn structs_come_through() {
    let schema = SchemaBuilder::structure()
        .name("point")
        .field("x", Schema::int32())
        .build()
        .unwrap();
    let mut point = connect_data::Struct::new(schema.clone()).unwrap();
    point.put("x", 4).unwrap();
    let mut record = record();
    record.value_schema = Some(schema.clone());
    record.value = Value::Struct(point.clone());
    let line = LineWriter::new(true).unwrap().line(&record).unwrap();
    let read = LineReader::new(None).unwrap().record(&line).unwrap();
    assert_eq!(read.value_schema, Some(schema));
    assert_eq!(read.value.to_java_string(), record.value.to_java_string());
}

#[test]
fn plain_json_is_a_value_without_schema_in_the_configured_topic() {
    let mut reader = LineReader::new(Some("mine".to_owned())).unwrap();
    let read = reader.record(r#"{"value": {"a": [1, null]}}"#).unwrap();
    assert_eq!((&*read.topic, read.value_schema.is_none()), ("mine", true));
    assert_eq!(read.value.to_java_string(), "{a=[1, null]}");
    assert!(reader.record(r#"{"value": null}"#).unwrap().value.is_null());
}

#[test]
fn what_is_no_record_is_told() {
    let mut reader = LineReader::new(None).unwrap();
    assert!(matches!(
        reader.record(r#"{"value": 1}"#),
        Err(LineError::NoTopic)
    ));
    for wrong in ["hello", "[]", r#"{"vaule": 1}"#, "{"] {
        let error = reader.record(wrong).unwrap_err();
        assert!(
            matches!(error, LineError::NotARecord(_)),
            "{wrong}: {error}"
        );
    }
}
