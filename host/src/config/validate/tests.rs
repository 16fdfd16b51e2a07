use super::*;
use crate::config::def::{AnyClass, ConfigType, Importance, Validator, Width};

const JSON: &str = "x.JsonConverter";

struct Catalog;

impl ClassResolver for Catalog {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        ["Json", JSON].contains(&name).then(|| JSON.to_owned())
    }

    fn implements(&self, _base: PluginBase, _class: &str) -> bool {
        true
    }
}

impl ConverterCatalog for Catalog {
    fn classes(&self, _base: PluginBase) -> Vec<String> {
        vec![JSON.to_owned()]
    }

    fn config_def(&self, _base: PluginBase, _class: &str) -> Option<ConfigDef> {
        let kind = ConfigKey::new(
            "converter.type",
            ConfigType::String,
            DefaultValue::Required,
            Importance::Low,
            "",
        );
        let enable = DefaultValue::Value("true".to_owned());
        let enable = ConfigKey::new(
            "schemas.enable",
            ConfigType::Boolean,
            enable,
            Importance::High,
            "",
        )
        .shown("Schemas", 0, Width::Medium, "Enable Schemas");
        Some(ConfigDef::new([kind, enable]).unwrap())
    }

    fn as_resolver(&self) -> &dyn ClassResolver {
        self
    }
}

fn plugin_def() -> ConfigDef {
    let file = ConfigKey::new(
        "file",
        ConfigType::String,
        DefaultValue::Null,
        Importance::High,
        "",
    );
    let topic = ConfigKey::new(
        "topic",
        ConfigType::String,
        DefaultValue::Required,
        Importance::High,
        "",
    )
    .validator(Validator::NonEmptyText)
    .shown("Own", 1, Width::Long, "Topic");
    ConfigDef::new([file, topic]).unwrap()
}

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    [
        ("name", "c"),
        ("connector.class", "Alias"),
        ("topic", "t"),
        ("topics", "t"),
    ]
    .iter()
    .chain(pairs)
    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
    .collect()
}

