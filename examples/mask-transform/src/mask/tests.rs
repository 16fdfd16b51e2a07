use connect_sdk::data::{ConnectRecord, Schema, SchemaBuilder};
use connect_sdk::testing::TransformationRun;

use super::*;

const CARD: (&str, &str) = (PATTERN, r"\d{4}(-\d{4}){3}");

fn run<const N: usize>(config: [(&str, &str); N]) -> TransformationRun<MaskPattern> {
    TransformationRun::start(config).expect("the configuration is valid")
}

fn record(value: impl Into<Value<'static>>) -> ConnectRecord<'static> {
    ConnectRecord {
        topic: Some("t".into()),
        value: value.into(),
        ..ConnectRecord::default()
    }
}

#[test]
fn texts_are_masked() {
    let mut run = run([CARD]);
    let masked = run.apply(&record("pay 1234-5678-9012-3456 now")).unwrap();
    assert_eq!(masked, Some(record("pay **** now")));
    for same in [record("nothing here"), record(Value::Null)] {
        assert_eq!(run.apply(&same).unwrap(), Some(same));
    }
    run.close().unwrap();
}

#[test]
fn groups_of_a_match_may_stay() {
    let mut run = run([(PATTERN, r"(\w)\w*@"), (REPLACEMENT, "$1…@"), (PART, "key")]);
    let with = |key: &'static str| ConnectRecord {
        key: key.into(),
        ..record("a@b")
    };
    let masked = run.apply(&with("anna@example.com")).unwrap();
    assert_eq!(masked, Some(with("a…@example.com")));
}

#[test]
fn fields_of_structs_and_maps_are_masked() {
    let mut run = run([CARD, (FIELDS, "card, other")]);
    let schema = SchemaBuilder::structure()
        .field("card", Schema::optional_string())
        .field("name", Schema::string())
        .build()
        .unwrap();
    let person = |card: &str| {
        let mut person = Struct::new(schema.clone()).unwrap();
        person.put("card", card.to_owned()).unwrap();
        person.put("name", "1111-2222-3333-4444").unwrap();
        ConnectRecord {
            value_schema: Some(schema.clone()),
            ..record(person)
        }
    };
    let masked = run.apply(&person("1234-5678-9012-3456")).unwrap();
    assert_eq!(masked, Some(person("****")));

    let map = |card: &str| {
        let entry = |key: &str, value: &str| (key.to_owned().into(), value.to_owned().into());
        record(vec![entry("name", "x"), entry("card", card)])
    };
    let masked = run.apply(&map("1234-5678-9012-3456")).unwrap();
    assert_eq!(masked, Some(map("****")));
}

#[test]
fn what_is_no_text_is_an_error_of_its_record() {
    let mut run = run([CARD]);
    let records = [record(5_i64), record("1234-5678-9012-3456")];
    let outcomes = run.apply_all(&records).unwrap();
    let error = outcomes[0].as_ref().unwrap_err();
    assert_eq!(
        error.message(),
        "The whole value is a java.lang.Long, expected a text to mask"
    );
    assert_eq!(outcomes[1].as_ref().unwrap(), &Some(record("****")));
}

#[test]
fn a_pattern_that_does_not_compile_is_named() {
    let error = TransformationRun::<MaskPattern>::start([(PATTERN, "a(")]).err();
    let message = error.expect("an error").message().to_owned();
    assert!(
        message.contains("Invalid value a( for configuration pattern: error: unclosed group"),
        "{message}"
    );
}
