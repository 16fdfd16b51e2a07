use super::*;
use crate::config::ConfigMap;
use crate::kafka::error::ErrorCode;

fn groups(pairs: &[(&str, &str)]) -> TopicCreationConfig {
    let fixed = [
        ("name", "c"),
        ("connector.class", "X"),
        ("topic.creation.default.partitions", "-1"),
        ("topic.creation.default.replication.factor", "1"),
    ];
    let config: ConfigMap = fixed
        .iter()
        .chain(pairs)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    TopicCreationConfig::new(&config).unwrap().unwrap()
}

fn broker_error(number: i32, message: &str) -> KafkaError {
    KafkaError::Broker {
        code: ErrorCode::new(number),
        message: message.to_owned(),
    }
}

#[test]
fn a_new_topic_reads_as_in_kafka() {
    let groups = groups(&[
        ("topic.creation.default.cleanup.policy", "compact"),
        ("topic.creation.default.retention.ms", "5"),
        ("topic.creation.default.compression.type", "gzip"),
    ]);
    let topic = new_topic(groups.group_for("t"), "t");
    assert_eq!(topic.configs.len(), 3);
    assert_eq!(
        shown(&topic),
        "(name=t, numPartitions=-1, replicationFactor=1, replicasAssignments=null, \
         configs={compression.type=gzip, cleanup.policy=compact, retention.ms=5})"
    );
}

#[test]
fn refusals_of_a_broker_are_told_as_by_kafka() {
    let failure =
        |number, message: &str| create_failure("t", "(name=t)", &broker_error(number, message));
    assert_eq!(
        failure(40, "Unknown topic config name: x").to_string(),
        "org.apache.kafka.connect.errors.ConnectException: Unable to create topic(s) 't': Unknown topic config name: x\n\
         Caused by: org.apache.kafka.common.errors.InvalidConfigurationException: Unknown topic config name: x"
    );
    assert_eq!(
        failure(38, "Unable to replicate").to_string(),
        "org.apache.kafka.connect.errors.ConnectException: Unable to create topic(s) 't': Unable to replicate\n\
         Caused by: org.apache.kafka.common.errors.InvalidReplicationFactorException: Unable to replicate"
    );
    assert_eq!(
        failure(44, "Excessively large").to_string(),
        "org.apache.kafka.connect.errors.ConnectException: Error while attempting to create/find topic(s) 't'\n\
         Caused by: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.PolicyViolationException: Excessively large\n\
         Caused by: org.apache.kafka.common.errors.PolicyViolationException: Excessively large"
    );
    assert_eq!(
        failure(29, "no").to_string(),
        "org.apache.kafka.connect.errors.ConnectException: Task failed to create new topic (name=t). Ensure that the \
         task is authorized to create topics or that the topic exists and restart the task"
    );
}

#[test]
fn a_cluster_that_does_not_answer_is_asked_again() {
    let timed_out = KafkaError::TimedOut {
        operation: "Describing topics",
        timeout: std::time::Duration::from_secs(60),
    };
    assert!(is_retriable(&describe_failure("t", &timed_out)));
    assert!(is_retriable(&create_failure("t", "", &timed_out)));
    assert!(!is_retriable(&describe_failure(
        "t",
        &broker_error(29, "no")
    )));
    assert!(!is_retriable(&create_failure(
        "t",
        "",
        &broker_error(37, "no")
    )));
}

#[test]
fn without_groups_no_topic_is_asked_about() {
    assert!(!TopicCreation::default().is_required("t"));
    let admin = Admin::new(&[("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())]).unwrap();
    let creation = TopicCreation::new(groups(&[]), admin);
    assert!(creation.is_required("t"));
}
