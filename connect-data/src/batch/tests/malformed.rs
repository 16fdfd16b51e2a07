//! One refusal for each way in which a batch can be malformed.

use super::*;

/// A source batch of one schema entry, one topic and one record.
fn with(schemas: (u8, &[u8]), record: &[u8]) -> Vec<u8> {
    let length = varint(schemas.1.len() as u64);
    let start = [VERSION, KIND_SOURCE, schemas.0];
    [
        &start,
        length.as_slice(),
        schemas.1,
        &[1, 1, b't', 0, 1],
        record,
    ]
    .concat()
}

/// One record of this value with schema 0.
fn typed(schema: &[u8], value: &[u8]) -> Result<Vec<SourceRecord<'static>>, BatchError> {
    decode_source(&with((1, schema), &[&[0b011, 0, 1], value].concat()))
}

/// One record of this value without a schema.
fn untyped(value: &[u8]) -> Result<Vec<SourceRecord<'static>>, BatchError> {
    decode_source(&with((1, &[7, 0]), &[&[0b111], value].concat()))
}

fn schema_only(entry: &[u8]) -> Result<Vec<SourceRecord<'static>>, BatchError> {
    decode_source(&with((1, entry), &[0b111, tag::NULL]))
}

fn record_only(record: &[u8]) -> Result<Vec<SourceRecord<'static>>, BatchError> {
    decode_source(&with((1, &[7, 0]), record))
}

fn sink(topics: &[u8], record: &[u8]) -> Result<Vec<SinkRecord<'static>>, BatchError> {
    decode_sink(&[&[VERSION, KIND_SINK, 0, 0], topics, &[1], record].concat())
}

#[test]
fn version_and_kind() {
    assert_eq!(
        decode_source(&[]),
        Err(BatchError::Truncated { what: "batch" })
    );
    assert_eq!(
        decode_source(&[1]),
        Err(BatchError::Truncated { what: "batch" })
    );
    assert_eq!(
        decode_source(&[2, 1]),
        Err(BatchError::UnknownVersion { found: 2 })
    );
    assert_eq!(
        decode_source(&[1, 2]),
        Err(BatchError::WrongKind {
            expected: 1,
            found: 2
        })
    );
    assert_eq!(
        decode_sink(&[1, 1]),
        Err(BatchError::WrongKind {
            expected: 2,
            found: 1
        })
    );
}

#[test]
fn every_prefix_is_truncated() {
    let bytes = example();
    for end in 0..bytes.len() {
        let error = decode_source(&bytes[..end]).unwrap_err();
        assert!(
            matches!(error, BatchError::Truncated { .. }),
            "{end}: {error:?}"
        );
    }
    let bytes = encode_sink(&[SinkRecord::new("t", 1, 5, Some(Schema::int64()), 7_i64)]);
    for end in 0..bytes.len() {
        let error = decode_sink(&bytes[..end]).unwrap_err();
        assert!(
            matches!(error, BatchError::Truncated { .. }),
            "{end}: {error:?}"
        );
    }
}

#[test]
fn trailing_bytes() {
    let mut bytes = example();
    bytes.push(0);
    let error = BatchError::TrailingBytes {
        what: "batch",
        bytes: 1,
    };
    assert_eq!(decode_source(&bytes), Err(error.clone()));
    let mut cache = SchemaCache::new();
    let batch = SourceBatch::decode(&bytes, &mut cache).unwrap();
    let results: Vec<_> = batch.records().map(|record| record.map(|_| ())).collect();
    assert_eq!(results, [Ok(()), Err(error.clone())]);
    let mut bytes = encode_sink(&[]);
    bytes.push(0);
    assert_eq!(decode_sink(&bytes), Err(error));
    let what = "a source partition or offset";
    let map = EncodedOffsetMap::new(&[0, 7]);
    assert_eq!(
        map.decode(),
        Err(BatchError::TrailingBytes { what, bytes: 1 })
    );
}

