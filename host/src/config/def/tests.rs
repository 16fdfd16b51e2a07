//! Texts were recorded from ConfigDef of Apache Kafka 4.3.1.

use super::*;
use crate::config::ConfigMap;

const KEY: &str = "k";

fn def(config_type: ConfigType, validator: Option<Validator>) -> ConfigDef {
    let mut key = ConfigKey::new(
        KEY,
        config_type,
        DefaultValue::Required,
        Importance::Low,
        "",
    );
    key.validator = validator;
    ConfigDef::new([key]).unwrap()
}

/// Validates one value (`None`: null) and compares its text and errors.
fn check(def: &ConfigDef, value: Option<&str>, text: Option<&str>, errors: &[&str]) {
    let config: ConfigMap = value
        .map(|value| (KEY.to_owned(), value.to_owned()))
        .into_iter()
        .collect();
    let nulls: Vec<String> = value
        .is_none()
        .then(|| KEY.to_owned())
        .into_iter()
        .collect();
    let settings = Settings::new(&config).nulls(&nulls);
    let validations = def.validate_settings(settings);
    assert_eq!(validations.len(), 1);
    assert_eq!(validations[0].errors, errors, "{value:?}");
    assert_eq!(
        validations[0].value.to_config_text().as_deref(),
        text,
        "{value:?}"
    );
    // Lists without duplicates apart, parsing tells the first error of validation.
    let parsed = def
        .parse_settings(settings)
        .map(|_| ())
        .map_err(|error| error.to_string());
    if errors
        .first()
        .is_none_or(|error| !error.ends_with("must not be duplicated."))
    {
        assert_eq!(
            parsed.err().as_deref(),
            errors.first().copied(),
            "{value:?}"
        );
    }
}

#[test]
fn numbers() {
    let int = def(ConfigType::Int, None);
    check(&int, Some(" 5 "), Some("5"), &[]);
    check(&int, Some("+5"), Some("5"), &[]);
    check(&int, Some("-0"), Some("0"), &[]);
    check(&int, None, None, &[]);
    for bad in ["x ", "5.0", "0x5", "99999999999", ""] {
        let error = format!("Invalid value {bad} for configuration k: Not a number of type INT");
        check(&int, Some(bad), None, &[&error]);
    }
    let short = def(ConfigType::Short, None);
    check(
        &short,
        Some("40000"),
        None,
        &["Invalid value 40000 for configuration k: Not a number of type SHORT"],
    );
    let long = def(ConfigType::Long, None);
    check(
        &long,
        Some("9223372036854775807"),
        Some("9223372036854775807"),
        &[],
    );
}

