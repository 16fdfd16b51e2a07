use super::*;

fn check(key: ConfigKey, value: &str, expected: Option<&str>) {
    let issues = ConfigDef::new()
        .key(key)
        .check(&Config::from([("k", value)]));
    let messages: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
    assert_eq!(messages, Vec::from_iter(expected), "{value:?}");
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn types_are_checked() {
    let int = ConfigKey::int("k");
    check(int.clone(), " 5 ", None);
    check(
        int,
        "5.5",
        Some("Invalid value 5.5 for configuration k: Not a number of type INT"),
    );
    check(
        ConfigKey::boolean("k"),
        "yes",
        Some("Invalid value yes for configuration k: Expected value to be either true or false"),
    );
}

#[test]
fn absent_keys_get_their_defaults() {
    let check = |key: ConfigKey| ConfigDef::new().key(key).check(&Config::new()).len();
    assert_eq!(check(ConfigKey::text("k")), 1);
    assert_eq!(check(ConfigKey::text("k").default_null()), 0);
    assert_eq!(check(ConfigKey::text("k").default_value("x")), 0);
    let null = ConfigKey::text("k").default_null();
    assert_eq!(check(null.validator(Validator::NonNull)), 1);
}

#[test]
fn validators_speak_as_in_kafka() {
    let range = ConfigKey::int("k").validator(Validator::Range(Some(1.0), Some(5.0)));
    check(range.clone(), "5", None);
    check(
        range,
        "6",
        Some("Invalid value 6 for configuration k: Value must be no more than 5"),
    );
    let one_of = ConfigKey::text("k").validator(Validator::OneOf(texts(&["a", "b"])));
    check(
        one_of,
        "A",
        Some("Invalid value A for configuration k: String must be one of: a, b"),
    );
    let any_case = Validator::OneOfIgnoringCase(texts(&["a", "b"]));
    let any_case = ConfigKey::text("k").validator(any_case);
    check(any_case.clone(), "B", None);
    check(
        any_case,
        "c",
        Some("Invalid value c for configuration k: String must be one of (case insensitive): A, B"),
    );
    check(
        ConfigKey::password("k").validator(Validator::OneOf(texts(&["x"]))),
        "secret",
        Some("Invalid value [hidden] for configuration k: String must be one of: x"),
    );
}

#[test]
fn lists_are_checked_item_by_item() {
    let list = |empty_allowed| {
        ConfigKey::list("k").validator(Validator::ListOf {
            items: texts(&["a", "b"]),
            empty_allowed,
        })
    };
    check(list(false), "a, b", None);
    check(list(true), "", None);
    check(
        list(false),
        "",
        Some("Configuration 'k' must not be empty. Valid values include: [a, b]"),
    );
    check(
        list(true),
        "a,a",
        Some("Configuration 'k' values must not be duplicated."),
    );
    check(
        list(true),
        "a,c",
        Some("Invalid value c for configuration k: String must be one of: a, b"),
    );
}
