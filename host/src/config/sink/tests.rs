use super::*;

fn sink(pairs: &[(&str, &str)]) -> Result<SinkConnectorConfig, ConfigError> {
    let config = [("name", "c"), ("connector.class", "X")]
        .iter()
        .chain(pairs)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    SinkConnectorConfig::new(&config)
}

fn check_error(pairs: &[(&str, &str)], key: &str, expected: &str) {
    let error = sink(pairs).unwrap_err();
    assert_eq!((error.key(), error.to_string().as_str()), (key, expected));
}

#[test]
fn topics_are_named_or_match_a_pattern() {
    let names = sink(&[("topics", " a , b,a"), ("topics.regex", " ")]).unwrap();
    assert_eq!(
        names.topics,
        SinkTopics::Names(vec!["a".to_owned(), "b".to_owned()])
    );
    let pattern = sink(&[("topics.regex", "a.*")]).unwrap();
    assert_eq!(pattern.topics, SinkTopics::Pattern("a.*".to_owned()));
    let both = "topics and topics.regex are mutually exclusive options, but both are set.";
    check_error(&[("topics", "a"), ("topics.regex", "b")], "topics", both);
    check_error(
        &[],
        "topics",
        "Must configure one of topics or topics.regex",
    );
}

#[test]
fn the_dead_letter_topic_is_not_read() {
    let dlq = ("errors.deadletterqueue.topic.name", "dlq");
    let settings = sink(&[("topics", "a"), dlq]).unwrap().dead_letter_queue;
    assert_eq!(settings.topic.as_deref(), Some("dlq"));
    assert_eq!(
        (settings.replication_factor, settings.context_headers),
        (3, false)
    );
    assert_eq!(
        sink(&[("topics", "a")]).unwrap().dead_letter_queue.topic,
        None
    );
    check_error(
        &[("topics", "a, dlq"), dlq],
        "topics",
        "The DLQ topic 'dlq' may not be included in the list of topics ('topics=[a, dlq]') consumed by the connector",
    );
    check_error(
        &[("topics.regex", "d.q|x"), dlq],
        "topics.regex",
        "The DLQ topic 'dlq' may not be matched by the regex for the topics ('topics.regex=d.q|x') consumed by the connector",
    );
    sink(&[("topics.regex", "dl"), dlq]).unwrap();
    let config = [("topics", "dlq"), ("topics.regex", "d.*"), dlq]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(topic_errors(&ConfigMap::from(config)).len(), 4);
}
