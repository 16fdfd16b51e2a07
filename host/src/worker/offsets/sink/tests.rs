use super::*;

fn object(fields: &[(&str, JsonValue)]) -> JsonObject {
    fields
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

fn text(text: &str) -> JsonValue {
    JsonValue::Text(text.to_owned())
}

fn partition(topic: JsonValue, number: JsonValue) -> Option<JsonObject> {
    Some(object(&[(TOPIC, topic), (PARTITION, number)]))
}

fn offset(value: JsonValue) -> Option<JsonObject> {
    Some(object(&[(OFFSET, value)]))
}

fn refused(partition: Option<JsonObject>, offset: Option<JsonObject>) -> String {
    sink_changes(&[(partition, offset)])
        .unwrap_err()
        .to_string()
}

fn good() -> Option<JsonObject> {
    partition(text("t"), JsonValue::Integer(0))
}

#[test]
fn partitions_are_checked_in_order() {
    let one = || offset(JsonValue::Integer(1));
    let keys = "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'";
    assert_eq!(
        refused(None, one()),
        "The partition for a sink connector offset cannot be null or missing"
    );
    assert_eq!(refused(Some(JsonObject::new()), one()), keys);
    assert_eq!(refused(Some(object(&[(TOPIC, text("t"))])), one()), keys);
    assert_eq!(
        refused(Some(object(&[(PARTITION, JsonValue::Null)])), one()),
        keys
    );
    assert_eq!(
        refused(partition(JsonValue::Null, JsonValue::Null), one()),
        "Kafka topic names must be valid strings and may not be null"
    );
    assert_eq!(
        refused(partition(text("t"), JsonValue::Null), one()),
        "Kafka partitions must be valid numbers and may not be null"
    );
    for (value, shown) in [
        (text("x"), "x"),
        (text(" 0"), " 0"),
        (text(""), ""),
        (JsonValue::Double(0.0), "0.0"),
        (JsonValue::Boolean(true), "true"),
        (JsonValue::Integer(2_147_483_648), "2147483648"),
        (JsonValue::Map(r#"{"a":1}"#.to_owned()), "{a=1}"),
    ] {
        assert_eq!(
            refused(partition(text("t"), value), one()),
            format!(
                "Failed to parse the following Kafka partition value in the provided offsets: '{shown}'. Partition \
                 values for sink connectors need to be integers."
            )
        );
    }
}

#[test]
fn offsets_are_checked_after_their_partition() {
    let key =
        "The offset for a sink connector should either be null or contain the key 'kafka_offset'";
    assert_eq!(refused(good(), Some(JsonObject::new())), key);
    assert_eq!(
        refused(good(), Some(object(&[("offset", JsonValue::Integer(1))]))),
        key
    );
    for (value, shown) in [
        (JsonValue::Null, "null"),
        (text("1 "), "1 "),
        (JsonValue::Double(1.5), "1.5"),
        (
            JsonValue::BigInteger("9223372036854775808".to_owned()),
            "9223372036854775808",
        ),
    ] {
        assert_eq!(
            refused(good(), offset(value)),
            format!(
                "Failed to parse the following Kafka offset value in the provided offsets: '{shown}'. Offset values \
                 for sink connectors need to be integers."
            )
        );
    }
}

#[test]
fn numbers_may_be_texts_and_the_last_of_a_partition_counts() {
    let changes = sink_changes(&[
        (good(), offset(JsonValue::Integer(1))),
        (partition(text("t"), text("+0")), offset(text("5"))),
        (
            partition(JsonValue::Integer(7), text("1")),
            offset(text("-3")),
        ),
        (partition(text("u"), JsonValue::Integer(2)), None),
    ])
    .unwrap();
    let (set, reset) = divided(changes);
    assert_eq!(
        set,
        [
            (TopicPartition::new("t", 0), 5),
            (TopicPartition::new("7", 1), -3)
        ]
    );
    assert_eq!(reset, [TopicPartition::new("u", 2)]);
}

#[test]
fn offsets_are_shown_in_the_order_of_the_jvm() {
    let shown = connector_offset(&TopicPartition::new("t", 3), 1000);
    assert_eq!(
        format!("{} {}", shown.partition, shown.offset),
        "{kafka_partition=3, kafka_topic=t} {kafka_offset=1000}"
    );
}

#[test]
fn a_client_that_cannot_be_made_is_told_as_java_tells_it() {
    let failure = |settings: &[(&str, &str)]| {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        admin_failure(&Admin::new(&settings).err().unwrap()).message
    };
    assert_eq!(
        failure(&[("bootstrap.servers", "nonsense")]),
        "Failed to create new KafkaAdminClient"
    );
    assert_eq!(
        failure(&[
            ("bootstrap.servers", "localhost:1"),
            ("request.timeout.ms", "x")
        ]),
        "Invalid value x for configuration request.timeout.ms: Not a number of type INT"
    );
}