#[test]
fn nothing_follows_an_error() {
    let bytes = with((1, &[7, 0]), &[0b111, 99]);
    let mut cache = SchemaCache::new();
    let batch = SourceBatch::decode(&bytes, &mut cache).unwrap();
    let mut records = batch.records();
    assert!(records.next().unwrap().is_err());
    assert!(records.next().is_none());
}

#[test]
fn overlong_varints() {
    for varint in [
        &[0x80, 0][..],
        &[0xff, 0x80, 0],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
        &[
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
        ],
    ] {
        let bytes = [&[VERSION, KIND_SOURCE], varint, &[0; 20]].concat();
        assert_eq!(decode_source(&bytes), Err(BatchError::OverlongVarint));
    }
}

#[test]
fn numbers_out_of_range() {
    let big = varint(1 << 33);
    let flags = 0b111 | source_flag::KAFKA_PARTITION;
    let error = record_only(&[&[flags], big.as_slice(), &[tag::NULL]].concat()).unwrap_err();
    assert!(matches!(
        error,
        BatchError::NumberOutOfRange {
            what: "kafka partition",
            ..
        }
    ));
    let error = schema_only(&[&[0, schema_flag::VERSION], big.as_slice()].concat()).unwrap_err();
    assert!(matches!(
        error,
        BatchError::NumberOutOfRange {
            what: "schema version",
            ..
        }
    ));
    let error = untyped(&[&[tag::DECIMAL], big.as_slice(), &[1, 1]].concat()).unwrap_err();
    assert!(matches!(
        error,
        BatchError::NumberOutOfRange {
            what: "scale of a decimal",
            ..
        }
    ));
    let error = sink(&[1, 1, b't'], &[&[0, 0], big.as_slice(), &[0; 9]].concat()).unwrap_err();
    assert!(matches!(
        error,
        BatchError::NumberOutOfRange {
            what: "kafka partition",
            ..
        }
    ));
}

#[test]
fn text_that_is_not_utf8() {
    let invalid = |what| Err(BatchError::InvalidUtf8 { what });
    assert_eq!(untyped(&[tag::STRING, 1, 0xff]), invalid("string value"));
    assert_eq!(
        schema_only(&[0, schema_flag::NAME, 1, 0xff]),
        invalid("schema name")
    );
    assert_eq!(
        schema_only(&[0, schema_flag::DOC, 1, 0xff]),
        invalid("schema doc")
    );
    let parameter = [0, schema_flag::PARAMETERS, 1, 0, 1, 0xff];
    assert_eq!(schema_only(&parameter), invalid("parameter value"));
    let topic = [VERSION, KIND_SOURCE, 0, 0, 1, 1, 0xff, 0, 0];
    assert_eq!(decode_source(&topic), invalid("topic"));
    let header = [0b111 | source_flag::HEADERS, tag::NULL, 1, 1, 0xff, 0, 0];
    assert_eq!(record_only(&header), invalid("header key"));
}

#[test]
fn unknown_codes() {
    let unknown = |what, found| Err(BatchError::UnknownCode { what, found });
    assert_eq!(untyped(&[17]), unknown("tag of a value", 17));
    assert_eq!(schema_only(&[12, 0]), unknown("schema type", 12));
    assert_eq!(schema_only(&[0, 64]), unknown("set of schema flags", 64));
    let what = "reference to the schema of a field";
    assert_eq!(schema_only(&[11, 0, 1, 1, b'a', 0]), unknown(what, 0));
    let found = tag::ARRAY;
    let map = [1, 1, b'a', found];
    let error = BatchError::UnknownCode {
        what: "tag of an offset value",
        found,
    };
    assert_eq!(EncodedOffsetMap::new(&map).decode(), Err(error));
    let result = sink(&[1, 1, b't'], &[0, 0, 0, 0, 0, 0, 3, tag::NULL]);
    assert_eq!(
        result.unwrap_err(),
        BatchError::UnknownCode {
            what: "timestamp type",
            found: 3
        }
    );
}

