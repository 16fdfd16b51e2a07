mod chain;
pub mod generated;
mod properties;
pub mod records;

use super::cast::{Spec, parse_spec};
use super::replace_field::parse_renames;
use super::*;
use crate::config::ConfigMap;
use crate::config::def::split_list;

fn config_def(class: &str) -> crate::config::def::ConfigDef {
    known_transformations()
        .iter()
        .chain(known_predicates())
        .find(|known| known.class.ends_with(class))
        .unwrap()
        .config_def()
}

fn errors(class: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let config: ConfigMap = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    config_def(class)
        .validate(&config)
        .into_iter()
        .flat_map(|value| value.errors)
        .collect()
}

#[test]
fn each_class_has_a_definition_and_its_place_in_the_list() {
    let classes: Vec<&str> = known_transformations()
        .iter()
        .map(|one| one.class)
        .collect();
    assert_eq!(classes.len(), 26);
    assert!(classes.is_sorted());
    let keys: usize = known_transformations()
        .iter()
        .chain(known_predicates())
        .map(|known| known.config_def().len())
        .sum();
    assert_eq!(keys, 75 + 2);
}

#[test]
fn names_of_classes() {
    let prefix = "org.apache.kafka.connect.transforms.";
    for (name, class) in [
        ("RegexRouter", Some("RegexRouter")),
        ("HasHeaderKey", Some("predicates.HasHeaderKey")),
        ("Cast$Key", None),
        ("Key", None),
        ("Cast", None),
        ("regexrouter", None),
    ] {
        let found = resolve_class(name).map(|class| class.strip_prefix(prefix).unwrap());
        assert_eq!(found, class, "{name}");
    }
    let full = format!("{prefix}Cast$Value");
    assert_eq!(resolve_class(&full), Some(full.as_str()));
    assert_eq!(
        nested_classes(&format!("{prefix}Cast")),
        [format!("{prefix}Cast$Key"), format!("{prefix}Cast$Value")]
    );
    assert!(nested_classes(&format!("{prefix}RegexRouter")).is_empty());
}

#[test]
fn a_cast_says_what_it_does_not_understand() {
    let spec =
        |text: &str| parse_spec("spec", &split_list(text)).map_err(|error| error.to_string());
    assert_eq!(spec("Int32"), Ok(Spec::Whole("INT32")));
    let fields = vec![("a".to_owned(), "INT64"), (String::new(), "STRING")];
    assert_eq!(spec("a : int64, :string"), Ok(Spec::Fields(fields)));
    for (text, message) in [
        (
            "a:b",
            "Invalid value java.lang.IllegalArgumentException: No enum constant \
             org.apache.kafka.connect.data.Schema.Type.B for configuration \
             Invalid type found in casting spec: b",
        ),
        (
            "a:b:c",
            "Invalid value [a:b:c] for configuration renames: Invalid rename mapping: a:b:c",
        ),
        (
            "int8,int16",
            "Cast transformations that specify a type to cast the entire value to may only \
             specify a single cast in their spec",
        ),
        (
            "a:bytes",
            "Cast transformation does not support casting to BYTES; supported types are \
             [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]",
        ),
    ] {
        assert_eq!(spec(text), Err(message.to_owned()), "{text}");
    }
    assert_eq!(
        errors("Cast$Key", &[("spec", "")]),
        ["Must specify at least one field to cast."]
    );
}

#[test]
fn renames_are_pairs() {
    let pairs = |text: &str| parse_renames(&split_list(text)).map_err(|error| error.to_string());
    let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    assert_eq!(pairs("a:b,:c"), Ok(vec![pair("a", "b"), pair("", "c")]));
    assert_eq!(
        pairs("a:b,c:"),
        Err(
            "Invalid value [a:b, c:] for configuration renames: Invalid rename mapping: c:"
                .to_owned()
        )
    );
}

#[test]
fn keys_that_must_be_given_tell_so() {
    assert_eq!(
        errors("TopicNameMatches", &[("pattern", "")]),
        ["Invalid value  for configuration pattern: String must be non-empty"]
    );
    assert_eq!(
        errors(
            "HeaderFrom$Value",
            &[("headers", "h"), ("operation", "copy")]
        ),
        [
            "Missing required configuration \"fields\" which has no default value.",
            "Invalid value null for configuration fields: Empty list",
        ]
    );
    assert!(errors("InsertField$Key", &[]).is_empty());
}
