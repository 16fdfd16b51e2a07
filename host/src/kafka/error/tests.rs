use super::*;

#[test]
fn codes_carry_kafkas_names() {
    let cases = [
        (
            3,
            "UNKNOWN_TOPIC_OR_PARTITION",
            true,
            "UnknownTopicOrPartitionException",
        ),
        (
            6,
            "NOT_LEADER_OR_FOLLOWER",
            true,
            "NotLeaderOrFollowerException",
        ),
        (10, "MESSAGE_TOO_LARGE", false, "RecordTooLargeException"),
        (
            29,
            "TOPIC_AUTHORIZATION_FAILED",
            false,
            "TopicAuthorizationException",
        ),
        (-192, "_MSG_TIMED_OUT", true, "TimeoutException"),
        (-1, "UNKNOWN_SERVER_ERROR", false, "UnknownServerException"),
        (
            9999,
            "UNKNOWN_SERVER_ERROR",
            false,
            "UnknownServerException",
        ),
    ];
    for (number, name, retriable, exception) in cases {
        let code = ErrorCode::new(number);
        assert_eq!(code.to_string(), name);
        assert_eq!(code.retriable(), retriable, "{name}");
        assert_eq!(code.exception(), exception);
    }
}

#[test]
fn messages_say_what_was_attempted() {
    let error = KafkaError::Code {
        operation: "Sending to topic",
        code: ErrorCode::new(10),
    };
    assert_eq!(
        error.to_string(),
        "Sending to topic failed: MESSAGE_TOO_LARGE: Message size too large"
    );
    assert_eq!(
        error.class_name(),
        "org.apache.kafka.common.errors.RecordTooLargeException"
    );
    assert!(!error.retriable());
    assert_eq!(error.blame(), Blame::Kafka);

    let error = KafkaError::NoOffset(TopicPartition::new("orders", 2));
    assert_eq!(
        error.to_string(),
        "Undefined offset with no reset policy for partitions: [orders-2]"
    );
    assert_eq!(error.blame(), Blame::User);
}
