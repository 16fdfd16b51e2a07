use connect_data::SchemaBuilder;

use super::*;
use crate::converter::json::tape::Tape;
use crate::converter::settings::JsonSettings;

fn sample() -> SchemaRef {
    let map = SchemaBuilder::map(Schema::string(), Schema::int32());
    SchemaBuilder::structure()
        .field("text", Schema::optional_string())
        .field("long", Schema::int64())
        .field("small", Schema::int8())
        .field("double", Schema::float64())
        .field("flag", Schema::boolean())
        .field("bytes", Schema::bytes())
        .field(
            "list",
            SchemaBuilder::array(Schema::float32()).build().unwrap(),
        )
        .field("map", map.build().unwrap())
        .field("day", logical::date_schema())
        .field("price", logical::decimal_schema(2))
        .build()
        .unwrap()
}

const PLAIN: &str = r#"{"text":"a","long":12,"small":300,"double":-1.5e3,"flag":true,"bytes":"AQI=","list":[1,2.5],"map":{"b":1,"a":2},"day":-3,"price":"AJw="}"#;

/// What the long way makes of the text.
fn long_way(schema: &SchemaRef, text: &str) -> Option<Value<'static>> {
    let mut tape = Tape::default();
    tape.read_from(text, 0, true).ok()?;
    let reading = Reading::of(&JsonSettings::default());
    let value = read::value(Some(schema), Some(tape.root(text)), reading);
    value.ok().map(Value::into_owned)
}

fn short_way(schema: &SchemaRef, text: &str) -> Option<Value<'static>> {
    let reading = Reading::of(&JsonSettings::default());
    value(schema, text, 0, reading).map(|(value, _)| value.into_owned())
}

#[test]
fn what_the_converter_writes_is_read_the_short_way() {
    let schema = sample();
    let found = short_way(&schema, PLAIN);
    assert!(found.is_some());
    assert_eq!(found, long_way(&schema, PLAIN));
    let spread = PLAIN.replace(',', " ,\n ").replace(':', " : ");
    assert_eq!(short_way(&schema, &spread), found);
    for (from, to) in [
        (r#":"a""#, ":null"),
        (r#":"a""#, r#":"\"\u00e9\ud83d\ude00\\n""#),
        ("12", "-0"),
        ("12", "999999999999999999"),
        ("-1.5e3", "0"),
        ("-1.5e3", "1E-5"),
        ("[1,2.5]", "[ ]"),
        (r#"{"b":1,"a":2}"#, r#"{"a":1,"a":2}"#),
        (r#"{"b":1,"a":2}"#, "{}"),
        (r#""AJw=""#, "1.50"),
    ] {
        let text = PLAIN.replace(from, to);
        let short = short_way(&schema, &text);
        assert!(short.is_some(), "{text}");
        assert_eq!(short, long_way(&schema, &text), "{text}");
    }
}

#[test]
fn anything_else_is_left_to_the_long_way() {
    let schema = sample();
    for (from, to) in [
        // Wrong, or lenient.
        (r#":"a""#, ":1"),
        (r#":"a""#, ":\"a\u{1}\""),
        (r#":"a""#, r#":"\x""#),
        ("12", "0012"),
        ("12", "12.5"),
        ("12", "1234567890123456789"),
        ("12", "null"),
        ("true", "truely"),
        ("true", "0"),
        ("-1.5e3", ".5"),
        ("-1.5e3", "1e99999"),
        ("AQI=", "?"),
        ("[1,2.5]", "{\"x\":1}"),
        ("[1,2.5]", "[1,]"),
        ("-3", "99999999999"),
        // Another order, something missing, something more.
        (r#""text":"a","long":12"#, r#""long":12,"text":"a""#),
        (r#""text":"a","#, ""),
        (r#""text":"a","#, r#""text":"a","text":"b","#),
        (r#""text""#, r#""\u0074ext""#),
        ("\"AJw=\"}", "\"AJw=\",\"more\":1}"),
        ("\"AJw=\"}", "\"AJw=\""),
    ] {
        let text = PLAIN.replace(from, to);
        assert_ne!(text, PLAIN, "{from}");
        assert_eq!(short_way(&schema, &text), None, "{text}");
    }
    // A name that looks like its own escape.
    let tricky = SchemaBuilder::structure().field(r"a\n", Schema::int32());
    let tricky = tricky.build().unwrap();
    assert_eq!(short_way(&tricky, r#"{"a\n":1}"#), None);
    let pairs = SchemaBuilder::map(Schema::int32(), Schema::int32());
    assert_eq!(short_way(&pairs.build().unwrap(), "[[1,2]]"), None);
}
