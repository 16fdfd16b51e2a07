//! Secrets stay out of logs, of traces and of error answers.

use connect_harness::{ScratchDir, eventually};
use serde_json::json;

use crate::setup::{SOON, file_source_with, topics, unique, worker};

const SECRET: &str = "hunter2-never-shown";

#[test]
fn passwords_appear_neither_in_logs_nor_in_traces_nor_in_refusals() {
    let dir = ScratchDir::new("secrets");
    let (input, topic, name) = (
        dir.write("in.txt", "one\n"),
        unique("secrets"),
        unique("source"),
    );
    let jaas = format!(
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"{SECRET}\";"
    );
    let settings = [
        ("producer.override.ssl.keystore.password", SECRET),
        ("producer.override.sasl.jaas.config", &*jaas),
        ("database.password", SECRET),
    ];
    let mut started = worker(dir.path())
        .env("RUST_LOG", "trace")
        .set("ssl.key.password", SECRET)
        .set("producer.ssl.truststore.password", SECRET)
        .set("consumer.sasl.jaas.config", &jaas)
        .set("admin.ssl.keystore.password", SECRET)
        .set("sandbox.fs.allow", dir.path().display().to_string())
        .connector(file_source_with(&name, &input, &topic, &settings))
        .start();
    topics().await_count(&topic, 1, SOON);

    let rest = started.rest().clone();
    let refused = json!({
        "name": "refused",
        "config": {
            "connector.class": "FileStreamSource",
            "batch.size": "nonsense",
            "producer.override.ssl.key.password": SECRET,
            "producer.override.sasl.jaas.config": jaas,
            "file": input,
        },
    });
    let answer = rest.post("/connectors", Some(&refused)).expect(400);
    assert!(!answer.body.contains(SECRET), "{}", answer.body);
    let status = rest.get(&format!("/connectors/{name}/status"));
    assert!(!status.body.contains(SECRET), "{}", status.body);
    // The operator's own secrets are not given out at all.
    let root = rest.get("/").body;
    assert!(!root.contains(SECRET), "{root}");

    eventually("the log speaks of the connector", SOON, || {
        let log = started.log();
        if log.contains(&name) {
            Ok(())
        } else {
            Err("not yet".to_owned())
        }
    });
    started.stop_cleanly();
    let log = started.log();
    let shown: Vec<&str> = log.lines().filter(|line| line.contains(SECRET)).collect();
    assert!(
        shown.is_empty(),
        "{} lines show the secret, the first: {}",
        shown.len(),
        shown[0]
    );
}
