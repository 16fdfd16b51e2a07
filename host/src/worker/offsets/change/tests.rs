use super::*;

fn shown(json: &str) -> String {
    JsonValue::read(&RawValue::from_string(json.to_owned()).unwrap())
        .unwrap()
        .to_string()
}

#[test]
fn values_are_shown_as_java_shows_them() {
    // Recorded from the JVM worker, in its messages on sink offsets.
    for (json, text) in [
        ("0.0", "0.0"),
        ("1e2", "100.0"),
        ("1.5e20", "1.5E20"),
        ("true", "true"),
        ("null", "null"),
        (r#"{"a":1}"#, "{a=1}"),
        (r#"[1, "a", null, 1.50]"#, "[1, a, null, 1.5]"),
        (r#"{"b":{"c":[1]},"a":"x"}"#, "{b={c=[1]}, a=x}"),
        ("99999999999999999999", "99999999999999999999"),
        (r#"" 0""#, " 0"),
        ("[]", "[]"),
        ("1e400", "Infinity"),
    ] {
        assert_eq!(shown(json), text);
    }
}

#[test]
fn deep_values_end_the_way_they_are_written() {
    let json = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(shown(&json), json);
}

#[test]
fn messages_are_kafkas() {
    let alter = OffsetsChange::Alter(Vec::new());
    let reset = OffsetsChange::Reset;
    assert_eq!(
        alter.done(true).to_string(),
        "The offsets for this connector have been altered successfully"
    );
    assert_eq!(
        reset.done(true).to_string(),
        "The offsets for this connector have been reset successfully"
    );
    assert_eq!(
        alter.done(false).to_string(),
        "The Connect framework-managed offsets for this connector have been altered successfully. However, if \
         this connector manages offsets externally, they will need to be manually altered in the system that the \
         connector uses."
    );
    assert!(
        reset.done(false).to_string().ends_with(
            "they will need to be manually reset in the system that the connector uses."
        )
    );
}
