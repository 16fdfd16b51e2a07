//! The batches of transformations, predicates and converters: bytes, round trips, refusals.

use proptest::prelude::*;

use super::*;
use crate::{ConnectHeaders, ConnectRecord, Consumed, SchemaAndValue, TimestampType};

fn record(value: &str) -> ConnectRecord<'_> {
    ConnectRecord {
        topic: Some("t".into()),
        value_schema: Some(Schema::string()),
        value: value.into(),
        ..ConnectRecord::default()
    }
}

fn consumed(value: &str, kafka_offset: i64) -> ConnectRecord<'_> {
    ConnectRecord {
        kafka_partition: Some(3),
        consumed: Some(Consumed {
            kafka_offset,
            timestamp_type: TimestampType::CreateTime,
        }),
        timestamp: Some(5),
        ..record(value)
    }
}

fn encode(direction: Direction, records: &[ConnectRecord<'_>]) -> Vec<u8> {
    let mut encoder = RecordBatchEncoder::new(direction);
    for record in records {
        encoder.push(record).unwrap();
    }
    assert_eq!(encoder.len(), records.len());
    encoder.finish()
}

fn decode(bytes: &[u8]) -> Result<Vec<ConnectRecord<'static>>, BatchError> {
    let batch = RecordBatch::decode(bytes, &mut SchemaCache::new())?;
    let records = batch.records();
    records.map(|record| Ok(record?.into_owned())).collect()
}

fn outcomes(bytes: &[u8], records: usize) -> Result<Vec<Outcome<'_>>, BatchError> {
    let mut batch = OutcomeBatch::decode(bytes, records, &mut SchemaCache::new())?;
    std::iter::from_fn(|| batch.next_outcome().transpose()).collect()
}

fn failure() -> RecordFailure {
    RecordFailure {
        detail: Some("more".to_owned()),
        ..RecordFailure::new(FailureKind::Data, "no")
    }
}

const TABLES: [u8; 7] = [1, 2, 7, 0, 1, 1, b't'];

#[test]
fn the_bytes_of_records() {
    let source = [&[1, 3], TABLES.as_slice(), &[0, 2]].concat();
    let first = [0b0001_0000, 1, 0, 1, 9, 2, b'h', b'i'];
    let second = [0b0001_0101, 9, 1, b'x'];
    let bytes = [source.as_slice(), &first, &second].concat();
    let records = [record("hi"), record("x")];
    assert_eq!(encode(Direction::Source, &records), bytes);
    assert_eq!(decode(&bytes), Ok(records.to_vec()));

    let sink = [&[1, 3], TABLES.as_slice(), &[1, 2]].concat();
    let first = [0b0010_0000, 1, 1, 6, 16, 0, 1, 10, 1, 9, 2, b'h', b'i'];
    let second = [0b0011_1111, 0, 9, 1, b'x'];
    let bytes = [sink.as_slice(), &first, &second].concat();
    let records = [consumed("hi", 7), consumed("x", 8)];
    assert_eq!(encode(Direction::Consumed, &records), bytes);
    assert_eq!(decode(&bytes), Ok(records.to_vec()));
}

#[test]
fn the_bytes_of_outcomes() {
    let mut encoder = OutcomeBatchEncoder::new();
    let mut parts = ChangedParts::VALUE;
    encoder.kept(ChangedParts::NONE, &record("hi")).unwrap();
    encoder.kept(parts, &record("x")).unwrap();
    encoder.dropped().unwrap();
    encoder.failed(&failure()).unwrap();
    parts.add(ChangedParts::TOPIC);
    parts.add(ChangedParts::KAFKA_PARTITION);
    parts.add(ChangedParts::TIMESTAMP);
    parts.add(ChangedParts::HEADERS);
    parts.add(ChangedParts::KEY);
    let other = ConnectRecord {
        kafka_partition: Some(-1),
        ..record("y")
    };
    encoder.kept(parts, &other).unwrap();
    let bytes = encoder.finish();
    let entries: [&[u8]; 5] = [
        &[0],
        &[8, 1, 9, 1, b'x'],
        &[64],
        &[128, 1, 2, b'n', b'o', 4, b'm', b'o', b'r', b'e'],
        &[0b11_1111, 1, 1, 1, 0, 0, 1, 9, 1, b'y', 0, 0],
    ];
    let expected = [&[1, 4], TABLES.as_slice(), &[5], &entries.concat()].concat();
    assert_eq!(bytes, expected);
    assert!(encoder.is_empty());

    let text = |text| SchemaAndValue::new(Some(Schema::string()), text);
    let all = Changes {
        topic: Some(Some("t".into())),
        kafka_partition: Some(Some(-1)),
        key: Some(SchemaAndValue::NULL),
        value: Some(text("y")),
        timestamp: Some(None),
        headers: Some(ConnectHeaders::new()),
    };
    let value = Changes {
        value: Some(text("x")),
        ..Changes::default()
    };
    let read = outcomes(&bytes, 5).unwrap();
    assert_eq!(
        read,
        [
            Outcome::Kept,
            Outcome::Changed(Box::new(value)),
            Outcome::Dropped,
            Outcome::Failed(failure()),
            Outcome::Changed(Box::new(all.clone())),
        ]
    );
    let mut changed = consumed("before", 1);
    all.apply_to(&mut changed);
    let after = ConnectRecord {
        consumed: changed.consumed,
        ..other
    };
    assert_eq!(changed, after);
}