#[test]
fn doubles() {
    let double = def(ConfigType::Double, None);
    for (given, text) in [
        ("1", "1.0"),
        ("1e10", "1.0E10"),
        ("1d", "1.0"),
        ("NaN", "NaN"),
        ("1.5e-5", "1.5E-5"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("-Infinity", "-Infinity"),
        ("1e7", "1.0E7"),
        ("123456.789", "123456.789"),
    ] {
        check(&double, Some(given), Some(text), &[]);
    }
    for bad in ["inf", "x", ""] {
        let error = format!("Invalid value {bad} for configuration k: Not a number of type DOUBLE");
        check(&double, Some(bad), None, &[&error]);
    }
}

#[test]
fn booleans() {
    let boolean = def(ConfigType::Boolean, None);
    check(&boolean, Some(" True"), Some("true"), &[]);
    check(&boolean, Some("FALSE"), Some("false"), &[]);
    for bad in [" x", "yes ", ""] {
        let error = format!(
            "Invalid value {bad} for configuration k: Expected value to be either true or false"
        );
        check(&boolean, Some(bad), None, &[&error]);
    }
}

#[test]
fn ranges() {
    let between = |min, max| {
        Some(Validator::Range {
            min: Some(min),
            max: Some(max),
        })
    };
    let long = def(ConfigType::Long, between(1.0, 5.0));
    check(
        &long,
        Some("0"),
        Some("0"),
        &["Invalid value 0 for configuration k: Value must be at least 1"],
    );
    check(
        &long,
        Some("6"),
        Some("6"),
        &["Invalid value 6 for configuration k: Value must be no more than 5"],
    );
    let non_null = "Invalid value null for configuration k: Value must be non-null";
    check(&long, None, None, &[non_null]);
    check(
        &long,
        Some("x"),
        None,
        &[
            "Invalid value x for configuration k: Not a number of type LONG",
            non_null,
        ],
    );
    let double = def(ConfigType::Double, between(0.5, 1.0));
    check(
        &double,
        Some("0.4"),
        Some("0.4"),
        &["Invalid value 0.4 for configuration k: Value must be at least 0.5"],
    );
    check(
        &double,
        Some("2"),
        Some("2.0"),
        &["Invalid value 2.0 for configuration k: Value must be no more than 1"],
    );
}

#[test]
fn texts() {
    let with = |validator| def(ConfigType::String, Some(validator));
    check(
        &with(Validator::NonNull),
        None,
        None,
        &["Invalid value null for configuration k: entry must be non null"],
    );
    check(&with(Validator::NonNull), Some(""), Some(""), &[]);

    let non_empty = with(Validator::NonEmptyText);
    check(&non_empty, None, None, &[]);
    check(
        &non_empty,
        Some(" "),
        Some(""),
        &["Invalid value  for configuration k: String must be non-empty"],
    );

    let name = with(Validator::NonEmptyTextWithoutControlCharacters);
    check(&name, None, None, &[]);
    check(
        &name,
        Some(""),
        Some(""),
        &["Invalid value  for configuration k: String may not be empty"],
    );
    check(
        &name,
        Some("a\u{1}b\nc"),
        Some("a\u{1}b\nc"),
        &[
            "Invalid value a\u{1}b\nc for configuration k: String may not contain control sequences but had the following ASCII chars: 1, 10",
        ],
    );

    let one_of = with(Validator::one_of(&["a", "b"]));
    check(&one_of, Some("a"), Some("a"), &[]);
    check(
        &one_of,
        Some("A"),
        Some("A"),
        &["Invalid value A for configuration k: String must be one of: a, b"],
    );
    check(
        &one_of,
        None,
        None,
        &["Invalid value null for configuration k: String must be one of: a, b"],
    );

    let ignoring_case = with(Validator::one_of_ignoring_case(&["a", "b"]));
    check(&ignoring_case, Some("A"), Some("A"), &[]);
    check(
        &ignoring_case,
        Some("c"),
        Some("c"),
        &["Invalid value c for configuration k: String must be one of (case insensitive): A, B"],
    );
}

#[test]
fn lists() {
    let plain = def(ConfigType::List, None);
    check(&plain, Some("a,,"), Some("a,,"), &[]);
    check(&plain, Some(" a , b "), Some("a,b"), &[]);
    check(&plain, Some(""), Some(""), &[]);

    let with = |allowed: &[&str], empty_allowed, null_allowed| {
        let allowed = allowed.iter().map(|&text| text.to_owned()).collect();
        def(
            ConfigType::List,
            Some(Validator::ValidList {
                allowed,
                empty_allowed,
                null_allowed,
            }),
        )
    };
    let null = "Configuration 'k' values must not be null.";
    let duplicated = "Configuration 'k' values must not be duplicated.";
    let of_two = with(&["a", "b"], true, false);
    check(&of_two, Some("a,b"), Some("a,b"), &[]);
    check(
        &of_two,
        Some("a,c"),
        Some("a,c"),
        &["Invalid value c for configuration k: String must be one of: a, b"],
    );
    check(&of_two, Some("a,a"), Some("a,a"), &[duplicated]);
    check(&of_two, None, None, &[null]);
    check(
        &with(&["a", "b"], false, false),
        Some(""),
        Some(""),
        &["Configuration 'k' must not be empty. Valid values include: [a, b]"],
    );
    let any = with(&[], false, false);
    check(
        &any,
        Some(""),
        Some(""),
        &["Configuration 'k' must not be empty. Valid values include: any non-empty value"],
    );
    check(
        &any,
        Some("a,,b"),
        Some("a,,b"),
        &["Configuration 'k' values must not be empty."],
    );
    check(&with(&[], true, true), None, None, &[]);
    // Starting drops duplicates that validation refuses.
    let config = ConfigMap::from([(KEY.to_owned(), "b,a,b".to_owned())]);
    assert_eq!(any.parse(&config).unwrap().list(KEY), ["b", "a"]);

    let aliases = def(ConfigType::List, Some(Validator::UniqueAliases));
    check(&aliases, Some("a,"), Some("a,"), &[]);
    check(
        &aliases,
        Some("a,a"),
        Some("a,a"),
        &["Invalid value [a, a] for configuration k: Duplicate alias provided."],
    );
    check(
        &aliases,
        None,
        None,
        &["Invalid value null for configuration k: entry must be non null"],
    );
}

#[test]
fn passwords_are_hidden() {
    let password = def(ConfigType::Password, Some(Validator::one_of(&["other"])));
    let error = "Invalid value [hidden] for configuration k: String must be one of: other";
    check(&password, Some("secret"), Some("[hidden]"), &[error]);
    let config = ConfigMap::from([(KEY.to_owned(), " secret ".to_owned())]);
    let parsed = def(ConfigType::Password, None).parse(&config).unwrap();
    assert_eq!(parsed.text(KEY), Some("secret"));
    assert!(!format!("{parsed:?}").contains("secret"));
}

struct OneConverter;

impl ClassResolver for OneConverter {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        match name {
            "Json" | "x.JsonConverter" => Some("x.JsonConverter".to_owned()),
            "x.Header" => Some(name.to_owned()),
            _ => None,
        }
    }

    fn refusal(&self, _base: PluginBase, class: &str) -> Option<String> {
        (class != "x.JsonConverter")
            .then(|| format!("Class class {class} does not implement the Converter interface"))
    }
}

