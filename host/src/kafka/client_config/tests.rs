use super::*;

fn java(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all = vec![("bootstrap.servers".to_owned(), "localhost:9092".to_owned())];
    all.extend(
        settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    all
}

fn translated(role: ClientRole, settings: &[(&str, &str)]) -> TranslatedClient {
    translate(role, &java(settings)).unwrap()
}

fn value(client: &TranslatedClient, key: &str) -> Option<String> {
    client
        .settings
        .iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.clone())
}

fn check(role: ClientRole, settings: &[(&str, &str)], expected: &[(&str, &str)]) {
    let client = translated(role, settings);
    for (key, expected) in expected {
        assert_eq!(
            value(&client, key).as_deref(),
            Some(*expected),
            "{key} of {settings:?}"
        );
    }
}

fn error(role: ClientRole, settings: &[(&str, &str)]) -> String {
    match translate(role, &java(settings)) {
        Ok(_) => panic!("expected an error for {settings:?}"),
        Err(error) => error.to_string(),
    }
}

const CONNECT_PRODUCER: &[(&str, &str)] = &[
    (
        "key.serializer",
        "org.apache.kafka.common.serialization.ByteArraySerializer",
    ),
    (
        "value.serializer",
        "org.apache.kafka.common.serialization.ByteArraySerializer",
    ),
    ("max.block.ms", "9223372036854775807"),
    ("enable.idempotence", "false"),
    ("acks", "all"),
    ("max.in.flight.requests.per.connection", "1"),
    ("delivery.timeout.ms", "2147483647"),
    ("client.id", "connector-producer-files-0"),
];

#[test]
fn golden_producer_of_a_source_task() {
    let client = translated(ClientRole::Producer, CONNECT_PRODUCER);
    let text: String = client
        .settings
        .iter()
        .map(|(key, value)| format!("{key}={value}\n"))
        .collect();
    assert_eq!(text, include_str!("golden/producer.txt"));
    assert_eq!(client.warnings, Vec::<String>::new());
    assert_eq!(client.buffer_memory, 33_554_432);
}

#[test]
fn golden_consumer_of_a_sink_task() {
    let settings = [
        ("group.id", "connect-files"),
        ("client.id", "connector-consumer-files-0"),
        ("enable.auto.commit", "false"),
        ("auto.offset.reset", "earliest"),
        (
            "key.deserializer",
            "org.apache.kafka.common.serialization.ByteArrayDeserializer",
        ),
        (
            "value.deserializer",
            "org.apache.kafka.common.serialization.ByteArrayDeserializer",
        ),
    ];
    let client = translated(ClientRole::Consumer, &settings);
    let text: String = client
        .settings
        .iter()
        .map(|(key, value)| format!("{key}={value}\n"))
        .collect();
    assert_eq!(text, include_str!("golden/consumer.txt"));
    assert_eq!(client.warnings, Vec::<String>::new());
    assert_eq!(client.max_poll_records, 500);
    assert_eq!(client.offset_reset, OffsetReset::Earliest);
}

#[test]
fn librdkafka_takes_every_setting_and_every_default() {
    for role in [
        ClientRole::Producer,
        ClientRole::Consumer,
        ClientRole::Admin,
    ] {
        translated(role, &[])
            .to_rdkafka()
            .create_native_config()
            .unwrap();
    }
    let sasl = [
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "OAUTHBEARER"),
        (
            "sasl.oauthbearer.token.endpoint.url",
            "https://idp.example/token",
        ),
        (
            "sasl.jaas.config",
            r#"x.OAuthBearerLoginModule required clientId="a" clientSecret="b" extension_lkc="c";"#,
        ),
    ];
    let client = translated(ClientRole::Consumer, &sasl);
    assert_eq!(
        value(&client, "sasl.oauthbearer.method").as_deref(),
        Some("oidc")
    );
    client.to_rdkafka().create_native_config().unwrap();
}

#[test]
fn later_settings_win() {
    check(
        ClientRole::Producer,
        &[("linger.ms", "1"), ("linger.ms", "20")],
        &[("linger.ms", "20")],
    );
}

#[test]
fn bounds_of_librdkafka_are_kept_silently() {
    check(
        ClientRole::Producer,
        &[
            ("retry.backoff.ms", "0"),
            ("batch.size", "0"),
            ("send.buffer.bytes", "-1"),
            ("request.timeout.ms", "600000"),
            ("delivery.timeout.ms", "2147483647"),
        ],
        &[
            ("retry.backoff.ms", "1"),
            ("batch.size", "1"),
            ("socket.send.buffer.bytes", "0"),
            ("socket.timeout.ms", "300000"),
            ("request.timeout.ms", "600000"),
        ],
    );
    check(
        ClientRole::Consumer,
        &[("max.poll.interval.ms", "10000")],
        &[
            ("max.poll.interval.ms", "10000"),
            ("session.timeout.ms", "10000"),
        ],
    );
    check(
        ClientRole::Consumer,
        &[("max.poll.interval.ms", "2000")],
        &[
            ("max.poll.interval.ms", "6000"),
            ("session.timeout.ms", "6000"),
        ],
    );
}