#[test]
fn the_bytes_of_verdicts() {
    let mut encoder = VerdictBatchEncoder::new();
    let verdicts = [
        Verdict::Holds(true),
        Verdict::Holds(false),
        Verdict::Failed(RecordFailure::new(FailureKind::Fatal, "")),
    ];
    for verdict in &verdicts {
        encoder.push(verdict).unwrap();
    }
    let bytes = encoder.finish();
    assert_eq!(bytes, [1, 5, 3, 1, 0, 128, 3, 0, 0]);
    let mut batch = VerdictBatch::decode(&bytes, 3).unwrap();
    let read: Result<Vec<_>, _> = std::iter::from_fn(|| batch.next_verdict().transpose()).collect();
    assert_eq!(read.unwrap(), verdicts);
}

#[test]
fn the_bytes_of_conversions() {
    let key = EntryPlace {
        topic: Some("t"),
        header: None,
    };
    let header = EntryPlace {
        header: Some("h"),
        ..key
    };
    let mut encoder = DataBatchEncoder::new();
    let schema = Schema::string();
    encoder.push(key, Some(&schema), &"a".into()).unwrap();
    encoder.push(key, Some(&schema), &Value::Null).unwrap();
    encoder.push(header, None, &true.into()).unwrap();
    let bytes = encoder.finish();
    let tables = [1, 2, 7, 0, 2, 1, b't', 1, b'h'];
    let entries = [8, 1, 1, 9, 1, b'a', 11, 0, 1, 0, 2, 2];
    assert_eq!(bytes, [&[1, 6], tables.as_slice(), &[3], &entries].concat());
    let mut cache = SchemaCache::new();
    let mut batch = DataBatch::decode(&bytes, &mut cache).unwrap();
    let read: Result<Vec<_>, _> = std::iter::from_fn(|| batch.next_entry().transpose()).collect();
    let text = |value: Value<'static>| SchemaAndValue::new(Some(schema.clone()), value);
    assert_eq!(
        read.unwrap(),
        [
            (key, Ok(text("a".into()))),
            (key, Ok(text(Value::Null))),
            (header, Ok(SchemaAndValue::new(None, true))),
        ]
    );

    let mut encoder = BytesBatchEncoder::new();
    encoder.push(key, Some(b"a")).unwrap();
    encoder.push(header, None).unwrap();
    let bytes = encoder.finish();
    let entries = [0b1100, 1, 1, b'a', 1, 2];
    assert_eq!(bytes, [&[1, 7], &tables[4..], &[2], &entries].concat());
    let mut batch = BytesBatch::decode(&bytes).unwrap();
    let read: Result<Vec<_>, _> = std::iter::from_fn(|| batch.next_entry().transpose()).collect();
    assert_eq!(
        read.unwrap(),
        [(key, Ok(Some(b"a".as_slice()))), (header, Ok(None))]
    );
}

