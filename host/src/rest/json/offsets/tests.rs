use super::*;

fn parsed(body: &str) -> Vec<OffsetEntry> {
    OffsetsBody::parse(body.as_bytes()).unwrap().0
}

fn refused(body: &str) -> String {
    OffsetsBody::parse(body.as_bytes())
        .err()
        .unwrap()
        .to_string()
}

fn object(fields: &[(&str, JsonValue)]) -> Option<JsonObject> {
    let fields = fields.iter();
    Some(
        fields
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    )
}

#[test]
fn values_keep_the_kind_that_java_gives_them() {
    let body = r#"{"offsets":[{"partition":{"a":1,"b":1.0,"c":"1","d":true,"e":null,"f":[1],"g":{"h":1}},
        "offset":{"big":99999999999999999999,"low":-9223372036854775808,"e":1e2,"inf":1e400}}]}"#;
    let partition = object(&[
        ("a", JsonValue::Integer(1)),
        ("b", JsonValue::Double(1.0)),
        ("c", JsonValue::Text("1".to_owned())),
        ("d", JsonValue::Boolean(true)),
        ("e", JsonValue::Null),
        ("f", JsonValue::List("[1]".to_owned())),
        ("g", JsonValue::Map(r#"{"h":1}"#.to_owned())),
    ]);
    let offset = object(&[
        (
            "big",
            JsonValue::BigInteger("99999999999999999999".to_owned()),
        ),
        ("low", JsonValue::Integer(i64::MIN)),
        ("e", JsonValue::Double(100.0)),
        ("inf", JsonValue::Double(f64::INFINITY)),
    ]);
    assert_eq!(parsed(body), [(partition, offset)]);
}

#[test]
fn long_values_are_not_repeated() {
    let body = format!(r#"{{"offsets":[[{}1]]}}"#, "1,".repeat(100));
    assert_eq!(
        refused(&body),
        r#"Expected each of "offsets" to be an object; found a list"#
    );
}

#[test]
fn null_and_absent_are_the_same() {
    assert_eq!(
        parsed(r#"{"offsets":[{},{"partition":null,"offset":null},{"partition":{}}]}"#),
        [(None, None), (None, None), (Some(JsonObject::new()), None)]
    );
    for empty in ["{}", r#"{"offsets":null}"#, r#"{"offsets":[]}"#] {
        assert!(parsed(empty).is_empty(), "{empty}");
    }
}

#[test]
fn of_equal_keys_the_last_counts() {
    assert_eq!(
        parsed(r#"{"offsets":[{"partition":{"a":1},"partition":{"b":1,"b":2},"offset":{"c":3}}]}"#),
        [(
            object(&[("b", JsonValue::Integer(2))]),
            object(&[("c", JsonValue::Integer(3))])
        )]
    );
}

#[test]
fn what_is_wrong_is_said() {
    for (body, text) in [
        ("[]", "Expected the request to be a JSON object"),
        ("{", "Malformed JSON in the request"),
        (r#"{"offsets":[]} x"#, "Malformed JSON in the request"),
        (
            r#"{"x":1}"#,
            r#"Unrecognized field "x", one known property: "offsets""#,
        ),
        (
            r#"{"offsets":[],"offsets":[]}"#,
            r#"The request has "offsets" more than once"#,
        ),
        (
            r#"{"offsets":{}}"#,
            r#"Expected "offsets" to be a list of objects with "partition" and "offset"; found {}"#,
        ),
        (
            r#"{"offsets":"x"}"#,
            r#"Expected "offsets" to be a list of objects with "partition" and "offset"; found "x""#,
        ),
        (
            r#"{"offsets":[null]}"#,
            r#"Expected each of "offsets" to be an object; found null"#,
        ),
        (
            r#"{"offsets":[{"x":1}]}"#,
            r#"Unrecognized field "x" in one of "offsets", 2 known properties: "partition", "offset""#,
        ),
        (
            r#"{"offsets":[{"partition":"a"}]}"#,
            r#"Expected "partition" to be an object or null; found "a""#,
        ),
        (
            r#"{"offsets":[{"offset":[]}]}"#,
            r#"Expected "offset" to be an object or null; found []"#,
        ),
        (
            r#"{"offsets":[{"offset":{"a":"\ud800"}}]}"#,
            r#"Malformed value of "a""#,
        ),
    ] {
        let message = refused(body);
        assert!(message.starts_with(text), "{body}: {message}");
    }
}