#[test]
fn bad_values_name_the_java_key() {
    type Case<'a> = (ClientRole, &'a [(&'a str, &'a str)], &'a str);
    let cases: &[Case<'_>] = &[
        (
            ClientRole::Producer,
            &[("linger.ms", "soon")],
            "Invalid value soon for configuration linger.ms: Not a number of type LONG",
        ),
        (
            ClientRole::Producer,
            &[("retries", "-1")],
            "Invalid value -1 for configuration retries: Value must be at least 0",
        ),
        (
            ClientRole::Producer,
            &[("compression.type", "rar")],
            "Invalid value rar for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd",
        ),
        (
            ClientRole::Producer,
            &[("partitioner.class", "com.example.Mine")],
            "Invalid value com.example.Mine for configuration partitioner.class: Class com.example.Mine could not be found.",
        ),
        (
            ClientRole::Producer,
            &[("enable.idempotence", "true"), ("acks", "1")],
            "Invalid value 1 for configuration acks: Must set acks to all in order to use the idempotent producer.",
        ),
        (
            ClientRole::Producer,
            &[("delivery.timeout.ms", "100")],
            "Invalid value 100 for configuration delivery.timeout.ms: delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
        ),
        (
            ClientRole::Consumer,
            &[("isolation.level", "none")],
            "Invalid value none for configuration isolation.level: String must be one of: read_committed, read_uncommitted",
        ),
        (
            ClientRole::Producer,
            &[("security.protocol", "none")],
            "Invalid value none for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT",
        ),
        (
            ClientRole::Consumer,
            &[("heartbeat.interval.ms", "45000")],
            "Invalid value 45000 for configuration heartbeat.interval.ms: Heartbeat must be set lower than the session timeout",
        ),
        (
            ClientRole::Consumer,
            &[("check.crcs", "maybe")],
            "Invalid value maybe for configuration check.crcs: Expected value to be either true or false",
        ),
        (
            ClientRole::Admin,
            &[("bootstrap.servers", "localhost")],
            "Invalid value localhost for configuration bootstrap.servers: Invalid url in bootstrap.servers: localhost",
        ),
        (
            ClientRole::Admin,
            &[("bootstrap.servers", " ")],
            "Invalid value  for configuration bootstrap.servers: No resolvable bootstrap urls given in bootstrap.servers",
        ),
    ];
    for (role, settings, expected) in cases {
        assert_eq!(error(*role, settings), *expected);
    }
}

#[test]
fn settings_without_counterpart_are_named_once() {
    let settings = [
        ("interceptor.classes", "x.Y"),
        ("metric.reporters", ""),
        ("no.such.setting", "1"),
        ("ssl.provider", "BC"),
        ("sasl.login.class", "x.Z"),
    ];
    let client = translated(ClientRole::Producer, &settings);
    assert_eq!(
        client.warnings,
        [
            "These producer settings have no counterpart in librdkafka and are ignored: interceptor.classes, \
          no.such.setting, sasl.login.class, ssl.provider"
        ]
    );
    assert_eq!(
        translated(ClientRole::Admin, &[("group.id", "x"), ("rest.port", "1")]).warnings,
        Vec::<String>::new()
    );
}

#[test]
fn assignors_by_java_class() {
    const P: &str = "org.apache.kafka.clients.consumer.";
    let cases = [
        (format!("{P}RangeAssignor"), "range"),
        (
            format!("{P}RangeAssignor,{P}CooperativeStickyAssignor"),
            "range",
        ),
        (
            format!("{P}RoundRobinAssignor, {P}RangeAssignor"),
            "roundrobin,range",
        ),
        (
            format!("{P}CooperativeStickyAssignor"),
            "cooperative-sticky",
        ),
    ];
    for (given, expected) in cases {
        check(
            ClientRole::Consumer,
            &[("partition.assignment.strategy", &given)],
            &[("partition.assignment.strategy", expected)],
        );
    }
    let sticky = format!("{P}StickyAssignor");
    assert!(
        error(
            ClientRole::Consumer,
            &[("partition.assignment.strategy", &sticky)]
        )
        .contains("CooperativeStickyAssignor")
    );
}

