//! Offsets and active topics.

use super::*;
use crate::storage::topic::TopicBackingStore as _;

const OFFSETS: &str = "/connectors/c1/offsets";

impl Fixture {
    async fn create_stopped(&self, extra: &str) {
        let body = format!(
            r#"{{"name":"c1","config":{{"connector.class":"FileStreamSource","topic":"t"{extra}}},"initial_state":"STOPPED"}}"#
        );
        let answer = self.send_json("POST /connectors", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        self.worker.take_calls();
    }
}

#[tokio::test]
async fn offsets_are_read_altered_and_reset() {
    let fixture = Fixture::new();
    fixture.create_stopped("").await;
    fixture.send(&format!("GET {OFFSETS}")).await.is(
        200,
        r#"{"offsets":[{"partition":{"filename":"in.txt"},"offset":{"position":30}}]}"#,
    );
    let body = r#"{"offsets":[{"partition":{"filename":"in.txt"},"offset":{"position":7}}]}"#;
    fixture
        .send_json(&format!("PATCH {OFFSETS}"), body)
        .await
        .is(
            200,
            r#"{"message":"The offsets for this connector have been altered successfully"}"#,
        );
    fixture.send(&format!("DELETE {OFFSETS}/")).await.is(
        200,
        r#"{"message":"The offsets for this connector have been reset successfully"}"#,
    );
    assert_eq!(
        fixture.worker.take_calls()[1..],
        [
            r#"modify offsets c1 Alter([(Some({"filename": Text("in.txt")}), Some({"position": Integer(7)}))])"#,
            "modify offsets c1 Reset"
        ]
    );
}

#[tokio::test]
async fn a_connector_may_know_nothing_of_its_offsets() {
    let fixture = Fixture::new();
    fixture.create_stopped(r#","unaware.offsets":"""#).await;
    fixture.send(&format!("DELETE {OFFSETS}")).await.is(
        200,
        r#"{"message":"The Connect framework-managed offsets for this connector have been reset successfully. However, if this connector manages offsets externally, they will need to be manually reset in the system that the connector uses."}"#,
    );
}

#[tokio::test]
async fn refusals_and_failures_of_offsets() {
    let fixture = Fixture::new();
    let nothing = "Partitions / offsets need to be provided for an alter offsets request";
    // Before it is known whether there is such a connector.
    for body in ["{}", r#"{"offsets":[]}"#, r#"{"offsets":null}"#] {
        fixture
            .send_json(&format!("PATCH {OFFSETS}"), body)
            .await
            .is_error(400, nothing);
    }
    let body = r#"{"offsets":[{}]}"#;
    fixture
        .send_json(&format!("PATCH {OFFSETS}"), body)
        .await
        .is_error(404, "Connector c1 not found");
    for method in ["GET", "DELETE"] {
        fixture
            .send(&format!("{method} {OFFSETS}"))
            .await
            .is_error(404, "Connector c1 not found");
    }
    fixture.create_source("c1").await;
    let stop_first = "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/c1/stop' endpoint";
    fixture
        .send_json(&format!("PATCH {OFFSETS}"), body)
        .await
        .is_error(400, stop_first);
    fixture
        .send(&format!("DELETE {OFFSETS}"))
        .await
        .is_error(400, stop_first);
    fixture.send("DELETE /connectors/c1").await;
    fixture
        .create_stopped(r#","fail.offsets":"No, thanks""#)
        .await;
    fixture
        .send(&format!("GET {OFFSETS}"))
        .await
        .is_error(500, "Failed to retrieve offsets for source connector c1");
    fixture
        .send_json(&format!("PATCH {OFFSETS}"), body)
        .await
        .is_error(500, "No, thanks");
}

#[tokio::test]
async fn bodies_that_are_no_offsets() {
    let fixture = Fixture::new();
    fixture.create_stopped("").await;
    let patch = format!("PATCH {OFFSETS}");
    for body in ["", "null", "[]", r#"{"offsets":[null]}"#, r#"{"x":1}"#] {
        let answer = fixture.send_json(&patch, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    fixture
        .send_with(&patch, &[], Some(r#"{"offsets":[{}]}"#))
        .await
        .is_error(415, "HTTP 415 Unsupported Media Type");
    assert!(fixture.worker.calls_are_empty());
}

#[tokio::test]
async fn active_topics() {
    let fixture = Fixture::new();
    fixture.create_source("c1").await;
    let task = ConnectorTaskId::new(ConnectorName::from("c1"), 0);
    for topic in ["t2", "t1"] {
        fixture.topics.put(&task, topic);
    }
    fixture
        .send("GET /connectors/c1/topics")
        .await
        .is(200, r#"{"c1":{"topics":["t1","t2"]}}"#);
    fixture
        .send("PUT /connectors/c1/topics/reset")
        .await
        .is(202, "");
    fixture
        .send("GET /connectors/c1/topics/")
        .await
        .is(200, r#"{"c1":{"topics":[]}}"#);
    // Connectors that are not known have no topics, as in Kafka.
    fixture
        .send("GET /connectors/nope/topics")
        .await
        .is(200, r#"{"nope":{"topics":[]}}"#);
    fixture
        .send("PUT /connectors/nope/topics/reset")
        .await
        .is(202, "");
}

#[tokio::test]
async fn methods_of_offsets_and_topics() {
    let fixture = Fixture::new();
    for (path, allow) in [
        (OFFSETS, "HEAD,DELETE,GET,OPTIONS,PATCH"),
        ("/connectors/c1/topics", "HEAD,GET,OPTIONS"),
        ("/connectors/c1/topics/reset", "OPTIONS,PUT"),
    ] {
        let answer = fixture.send(&format!("OPTIONS {path}")).await;
        assert_eq!(answer.header(header::ALLOW), Some(allow), "{path}");
    }
    for request in [
        "PUT /connectors/c1/offsets",
        "POST /connectors/c1/topics",
        "GET /connectors/c1/topics/reset",
    ] {
        fixture
            .send_json(request, "{}")
            .await
            .is_bare_error(405, "Method Not Allowed");
    }
}
