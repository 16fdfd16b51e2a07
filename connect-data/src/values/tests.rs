use super::*;
use crate::{DataError, Decimal, SchemaAndValue, Struct, logical};
use proptest::prelude::*;

fn describe(schema: Option<&SchemaRef>) -> String {
    let Some(schema) = schema else {
        return "none".to_owned();
    };
    match schema.schema_type() {
        Type::Array => format!("ARRAY<{}>", describe(schema.value_schema().unwrap())),
        Type::Map => format!(
            "MAP<{},{}>",
            describe(schema.key_schema().unwrap()),
            describe(schema.value_schema().unwrap())
        ),
        other => match schema.name() {
            Some(name) => name.rsplit('.').next().unwrap().to_owned(),
            None => other.to_string(),
        },
    }
}

#[track_caller]
fn check(text: &str, schema: &str, value: impl Into<Value<'static>>) {
    let parsed = parse_string(text).unwrap();
    assert_eq!(
        (describe(parsed.schema.as_ref()), parsed.value),
        (schema.to_owned(), value.into())
    );
}

#[track_caller]
fn check_text(text: &str) {
    check(text, "STRING", text.to_owned());
}

fn list<const N: usize>(values: [Value<'static>; N]) -> Value<'static> {
    Value::Array(values.into())
}

fn map<const N: usize>(entries: [(Value<'static>, Value<'static>); N]) -> Value<'static> {
    Value::Map(entries.into())
}

use Value::{Boolean, Date, Float32, Float64, Int8, Int16, Int32, Int64, Null};

fn word(text: &'static str) -> Value<'static> {
    text.into()
}

#[test]
fn words() {
    for text in ["null", " \n null \t"] {
        assert_eq!(parse_string(text).unwrap(), SchemaAndValue::NULL);
    }
    check(" \n true \t", "BOOLEAN", true);
    check("false", "BOOLEAN", false);
    for text in [
        "", " ", "true}", "false]", "null=", "{foo: 3}", "{3: foo}", "[foo]", "\"abc\"",
    ] {
        check_text(text);
    }
    for text in [
        "[0 1 2]",
        "{6:9 4:20}",
        "[1, 2, 3,,,]",
        "[1, null]",
        "[null, 1]",
        "{null: 3}",
    ] {
        check_text(text);
    }
}

#[test]
fn numbers() {
    check("127", "INT8", 127_i8);
    check("128", "INT16", 128_i16);
    check("32768", "INT32", 32_768_i32);
    check("2147483648", "INT64", 2_147_483_648_i64);
    check(
        "9223372036854775808",
        "Decimal",
        Decimal::new(9_223_372_036_854_775_808_u64, 0),
    );
    check("1.0", "INT8", 1_i8);
    check("300.0", "INT16", 300_i16);
    check("66000.0", "INT32", 66_000_i32);
    check("1.1", "FLOAT32", 1.1_f32);
    check("66000.0008", "FLOAT32", 66_000.000_8_f32);
    check("1.7976931348623157E308", "FLOAT64", f64::MAX);
    check("1e3", "INT16", 1000_i16);
    check("1,2", "INT8", 1_i8);
    check("1:2:3", "INT8", 1_i8);
    check("-5", "INT8", -5_i8);
    check("+5", "INT8", 5_i8);
    check("1e2147483647", "Decimal", Decimal::new(1, -2_147_483_647));
    for text in ["-", "1_0", "0x10", "1f", "NaN"] {
        check_text(text);
    }
}

#[test]
fn temporals() {
    check("2019-08-23", "Date", Date(1_566_518_400_000));
    check("14:34:54.346Z", "Time", Date(52_494_346));
    check("14\\:34\\:54.346Z", "Time", Date(52_494_346));
    check(
        "2019-08-23T14:34:54.346Z",
        "Timestamp",
        Date(1_566_570_894_346),
    );
    check(
        "2019-08-23T14\\:34\\:54.346Z",
        "Timestamp",
        Date(1_566_570_894_346),
    );
    // Lenient: fields add up, and what follows is ignored.
    check("99:99:99.999Z", "Time", Date(362_439_999));
    check("2019-13-45", "Date", Date(1_581_638_400_000));
    check("2019-08-2x", "Date", Date(1_564_704_000_000));
}

#[test]
fn arrays() {
    check("[]", "ARRAY<none>", list([]));
    check("[null]", "ARRAY<none>", list([Null]));
    check(
        "[true, false]",
        "ARRAY<BOOLEAN>",
        list([Boolean(true), Boolean(false)]),
    );
    check(
        "[1, 2, 32768]",
        "ARRAY<INT32>",
        list([Int32(1), Int32(2), Int32(32_768)]),
    );
    check(
        "[1, 2, 3.4028235E38]",
        "ARRAY<FLOAT32>",
        list([Float32(1.0), Float32(2.0), Float32(f32::MAX)]),
    );
    check(
        "[1, 1.7976931348623157E308]",
        "ARRAY<FLOAT64>",
        list([Float64(1.0), Float64(f64::MAX)]),
    );
    let four = || word("four");
    check(
        "[1, 2, 300, \"four\"]",
        "ARRAY<none>",
        list([Int8(1), Int8(2), Int16(300), four()]),
    );
    check(
        "[1, \"four\", 300]",
        "ARRAY<none>",
        list([Int8(1), four(), Int16(300)]),
    );
    check("[1,]", "ARRAY<INT8>", list([Int8(1)]));
    check("[1,2]xyz", "ARRAY<INT8>", list([Int8(1), Int8(2)]));
    check(
        "[\"1.0\", 9223372036854775808, 1]",
        "ARRAY<none>",
        list([
            word("1.0"),
            Decimal::new(9_223_372_036_854_775_808_u64, 0).into(),
            Int8(1),
        ]),
    );
    check(
        "[[1],[2]]",
        "ARRAY<ARRAY<INT8>>",
        list([list([Int8(1)]), list([Int8(2)])]),
    );
    check(
        "[40000, 2019-08-23]",
        "ARRAY<Date>",
        list([Date(3_456_000_000_000), Date(1_566_518_400_000)]),
    );
    check_text("[2019-08-23, 40000]");
    check("[\"null\"]", "ARRAY<STRING>", list([word("null")]));
    // Java says ARRAY<ARRAY<INT16>>, which the first element does not match.
    check(
        "[[1],[300]]",
        "ARRAY<none>",
        list([list([Int8(1)]), list([Int16(300)])]),
    );
}

#[test]
fn maps() {
    check("{}", "MAP<none,none>", map([]));
    check(
        "{true: false, false: true}",
        "MAP<BOOLEAN,BOOLEAN>",
        map([
            (Boolean(true), Boolean(false)),
            (Boolean(false), Boolean(true)),
        ]),
    );
    check("{3: null}", "MAP<INT8,none>", map([(Int8(3), Null)]));
    check(
        "{\"a\":1,}",
        "MAP<STRING,INT8>",
        map([(word("a"), Int8(1))]),
    );
    check("{1:1, 1:2}", "MAP<INT8,INT8>", map([(Int8(1), Int8(2))]));
    check(
        "{1:1, 2:1, 300:300, 4:\"four\"}",
        "MAP<INT16,none>",
        map([
            (Int16(1), Int8(1)),
            (Int16(2), Int8(1)),
            (Int16(300), Int16(300)),
            (Int16(4), word("four")),
        ]),
    );
    check(
        "{1:1, 2:1, 300:300, \"four\":1}",
        "MAP<none,none>",
        map([
            (Int8(1), Int8(1)),
            (Int8(2), Int8(1)),
            (Int16(300), Int16(300)),
            (word("four"), Int8(1)),
        ]),
    );
    for text in ["{\"k1\":14:34:54.346Z}", "{\"k1\":\"14:34:54.346Z\"}"] {
        check(
            text,
            "MAP<STRING,Time>",
            map([(word("k1"), Date(52_494_346))]),
        );
    }
}

#[test]
fn deep_text_stays_text() {
    let deep = "[".repeat(100_000);
    assert_eq!(
        parse_string(&deep).unwrap().value,
        Value::from(deep.as_str())
    );
    let closed = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(
        parse_string(&closed).unwrap().value,
        Value::from(closed.as_str())
    );
}

#[test]
fn tokens() {
    let tokens = |text: &'static str| {
        let mut tokenizer = tokenizer::Tokenizer::new(text);
        let mut tokens = Vec::new();
        while tokenizer.has_next() {
            tokens.push(tokenizer.next());
        }
        tokens
    };
    assert_eq!(tokens("a{bc}d"), ["a", "{", "bc", "}", "d"]);
    assert_eq!(tokens("si\\:mple"), ["si\\:mple"]);
    assert_eq!(tokens("si\\\\:mple"), ["si\\\\", ":", "mple"]);
    assert_eq!(
        tokens("\"simple\" string"),
        ["\"", "simple", "\"", " string"]
    );
}

fn text_of(value: impl Into<Value<'static>>) -> String {
    convert_to_string(&value.into()).unwrap().unwrap()
}

#[test]
fn texts() {
    assert_eq!(convert_to_string(&Null), Ok(None));
    assert_eq!(text_of("a\"b"), "a\"b");
    assert_eq!(text_of(vec![1_u8, 2]), "AQI=");
    let all = list([
        Int32(1),
        word("a"),
        Null,
        vec![1_u8].into(),
        Float32(1.5),
        "1e5".parse::<Decimal>().unwrap().into(),
        Date(0),
    ]);
    assert_eq!(
        text_of(all),
        "[1,\"a\",null,\"AQ==\",1.5,1E+5,00:00:00.000Z]"
    );
    assert_eq!(
        text_of(map([(word("k"), Int8(1)), (Int8(2), Boolean(true))])),
        "{\"k\":1,2:true}"
    );
    assert_eq!(text_of(Date(-1)), "23:59:59.999Z");
    assert_eq!(text_of(Date(86_400_000)), "1970-01-02");
    assert_eq!(text_of(Date(86_400_001)), "1970-01-02T00:00:00.001Z");
    let schema = SchemaBuilder::structure()
        .field(
            "a",
            SchemaBuilder::int8().default_value(3_i8).build().unwrap(),
        )
        .field("b", Schema::optional_string())
        .field("c", Schema::optional_bytes())
        .build()
        .unwrap();
    let mut value = Struct::new(schema).unwrap();
    value.put("b", "q\"\\x").unwrap();
    assert_eq!(text_of(value), "{\"a\":3,\"b\":\"q\\\"\\\\x\",\"c\":null}");
}

fn error<T: std::fmt::Debug>(result: Result<T, DataError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn to_booleans_and_numbers() {
    assert_eq!(convert_to_boolean(None, word("true")), Ok(Some(true)));
    assert_eq!(convert_to_boolean(None, word("0")), Ok(Some(false)));
    assert_eq!(convert_to_boolean(None, Int64(5)), Ok(Some(true)));
    assert_eq!(convert_to_boolean(None, Null), Ok(None));
    assert_eq!(
        error(convert_to_boolean(None, word("green"))),
        "Unable to convert green (class java.lang.String) to a number"
    );
    assert_eq!(
        error(convert_to_boolean(Some(&Schema::string()), word("green"))),
        "Unable to convert green (class java.lang.String) to Schema{STRING}"
    );
    assert_eq!(
        convert_to_integer(None, word("99999999999")),
        Ok(Some(1_215_752_191))
    );
    assert_eq!(convert_to_byte(None, Int32(300)), Ok(Some(44)));
    assert_eq!(convert_to_short(None, word("1.9")), Ok(Some(1)));
    let big: Decimal = "1e30".parse().unwrap();
    assert_eq!(
        convert_to_long(None, big.into()),
        Ok(Some(5_076_944_270_305_263_616))
    );
    assert_eq!(convert_to_long(None, Float64(1e30)), Ok(Some(i64::MAX)));
    assert_eq!(convert_to_float(None, word("1.5")), Ok(Some(1.5)));
    assert_eq!(convert_to_double(None, Int8(1)), Ok(Some(1.0)));
    assert_eq!(
        error(convert_to_integer(None, list([]))),
        "Unable to convert [] (class java.util.ArrayList) to a number"
    );
}

#[test]
fn to_dates() {
    const REQUIRED: &str = "Unable to convert a null value to a schema that requires a value";
    assert_eq!(error(convert_to_date(None, Null)), REQUIRED);
    assert_eq!(error(convert_to_time(None, Null)), REQUIRED);
    assert_eq!(error(convert_to_list(None, Null)), REQUIRED);
    assert_eq!(convert_to_date(None, Int32(5)), Ok(Some(432_000_000)));
    let timestamp = logical::timestamp_schema();
    assert_eq!(convert_to_date(Some(&timestamp), Date(-1)), Ok(Some(0)));
    assert_eq!(
        convert_to_time(Some(&timestamp), Date(-1)),
        Ok(Some(86_399_999))
    );
    assert_eq!(
        convert_to_timestamp(Some(&logical::time_schema()), Date(5)),
        Ok(Some(5))
    );
    assert_eq!(
        convert_to_time(Some(&logical::date_schema()), Date(2 * 86_400_000)),
        Ok(Some(2))
    );
    assert_eq!(
        convert_to_timestamp(None, word("2019-08-23")),
        Ok(Some(1_566_518_400_000))
    );
    assert_eq!(
        convert_to_long(Some(&logical::date_schema()), Date(5 * 86_400_000)),
        Ok(Some(5))
    );
    assert_eq!(
        error(convert_to_long(None, Date(5))),
        "Unable to convert Thu Jan 01 00:00:00 UTC 1970 (class java.util.Date) to a number"
    );
}

#[test]
fn to_decimals_and_containers() {
    let decimal = |text: &str| Ok(Some(text.parse::<Decimal>().unwrap()));
    assert_eq!(convert_to_decimal(None, Float64(1.1), 1), decimal("1.1"));
    assert_eq!(convert_to_decimal(None, Int64(5), 1), decimal("5.0"));
    assert_eq!(convert_to_decimal(None, word("1.5"), 1), decimal("1.5"));
    assert_eq!(
        convert_to_decimal(None, vec![0x0f_u8].into(), 1),
        decimal("1.5")
    );
    assert!(convert_to_decimal(None, Float64(f64::NAN), 1).is_err());
    assert_eq!(convert_to_list(None, word("[1]")), Ok(Some(vec![Int8(1)])));
    assert_eq!(
        convert_to_map(None, word("{1:2}")),
        Ok(Some(vec![(Int8(1), Int8(2))]))
    );
    assert_eq!(
        error(convert_to_list(None, Int32(1))),
        "Unable to convert 1 (class java.lang.Integer) to Schema{ARRAY}"
    );
    assert_eq!(
        error(convert_to_struct(None, Int32(1))),
        "Unable to convert 1 (class java.lang.Integer) to Schema{STRUCT}"
    );
}

#[test]
fn inferred_schemas() {
    assert_eq!(infer_schema(&word("x")), Some(Schema::string()));
    assert_eq!(infer_schema(&list([Int32(1), word("a")])), None);
    let optional = infer_schema(&list([Int32(1), Null])).unwrap();
    assert_eq!(
        *optional.value_schema().unwrap().unwrap(),
        Schema::optional_int32()
    );
    let nested = infer_schema(&list([list([Int32(1)])])).unwrap();
    assert_eq!(
        nested.value_schema().unwrap().unwrap().value_schema(),
        Ok(None)
    );
    assert_eq!(infer_schema(&list([list([])])), None);
    assert_eq!(infer_schema(&map([])), None);
    assert_eq!(infer_schema(&Date(1)), None);
    assert_eq!(infer_schema(&Int64(1)), Some(Schema::int64()));
}

proptest! {
    #[test]
    fn any_text_parses(text in "[\\[\\]{},:\" \\\\0-9a-c.TZ-]{0,40}") {
        let parsed = parse_string(&text).unwrap();
        if let Some(schema) = &parsed.schema && schema.schema_type().is_primitive() {
            prop_assert!(crate::validate_value(schema, &parsed.value).is_ok());
        }
    }
}
