use super::*;
use crate::worker::api::PluginType;

const REGEX_ROUTER: &str = "org.apache.kafka.connect.transforms.RegexRouter";

fn plugins() -> KnownPlugins {
    let connector = |class: &str| PluginDescription {
        class: class.to_owned(),
        kind: PluginType::Source,
        version: "1".to_owned(),
    };
    KnownPlugins::new(vec![
        connector("a.OneConnector"),
        connector("a.TwiceConnector"),
        connector("b.TwiceConnector"),
    ])
}

#[test]
fn a_name_stands_for_a_class_of_any_kind() {
    for (name, class) in [
        ("Json", Some("org.apache.kafka.connect.json.JsonConverter")),
        ("RegexRouter", Some(REGEX_ROUTER)),
        ("One", Some("a.OneConnector")),
        ("a.TwiceConnector", Some("a.TwiceConnector")),
        ("Twice", None),
        (
            "org.apache.kafka.connect.transforms.Cast",
            Some("org.apache.kafka.connect.transforms.Cast"),
        ),
        ("Cast", None),
        ("java.lang.String", None),
    ] {
        assert_eq!(plugins().find_any(name).as_deref(), class, "{name}");
    }
}

#[test]
fn a_class_of_another_kind_is_refused() {
    let refusal = |base, class: &str| plugins().refusal(base, class);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(refusal(PluginBase::Transformation, REGEX_ROUTER), None);
    assert_eq!(
        refusal(PluginBase::Predicate, REGEX_ROUTER),
        text(
            "Class class org.apache.kafka.connect.transforms.RegexRouter does not implement the \
             Predicate interface"
        )
    );
    let interface = "org.apache.kafka.connect.storage.HeaderConverter";
    assert_eq!(
        refusal(PluginBase::Converter, interface),
        text(
            "Class interface org.apache.kafka.connect.storage.HeaderConverter does not implement \
             the Converter interface"
        )
    );
    let is_abstract = "This class is abstract and cannot be created.";
    assert_eq!(
        refusal(PluginBase::HeaderConverter, interface),
        text(is_abstract)
    );
    assert_eq!(
        refusal(PluginBase::HeaderConverter, NUMBER_CONVERTER),
        text(is_abstract)
    );
    assert_eq!(
        refusal(
            PluginBase::Transformation,
            "org.apache.kafka.connect.transforms.Cast"
        ),
        text(&format!(
            "{is_abstract} Did you mean org.apache.kafka.connect.transforms.Cast$Key, \
             org.apache.kafka.connect.transforms.Cast$Value?"
        ))
    );
}

#[test]
fn versions_are_told_as_often_as_a_class_is_listed() {
    let count = |class: &str| plugins().versions(class).len();
    assert_eq!(count("org.apache.kafka.connect.json.JsonConverter"), 2);
    assert_eq!(
        count("org.apache.kafka.connect.storage.SimpleHeaderConverter"),
        1
    );
    assert_eq!(count(REGEX_ROUTER), 1);
    assert_eq!(count("a.OneConnector"), 0);
}

#[test]
fn plugins_without_a_configuration_of_their_own() {
    for (name, known) in [
        ("File", true),
        ("FileConfigProvider", true),
        (
            "org.apache.kafka.common.config.provider.FileConfigProvider",
            true,
        ),
        ("org.apache.kafka.common.config.provider.File", false),
        ("None", true),
        ("Json", false),
    ] {
        assert_eq!(KnownPlugins::is_of_other_kind(name), known, "{name}");
    }
}
