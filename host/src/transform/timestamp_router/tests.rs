use connect_data::ConnectRecord;

use crate::errors::Failure;
use crate::transform::tests::records::{apply, record};

fn routed(settings: &[(&str, &str)], topic: &str) -> Result<String, Failure> {
    let before = ConnectRecord {
        topic: Some(topic.to_owned().into()),
        timestamp: Some(1_483_425_001_864),
        ..record(None, 1.into())
    };
    let after = apply("TimestampRouter", settings, before)?;
    Ok(after.topic.unwrap().into_owned())
}

#[test]
fn the_topic_takes_in_the_time() {
    assert_eq!(routed(&[], "test").unwrap(), "test-20170103");
    let format = [
        ("topic.format", "${timestamp}_${topic}_${topic}_$1"),
        ("timestamp.format", "yyyy"),
    ];
    assert_eq!(routed(&format, "a$1\\").unwrap(), "2017_a$1\\_a$1\\_$1");
    assert_eq!(routed(&format[1..], "${timestamp}").unwrap(), "2017-2017");
}

#[test]
fn records_fail_one_by_one() {
    let wrong = routed(&[("timestamp.format", "bogus")], "test").unwrap_err();
    assert_eq!(wrong.class, "java.lang.IllegalArgumentException");
    assert_eq!(wrong.message, "Illegal pattern character 'b'");
    let timeless = ConnectRecord {
        timestamp: None,
        ..record(None, 1.into())
    };
    let failure = apply("TimestampRouter", &[], timeless.clone()).unwrap_err();
    assert_eq!(
        failure.class,
        "org.apache.kafka.connect.errors.DataException"
    );
    assert_eq!(
        failure.message,
        "Timestamp missing on record: SinkRecord{kafkaOffset=7, timestampType=CreateTime, \
         originalTopic=test, originalKafkaPartition=0, originalKafkaOffset=7} \
         ConnectRecord{topic='test', kafkaPartition=0, key=key, keySchema=null, value=1, \
         valueSchema=null, timestamp=null, headers=ConnectHeaders(headers=)}"
    );
    let nameless = ConnectRecord {
        topic: None,
        ..record(None, 1.into())
    };
    let failure = apply("TimestampRouter", &[], nameless).unwrap_err();
    assert_eq!(failure.class, "java.lang.NullPointerException");
}