#[test]
fn classes() {
    let def = def(
        ConfigType::Class,
        Some(Validator::Implements(PluginBase::Converter)),
    );
    let check = |value: &str, text: Option<&str>, errors: &[&str]| {
        let config = ConfigMap::from([(KEY.to_owned(), value.to_owned())]);
        let validation = &def.validate_settings(Settings::new(&config).classes(&OneConverter))[0];
        assert_eq!(validation.errors, errors);
        assert_eq!(validation.value.to_config_text().as_deref(), text);
    };
    check("Json", Some("x.JsonConverter"), &[]);
    check(
        "",
        None,
        &["Invalid value  for configuration k: Class  could not be found."],
    );
    check(" x.JsonConverter ", Some("x.JsonConverter"), &[]);
    check(
        "nope ",
        None,
        &["Invalid value nope  for configuration k: Class nope  could not be found."],
    );
    check(
        "x.Header",
        Some("x.Header"),
        &["Class class x.Header does not implement the Converter interface"],
    );
}

#[test]
fn defaults_and_missing_keys() {
    let key =
        |name: &str, default| ConfigKey::new(name, ConfigType::Int, default, Importance::Low, "");
    let def = ConfigDef::new([
        key("required", DefaultValue::Required),
        key("null", DefaultValue::Null),
        key("seven", DefaultValue::Value("7".to_owned())),
    ])
    .unwrap();
    let empty = ConfigMap::new();
    let missing = "Missing required configuration \"required\" which has no default value.";
    assert_eq!(def.parse(&empty).unwrap_err().to_string(), missing);
    let errors: Vec<Vec<String>> = def
        .validate(&empty)
        .into_iter()
        .map(|one| one.errors)
        .collect();
    assert_eq!(errors, [vec![missing.to_owned()], vec![], vec![]]);
    let parsed = def
        .parse(&ConfigMap::from([("required".to_owned(), "1".to_owned())]))
        .unwrap();
    assert_eq!(
        (
            parsed.integer("required"),
            parsed.integer("null"),
            parsed.integer("seven")
        ),
        (Some(1), None, Some(7))
    );
    assert!(parsed.value("unknown").is_null());
}

