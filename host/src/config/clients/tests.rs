use super::*;
use crate::config::ConfigMap;
use crate::config::def::AnyClass;
use crate::config::worker::OverridePolicy;
use crate::ids::ConnectorName;

fn map(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn setup() -> (WorkerConfig, ConnectorConfig, ConnectorTaskId) {
    let worker = map(&[
        ("bootstrap.servers", "a:1, b:2"),
        ("key.converter", "K"),
        ("value.converter", "V"),
        ("value.converter.x", "y"),
        ("offset.storage.file.filename", "f"),
        ("security.protocol", "SSL"),
        ("ssl.truststore.location", "/t"),
        ("ssl.client.auth", "none"),
        ("producer.linger.ms", "5"),
        ("producer.acks", "1"),
        ("consumer.fetch.min.bytes", "7"),
        ("admin.retries", "3"),
        ("admin.listeners", ""),
    ]);
    let connector = map(&[
        ("name", "c"),
        ("connector.class", "X"),
        ("producer.override.acks", "0"),
        ("consumer.override.group.id", "g"),
        ("admin.override.client.id", "own"),
    ]);
    (
        WorkerConfig::standalone(worker, &AnyClass).unwrap().0,
        ConnectorConfig::new(&connector).unwrap(),
        ConnectorTaskId::new(ConnectorName::new("c"), 2),
    )
}

fn check(settings: &ClientSettings, expected: &[&str]) {
    let lines: Vec<String> = settings
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn producers() {
    let (worker, connector, task) = setup();
    let expected = [
        "bootstrap.servers=a:1,b:2",
        "max.block.ms=9223372036854775807",
        "enable.idempotence=false",
        "acks=all",
        "max.in.flight.requests.per.connection=1",
        "delivery.timeout.ms=2147483647",
        "client.id=connector-producer-c-2",
        "linger.ms=5",
        "acks=1",
        "acks=0",
    ];
    check(&source_producer(&worker, &connector, &task), &expected);
    let dead_letters = dead_letter_producer(&worker, &connector, &task);
    assert!(dead_letters.contains(&(
        "client.id".to_owned(),
        "connector-dlq-producer-c-2".to_owned()
    )));
}

#[test]
fn overrides_that_the_policy_does_not_allow_are_named() {
    let (mut worker, connector, _) = setup();
    assert_eq!(
        check_overrides(&worker, &connector, PRODUCER_OVERRIDE),
        Ok(())
    );
    worker.override_policy = OverridePolicy::None;
    assert_eq!(
        check_overrides(&worker, &connector, PRODUCER_OVERRIDE).unwrap_err(),
        "Client Config Overrides not allowed [The 'None' policy does not allow 'acks' to be overridden in the \
         connector configuration.]"
    );
    worker.override_policy = OverridePolicy::Allowlist(vec!["client.id".to_owned()]);
    assert_eq!(check_overrides(&worker, &connector, ADMIN_OVERRIDE), Ok(()));
}

#[test]
fn consumers() {
    let (worker, connector, task) = setup();
    let expected = [
        "group.id=connect-c",
        "client.id=connector-consumer-c-2",
        "bootstrap.servers=a:1,b:2",
        "enable.auto.commit=false",
        "auto.offset.reset=earliest",
        "fetch.min.bytes=7",
        "group.id=g",
    ];
    check(&sink_consumer(&worker, &connector, &task), &expected);
}

#[test]
fn admins_have_the_worker_s_client_keys() {
    let (worker, connector, task) = setup();
    let of_worker = [
        "bootstrap.servers=a:1,b:2",
        "security.protocol=SSL",
        "ssl.truststore.location=/t",
    ];
    check(&worker_admin(&worker), &of_worker);
    let rest = ["retries=3", "client.id=own"];
    let of_connector = |purpose, client_id: &str| {
        let settings = connector_admin(&worker, &connector, purpose);
        check(
            &settings,
            &[of_worker.as_slice(), &[client_id], &rest].concat(),
        );
    };
    of_connector(
        AdminPurpose::TopicCreation(&task),
        "client.id=connector-adminclient-c-2",
    );
    of_connector(
        AdminPurpose::DeadLetterQueue,
        "client.id=connector-dlq-adminclient-",
    );
    of_connector(
        AdminPurpose::Offsets,
        "client.id=connector-worker-adminclient-c",
    );
}
