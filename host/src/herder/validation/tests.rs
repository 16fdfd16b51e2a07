use super::*;
use crate::herder::fake::{FakeWorker, WORKER_ID};
use crate::herder::status::StatusRecorder;
use crate::storage::status::MemoryStatusBackingStore;

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn validator() -> ConfigValidator {
    let properties = config(&[
        ("bootstrap.servers", "localhost:9092"),
        ("key.converter", "JsonConverter"),
        ("value.converter", "JsonConverter"),
        ("offset.storage.file.filename", "/nowhere/offsets"),
        ("config.providers", "env"),
        (
            "config.providers.env.class",
            "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
        ),
    ]);
    let providers = ConfigProviders::from_worker(&properties).unwrap();
    let (worker_config, _) =
        WorkerConfig::standalone(properties, &KnownPlugins::default()).unwrap();
    let statuses = StatusRecorder::new(Arc::new(MemoryStatusBackingStore::new()), WORKER_ID);
    let worker = Arc::new(FakeWorker::new(Arc::new(statuses)));
    ConfigValidator::new(worker, Arc::new(worker_config), Arc::new(providers))
}

async fn validate(pairs: &[(&str, &str)]) -> Result<ValidationResult, HerderError> {
    let submitted = SubmittedConfig::new(config(pairs));
    let stages = Stages::new();
    validator()
        .validate(&submitted, ConfigOrigin::Rest, &stages)
        .await
}

const SOURCE: [(&str, &str); 2] = [("name", "c"), ("connector.class", "FileStreamSource")];
const SINK: [(&str, &str); 3] = [
    ("name", "c"),
    ("connector.class", "FileStreamSink"),
    ("topics", "t"),
];

async fn messages(pairs: &[(&str, &str)], more: &[(&str, &str)]) -> Vec<String> {
    let result = validate(&[pairs, more].concat()).await.unwrap();
    result.messages().map(str::to_owned).collect()
}

#[tokio::test]
async fn transformations_and_dead_letter_queues_are_checked_before_a_connector_is_stored() {
    let dead_letters = ("errors.deadletterqueue.topic.name", "dlq");
    for connector in [&SOURCE[..], &SINK[..]] {
        let good = [
            dead_letters,
            ("transforms", "a"),
            ("transforms.a.type", "Filter"),
        ];
        assert!(messages(connector, &good).await.is_empty());
        let factor = ("errors.deadletterqueue.topic.replication.factor", "many");
        assert_eq!(
            messages(connector, &[factor]).await,
            [
                "Invalid value many for configuration errors.deadletterqueue.topic.replication.factor: Not a \
                 number of type SHORT"
            ]
        );
    }
    let own = messages(&SINK, &[("errors.deadletterqueue.topic.name", "t")]).await;
    assert!(own[0].contains("may not be included in the list of topics"));
}

#[tokio::test]
async fn groups_of_topics_are_checked_before_a_connector_is_stored() {
    let replication = ("topic.creation.default.replication.factor", "1");
    let partitions = |count| [replication, ("topic.creation.default.partitions", count)];
    assert!(messages(&SOURCE, &partitions("3")).await.is_empty());
    assert_eq!(
        messages(&SOURCE, &partitions("0")).await,
        [
            "Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use \
             the broker's default"
        ]
    );
    assert!(messages(&SINK, &partitions("0")).await.is_empty());
}

#[tokio::test]
async fn what_leaves_no_list_to_answer_with_is_the_clients_error() {
    let refused = |pairs: &'static [(&'static str, &'static str)]| async move {
        match validate(pairs).await {
            Err(HerderError::InvalidConfig(message)) => message,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refused(&[("name", "c")]).await,
        "Connector config {name=c} contains no connector type"
    );
    assert_eq!(
        refused(&[
            ("name", "c"),
            ("connector.class", "FileStreamSource"),
            ("producer.override.linger.ms", "x"),
        ])
        .await,
        "Invalid value x for configuration linger.ms: Not a number of type LONG"
    );
    assert_eq!(
        refused(&[("name", "${env:a:b}")]).await,
        "Path is not supported for EnvVarConfigProvider, invalid value 'a'"
    );
    let unknown = validate(&[("connector.class", "nope")]).await.unwrap_err();
    assert!(
        unknown.to_string().starts_with("Failed to find any class"),
        "{unknown}"
    );
}

#[test]
fn the_keys_of_plugins_of_all_kinds() {
    let validator = validator();
    let names = |name: &str, version: Option<&str>| {
        validator
            .plugin_config(name, version)
            .map(|keys| keys.into_iter().map(|key| key.name).collect::<Vec<_>>())
    };
    let source = names("FileStreamSource", Some("[4,5)")).unwrap();
    assert_eq!((source[0].as_str(), source.len()), ("name", 24));
    let version = &validator.plugin_config("FileStreamSource", None).unwrap()[2];
    assert_eq!(version.default_text().as_deref(), Some("4.3.1"));
    assert_eq!(
        names("RegexRouter", None).unwrap(),
        ["regex", "replacement"]
    );
    assert_eq!(names("HasHeaderKey", None).unwrap(), ["name"]);
    assert_eq!(
        names("String", None).unwrap(),
        ["converter.type", "converter.encoding"]
    );
    assert!(
        names("SimpleHeaderConverter", Some("latest"))
            .unwrap()
            .is_empty()
    );
    let router = "org.apache.kafka.connect.transforms.RegexRouter";
    for (name, version, error) in [
        ("nope", None, HerderError::UnknownPlugin("nope".to_owned())),
        (
            "File",
            None,
            HerderError::InvalidPluginClass("File".to_owned()),
        ),
        (
            "nope",
            Some("[1,"),
            HerderError::PluginVersion("Invalid version specification: [1,".to_owned()),
        ),
        (
            "RegexRouter",
            Some("9"),
            HerderError::PluginVersion(format!(
                "Plugin {router} not found that matches the version range [9,9], available \
                 versions: [4.3.1]"
            )),
        ),
        (
            "org.apache.kafka.connect.converters.NumberConverter",
            None,
            HerderError::InvalidConfig(
                "org.apache.kafka.connect.converters.NumberConverter: This class is abstract and \
                 cannot be created."
                    .to_owned(),
            ),
        ),
    ] {
        assert_eq!(names(name, version), Err(error), "{name}");
    }
}