#[test]
fn wrong_definitions() {
    let key = |default: &str| {
        ConfigKey::new(
            KEY,
            ConfigType::Int,
            DefaultValue::Value(default.to_owned()),
            Importance::Low,
            "",
        )
    };
    let error = |keys: Vec<ConfigKey>| ConfigDef::new(keys).unwrap_err().to_string();
    assert_eq!(
        error(vec![key("0"), key("0")]),
        "Configuration k is defined twice."
    );
    assert_eq!(
        error(vec![key("x")]),
        "Invalid value x for configuration k: Not a number of type INT"
    );
    assert_eq!(
        error(vec![key("0").validator(Validator::at_least(1))]),
        "Invalid value 0 for configuration k: Value must be at least 1"
    );
}

fn int_key(name: &str, dependents: &[&str]) -> ConfigKey {
    let null = DefaultValue::Null;
    let mut key = ConfigKey::new(name, ConfigType::Int, null, Importance::Low, "");
    key.dependents = dependents.iter().map(|&name| name.to_owned()).collect();
    key
}

/// The values and numbers of errors of all keys, when every key has the value `x`.
fn looked_at(keys: &[(&str, &[&str])]) -> Vec<(String, usize)> {
    let def = ConfigDef::new(keys.iter().map(|(name, to)| int_key(name, to))).unwrap();
    let config = keys
        .iter()
        .map(|(name, _)| ((*name).to_owned(), "x".to_owned()));
    def.validate(&config.collect())
        .into_iter()
        .map(|validation| (validation.name, validation.errors.len()))
        .collect()
}

#[test]
fn a_key_is_looked_at_once_for_each_way_to_it() {
    let count = |name: &str, errors: usize| (name.to_owned(), errors);
    assert_eq!(
        looked_at(&[("a", &["c"]), ("b", &["c"]), ("c", &["d"]), ("d", &[])]),
        [count("a", 1), count("b", 1), count("c", 2), count("d", 2)]
    );
    // Keys that only depend on each other are not looked at, and no circle is endless.
    assert_eq!(
        looked_at(&[("a", &["b"]), ("b", &["a"]), ("c", &["c"]), ("d", &[])]),
        [count("a", 0), count("b", 0), count("c", 0), count("d", 1)]
    );
    let names: Vec<String> = (0..40).map(|number| format!("k{number}")).collect();
    let keys: Vec<(&str, Vec<&str>)> = (0..40)
        .map(|number| {
            let after = names[number + 1..].iter().map(String::as_str).collect();
            (names[number].as_str(), after)
        })
        .collect();
    let keys: Vec<(&str, &[&str])> = keys
        .iter()
        .map(|(name, to)| (*name, to.as_slice()))
        .collect();
    let errors: usize = looked_at(&keys).iter().map(|(_, errors)| errors).sum();
    assert!(errors < 400, "{errors}");
}

#[test]
fn dependents_without_a_definition_are_an_error_of_parsing() {
    let def = ConfigDef::new([int_key("a", &["zz", "yy"])]).unwrap();
    assert_eq!(
        def.parse(&ConfigMap::new()).unwrap_err().to_string(),
        "Some configurations in are referred in the dependents, but not defined: zz,yy"
    );
}

#[test]
fn rules_of_lists_ranges_and_embedded_keys() {
    let list = |text: &str, rule: Validator, error: &str| {
        check(
            &def(ConfigType::List, Some(rule)),
            Some(text),
            Some(text),
            &[error],
        );
    };
    list(
        "",
        Validator::FilledList,
        "Invalid value [] for configuration k: Empty list",
    );
    let version = def(ConfigType::String, Some(Validator::VersionRange));
    check(
        &version,
        Some("[1.0,"),
        Some("[1.0,"),
        &["Unbounded range: [1.0,"],
    );
    check(&version, Some("[1.0,)"), Some("[1.0,)"), &[]);
    let both = Validator::All(vec![Validator::NonEmptyText, Validator::Regex]);
    let embedded = Validator::Embedded {
        name: "own".to_owned(),
        rule: Box::new(both),
    };
    let key = def(ConfigType::String, Some(embedded));
    let error = "Invalid value  for configuration own: String must be non-empty";
    check(&key, Some(""), Some(""), &[error]);
}