#[test]
fn unknown_indices() {
    let unknown = |what, index, count| Err(BatchError::UnknownIndex { what, index, count });
    assert_eq!(record_only(&[0b110, 2, tag::NULL]), unknown("topic", 1, 1));
    assert_eq!(
        record_only(&[0b101, 1, tag::NULL]),
        unknown("source partition", 0, 0)
    );
    assert_eq!(
        record_only(&[0b011, 2, 0, tag::NULL]),
        unknown("schema", 1, 1)
    );
    assert_eq!(untyped(&[tag::STRUCT_OF, 5]), unknown("schema", 5, 1));
    let header = [0b111 | source_flag::HEADERS, tag::NULL, 1, 0, 3, 0];
    assert_eq!(record_only(&header), unknown("schema", 2, 1));
    // A schema refers to earlier ones only, not to itself.
    assert_eq!(schema_only(&[9, 0, 1]), unknown("schema", 0, 0));
    // A sink record has a topic.
    let error = BatchError::UnknownIndex {
        what: "topic",
        index: 0,
        count: 0,
    };
    assert_eq!(sink(&[0], &[0b1111, tag::NULL]), Err(error.clone()));
    assert_eq!(sink(&[0], &[0, 0, 0, 0, 0]), Err(error));
}

#[test]
fn invalid_schemas() {
    let source = |result: Result<Vec<SourceRecord<'_>>, BatchError>| match result.unwrap_err() {
        BatchError::InvalidSchema {
            index: 0 | 1,
            source,
        } => source.to_string(),
        other => panic!("{other:?}"),
    };
    let structure = |fields: &[u8]| {
        let table = [&[0, 0, 11, 0, 2], fields].concat();
        decode_source(&with((2, &table), &[0b111, tag::NULL]))
    };
    assert_eq!(
        source(structure(&[0, 1, 1, b'a', 1])),
        "fieldName cannot be null."
    );
    assert_eq!(
        source(structure(&[1, b'a', 1, 1, b'a', 1])),
        "Cannot create field because of field name duplication a"
    );
    let default = schema_flag::DEFAULT;
    assert_eq!(
        source(schema_only(&[0, default, tag::NULL])),
        "Invalid default value"
    );
    assert_eq!(
        source(schema_only(&[11, default, 0, tag::STRUCT])),
        "Invalid default value"
    );
    let date = schema_only(
        &[
            &[2, default | schema_flag::NAME, 34],
            crate::logical::DATE_NAME.as_bytes(),
            &[tag::INT32, 0, 0, 0, 0],
        ]
        .concat(),
    );
    assert_eq!(source(date), "Invalid default value");
}

#[test]
fn a_schema_table_of_another_length() {
    let bytes = [VERSION, KIND_SOURCE, 1, 3, 7, 0, 0, 0, 0, 0];
    let error = BatchError::SchemaTableLength {
        expected: 3,
        found: 2,
    };
    assert_eq!(decode_source(&bytes), Err(error));
    let bytes = [VERSION, KIND_SOURCE, 1, 3, 7, schema_flag::DOC, 9, 0, 0, 0];
    assert_eq!(
        decode_source(&bytes),
        Err(BatchError::Truncated { what: "schema doc" })
    );
}

#[test]
fn values_that_do_not_match_their_schema() {
    let mismatch = |result: Result<Vec<SourceRecord<'_>>, BatchError>| match result.unwrap_err() {
        BatchError::ValueMismatch { class, .. } => class,
        other => panic!("{other:?}"),
    };
    assert_eq!(mismatch(typed(&[7, 0], &[tag::INT8, 1])), "java.lang.Byte");
    assert_eq!(
        mismatch(typed(&[0, 0], &[tag::STRING, 0])),
        "java.lang.String"
    );
    assert_eq!(
        mismatch(typed(&[3, 0], &[tag::INT32, 0, 0, 0, 0])),
        "java.lang.Integer"
    );
    assert_eq!(
        mismatch(typed(&[7, 0], &[tag::ARRAY, 0])),
        "java.util.ArrayList"
    );
    assert_eq!(
        mismatch(typed(&[9, 0, 0], &[tag::MAP, 0])),
        "java.util.HashMap"
    );
    assert_eq!(
        mismatch(typed(&[3, 0], &[tag::DATE, 0, 0, 0, 0, 0, 0, 0, 0])),
        "java.util.Date"
    );
    assert_eq!(
        mismatch(typed(&[7, 0], &[tag::STRUCT])),
        "org.apache.kafka.connect.data.Struct"
    );
    // Inside of a container too.
    let table = [7, 0, 9, 0, 1];
    let record = [0b011, 0, 2, tag::ARRAY, 1, tag::INT8, 1];
    assert_eq!(
        mismatch(decode_source(&with((2, &table), &record))),
        "java.lang.Byte"
    );
}

