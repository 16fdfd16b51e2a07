use super::*;

fn map(entries: &[(&str, OffsetValue<'static>)]) -> OffsetMap<'static> {
    entries
        .iter()
        .map(|(key, value)| (Cow::Owned((*key).to_owned()), value.clone()))
        .collect()
}

fn check_text(text: &str, expected: &str) {
    let key = key(text, None);
    assert_eq!(
        String::from_utf8(key).unwrap(),
        format!("[\"{expected}\",null]")
    );
}

#[test]
fn keys_and_values_are_compact() {
    let partition = OffsetMap::of("filename", "test.txt");
    assert_eq!(
        key("local-file-source", Some(&partition)),
        br#"["local-file-source",{"filename":"test.txt"}]"#
    );
    assert_eq!(
        value(&OffsetMap::of("position", 30i64)),
        br#"{"position":30}"#
    );
}

#[test]
fn text_is_escaped_as_by_jackson() {
    check_text(
        "\u{0}\u{7}\u{8}\t\n\u{b}\u{c}\r\u{e}\u{1f}",
        r"\u0000\u0007\b\t\n\u000B\f\r\u000E\u001F",
    );
    check_text("\"\\/", r#"\"\\/"#);
    check_text(
        "\u{7f}\u{80}é\u{2028}\u{ffff}",
        "\u{7f}\u{80}é\u{2028}\u{ffff}",
    );
    check_text("a😀", r"a\uD83D\uDE00");
}

#[test]
fn all_kinds_of_values_are_written_as_by_jackson() {
    let offset = map(&[
        ("n", OffsetValue::Null),
        ("b", OffsetValue::Boolean(true)),
        ("l", OffsetValue::Integer(i64::MIN)),
        ("d", OffsetValue::Float(1e10)),
        ("e", OffsetValue::Float(-0.0)),
        ("f", OffsetValue::Float(123_456_789.125)),
        ("nan", OffsetValue::Float(f64::NAN)),
        ("inf", OffsetValue::Float(f64::INFINITY)),
        ("bytes", OffsetValue::Bytes(Cow::Owned(vec![1, 2, 255, 0]))),
    ]);
    assert_eq!(
        String::from_utf8(value(&offset)).unwrap(),
        r#"{"n":null,"b":true,"l":-9223372036854775808,"d":1.0E10,"e":-0.0,"f":1.23456789125E8,"nan":"NaN","inf":"Infinity","bytes":"AQL/AA=="}"#
    );
}

#[test]
fn stored_values_are_read() {
    let json = br#" {"a":1,"b":1.5,"c":"x\u00e9","d":null,"f":1e3,"g":false,"h":0.1} "#;
    let expected = map(&[
        ("a", OffsetValue::Integer(1)),
        ("b", OffsetValue::Float(1.5)),
        ("c", OffsetValue::Text("xé".into())),
        ("d", OffsetValue::Null),
        ("f", OffsetValue::Float(1000.0)),
        ("g", OffsetValue::Boolean(false)),
        ("h", OffsetValue::Float(0.1)),
    ]);
    assert_eq!(parse_value(json), Ok(Some(expected)));
    assert_eq!(parse_value(b"null"), Ok(None));
}

#[test]
fn what_is_no_offset_is_refused() {
    assert_eq!(
        parse_value(br#"{"a":[1]}"#).unwrap_err(),
        "Offsets may only contain primitive types as values, but field a contains ARRAY"
    );
    assert_eq!(
        parse_value(br#"{"a":{}}"#).unwrap_err(),
        "Offsets may only contain primitive types as values, but field a contains MAP"
    );
    assert_eq!(
        parse_value(br#"{"a":12345678901234567890}"#).unwrap_err(),
        "field a has more than 64 bits: 12345678901234567890"
    );
    for json in ["", "[", "[]", "7", r#"{"a":1"#, r#"{"a":1} x"#] {
        assert!(parse_value(json.as_bytes()).is_err(), "{json}");
    }
}

#[test]
fn keys_are_read() {
    let (connector, partition) = parse_key(br#"["c",{"f":1}]"#).unwrap();
    assert_eq!(
        (connector.as_str(), partition),
        ("c", Some(OffsetMap::of("f", 1i64)))
    );
    assert_eq!(parse_key(br#"["c",null]"#).unwrap().1, None);
    for json in [
        "",
        "{}",
        r#"["c"]"#,
        r#"[1,{}]"#,
        r#"["c",7]"#,
        r#"["c",{},1]"#,
    ] {
        assert!(parse_key(json.as_bytes()).is_none(), "{json}");
    }
}
