use super::*;
use crate::config::def::{AnyClass, ConfigType, DefaultValue, Importance, Validator, Width};

const JSON: &str = "x.JsonConverter";

const ROUTER: &str = "x.Router";
const HOLDS: &str = "x.Holds";

struct Catalog;

impl ClassResolver for Catalog {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        let name = if name == "Json" { JSON } else { name };
        [JSON, ROUTER, HOLDS]
            .contains(&name)
            .then(|| name.to_owned())
    }

    fn refusal(&self, base: PluginBase, class: &str) -> Option<String> {
        (!self.classes(base).contains(&class.to_owned())).then(|| {
            format!(
                "Class class {class} does not implement the {} interface",
                base.name()
            )
        })
    }
}

impl PluginCatalog for Catalog {
    fn classes(&self, base: PluginBase) -> Vec<String> {
        let class = match base {
            PluginBase::Converter | PluginBase::HeaderConverter => JSON,
            PluginBase::Transformation => ROUTER,
            PluginBase::Predicate => HOLDS,
        };
        vec![class.to_owned()]
    }

    fn config_def(&self, base: PluginBase, _class: &str) -> Option<ConfigDef> {
        let key = |name: &str, default: DefaultValue, importance: Importance| {
            ConfigKey::new(name, ConfigType::String, default, importance, "")
        };
        let value = |text: &str| DefaultValue::Value(text.to_owned());
        let keys = match base {
            PluginBase::Converter | PluginBase::HeaderConverter => {
                let mut enable = key("schemas.enable", value("true"), Importance::High).shown(
                    "Schemas",
                    0,
                    Width::Medium,
                    "Enable Schemas",
                );
                enable.config_type = ConfigType::Boolean;
                vec![
                    key("converter.type", DefaultValue::Required, Importance::Low),
                    enable,
                ]
            }
            PluginBase::Transformation => vec![
                key("later", value("x"), Importance::High).shown("Own", 1, Width::None, "later"),
                key("optional", value("x"), Importance::High),
                key("low", DefaultValue::Required, Importance::Low),
                key("regex", DefaultValue::Required, Importance::High).validator(Validator::Regex),
                key("negate", DefaultValue::Required, Importance::High),
            ],
            PluginBase::Predicate => Vec::new(),
        };
        Some(ConfigDef::new(keys).unwrap())
    }

    fn versions(&self, _class: &str) -> Vec<String> {
        vec!["2.0".to_owned(), "2.0".to_owned(), "1.5".to_owned()]
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
        plugins: &Catalog,
        plugin_class: "x.Connector",
        plugin_version: "0.1.0",
        plugin_versions: &["0.1.0".to_owned()],
        worker_converters: None,
        override_policy: &OverridePolicy::None,
        worker_group: None,
    };
    change(&mut request);
    validate(&request).unwrap()
}

fn refused(pairs: &[(&str, &str)]) -> String {
    let config = config(pairs);
    let plugin_def = plugin_def();
    let request = ValidationRequest {
        config: &config,
        nulls: &[],
        kind: ConnectorKind::Source,
        plugin_class: "x.Connector",
        plugin_version: "0.1.0",
        plugin_versions: &["0.1.0".to_owned()],
        plugin_def: &plugin_def,
        plugin_messages: &[],
        recommendations: &[],
        refusals: &[],
        plugins: &Catalog,
        worker_converters: None,
        override_policy: &OverridePolicy::All,
        worker_group: None,
    };
    validate(&request).unwrap_err().to_string()
}

