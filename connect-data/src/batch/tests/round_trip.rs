use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::TimestampType;

#[test]
fn the_example_of_the_specification() {
    assert_eq!(encode_source(&[example_record()]), example());
    assert_eq!(decode_source(&example()), Ok(vec![example_record()]));
}

#[test]
fn empty_batches() {
    assert_eq!(
        decode_source(&SourceBatchEncoder::new().finish()),
        Ok(Vec::new())
    );
    assert_eq!(
        decode_sink(&SinkBatchEncoder::new().finish()),
        Ok(Vec::new())
    );
}

#[test]
fn what_repeats_is_written_once() {
    let records: Vec<_> = (0..100)
        .map(|index| SourceRecord {
            source_offset: Some(OffsetMap::of("p", index)),
            timestamp: Some(1_700_000_000_000 + index / 10),
            ..example_record()
        })
        .collect();
    let bytes = encode_source(&records);
    // Flags, offset, timestamp step and value; no topic, partition or schemas.
    assert!(
        bytes.len() < example().len() + 99 * (1 + 13 + 2 + 4) + 8,
        "{}",
        bytes.len()
    );
    assert_eq!(decode_source(&bytes), Ok(records));
}

#[test]
fn a_sink_run_is_small() {
    let records: Vec<_> = (0..100)
        .map(|offset| {
            let mut record = SinkRecord::new("t", 3, offset, Some(Schema::string()), "hi");
            record.timestamp = Some(1_700_000_000_000);
            record.timestamp_type = TimestampType::CreateTime;
            record
        })
        .collect();
    let bytes = encode_sink(&records);
    assert!(bytes.len() < 40 + 100 * 6, "{}", bytes.len());
    assert_eq!(decode_sink(&bytes), Ok(records));
}

#[test]
fn text_and_bytes_are_borrowed() {
    let bytes = encode_source(&[example_record()]);
    let mut cache = SchemaCache::new();
    let batch = SourceBatch::decode(&bytes, &mut cache).unwrap();
    let record = batch.records().next().unwrap().unwrap();
    let text = record.value.as_str().unwrap().as_ptr();
    assert!(bytes.as_ptr_range().contains(&text));
    assert_eq!(
        batch.source_partition(0).decode().unwrap(),
        OffsetMap::of("f", "x")
    );
    assert_eq!((record.topic, record.topic_index), (Some("t"), Some(0)));
    assert_eq!(
        (
            batch.len(),
            batch.topics().len(),
            batch.source_partition_count()
        ),
        (1, 1, 1)
    );
}

#[test]
fn schemas_keep_their_addresses() {
    let schema = |name: &str| {
        let inner = SchemaBuilder::structure()
            .field("a", Schema::string())
            .build()
            .unwrap();
        SchemaBuilder::structure()
            .name(name)
            .field("inner", inner)
            .build()
            .unwrap()
    };
    let record = |name: &str| {
        let schema = schema(name);
        SourceRecord::new(
            None,
            None,
            "t",
            Some(schema.clone()),
            Struct::new(schema).unwrap(),
        )
    };
    let first = encode_source(&[record("x")]);
    let second = encode_source(&[record("y"), record("x")]);
    let mut cache = SchemaCache::new();
    let mut of = |bytes: &[u8], index: usize| {
        let batch = SourceBatch::decode(bytes, &mut cache).unwrap();
        let record = batch.records().nth(index).unwrap().unwrap();
        record.value_schema.unwrap().clone()
    };
    let one = of(&first, 0);
    assert!(Arc::ptr_eq(&one, &of(&first, 0)));
    assert!(Arc::ptr_eq(&one, &of(&second, 1)));
    assert_ne!(one, of(&second, 0));
    let plain = encode_source(&[SourceRecord::new(
        None,
        None,
        "t",
        Some(Schema::string()),
        "x",
    )]);
    assert!(Arc::ptr_eq(&Schema::string(), &of(&plain, 0)));
}

#[test]
fn the_cache_is_bounded() {
    let mut cache = SchemaCache::new();
    for round in 0..5 {
        let mut encoder = SourceBatchEncoder::new();
        for index in 0..9_000 {
            let schema = SchemaBuilder::int8()
                .name(format!("{round}-{index}"))
                .build()
                .unwrap();
            let record = SourceRecord::new(None, None, "t", Some(schema), 1_i8);
            encoder.push(&record).unwrap();
        }
        let bytes = encoder.finish();
        assert_eq!(
            SourceBatch::decode(&bytes, &mut cache)
                .unwrap()
                .records()
                .count(),
            9_000
        );
        assert!(cache.len() <= 20_000);
    }
}

