use super::*;

#[tokio::test]
async fn an_unreachable_cluster_is_named_within_the_deadline() {
    let settings = [("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())];
    let admin = Admin::new(&settings).unwrap();
    let started = Instant::now();
    let error = admin
        .describe_cluster(Duration::from_secs(1))
        .await
        .unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(4));
    let text = error.to_string();
    let expected = "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security \
                    properties. (bootstrap.servers = 127.0.0.1:1: ";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("refused"), "{text}");
}