#[test]
fn answers_of_converters_name_no_place_and_may_fail() {
    let nowhere = EntryPlace::default();
    let mut encoder = BytesBatchEncoder::new();
    encoder.push(nowhere, Some(b"a")).unwrap();
    encoder.failed(&failure()).unwrap();
    let bytes = encoder.finish();
    let mut batch = BytesBatch::decode_answer(&bytes, 2).unwrap();
    assert_eq!(
        batch.next_entry(),
        Ok(Some((nowhere, Ok(Some(b"a".as_slice())))))
    );
    assert_eq!(batch.next_entry(), Ok(Some((nowhere, Err(failure())))));
    assert_eq!(batch.next_entry(), Ok(None));
    // What is to be converted cannot have failed.
    let mut batch = BytesBatch::decode(&bytes).unwrap();
    batch.next_entry().unwrap();
    assert!(batch.next_entry().is_err());

    let mut encoder = DataBatchEncoder::new();
    encoder.failed(&failure()).unwrap();
    encoder.push(nowhere, None, &1_i64.into()).unwrap();
    let bytes = encoder.finish();
    let mut cache = SchemaCache::new();
    let mut batch = DataBatch::decode_answer(&bytes, 2, &mut cache).unwrap();
    assert_eq!(batch.next_entry(), Ok(Some((nowhere, Err(failure())))));
    assert_eq!(
        batch.next_entry(),
        Ok(Some((nowhere, Ok(SchemaAndValue::new(None, 1_i64)))))
    );
    assert_eq!(batch.next_entry(), Ok(None));

    let mut named = BytesBatchEncoder::new();
    let place = EntryPlace {
        topic: Some("t"),
        header: None,
    };
    named.push(place, None).unwrap();
    let bytes = named.finish();
    let mut batch = BytesBatch::decode_answer(&bytes, 1).unwrap();
    assert_eq!(
        batch.next_entry(),
        Err(BatchError::UnknownCode {
            what: "set of flags of an entry",
            found: 8
        })
    );
}

#[test]
fn what_is_refused() {
    let wrong_length = BatchError::AnswerLength {
        expected: 2,
        found: 1,
    };
    assert_eq!(
        outcomes(&[1, 4, 0, 0, 0, 1, 0], 2),
        Err(wrong_length.clone())
    );
    assert_eq!(
        VerdictBatch::decode(&[1, 5, 1, 0], 2).err(),
        Some(wrong_length)
    );
    let flags = |what, found| BatchError::UnknownCode { what, found };
    // Dropped and changed, failed and changed.
    for found in [64 | 8, 128 | 1, 192] {
        let error = outcomes(&[1, 4, 0, 0, 0, 1, found], 1).unwrap_err();
        assert_eq!(error, flags("set of flags of an outcome", found));
    }
    assert_eq!(
        outcomes(&[1, 4, 0, 0, 0, 1, 128, 4], 1),
        Err(flags("kind of failure", 4))
    );
    assert_eq!(
        outcomes(&[1, 4, 0, 0, 0, 1, 2, 2], 1),
        Err(flags("mark of an optional number", 2))
    );
    assert_eq!(
        outcomes(&[1, 4, 0, 0, 0, 1, 0, 0], 1),
        Err(BatchError::TrailingBytes {
            what: "batch",
            bytes: 1
        })
    );
    assert_eq!(decode(&[1, 3, 0, 0, 0, 2, 0]), Err(flags("direction", 2)));
    for found in [2, 8] {
        let what = "set of flags of a record that was not consumed";
        assert_eq!(
            decode(&[1, 3, 0, 0, 0, 0, 1, found]),
            Err(flags(what, found))
        );
    }
    assert_eq!(
        VerdictBatch::decode(&[1, 5, 1, 2], 1)
            .unwrap()
            .next_verdict(),
        Err(flags("verdict", 2))
    );
}

#[test]
fn a_record_that_does_not_fit_leaves_no_trace() {
    let mut encoder = RecordBatchEncoder::new(Direction::Source);
    encoder.push(&record("hi")).unwrap();
    let wrong = ConnectRecord {
        topic: Some("other".into()),
        key_schema: Some(Schema::int8()),
        key: "not a number".into(),
        ..record("x")
    };
    let error = encoder.push(&wrong).unwrap_err();
    assert!(!error.is_full(), "{error}");
    encoder.push(&record("x")).unwrap();
    let bytes = encoder.finish();
    assert_eq!(
        bytes,
        encode(Direction::Source, &[record("hi"), record("x")])
    );

    let mut encoder = OutcomeBatchEncoder::new();
    encoder.kept(ChangedParts::VALUE, &record("hi")).unwrap();
    let mut parts = ChangedParts::TOPIC;
    parts.add(ChangedParts::KEY);
    encoder.kept(parts, &wrong).unwrap_err();
    encoder.dropped().unwrap();
    let read = encoder.finish();
    assert_eq!(outcomes(&read, 2).unwrap()[1], Outcome::Dropped);
}