#[test]
fn dependents_that_are_not_defined_are_told() {
    let mut key = ConfigKey::new(
        KEY,
        ConfigType::Int,
        DefaultValue::Null,
        Importance::Low,
        "",
    );
    key.dependents = vec!["gone".to_owned()];
    let validations = ConfigDef::new([key]).unwrap().validate(&ConfigMap::new());
    assert_eq!(validations[1].name, "gone");
    assert_eq!(
        validations[1].errors,
        ["gone is referred in the dependents, but not defined."]
    );
}

#[test]
fn mistakes_in_patterns_are_told_as_by_java() {
    for (pattern, error) in [
        ("(", "Unclosed group near index 1\n("),
        ("((a)", "Unclosed group near index 4\n((a)"),
        ("*a", "Dangling meta character '*' near index 0\n*a\n^"),
        ("+", "Dangling meta character '+' near index 0\n+\n^"),
        ("a|*", "Dangling meta character '*' near index 2\na|*\n  ^"),
        ("(*)", "Dangling meta character '*' near index 1\n(*)\n ^"),
        ("[a", "Unclosed character class near index 1\n[a\n ^"),
        ("[", "Unclosed character class near index 0\n[\n^"),
        ("[]", "Unclosed character class near index 1\n[]\n ^"),
        ("[^]", "Unclosed character class near index 2\n[^]\n  ^"),
        ("a{", "Illegal repetition near index 2\na{"),
        ("{", "Illegal repetition near index 1\n{"),
        ("a{1", "Unclosed counted closure near index 3\na{1"),
        ("\\", "Unexpected internal error near index 1\n\\"),
        ("a)", "Unmatched closing ')' near index 0\na)\n^"),
        ("a**", "Dangling meta character '*' near index 2\na**\n  ^"),
        (
            "a{2}*",
            "Dangling meta character '*' near index 4\na{2}*\n    ^",
        ),
        (
            "(?i)*",
            "Dangling meta character '*' near index 4\n(?i)*\n    ^",
        ),
        (
            "a???",
            "Dangling meta character '?' near index 3\na???\n   ^",
        ),
        (
            "(?<x",
            "named capturing group is missing trailing '>' near index 4\n(?<x",
        ),
        (
            "(?<x)a",
            "named capturing group is missing trailing '>' near index 4\n(?<x)a\n    ^",
        ),
        (
            "(?<1a>b)",
            "capturing group name does not start with a Latin letter near index 3\n(?<1a>b)\n   ^",
        ),
        ("[a-", "Illegal character range near index 3\n[a-"),
        ("[z-a]", "Illegal character range near index 3\n[z-a]\n   ^"),
        (
            "x{2,1}",
            "Illegal repetition range near index 5\nx{2,1}\n     ^",
        ),
        ("(?z)", "Unknown inline modifier near index 2\n(?z)\n  ^"),
        ("(?iz)", "Unknown inline modifier near index 3\n(?iz)\n   ^"),
        ("(?", "Unknown inline modifier near index 2\n(?"),
    ] {
        assert_eq!(
            java_pattern_error(pattern).as_deref(),
            Some(error),
            "{pattern}"
        );
    }
    for pattern in [
        "a",
        "a.*",
        "[ab]+?",
        "(a|b){1,2}",
        "\\w*",
        "connect-test",
        "(?i)a",
        "(?i-s:a)",
        "(?<n>a)+",
        "(?x)a # **",
        "^*$",
        "[a-c-e]-[-a][a-]",
        "a{1}+",
        "",
    ] {
        assert_eq!(java_pattern_error(pattern), None, "{pattern}");
    }
    assert_eq!(
        java_pattern_error("(?<=a)b").as_deref(),
        Some("look-around, including look-ahead and look-behind, is not supported")
    );
}