fn check_with(
    config: &ConfigMap,
    kind: ConnectorKind,
    change: impl FnOnce(&mut ValidationRequest<'_>),
) -> ValidationResult {
    let plugin_def = plugin_def();
    let mut request = ValidationRequest {
        config,
        nulls: &[],
        kind,
        plugin_def: &plugin_def,
        plugin_messages: &[],
        recommendations: &[],
        refusals: &[],
        converters: &Catalog,
        worker_converters: None,
        override_policy: &OverridePolicy::None,
    };
    change(&mut request);
    validate(&request)
}

fn source(pairs: &[(&str, &str)]) -> ValidationResult {
    check_with(&config(pairs), ConnectorKind::Source, |_| {})
}

fn messages(result: &ValidationResult) -> Vec<&str> {
    result.messages().collect()
}

fn names(result: &ValidationResult) -> Vec<&str> {
    result
        .entries
        .iter()
        .map(|entry| entry.value.name.as_str())
        .collect()
}

#[test]
fn a_good_configuration() {
    let result = source(&[("unknown.key", "x")]);
    assert_eq!((result.name.as_str(), result.error_count), ("Alias", 0));
    assert_eq!(result.error_message(), None);
    assert_eq!(
        result.groups,
        [
            "Common",
            "Transforms",
            "Predicates",
            "Error Handling",
            "Topic Creation",
            "Exactly Once Support",
            "offsets.topic",
            "Own"
        ]
    );
    let names = names(&result);
    assert_eq!(
        (names[0], &names[24..]),
        ("name", ["file", "topic"].as_slice())
    );
}

#[test]
fn errors_are_counted_and_told_in_the_order_of_keys() {
    let mut config = config(&[("tasks.max", "x")]);
    config.shift_remove("topic");
    let result = check_with(&config, ConnectorKind::Source, |_| {});
    assert_eq!(result.error_count, 3);
    assert_eq!(
        result.error_message().unwrap(),
        "Connector configuration is invalid and contains the following 3 error(s):\n\
         Invalid value x for configuration tasks.max: Not a number of type INT\n\
         Invalid value null for configuration tasks.max: Value must be non-null\n\
         Missing required configuration \"topic\" which has no default value.\n\
         You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`"
    );
}

#[test]
fn transformations_are_refused_and_not_ignored() {
    let result = source(&[("transforms", "a"), ("predicates", " ")]);
    assert_eq!(
        messages(&result),
        [
            "Invalid value [a] for configuration transforms: Transformations are not supported by this worker yet. Remove the key; the records would not be what it asks for."
        ]
    );
}

#[test]
fn topics_of_sinks() {
    let result = check_with(
        &config(&[("topics.regex", "x")]),
        ConnectorKind::Sink,
        |_| {},
    );
    let both = "topics and topics.regex are mutually exclusive options, but both are set.";
    assert_eq!(messages(&result), [both, both]);
}

#[test]
fn messages_of_the_plugin_and_refused_grants() {
    let message = |key: &str, text: &str| (key.to_owned(), text.to_owned());
    let result = check_with(&config(&[]), ConnectorKind::Source, |request| {
        request.plugin_messages = Box::leak(Box::new([
            message("topic", "odd"),
            message("other", "what?"),
        ]));
        request.refusals = Box::leak(Box::new([message("file", "not allowed")]));
    });
    assert_eq!(messages(&result), ["what?", "not allowed", "odd"]);
    assert!(result.entries[0].definition.is_none());
    assert_eq!(result.error_count, 3);
}

#[test]
fn nulls() {
    let nulls: Vec<String> = ["tasks.max", "file", "other"]
        .iter()
        .map(|&key| key.to_owned())
        .collect();
    let config = config(&[]);
    let result = check_with(&config, ConnectorKind::Source, |request| {
        request.nulls = Box::leak(nulls.into_boxed_slice());
    });
    let null = "Null value can not be supplied as the configuration value.";
    let non_null = "Invalid value null for configuration tasks.max: Value must be non-null";
    assert_eq!(messages(&result), [null, non_null, null]);
    assert_eq!(names(&result)[0], "other");
}

#[test]
fn converters() {
    let result = source(&[
        ("key.converter", "Json"),
        ("key.converter.schemas.enable", "maybe"),
        ("value.converter", "nope"),
        ("value.converter.schemas.enable", "maybe"),
    ]);
    assert_eq!(
        messages(&result),
        [
            "Invalid value nope for configuration value.converter: Class nope could not be found.",
            "Invalid value maybe for configuration schemas.enable: Expected value to be either true or false",
        ]
    );
    assert_eq!(result.error_count, 2);
    let names = names(&result);
    assert_eq!(
        names[names.len() - 2..],
        [
            "key.converter.converter.type",
            "key.converter.schemas.enable"
        ]
    );
    let kind = &result.entries[names.len() - 2].value.value;
    assert_eq!(kind.as_text(), Some("key"));
    assert!(result.groups.contains(&"Schemas".to_owned()));
    let key = result
        .entries
        .iter()
        .find(|entry| entry.value.name == "key.converter")
        .unwrap();
    assert_eq!(key.value.value, ConfigValue::Class(JSON.to_owned()));
    assert_eq!(key.value.recommended_values, [JSON]);
}

#[test]
fn the_worker_s_converters_are_the_defaults() {
    let worker = ConverterChoice {
        class: JSON.to_owned(),
        settings: ConfigMap::new(),
    };
    let result = check_with(&config(&[]), ConnectorKind::Source, |request| {
        let worker = Box::leak(Box::new(worker));
        request.worker_converters = Some(WorkerConverters {
            key: worker,
            value: worker,
            header: worker,
        });
    });
    let key = result
        .entries
        .iter()
        .find(|entry| entry.value.name == "key.converter")
        .unwrap();
    assert_eq!(key.value.value.to_config_text().as_deref(), Some(JSON));
    assert_eq!(
        key.definition.as_ref().unwrap().default,
        DefaultValue::Value(JSON.to_owned())
    );
    assert!(!names(&result).contains(&"key.converter.schemas.enable"));
}

#[test]
fn client_overrides_obey_the_policy() {
    let pairs = [
        ("producer.override.acks", "1"),
        ("consumer.override.group.id", "g"),
    ];
    let result = source(&pairs);
    let producer =
        "The 'None' policy does not allow 'acks' to be overridden in the connector configuration.";
    assert_eq!((messages(&result), result.error_count), (vec![producer], 1));
    let result = check_with(&config(&pairs), ConnectorKind::Sink, |_| {});
    let consumer = "The 'None' policy does not allow 'group.id' to be overridden in the connector configuration.";
    assert_eq!(messages(&result), [consumer]);
    let result = check_with(&config(&pairs), ConnectorKind::Sink, |request| {
        request.override_policy = &OverridePolicy::All;
    });
    assert_eq!(result.error_count, 0);
    assert_eq!(names(&result).last(), Some(&"consumer.override.group.id"));
}

#[test]
fn recommendations() {
    let result = check_with(&config(&[]), ConnectorKind::Source, |request| {
        request.recommendations = Box::leak(Box::new([Recommendation {
            name: "file".to_owned(),
            values: vec!["a".to_owned()],
            visible: false,
        }]));
    });
    let file = result
        .entries
        .iter()
        .find(|entry| entry.value.name == "file")
        .unwrap();
    assert_eq!(
        (file.value.recommended_values.as_slice(), file.value.visible),
        (["a".to_owned()].as_slice(), false)
    );
}

#[test]
fn a_key_of_the_plugin_replaces_that_of_the_framework() {
    let own = ConfigKey::new(
        "tasks.max",
        ConfigType::String,
        DefaultValue::Null,
        Importance::Low,
        "own",
    );
    let def = ConfigDef::new([own]).unwrap();
    let config = config(&[("tasks.max", "many")]);
    let result = check_with(&config, ConnectorKind::Source, |request| {
        request.plugin_def = Box::leak(Box::new(def));
    });
    assert_eq!(result.error_count, 0);
    let index = result
        .entries
        .iter()
        .position(|entry| entry.value.name == "tasks.max")
        .unwrap();
    assert_eq!(index, 3);
    assert_eq!(
        result.entries[index]
            .definition
            .as_ref()
            .unwrap()
            .documentation,
        "own"
    );
}

#[test]
fn a_configuration_without_class_is_told_without_its_secrets() {
    let config = ConfigMap::from([
        ("name".to_owned(), "c".to_owned()),
        ("my.password".to_owned(), "x".to_owned()),
    ]);
    assert_eq!(
        no_connector_class(&config),
        "Connector config {name=c, my.password=[hidden]} contains no connector type"
    );
    assert!(AnyClass.find(PluginBase::Converter, "x").is_some());
}