#[test]
fn values_that_an_encoder_refuses() {
    let push = |schema: SchemaRef, value: Value<'static>| {
        let record = SourceRecord::new(None, None, "t", Some(schema), value);
        SourceBatchEncoder::new().push(&record).unwrap_err()
    };
    let error = push(Schema::string(), Value::Int8(1));
    assert_eq!(
        error.to_string(),
        "a value of class java.lang.Byte does not match Schema{STRING}"
    );
    let named = |name: &str| SchemaBuilder::structure().name(name).build().unwrap();
    let error = push(named("one"), Struct::new(named("other")).unwrap().into());
    assert_eq!(
        error,
        BatchError::StructMismatch {
            schema: "Schema{one:STRUCT}".to_owned()
        }
    );
    let array = SchemaBuilder::array(Schema::int8()).build().unwrap();
    assert!(matches!(
        push(array, Value::Array(vec!["x".into()])),
        BatchError::ValueMismatch { .. }
    ));
}

#[test]
fn structs_and_their_schemas() {
    assert_eq!(untyped(&[tag::STRUCT]), Err(BatchError::StructReference));
    let empty = [11, 0, 0];
    assert_eq!(
        typed(&empty, &[tag::STRUCT_OF, 0]),
        Err(BatchError::StructReference)
    );
    assert!(typed(&empty, &[tag::STRUCT]).is_ok());
    let schema = "Schema{STRING}".to_owned();
    assert_eq!(
        untyped(&[tag::STRUCT_OF, 0]),
        Err(BatchError::StructOfNonStruct { schema })
    );
    // Fewer bytes than fields.
    let table = [0, 0, 11, 0, 2, 1, b'a', 1, 1, b'b', 1];
    let bytes = with((2, &table), &[0b011, 0, 2, tag::STRUCT, tag::NULL]);
    assert_eq!(
        decode_source(&bytes),
        Err(BatchError::Truncated { what: "struct" })
    );
}

#[test]
fn decimals_have_bytes() {
    assert_eq!(
        untyped(&[tag::DECIMAL, 0, 0]),
        Err(BatchError::EmptyDecimal)
    );
    let one = Value::Decimal(Decimal::new(1, 0));
    assert_eq!(untyped(&[tag::DECIMAL, 0, 1, 1]).unwrap()[0].value, one);
}

#[test]
fn offset_keys_do_not_repeat() {
    let map = [2, 1, b'a', tag::NULL, 1, b'a', tag::NULL];
    let error = BatchError::DuplicateOffsetKey {
        key: "a".to_owned(),
    };
    assert_eq!(EncodedOffsetMap::new(&map).decode(), Err(error.clone()));
    // Source partitions are checked with the tables.
    let bytes = [&[VERSION, KIND_SOURCE, 0, 0, 0, 1, 7], map.as_slice(), &[0]].concat();
    assert_eq!(decode_source(&bytes), Err(error));
}

#[test]
fn messages_say_what_is_wrong() {
    let check = |error: BatchError, text: &str| assert_eq!(error.to_string(), text);
    check(
        BatchError::TooMany {
            what: Counted::Headers,
            count: 10_001,
            max: 10_000,
        },
        "10001 headers of a record are over the limit of 10000",
    );
    check(
        BatchError::UnknownVersion { found: 2 },
        "batch format version 2 is not supported, expected 1",
    );
    check(
        BatchError::Truncated { what: "record" },
        "the batch ends inside of record",
    );
    check(
        BatchError::UnknownCode {
            what: "tag of a value",
            found: 17,
        },
        "17 is no tag of a value",
    );
}
