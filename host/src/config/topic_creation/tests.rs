//! Texts were recorded from SourceConnectorConfig of Apache Kafka 4.3.1.

use super::*;

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    [("name", "c"), ("connector.class", "X")]
        .iter()
        .chain(pairs)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// A configuration with a default group.
fn with_default(pairs: &[(&str, &str)]) -> ConfigMap {
    let mut config = config(&[
        ("topic.creation.default.replication.factor", "1"),
        ("topic.creation.default.partitions", "3"),
    ]);
    for (key, value) in pairs {
        config.insert((*key).to_owned(), (*value).to_owned());
    }
    config
}

fn groups(pairs: &[(&str, &str)]) -> TopicCreationConfig {
    TopicCreationConfig::new(&with_default(pairs))
        .unwrap()
        .unwrap()
}

#[test]
fn without_any_key_the_worker_makes_no_topics() {
    assert!(TopicCreationConfig::new(&config(&[])).unwrap().is_none());
}

#[test]
fn the_first_group_that_takes_a_topic_makes_it() {
    let groups = groups(&[
        ("topic.creation.groups", "a, default, b ,a2"),
        ("topic.creation.a.include", "log.*, metric"),
        ("topic.creation.a.exclude", "log[0-9]+"),
        ("topic.creation.a.partitions", "7"),
        ("topic.creation.a.cleanup.policy", "compact"),
        ("topic.creation.b.include", "log.*"),
        ("topic.creation.b.replication.factor", "-1"),
        // A group without patterns takes nothing.
        ("topic.creation.a2.partitions", "9"),
        ("topic.creation.default.include", "never(used"),
        ("topic.creation.default.retention.ms", "1000"),
        ("topic.creation.unlisted.partitions", "x"),
    ]);
    let check = |topic: &str, name: &str, partitions: i32, replication_factor: i16| {
        let group = groups.group_for(topic);
        assert_eq!(group.name, name, "{topic}");
        assert_eq!(group.partitions, partitions, "{topic}");
        assert_eq!(group.replication_factor, replication_factor, "{topic}");
    };
    check("logs", "a", 7, 1);
    check("metric", "a", 7, 1);
    check("metrics", "default", 3, 1);
    check("log12", "b", 3, -1);
    check("blog", "default", 3, 1);
    let own = |topic: &str| {
        let configs = &groups.group_for(topic).configs;
        let pairs = configs.iter().map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(own("logs"), "cleanup.policy=compact");
    assert_eq!(own("log12"), "");
    assert_eq!(own("x"), "retention.ms=1000");
}

#[test]
fn wrong_values_are_told_as_by_kafka() {
    let check = |pairs: &[(&str, &str)], expected: &str| {
        let error = TopicCreationConfig::new(&with_default(pairs)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        &[("topic.creation.default.partitions", "0")],
        "Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use the broker's default",
    );
    check(
        &[("topic.creation.default.replication.factor", "-2")],
        "Invalid value -2 for configuration replication.factor: Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
    );
    check(
        &[("topic.creation.default.partitions", "x")],
        "Invalid value x for configuration topic.creation.default.partitions: Not a number of type INT",
    );
    check(
        &[
            ("topic.creation.groups", "g"),
            ("topic.creation.g.replication.factor", "70000"),
        ],
        "Invalid value 70000 for configuration topic.creation.g.replication.factor: Not a number of type SHORT",
    );
    check(
        &[
            ("topic.creation.groups", "g"),
            ("topic.creation.g.include", "a,(b"),
        ],
        "Invalid value [a, (b] for configuration include: Syntax error in regular expression: Unclosed group near index 2\n(b",
    );
    check(
        &[("topic.creation.groups", "g,g")],
        "Invalid value [g, g] for configuration topic.creation.groups: Duplicate alias provided.",
    );
    let missing = TopicCreationConfig::new(&config(&[("topic.creation.groups", "")])).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "Missing required configuration \"topic.creation.default.replication.factor\" which has no default value."
    );
}
