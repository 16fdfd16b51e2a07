use std::borrow::Cow;

use connect_data::Schema;

use super::*;

fn written(record: &SourceRecord<'_>) -> OwnedRecord {
    LetterForm::new().unwrap().letter(record)
}

fn text(bytes: Option<&Vec<u8>>) -> &str {
    str::from_utf8(bytes.unwrap()).unwrap()
}

#[test]
fn what_has_no_schema_is_plain_json_and_null_stays_null() {
    let letter = written(&SourceRecord {
        topic: Some(Cow::Borrowed("t")),
        key: Value::Int64(7),
        timestamp: Some(-1),
        ..SourceRecord::default()
    });
    assert_eq!(text(letter.key.as_ref()), "7");
    assert_eq!(letter.value, None);
    assert_eq!(letter.timestamp, None);
}

#[test]
fn what_has_a_schema_is_an_envelope_and_headers_are_text() {
    let schema = Schema::string();
    let mut headers = ConnectHeaders::new();
    headers.add_unchecked("h", Some(schema.clone()), Value::from("text"));
    let letter = written(&SourceRecord {
        value_schema: Some(schema),
        value: Value::from("v"),
        headers,
        timestamp: Some(12),
        ..SourceRecord::default()
    });
    assert_eq!(
        text(letter.value.as_ref()),
        r#"{"schema":{"type":"string","optional":false},"payload":"v"}"#
    );
    assert_eq!(letter.headers, [("h".to_owned(), Some(b"text".to_vec()))]);
    assert_eq!(letter.timestamp, Some(12));
}

#[test]
fn what_cannot_be_json_is_kept_as_text() {
    let letter = written(&SourceRecord {
        value_schema: Some(Schema::string()),
        value: Value::Int32(5),
        ..SourceRecord::default()
    });
    assert_eq!(text(letter.value.as_ref()), "5");
}
