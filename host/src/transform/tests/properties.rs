use connect_data::ConnectRecord;
use proptest::prelude::*;

use super::generated::{is_consistent, name, record};
use super::records::create;
use crate::transform::Applied;

type Settings = (&'static str, Vec<(&'static str, String)>);

/// A transformation for keys or values, without its suffix, and settings that it accepts.
#[expect(clippy::too_many_lines, reason = "a table of them all")]
fn halves() -> impl Strategy<Value = Settings> {
    let list = || {
        proptest::collection::btree_set(name(), 1..4)
            .prop_map(|names| names.into_iter().collect::<Vec<_>>().join(","))
    };
    let boolean = || any::<bool>().prop_map(|value| value.to_string());
    let one_of =
        |words: &'static [&'static str]| proptest::sample::select(words).prop_map(str::to_owned);
    let target = || {
        one_of(&[
            "int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string",
        ])
    };
    prop_oneof![
        target().prop_map(|target| ("Cast", vec![("spec", target)])),
        (name(), target(), name(), target(), boolean()).prop_map(
            |(one, to, other, as_, replace)| {
                let spec = format!("{one}:{to},{other}:{as_}");
                (
                    "Cast",
                    vec![("spec", spec), ("replace.null.with.default", replace)],
                )
            }
        ),
        (name(), one_of(&["V1", "V2"]), boolean()).prop_map(|(field, version, replace)| (
            "ExtractField",
            vec![
                ("field", field),
                ("field.syntax.version", version),
                ("replace.null.with.default", replace),
            ]
        )),
        Just(("Flatten", vec![])),
        (name(), one_of(&["move", "copy"]), boolean()).prop_map(|(field, operation, replace)| (
            "HeaderFrom",
            vec![
                ("fields", field.clone()),
                ("headers", field),
                ("operation", operation),
                ("replace.null.with.default", replace),
            ]
        )),
        name().prop_map(|field| ("HoistField", vec![("field", field)])),
        (name(), name(), name(), boolean()).prop_map(|(topic, offset, constant, replace)| (
            "InsertField",
            vec![
                ("topic.field", topic + "!"),
                ("offset.field", offset),
                ("timestamp.field", "t?".to_owned()),
                ("partition.field", "p".to_owned()),
                ("static.field", constant),
                ("static.value", "x".to_owned()),
                ("replace.null.with.default", replace),
            ]
        )),
        (list(), boolean()).prop_map(|(fields, replace)| (
            "MaskField",
            vec![("fields", fields), ("replace.null.with.default", replace)]
        )),
        (list(), one_of(&["1", "x", "1e5"])).prop_map(|(fields, with)| (
            "MaskField",
            vec![("fields", fields), ("replacement", with)]
        )),
        (list(), list(), name(), name(), boolean()).prop_map(|(out, kept, old, new, replace)| (
            "ReplaceField",
            vec![
                ("exclude", out),
                ("include", kept),
                ("renames", format!("{old}:{new}")),
                ("replace.null.with.default", replace),
            ]
        )),
        (name(), name()).prop_map(|(old, new)| (
            "ReplaceField",
            vec![("renames", format!("{old}:{new},{new}:{old}"))]
        )),
        any::<i32>().prop_map(|version| (
            "SetSchemaMetadata",
            vec![("schema.version", version.to_string())]
        )),
        (
            one_of(&["string", "unix", "Date", "Time", "Timestamp"]),
            one_of(&["seconds", "milliseconds", "microseconds", "nanoseconds"]),
            proptest::option::of(name()),
            one_of(&[
                "yyyy-MM-dd",
                "GyyMdkHmsSEDFwWahKzZYuXL",
                "yyyyMMddHHmm",
                "YYYY ww u E"
            ]),
        )
            .prop_map(|(target, precision, field, format)| (
                "TimestampConverter",
                vec![
                    ("target.type", target),
                    ("unix.precision", precision),
                    ("field", field.unwrap_or_default()),
                    ("format", format),
                ]
            )),
    ]
}

/// A transformation of the whole record.
fn others() -> impl Strategy<Value = Settings> {
    let text = |text: &str| text.to_owned();
    prop_oneof![
        Just(("DropHeaders", vec![("headers", text("a,b"))])),
        any::<String>().prop_map(|literal| (
            "InsertHeader",
            vec![("header", "h".to_owned()), ("value.literal", literal)]
        )),
        "[a$0-9{}n\\\\]{0,6}".prop_map(|replacement| (
            "RegexRouter",
            vec![
                ("regex", "(?<n>a)(.*)|b".to_owned()),
                ("replacement", replacement)
            ]
        )),
        "[a-zA-Z':. -]{0,6}"
            .prop_map(|format| ("TimestampRouter", vec![("timestamp.format", format)])),
        (name(), any::<bool>()).prop_map(|(field, replace)| (
            "ValueToKey",
            vec![
                ("fields", field),
                ("replace.null.with.default", replace.to_string())
            ]
        )),
    ]
}

/// The record after the transformation; none if it fails.
fn applied(
    class: &str,
    settings: &[(&'static str, String)],
    before: &ConnectRecord<'static>,
) -> Option<ConnectRecord<'static>> {
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    let mut transformation = create(class, &settings).expect("settings that are accepted");
    let mut record = before.clone();
    let outcome = transformation.apply(&mut record);
    // The second time the schemas are known.
    let mut again = before.clone();
    assert_eq!(outcome, transformation.apply(&mut again));
    let applied = outcome.ok()?;
    assert_eq!(applied, Applied::Kept);
    // NaN of other bits is the same to Java, so that records that are equal to themselves stay so.
    assert_eq!(record, again);
    Some(record)
}

proptest! {
    #[test]
    fn half_of_a_record_is_changed(
        (class, settings) in halves(),
        before in record(),
        key in any::<bool>(),
    ) {
        let class = format!("{class}${}", if key { "Key" } else { "Value" });
        if let Some(after) = applied(&class, &settings, &before) {
            prop_assert!(is_consistent(after.key_schema.as_ref(), &after.key) || !key);
            prop_assert!(is_consistent(after.value_schema.as_ref(), &after.value) || key);
            let mut expected = before.clone();
            if class.starts_with("HeaderFrom") {
                prop_assert_eq!(after.headers.len(), before.headers.len() + 1);
                expected.headers = after.headers.clone();
            }
            if key {
                expected.key = after.key.clone();
                expected.key_schema = after.key_schema.clone();
            } else {
                expected.value = after.value.clone();
                expected.value_schema = after.value_schema.clone();
            }
            prop_assert_eq!(after, expected);
        }
    }

    #[test]
    fn a_record_is_changed_where_the_transformation_says(
        (class, settings) in others(),
        before in record(),
    ) {
        if let Some(after) = applied(class, &settings, &before) {
            let mut expected = before.clone();
            match class {
                "DropHeaders" | "InsertHeader" => expected.headers = after.headers.clone(),
                "ValueToKey" => {
                    expected.key = after.key.clone();
                    expected.key_schema = after.key_schema.clone();
                }
                _ => expected.topic = after.topic.clone(),
            }
            prop_assert_eq!(after, expected);
        }
    }
}