#[test]
fn partitioners_by_java_class() {
    check(
        ClientRole::Producer,
        &[],
        &[("partitioner", "murmur2_random")],
    );
    check(
        ClientRole::Producer,
        &[("partitioner.ignore.keys", "true")],
        &[("partitioner", "random")],
    );
    let class = "org.apache.kafka.clients.producer.RoundRobinPartitioner";
    check(
        ClientRole::Producer,
        &[("partitioner.class", class)],
        &[("partitioner", "random")],
    );
}

#[test]
fn offset_reset_by_duration() {
    let client = translated(
        ClientRole::Consumer,
        &[("auto.offset.reset", "by_duration:PT1H30M")],
    );
    assert_eq!(
        client.offset_reset,
        OffsetReset::ByDuration(Duration::from_secs(5_400))
    );
    assert!(
        error(ClientRole::Consumer, &[("auto.offset.reset", "yesterday")]).contains("by_duration")
    );
}

#[test]
fn jaas_of_plain_and_scram() {
    let plain = r#"org.apache.kafka.common.security.plain.PlainLoginModule required username="al\"ice" password='s;=x';"#;
    check(
        ClientRole::Producer,
        &[
            ("security.protocol", "SASL_PLAINTEXT"),
            ("sasl.mechanism", "PLAIN"),
            ("sasl.jaas.config", plain),
        ],
        &[
            ("sasl.username", "al\"ice"),
            ("sasl.password", "s;=x"),
            ("sasl.mechanism", "PLAIN"),
            ("security.protocol", "sasl_plaintext"),
        ],
    );
    let bad = "org.apache.kafka.common.security.scram.ScramLoginModule required username=bob password=hunter2";
    let settings = [
        ("security.protocol", "SASL_SSL"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.jaas.config", bad),
    ];
    let text = error(ClientRole::Consumer, &settings);
    assert_eq!(
        text,
        "Invalid value [hidden] for configuration sasl.jaas.config: expected ; at the end"
    );
    let settings = [
        ("security.protocol", "SASL_SSL"),
        ("sasl.mechanism", "PLAIN"),
        (
            "sasl.jaas.config",
            "x.ScramLoginModule required password=hunter2;",
        ),
    ];
    assert!(!error(ClientRole::Consumer, &settings).contains("hunter2"));
}

#[test]
fn key_stores_are_told_apart_by_content() {
    let folder = std::env::temp_dir().join(format!("connect-wasm-stores-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let store = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pem = store("a.pem", b"# trusted\n-----BEGIN CERTIFICATE-----\n");
    let pkcs12 = store("a.p12", &[0x30, 0x82, 1, 2]);
    let jks = store("a.jks", &[0xFE, 0xED, 0xFE, 0xED, 0]);
    let ssl = ("security.protocol", "SSL");
    check(
        ClientRole::Consumer,
        &[ssl, ("ssl.truststore.location", &pem)],
        &[("ssl.ca.location", &pem)],
    );
    check(
        ClientRole::Consumer,
        &[
            ssl,
            ("ssl.keystore.location", &pkcs12),
            ("ssl.keystore.password", "p"),
        ],
        &[
            ("ssl.keystore.location", &pkcs12),
            ("ssl.keystore.password", "p"),
        ],
    );
    check(
        ClientRole::Consumer,
        &[ssl, ("ssl.keystore.location", &pem)],
        &[
            ("ssl.key.location", &pem),
            ("ssl.certificate.location", &pem),
        ],
    );
    assert!(
        error(
            ClientRole::Consumer,
            &[ssl, ("ssl.truststore.location", &jks)]
        )
        .contains("keytool -importkeystore")
    );
    assert!(
        error(
            ClientRole::Consumer,
            &[ssl, ("ssl.keystore.location", "/no/such")]
        )
        .contains("cannot be read")
    );
    // Without TLS nothing is opened.
    translated(
        ClientRole::Consumer,
        &[("ssl.keystore.location", "/no/such")],
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn refusals_of_librdkafka_hide_secrets() {
    let client = translated(ClientRole::Producer, &[]);
    let result = rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID;
    let refusal = rdkafka::error::KafkaError::ClientConfig(
        result,
        "bad hunter2".into(),
        "sasl.password".into(),
        "hunter2".into(),
    );
    assert!(
        !client
            .construct_error(ClientRole::Producer, &refusal)
            .to_string()
            .contains("hunter2")
    );
    let refusal = rdkafka::error::KafkaError::ClientConfig(
        result,
        "bad".into(),
        "socket.timeout.ms".into(),
        "x".into(),
    );
    let text = client
        .construct_error(ClientRole::Producer, &refusal)
        .to_string();
    assert_eq!(
        text,
        "Invalid value x for configuration request.timeout.ms: bad"
    );
}