#[test]
fn long_texts_of_failures_are_cut() {
    let long = RecordFailure::new(FailureKind::Retriable, "ä".repeat(40_000));
    let mut encoder = OutcomeBatchEncoder::new();
    encoder.failed(&long).unwrap();
    let bytes = encoder.finish();
    let [Outcome::Failed(read)] = &outcomes(&bytes, 1).unwrap()[..] else {
        panic!("a failure");
    };
    assert_eq!(
        (read.message.len(), read.kind),
        (65_534, FailureKind::Retriable)
    );
}

proptest! {
    #[test]
    fn records_come_back(
        records in prop::collection::vec(generate::connect_record(false), 0..5),
        sink in prop::collection::vec(generate::connect_record(true), 0..5),
    ) {
        prop_assert_eq!(decode(&encode(Direction::Source, &records)), Ok(records));
        prop_assert_eq!(decode(&encode(Direction::Consumed, &sink)), Ok(sink));
    }

    #[test]
    fn changes_come_back(
        records in prop::collection::vec((generate::connect_record(false), 0_u8..64), 0..5),
    ) {
        let mut encoder = OutcomeBatchEncoder::new();
        let all = [
            ChangedParts::TOPIC,
            ChangedParts::KAFKA_PARTITION,
            ChangedParts::KEY,
            ChangedParts::VALUE,
            ChangedParts::TIMESTAMP,
            ChangedParts::HEADERS,
        ];
        let parts = |bits: u8| {
            let mut parts = ChangedParts::NONE;
            let chosen = all.iter().enumerate().filter(|(index, _)| bits & 1 << index != 0);
            chosen.for_each(|(_, part)| parts.add(*part));
            parts
        };
        for (record, bits) in &records {
            encoder.kept(parts(*bits), record).unwrap();
        }
        let bytes = encoder.finish();
        let read = outcomes(&bytes, records.len()).unwrap();
        for ((record, bits), outcome) in records.iter().zip(read) {
            // Applied to the record itself, changes change nothing; all of them make another
            // record the same.
            let mut same = record.clone();
            let mut other = ConnectRecord::default();
            if let Outcome::Changed(changes) = outcome {
                changes.clone().apply_to(&mut same);
                changes.apply_to(&mut other);
            }
            prop_assert_eq!(&same, record);
            if *bits == 63 {
                prop_assert_eq!(&other, record);
            }
        }
    }

    #[test]
    fn conversions_come_back(
        entries in prop::collection::vec(
            (generate::schema_and_value(), "[ab]", prop::option::of("[abc]"), any::<Option<Vec<u8>>>()),
            0..5,
        ),
    ) {
        let (mut data, mut bytes) = (DataBatchEncoder::new(), BytesBatchEncoder::new());
        for ((schema, value), topic, header, raw) in &entries {
            let place = EntryPlace { topic: Some(topic), header: header.as_deref() };
            data.push(place, schema.as_ref(), value).unwrap();
            bytes.push(place, raw.as_deref()).unwrap();
        }
        let (data, bytes) = (data.finish(), bytes.finish());
        let mut cache = SchemaCache::new();
        let mut data = DataBatch::decode(&data, &mut cache).unwrap();
        let mut bytes = BytesBatch::decode(&bytes).unwrap();
        for ((schema, value), topic, header, raw) in &entries {
            let place = EntryPlace { topic: Some(topic), header: header.as_deref() };
            let expected = SchemaAndValue { schema: schema.clone(), value: value.clone() };
            prop_assert_eq!(data.next_entry(), Ok(Some((place, Ok(expected)))));
            prop_assert_eq!(bytes.next_entry(), Ok(Some((place, Ok(raw.as_deref())))));
        }
        prop_assert_eq!(data.next_entry(), Ok(None));
        prop_assert_eq!(bytes.next_entry(), Ok(None));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, kind in 3_u8..8) {
        let bytes = [&[1, kind], bytes.as_slice()].concat();
        let mut cache = SchemaCache::new();
        let _ = decode(&bytes);
        let _ = outcomes(&bytes, 1);
        if let Ok(mut batch) = VerdictBatch::decode(&bytes, 1) {
            while let Ok(Some(_)) = batch.next_verdict() {}
        }
        if let Ok(mut batch) = DataBatch::decode(&bytes, &mut cache) {
            while let Ok(Some(_)) = batch.next_entry() {}
        }
        if let Ok(mut batch) = BytesBatch::decode(&bytes) {
            while let Ok(Some(_)) = batch.next_entry() {}
        }
    }
}