#[test]
fn an_encoder_is_used_again() {
    let mut encoder = SourceBatchEncoder::new();
    for _ in 0..3 {
        encoder.push(&example_record()).unwrap();
        assert_eq!(encoder.byte_len(), example().len());
        assert_eq!(encoder.finish(), example());
        assert!(encoder.is_empty());
    }
    let mut out = vec![9];
    encoder.push(&example_record()).unwrap();
    encoder.finish_into(&mut out);
    assert_eq!(out[1..], example());
}

#[test]
fn a_refused_record_leaves_no_trace() {
    let bad_schema = SchemaBuilder::structure()
        .name("only here")
        .build()
        .unwrap();
    let mut bad = SourceRecord::new(
        Some(OffsetMap::of("other", 1_i64)),
        None,
        "other topic",
        Some(bad_schema),
        "not a struct",
    );
    bad.timestamp = Some(77);
    let mut encoder = SourceBatchEncoder::new();
    assert!(encoder.push(&bad).is_err());
    encoder.push(&example_record()).unwrap();
    let error = encoder.push(&bad).unwrap_err();
    assert!(matches!(error, BatchError::ValueMismatch { .. }) && !error.is_full());
    assert_eq!(encoder.finish(), example());

    let bad = SinkRecord::new("other", 1, 7, Some(Schema::int8()), "x");
    let good = SinkRecord::new("t", 0, 0, Some(Schema::string()), "x");
    let mut encoder = SinkBatchEncoder::new();
    encoder.push(&good).unwrap();
    assert!(encoder.push(&bad).is_err());
    assert_eq!(encoder.finish(), encode_sink(&[good]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn source_records(records in prop::collection::vec(generate::source_record(), 0..6)) {
        let bytes = encode_source(&records);
        prop_assert_eq!(decode_source(&bytes).unwrap(), records);
    }

    #[test]
    fn sink_records(records in prop::collection::vec(generate::sink_record(), 0..6)) {
        let bytes = encode_sink(&records);
        prop_assert_eq!(decode_sink(&bytes).unwrap(), records);
    }

    #[test]
    fn the_announced_length_is_the_length(record in generate::source_record()) {
        let mut encoder = SourceBatchEncoder::new();
        encoder.push(&record).unwrap();
        let announced = encoder.byte_len();
        prop_assert_eq!(encoder.finish().len(), announced);
    }

    #[test]
    fn offset_maps(map in generate::offset_map()) {
        let mut bytes = Vec::new();
        offset_map::put_offset_map(&mut bytes, &map).unwrap();
        prop_assert_eq!(EncodedOffsetMap::new(&bytes).decode().unwrap(), map);
    }

    #[test]
    fn varints(number: u64, signed: i64) {
        let mut bytes = varint(number);
        prop_assert_eq!(bytes.len(), writer::varint_len(number));
        writer::put_zigzag(&mut bytes, signed);
        let mut reader = reader::Reader::new(&bytes);
        prop_assert_eq!(reader.varint("number"), Ok(number));
        prop_assert_eq!(reader.zigzag("number"), Ok(signed));
    }

    #[test]
    fn damaged_batches_do_no_harm(
        records in prop::collection::vec(generate::source_record(), 1..4),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut: prop::sample::Index,
    ) {
        let mut bytes = encode_source(&records);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        // Errors are fine, panics are not.
        let _ = decode_source(&bytes);
        let _ = decode_source(&bytes[..cut.index(bytes.len())]);
        bytes[1] = KIND_SINK;
        let _ = decode_sink(&bytes);
    }
}

#[test]
fn short_texts_of_every_length() {
    for length in 0..80 {
        let text = "abcdefghij".repeat(8)[..length].to_owned();
        assert!(writer::same_text(&text, &text.clone()));
        for index in 0..length {
            let mut other = text.clone().into_bytes();
            other[index] ^= 1;
            assert!(
                !writer::same_text(&text, std::str::from_utf8(&other).unwrap()),
                "{length}"
            );
        }
        assert!(!writer::same_text(&text, &format!("{text}x")));
        let mut record = example_record();
        record.source_offset = Some(OffsetMap::of(text.clone(), i64::MIN));
        record.source_partition = Some(OffsetMap::of(text.clone(), text.clone()));
        record.topic = Some(text.into());
        let records = vec![record.clone(), record];
        assert_eq!(decode_source(&encode_source(&records)), Ok(records));
    }
}

/// The small parts of a record have room even where each is as long as it can be.
#[test]
fn the_longest_small_parts() {
    let mut source = Vec::new();
    let mut sink = Vec::new();
    for index in 0..9_000 {
        let key = SchemaBuilder::string()
            .name(format!("k{index}"))
            .build()
            .unwrap();
        let value = SchemaBuilder::string()
            .name(format!("v{}", index % 900))
            .build()
            .unwrap();
        let far = if index % 2 == 0 { i64::MIN } else { i64::MAX };
        let mut record = SourceRecord::new(
            Some(OffsetMap::of("p", index)),
            Some(OffsetMap::of("sixteen bytes ok", far)),
            format!("topic{index}"),
            Some(value.clone()),
            "v".repeat(300),
        );
        record.key_schema = Some(key.clone());
        record.kafka_partition = Some(i32::MIN);
        record.timestamp = Some(far / 3);
        source.push(record);
        let mut record = SinkRecord::new(format!("t{index}"), i32::MIN, far / 3, Some(value), "v");
        record.key_schema = Some(key);
        record.timestamp = Some(far / 3);
        record.timestamp_type =
            [TimestampType::CreateTime, TimestampType::LogAppendTime][usize::from(index % 2 == 0)];
        record.original_topic = format!("t{}", 8_999 - index).into();
        record.original_kafka_partition = i32::MAX;
        record.original_kafka_offset = far;
        sink.push(record);
    }
    assert_eq!(decode_source(&encode_source(&source)), Ok(source));
    assert_eq!(decode_sink(&encode_sink(&sink)), Ok(sink));
}

/// Plain records take a shorter way; what comes between them must leave both ways in step.
#[test]
fn plain_records_among_others() {
    let text = "x".repeat(300);
    let mut sources = Vec::new();
    let mut sinks = Vec::new();
    for number in 0..600_i64 {
        let value = &text[..(number as usize * 7) % 300];
        let offset = OffsetMap::of("position", number);
        let partition = OffsetMap::of("filename", if number % 50 < 40 { "a" } else { "b" });
        let schema = Some(Schema::string());
        let mut source =
            SourceRecord::new(Some(partition), Some(offset), "t", schema.clone(), value);
        let mut sink = SinkRecord::new("t", 0, number + number / 90, schema, value);
        if number % 3 > 0 {
            source.timestamp = Some(number * number * 1000);
            sink.timestamp = source.timestamp;
        }
        match number % 20 {
            11 => source.key = Value::from("key"),
            12 => source.value = Value::Null,
            13 => source.source_offset = None,
            14 => source.kafka_partition = Some(3),
            15 => source.source_offset = Some(OffsetMap::of("p".repeat(40), "text")),
            _ => {}
        }
        match number % 20 {
            5 => sink.key = Value::from("key"),
            6 | 7 => sink.original_topic = "original".into(),
            8 => {
                sink.headers.add_unchecked("h", None, Value::from(1));
            }
            9 => sink.original_kafka_offset = 7,
            10 => sink.topic = "renamed".into(),
            _ => {}
        }
        sources.push(source);
        sinks.push(sink);
    }
    let (mut source_encoder, mut sink_encoder) =
        (SourceBatchEncoder::new(), SinkBatchEncoder::new());
    // The second time with what the first left in memory.
    for _ in 0..2 {
        for source in &sources {
            source_encoder.push(source).unwrap();
        }
        for sink in &sinks {
            sink_encoder.push(sink).unwrap();
        }
        let mut cache = SchemaCache::new();
        let bytes = source_encoder.finish();
        let batch = SourceBatch::decode(&bytes, &mut cache).unwrap();
        let mut records = batch.records();
        for source in &sources {
            let view = records.next_record().unwrap().unwrap();
            assert_eq!(view.to_record(&batch).unwrap(), *source);
        }
        assert!(records.next_record().unwrap().is_none());
        let bytes = sink_encoder.finish();
        let batch = SinkBatch::decode(&bytes, &mut cache).unwrap();
        let mut records = batch.records();
        for sink in &sinks {
            assert_eq!(records.next_record().unwrap().unwrap(), sink);
        }
        assert!(records.next_record().unwrap().is_none());
    }
}
