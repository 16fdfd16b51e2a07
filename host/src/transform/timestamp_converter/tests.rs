use connect_data::{Schema, SchemaRef, Value, logical};

use crate::transform::tests::records::{
    apply_to_value, builder, create_error, failure, fields, map, schema, structure,
};

const CLASS: &str = "TimestampConverter$Value";
const PATTERN: &str = "yyyy MM dd HH mm ss SSS z";
const TEXT: &str = "1970 01 02 00 00 01 234 UTC";
const DAY: i64 = logical::MILLIS_PER_DAY;

fn convert(
    target: &str,
    precision: &str,
    schema: Option<SchemaRef>,
    value: Value<'static>,
) -> (Option<SchemaRef>, Value<'static>) {
    let settings = [
        ("target.type", target),
        ("format", PATTERN),
        ("unix.precision", precision),
    ];
    apply_to_value(CLASS, &settings, schema, value).unwrap()
}

#[test]
fn every_form_becomes_every_other() {
    let instant = DAY + 1234;
    for (precision, unit) in [
        ("seconds", 86_401i64),
        ("milliseconds", 86_401_234),
        ("microseconds", 86_401_234_000),
        ("nanoseconds", 86_401_234_000_000),
    ] {
        let forms = [
            ("string", Schema::string(), Value::from(TEXT)),
            ("unix", Schema::int64(), unit.into()),
            (
                "Timestamp",
                logical::timestamp_schema(),
                Value::Date(instant),
            ),
        ];
        for (source, source_schema, value) in &forms {
            for (target, target_schema, expected) in &forms {
                // Seconds lose what is smaller.
                if precision == "seconds" && *source == "unix" && *target != "unix" {
                    continue;
                }
                let after = convert(
                    target,
                    precision,
                    Some(source_schema.clone()),
                    value.clone(),
                );
                assert_eq!(after, (Some(target_schema.clone()), expected.clone()));
                let after = convert(target, precision, None, value.clone());
                assert_eq!(
                    after,
                    (None, expected.clone()),
                    "{source} {target} {precision}"
                );
            }
        }
    }
}

#[test]
fn dates_and_times() {
    let timestamp = Value::Date(DAY + 1234);
    let of = |target, value| convert(target, "milliseconds", None, value).1;
    assert_eq!(of("Date", timestamp.clone()), Value::Date(DAY));
    assert_eq!(of("Time", timestamp), Value::Date(1234));
    assert_eq!(of("Date", Value::Date(-1)), Value::Date(-DAY));
    assert_eq!(of("Time", Value::Date(-1)), Value::Date(DAY - 1));
    let date = convert(
        "Timestamp",
        "seconds",
        Some(logical::date_schema()),
        Value::Date(DAY),
    );
    assert_eq!(date, (Some(logical::timestamp_schema()), Value::Date(DAY)));
    let time = convert(
        "unix",
        "seconds",
        Some(logical::time_schema()),
        Value::Date(5000),
    );
    assert_eq!(time, (Some(Schema::int64()), 5i64.into()));
}

#[test]
fn digits_below_milliseconds_are_cut_off() {
    let of = |target, precision, value: i64| convert(target, precision, None, value.into()).1;
    for (precision, unix, millis) in [
        ("microseconds", 86_401_234_123, 86_401_234),
        ("nanoseconds", 86_401_234_123_456, 86_401_234),
        ("seconds", 86_401, 86_401_000),
        ("microseconds", -1, 0),
        ("seconds", i64::MAX, i64::MAX),
    ] {
        assert_eq!(of("Timestamp", precision, unix), Value::Date(millis));
    }
    let nanoseconds = convert("unix", "nanoseconds", None, Value::Date(i64::MIN / 1000)).1;
    assert_eq!(nanoseconds, i64::MIN.into());
    assert_eq!(
        convert("unix", "seconds", None, Value::Date(-1)).1,
        0i64.into()
    );
}