fn entry<'a>(result: &'a ValidationResult, name: &str) -> &'a ValidationEntry {
    let mut entries = result.entries.iter();
    entries.find(|entry| entry.value.name == name).unwrap()
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
fn keys_that_kafka_does_not_have_are_listed_when_one_is_used() {
    let result = source(&[
        ("errors.restart.policy", "backoff"),
        ("errors.restart.backoff.max.ms", "5"),
    ]);
    assert_eq!(
        messages(&result),
        [
            "Invalid value 1000 for configuration errors.restart.backoff.initial.ms: Value must be at most that of errors.restart.backoff.max.ms"
        ]
    );
    assert_eq!(names(&result)[26..].len(), 8);
    assert_eq!(
        entry(&result, "errors.restart.backoff")
            .value
            .value
            .as_text(),
        Some("quadratic")
    );
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
fn transformations_add_their_keys() {
    let result = source(&[
        ("transforms", "a, a"),
        ("transforms.a.type", ROUTER),
        ("transforms.a.regex", "["),
        ("transforms.a.low", "x"),
        ("predicates", "p"),
        ("predicates.p.type", HOLDS),
        ("predicates.p.plugin.version", "[1,2)"),
    ]);
    assert_eq!(
        messages(&result),
        [
            "Invalid value [a, a] for configuration transforms: Duplicate alias provided.",
            "Invalid value [ for configuration regex: Invalid regex: Unclosed character class near index 0\n[\n^",
        ]
    );
    let names = names(&result);
    assert_eq!(
        names[24..34],
        [
            "transforms.a.type",
            "transforms.a.plugin.version",
            "transforms.a.low",
            "transforms.a.regex",
            "transforms.a.optional",
            "transforms.a.negate",
            "transforms.a.predicate",
            "transforms.a.later",
            "predicates.p.type",
            "predicates.p.plugin.version",
        ]
        .map(|name| match name {
            // Keys without a default come first, then the more important ones.
            "transforms.a.low" => "transforms.a.regex",
            "transforms.a.regex" => "transforms.a.low",
            other => other,
        })
    );
    let shown = |name: &str| {
        let key = entry(&result, name).definition.as_ref().unwrap();
        (key.group.clone().unwrap(), key.order_in_group)
    };
    assert_eq!(
        shown("transforms.a.later"),
        ("Transforms: a: Own".to_owned(), 7)
    );
    assert_eq!(shown("transforms.a.type"), ("Transforms: a".to_owned(), 0));
    let version = entry(&result, "predicates.p.plugin.version");
    assert_eq!(version.value.recommended_values, ["2.0", "1.5"]);
    assert_eq!(
        version.definition.as_ref().unwrap().default,
        DefaultValue::Value("2.0".to_owned())
    );
    assert_eq!(
        entry(&result, "transforms.a.type").value.recommended_values,
        [ROUTER]
    );
}

#[test]
fn classes_and_versions_of_transformations() {
    for (pairs, told) in [
        (
            vec![],
            vec![
                "Missing required configuration \"transforms.a.type\" which has no default value.",
            ],
        ),
        (
            vec![
                ("transforms.a.type", HOLDS),
                ("transforms.a.plugin.version", "9"),
            ],
            vec!["Class class x.Holds does not implement the Transformation interface"],
        ),
        (
            vec![
                ("transforms.a.type", ROUTER),
                ("transforms.a.plugin.version", "9"),
            ],
            vec![
                "Plugin x.Router not found that matches the version range [9,9], available versions: [2.0, 2.0, 1.5]";
                2
            ],
        ),
        (
            vec![
                ("transforms.a.type", HOLDS),
                ("transforms.a.plugin.version", "[9"),
            ],
            vec!["Unbounded range: [9"; 2],
        ),
        (
            vec![
                ("transforms.a.type", "nope"),
                ("transforms.a.negate", "true"),
            ],
            vec![
                "Invalid value nope for configuration transforms.a.type: Class nope could not be found.",
                "Config 'transforms.a.negate' was provided but there is no config \
                 'transforms.a.predicate' defining a predicate to be negated.",
            ],
        ),
    ] {
        let pairs = [vec![("transforms", "a")], pairs].concat();
        let result = source(&pairs);
        assert_eq!(messages(&result), told, "{pairs:?}");
        // The keys of the class are not known to be wanted.
        assert!(!names(&result).contains(&"transforms.a.regex"), "{pairs:?}");
    }
}

#[test]
fn versions_of_connectors() {
    let result = source(&[("connector.plugin.version", "[0.1,1)")]);
    assert_eq!(result.error_count, 0);
    let version = &entry(&result, "connector.plugin.version").value;
    assert_eq!(version.value.to_config_text().as_deref(), Some("[0.1,1)"));
    assert_eq!(version.recommended_values, ["0.1.0"]);
    let result = source(&[("connector.plugin.version", "9")]);
    let mismatch = "Plugin x.Connector not found that matches the version range [9,9], available versions: [0.1.0]";
    assert_eq!(messages(&result), [mismatch; 2]);
    assert!(!names(&result).contains(&"topic"));
    assert_eq!(
        refused(&[("connector.plugin.version", "[9")]),
        "Unbounded range: [9"
    );
}

#[test]
fn versions_of_converters() {
    let version_key = "key.converter.plugin.version";
    let row = |pairs: &[(&str, &str)]| {
        let result = source(pairs);
        let entry = entry(&result, version_key);
        let default = entry.definition.as_ref().unwrap().default_text();
        let versions = entry.value.recommended_values.len();
        let told: Vec<String> = messages(&result)
            .iter()
            .map(|&text| text.to_owned())
            .collect();
        (default, versions, entry.value.visible, told)
    };
    let two = || Some("2.0".to_owned());
    assert_eq!(row(&[("key.converter", JSON)]), (two(), 2, true, vec![]));
    // A range without a converter is not compared.
    assert_eq!(row(&[(version_key, "9")]), (None, 0, false, vec![]));
    let mismatch = "Plugin x.JsonConverter not found that matches the version range [9,9], available versions: [2.0, 2.0, 1.5]";
    assert_eq!(
        row(&[("key.converter", JSON), (version_key, "9")]),
        (two(), 2, true, vec![mismatch.to_owned(); 2])
    );
    let other = "Class class x.Router does not implement the Converter interface".to_owned();
    assert_eq!(
        row(&[("key.converter", ROUTER)]),
        (None, 0, true, vec![other])
    );
    let unknown = "Invalid value no for configuration key.converter: Class no could not be found.";
    assert_eq!(
        row(&[("key.converter", "no")]),
        (None, 0, false, vec![unknown.to_owned()])
    );
    assert_eq!(
        row(&[("key.converter", " Json ")]).3,
        ["Failed to load class  Json :  Json "]
    );
}

#[test]
fn no_sink_joins_the_group_of_the_workers() {
    let errors = |pairs: &[(&str, &str)], kind| {
        let config = config(pairs);
        let result = check_with(&config, kind, |request| {
            request.worker_group = Some("connect-c");
            request.override_policy = &OverridePolicy::All;
        });
        let told: Vec<String> = result
            .entries
            .iter()
            .filter(|entry| !entry.value.errors.is_empty())
            .map(|entry| format!("{}: {}", entry.value.name, entry.value.errors.join("; ")))
            .collect();
        assert_eq!(result.error_count, told.len());
        told
    };
    let sink = ConnectorKind::Sink;
    assert_eq!(
        errors(&[("topics", "t")], sink),
        [
            "name: Consumer group for sink connector named c conflicts with Connect worker group connect-c"
        ]
    );
    assert_eq!(
        errors(
            &[("topics", "t"), ("consumer.override.group.id", "connect-c")],
            sink
        ),
        [
            "consumer.override.group.id: Consumer group connect-c conflicts with Connect worker group connect-c"
        ]
    );
    let own = [("topics", "t"), ("consumer.override.group.id", "own")];
    assert!(errors(&own, sink).is_empty());
    assert!(errors(&[], ConnectorKind::Source).is_empty());
}

#[test]
fn values_of_clients_have_the_clients_types() {
    let result = check_with(
        &config(&[
            ("producer.override.linger.ms", " 5 "),
            ("producer.override.ssl.key.password", "hunter2"),
            ("producer.override.own.password", "hunter2"),
            ("producer.override.own", "x"),
        ]),
        ConnectorKind::Source,
        |request| request.override_policy = &OverridePolicy::All,
    );
    let shown = |name: &str| {
        let entry = entry(&result, &format!("producer.override.{name}"));
        let config_type = entry.definition.as_ref().map(|key| key.config_type.name());
        (config_type, entry.value.value.to_config_text().unwrap())
    };
    assert_eq!(shown("linger.ms"), (Some("LONG"), "5".to_owned()));
    assert_eq!(
        shown("ssl.key.password"),
        (Some("PASSWORD"), "[hidden]".to_owned())
    );
    assert_eq!(shown("own.password"), (None, "[hidden]".to_owned()));
    assert_eq!(shown("own"), (None, "x".to_owned()));
    assert_eq!(
        refused(&[("producer.override.linger.ms", "x")]),
        "Invalid value x for configuration linger.ms: Not a number of type LONG"
    );
}

#[test]
fn secrets_are_shown_neither_as_value_nor_in_messages() {
    let own = ConfigKey::new(
        "db.password",
        ConfigType::String,
        DefaultValue::Required,
        Importance::Low,
        "",
    )
    .validator(Validator::one_of(&["other"]));
    let def = ConfigDef::new([own]).unwrap();
    let config = config(&[("db.password", "hunter2")]);
    let message = ("topic".to_owned(), "hunter2 is refused".to_owned());
    let result = check_with(&config, ConnectorKind::Source, |request| {
        request.plugin_def = Box::leak(Box::new(def));
        request.plugin_messages = Box::leak(Box::new([message]));
    });
    assert_eq!(
        messages(&result),
        [
            "[hidden] is refused",
            "Invalid value [hidden] for configuration db.password: String must be one of: other"
        ]
    );
    let value = &entry(&result, "db.password").value.value;
    assert_eq!(value.to_config_text().as_deref(), Some("[hidden]"));
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
    let kind = &entry(&result, "key.converter.converter.type").value.value;
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
        no_connector_class(&config, &["connector.class".to_owned()]),
        "Connector config {name=c, connector.class=null, my.password=[hidden]} contains no connector type"
    );
    assert!(AnyClass.find(PluginBase::Converter, "x").is_some());
}