#[test]
fn a_field_of_many() {
    let settings = [("target.type", "Date"), ("field", "ts")];
    let value = map([("ts", Value::Date(DAY + 1234)), ("other", "test".into())]);
    let expected = map([("ts", Value::Date(DAY)), ("other", "test".into())]);
    assert_eq!(
        apply_to_value(CLASS, &settings, None, value),
        Ok((None, expected))
    );
    let after = apply_to_value(CLASS, &settings, None, map([]));
    assert_eq!(after, Ok((None, map([("ts", Value::Null)]))));

    let maybe = logical::timestamp_builder().optional().build().unwrap();
    let before = builder([("ts", maybe), ("other", Schema::string())])
        .name("n")
        .optional()
        .build()
        .unwrap();
    let of_field = logical::date_builder().optional().build().unwrap();
    let expected = builder([("ts", of_field), ("other", Schema::string())])
        .name("n")
        .optional()
        .build()
        .unwrap();
    for (time, date) in [
        (Value::Date(DAY + 1234), Value::Date(DAY)),
        (Value::Null, Value::Null),
    ] {
        let value = structure(&before, [time, "test".into()]);
        assert_eq!(
            apply_to_value(CLASS, &settings, Some(before.clone()), value),
            Ok((
                Some(expected.clone()),
                structure(&expected, [date, "test".into()])
            ))
        );
    }
    let after = apply_to_value(CLASS, &settings, Some(before), Value::Null);
    assert_eq!(after, Ok((Some(expected), Value::Null)));
}

#[test]
fn nulls_and_defaults() {
    for target in ["string", "unix", "Date", "Time", "Timestamp"] {
        assert_eq!(
            convert(target, "seconds", None, Value::Null),
            (None, Value::Null)
        );
        let (schema, value) = convert(
            target,
            "seconds",
            Some(Schema::optional_int64()),
            Value::Null,
        );
        assert!(schema.unwrap().is_optional());
        assert_eq!(value, Value::Null);
    }
    let with_default = connect_data::SchemaBuilder::int64()
        .optional()
        .default_value(5i64)
        .build()
        .unwrap();
    let before = schema([("ts", with_default)]);
    for (replace, expected) in [("true", Value::Date(5)), ("false", Value::Null)] {
        let settings = [
            ("target.type", "Timestamp"),
            ("field", "ts"),
            ("replace.null.with.default", replace),
        ];
        let value = structure(&before, [Value::Null]);
        let (_, after) = apply_to_value(CLASS, &settings, Some(before.clone()), value).unwrap();
        assert_eq!(fields(&after)[0].1, expected);
    }
}

#[test]
fn what_cannot_be_converted() {
    let failed = |settings: &[(&str, &str)], schema, value| failure(CLASS, settings, schema, value);
    let unix = [("target.type", "unix")];
    let with_format = [("target.type", "unix"), ("format", "yyyy")];
    assert_eq!(
        failed(&unix, Some(Schema::int32()), 1.into()),
        "ConnectException: Schema Schema{INT32} does not correspond to a known timestamp type format"
    );
    assert_eq!(
        failed(&unix, None, 1.into()),
        "DataException: TimestampConverter does not support class java.lang.Integer objects as \
         timestamps"
    );
    assert_eq!(
        failed(&with_format, None, "x".into()),
        "DataException: Could not parse timestamp: value (x) does not match pattern (yyyy)"
    );
    for (schema, value, message) in [
        (
            Schema::int64(),
            "x".into(),
            "Expected Unix timestamp to be a Long, but found class java.lang.String",
        ),
        (
            Schema::string(),
            1i64.into(),
            "Expected string timestamp to be a String, but found class java.lang.Long",
        ),
        (
            logical::date_schema(),
            1.into(),
            "Expected Date to be a java.util.Date, but found class java.lang.Integer",
        ),
    ] {
        let message = format!("DataException: {message}");
        assert_eq!(failed(&with_format, Some(schema), value), message);
    }
    let field = [("target.type", "unix"), ("field", "f")];
    assert_eq!(
        failed(&field, None, 1.into()),
        "DataException: Only Map objects supported in absence of schema for \
         [converting timestamp formats], found: java.lang.Integer"
    );
    assert_eq!(
        failed(&field, Some(Schema::int32()), 1.into()),
        "DataException: Only Struct objects supported for [converting timestamp formats], found: \
         java.lang.Integer"
    );
    assert!(failed(&unix, None, "x".into()).starts_with("NullPointerException: "));
}

#[test]
fn wrong_formats_are_refused() {
    assert_eq!(
        create_error(CLASS, &[("target.type", "string")]),
        "TimestampConverter requires format option to be specified when using string timestamps"
    );
    assert_eq!(
        create_error(CLASS, &[("target.type", "unix"), ("format", "bogus")]),
        "Invalid value java.lang.IllegalArgumentException: Illegal pattern character 'b' for \
         configuration TimestampConverter requires a SimpleDateFormat-compatible pattern for string \
         timestamps: bogus"
    );
    assert_eq!(
        create_error(CLASS, &[("target.type", "date")]),
        "Invalid value date for configuration target.type: String must be one of: string, unix, \
         Date, Time, Timestamp"
    );
}
