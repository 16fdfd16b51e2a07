//! What clients see, against the transcript of Kafka Connect 4.3.1 where that is the judge.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

use super::*;
use crate::herder::fake::Fixture;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::storage::status::State;
use crate::worker::api::StatusListener as _;

/// A response: status, headers, body.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, body));
        let json = (!body.is_empty()).then_some("application/json");
        assert_eq!(self.header(header::CONTENT_TYPE), json);
    }

    #[track_caller]
    fn is_error(&self, status: u16, message: &str) {
        let message = serde_json::to_string(message).unwrap();
        self.is(
            status,
            &format!("{{\"error_code\":{status},\"message\":{message}}}"),
        );
    }

    /// An error that Jersey makes, which has no content type.
    #[track_caller]
    fn is_bare_error(&self, status: u16, reason: &str) {
        let body = format!("{{\"error_code\":{status},\"message\":\"HTTP {status} {reason}\"}}");
        assert_eq!(
            (self.status.as_u16(), self.body.as_str()),
            (status, body.as_str())
        );
        assert_eq!(self.header(header::CONTENT_TYPE), None);
    }
}

impl Fixture {
    /// Sends `METHOD path`, with headers as `name: value`; a JSON body has its content type.
    async fn send_with(&self, request: &str, headers: &[&str], body: Option<&str>) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "worker:8083");
        for line in headers {
            let (name, value) = line.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let request = request
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .unwrap();
        let response = router(self.herder.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn send(&self, request: &str) -> Answer {
        self.send_with(request, &[], None).await
    }

    async fn send_json(&self, request: &str, body: &str) -> Answer {
        self.send_with(request, &["Content-Type: application/json"], Some(body))
            .await
    }

    async fn create(&self, name: &str) {
        let name = serde_json::to_string(name).unwrap();
        let body = format!(
            r#"{{"name":{name},"config":{{"connector.class":"FileStreamSource","topic":"t"}}}}"#
        );
        let answer = self.send_json("POST /connectors", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
}

const INFO: &str = r#"{"name":"c1","config":{"connector.class":"FileStreamSource","topic":"t","name":"c1"},"tasks":[{"connector":"c1","task":0}],"type":"source"}"#;
const STATUS: &str = r#"{"name":"c1","connector":{"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"4.3.1"},"tasks":[{"id":0,"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"4.3.1"}],"type":"source"}"#;

#[tokio::test]
async fn root_and_health() {
    let fixture = Fixture::new();
    let version = env!("CARGO_PKG_VERSION");
    fixture.send("GET /").await.is(
        200,
        &format!(
            r#"{{"version":"4.3.1","commit":"connect-wasm-{version}","kafka_cluster_id":"cluster"}}"#
        ),
    );
    let healthy = r#"{"status":"healthy","message":"Worker has completed startup and is ready to handle requests."}"#;
    fixture.send("GET /health").await.is(200, healthy);
    fixture.send("GET /health/").await.is(200, healthy);
}

#[tokio::test(start_paused = true)]
async fn health_while_starting_and_stopping() {
    let fixture = Fixture::starting();
    fixture.send("GET /health").await.is(
        503,
        r#"{"status":"starting","message":"Worker is still starting up."}"#,
    );
    // Everything else works already.
    fixture.send("GET /connectors").await.is(200, "[]");
    fixture.stopping.cancel();
    fixture
        .send("GET /health")
        .await
        .is_error(500, "The herder is shutting down");
}

#[tokio::test]
async fn reading_a_connector() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    fixture.send("GET /connectors").await.is(200, r#"["c1"]"#);
    fixture.send("GET /connectors/").await.is(200, r#"["c1"]"#);
    fixture.send("GET /connectors/c1").await.is(200, INFO);
    fixture.send("GET /connectors/c1/").await.is(200, INFO);
    fixture
        .send("GET /connectors/c1/status")
        .await
        .is(200, STATUS);
    fixture.send("GET /connectors/c1/config").await.is(
        200,
        r#"{"connector.class":"FileStreamSource","topic":"t","name":"c1"}"#,
    );
    fixture.send("GET /connectors/c1/tasks").await.is(
        200,
        r#"[{"id":{"connector":"c1","task":0},"config":{"connector.class":"FileStreamSource","topic":"t","name":"c1","task.class":"org.apache.kafka.connect.file.FileStreamSourceTask"}}]"#,
    );
    let task = r#"{"id":0,"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"4.3.1"}"#;
    for number in ["0", "+0", "00"] {
        fixture
            .send(&format!("GET /connectors/c1/tasks/{number}/status"))
            .await
            .is(200, task);
    }
}

#[tokio::test]
async fn expanded_lists() {
    let fixture = Fixture::new();
    fixture
        .send("GET /connectors?expand=status&expand=info")
        .await
        .is(200, "{}");
    fixture.create("c1").await;
    let check = async |query: &str, expected: String| {
        fixture
            .send(&format!("GET /connectors?{query}"))
            .await
            .is(200, &expected);
    };
    check(
        "expand=status",
        format!(r#"{{"c1":{{"status":{STATUS}}}}}"#),
    )
    .await;
    check(
        "expand=%73tatus",
        format!(r#"{{"c1":{{"status":{STATUS}}}}}"#),
    )
    .await;
    check("expand=info", format!(r#"{{"c1":{{"info":{INFO}}}}}"#)).await;
    let both = format!(r#"{{"c1":{{"status":{STATUS},"info":{INFO}}}}}"#);
    check("expand=status&expand=info", both.clone()).await;
    check("expand=status&expand=bogus&expand=info&expand=status", both).await;
    for query in ["expand=bogus", "expand=", "expand=info,status"] {
        check(query, r#"{"c1":{}}"#.to_owned()).await;
    }
    check("other=1", r#"["c1"]"#.to_owned()).await;
}

#[tokio::test]
async fn a_connector_without_a_status_is_left_out() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    fixture
        .statuses
        .connector_destroyed(&ConnectorName::from("c1"));
    fixture
        .send("GET /connectors?expand=info&expand=status")
        .await
        .is(200, "{}");
    let answer = fixture
        .send("POST /connectors/c1/restart?includeTasks=true")
        .await;
    answer.is_error(404, "Status for connector c1 not found");
}

#[tokio::test]
async fn traces_and_missing_versions() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    let task = ConnectorTaskId::new(ConnectorName::from("c1"), 0);
    fixture
        .statuses
        .on_task_status(&task, State::Failed, Some("a\n\tb \"c\"".to_owned()));
    fixture.send("GET /connectors/c1/tasks/0/status").await.is(
        200,
        r#"{"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","version":"4.3.1","trace":"a\n\tb \"c\""}"#,
    );
    fixture.statuses.task_not_built(&task, "t".to_owned());
    fixture.send("GET /connectors/c1/tasks/0/status").await.is(
        200,
        r#"{"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","version":null,"trace":"t"}"#,
    );
}

#[tokio::test]
async fn what_is_not_there() {
    let fixture = Fixture::new();
    let check = async |request: &str, message: &str| {
        fixture.send(request).await.is_error(404, message);
    };
    check("GET /connectors/nope", "Connector nope not found").await;
    check("GET /connectors/nope/config", "Connector nope not found").await;
    check("GET /connectors/nope/tasks", "Connector nope not found").await;
    check("DELETE /connectors/nope", "Connector nope not found").await;
    check(
        "GET /connectors/nope/status",
        "No status found for connector nope",
    )
    .await;
    check(
        "GET /connectors/nope/tasks/0/status",
        "No status found for task nope-0",
    )
    .await;
    check("PUT /connectors/nope/pause", "Unknown connector nope").await;
    check("PUT /connectors/nope/resume", "Unknown connector nope").await;
    check(
        "POST /connectors/nope/restart?includeTasks=true",
        "Unknown connector: nope",
    )
    .await;
    // These three are 500 in Kafka's standalone mode, which stumbles.
    check("PUT /connectors/nope/stop", "Unknown connector nope").await;
    check("POST /connectors/nope/restart", "Unknown connector: nope").await;
    check(
        "POST /connectors/nope/tasks/0/restart",
        "Unknown connector: nope",
    )
    .await;
    let patch = fixture
        .send_json("PATCH /connectors/nope/config", r#"{"a":"b"}"#)
        .await;
    patch.is_error(404, "Connector nope not found");
    fixture.create("c1").await;
    check(
        "GET /connectors/c1/tasks/7/status",
        "No status found for task c1-7",
    )
    .await;
    check("POST /connectors/c1/tasks/7/restart", "Task c1-7 not found").await;
    for number in ["x", "99999999999", "-1", "1.0", ""] {
        let answer = fixture
            .send(&format!("GET /connectors/c1/tasks/{number}/status"))
            .await;
        assert_eq!(
            answer.status,
            if number.is_empty() { 400 } else { 404 },
            "{number}"
        );
        let answer = fixture
            .send(&format!("POST /connectors/c1/tasks/{number}/restart"))
            .await;
        assert_eq!(
            answer.status,
            if number.is_empty() { 400 } else { 404 },
            "{number}"
        );
    }
    check("GET /connectors/c1/tasks/x/status", "HTTP 404 Not Found").await;
    fixture
        .send("GET /connectors/c1/tasks/x/status")
        .await
        .is(404, r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#);
}

#[tokio::test]
async fn creating() {
    let fixture = Fixture::new();
    let answer = fixture
        .send_json(
            "POST /connectors",
            r#"{"name":"c1","config":{"connector.class":"FileStreamSource","topic":"t"}}"#,
        )
        .await;
    answer.is(201, INFO);
    assert_eq!(
        answer.header(header::LOCATION),
        Some("http://worker:8083/connectors/c1")
    );
    let again = fixture
        .send_json(
            "POST /connectors",
            r#"{"name":"c1","config":{"connector.class":"FileStreamSource"}}"#,
        )
        .await;
    again.is_error(409, "Connector c1 already exists");
    let other = fixture
        .send_json(
            "POST /connectors",
            r#"{"name":"c2","config":{"name":"c3"}}"#,
        )
        .await;
    other.is_error(
        400,
        "Connector name configuration (c3) doesn't match connector name in the URL (c2)",
    );
    let invalid = fixture
        .send_json("POST /connectors", r#"{"name":"c2","config":{}}"#)
        .await;
    invalid.is_error(400, "contains no connector type");
    let unnamed = fixture
        .send_json(
            "POST /connectors",
            r#"{"config":{"connector.class":"FileStreamSource"}}"#,
        )
        .await;
    unnamed.is_error(400, "String may not be empty");
    let failing = fixture
        .send_json(
            "POST /connectors",
            r#"{"name":"c4","config":{"connector.class":"FileStreamSource","fail.build":"bad"}}"#,
        )
        .await;
    failing.is_error(500, "bad");
}

#[tokio::test]
async fn values_become_text_as_they_are_written() {
    let fixture = Fixture::new();
    let answer = fixture
        .send_json(
            "POST /connectors",
            r#"{"name":17,"config":{"connector.class":"FileStreamSource","a":1.50,"b":true,"c":1e3,"d":12345678901234567890,"e":false,"f":-0.0,"name":null,"a":2}}"#,
        )
        .await;
    answer.is(
        201,
        r#"{"name":"17","config":{"connector.class":"FileStreamSource","a":"2","b":"true","c":"1e3","d":"12345678901234567890","e":"false","f":"-0.0","name":"17"},"tasks":[{"connector":"17","task":0}],"type":"source"}"#,
    );
}

#[tokio::test]
async fn initial_states() {
    let fixture = Fixture::new();
    for (state, shown) in [
        ("paused", "PAUSED"),
        ("STOPPED", "STOPPED"),
        ("Running", "RUNNING"),
    ] {
        let body = format!(
            r#"{{"name":"{state}","initial_state":"{state}","config":{{"connector.class":"FileStreamSink"}}}}"#
        );
        let answer = fixture.send_json("POST /connectors", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let answer = fixture
            .send(&format!("GET /connectors/{state}/status"))
            .await;
        assert!(
            answer
                .body
                .contains(&format!(r#""connector":{{"state":"{shown}""#))
        );
        assert!(answer.body.ends_with(r#""type":"sink"}"#));
    }
    let body = r#"{"name":"c","initial_state":"FOO","config":{}}"#;
    let answer = fixture.send_json("POST /connectors", body).await;
    answer.is_error(
        400,
        r#""FOO" is not an initial_state; expected RUNNING, PAUSED or STOPPED"#,
    );
}

#[tokio::test]
async fn putting_and_patching() {
    let fixture = Fixture::new();
    let config = r#"{"connector.class":"FileStreamSource","topic":"t"}"#;
    let answer = fixture.send_json("PUT /connectors/c1/config", config).await;
    answer.is(201, INFO);
    assert_eq!(
        answer.header(header::LOCATION),
        Some("http://worker:8083/connectors/c1")
    );
    let answer = fixture.send_json("PUT /connectors/c1/config", config).await;
    answer.is(200, INFO);
    assert_eq!(answer.header(header::LOCATION), None);
    let answer = fixture
        .send_json("PUT /connectors/c1/config", r#"{"name":"other"}"#)
        .await;
    answer.is_error(
        400,
        "Connector name configuration (other) doesn't match connector name in the URL (c1)",
    );
    let answer = fixture
        .send_json("PATCH /connectors/c1/config", r#"{"topic":null,"foo":3}"#)
        .await;
    answer.is(
        200,
        r#"{"name":"c1","config":{"connector.class":"FileStreamSource","name":"c1","foo":"3"},"tasks":[{"connector":"c1","task":0}],"type":"source"}"#,
    );
    let null = r#"{"connector.class":"FileStreamSource","file":null}"#;
    let answer = fixture.send_json("PUT /connectors/c1/config", null).await;
    answer.is_error(
        400,
        "Non-string value found in original settings for key file: null",
    );
}

#[tokio::test]
async fn changing_states() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    for (request, status) in [
        ("PUT /connectors/c1/pause", 202),
        ("PUT /connectors/c1/resume", 202),
        ("PUT /connectors/c1/stop", 204),
        ("PUT /connectors/c1/resume/", 202),
        ("POST /connectors/c1/restart", 204),
        ("POST /connectors/c1/restart/", 204),
        ("POST /connectors/c1/restart?includeTasks=yes", 204),
        ("POST /connectors/c1/restart?includeTasks=&onlyFailed=", 204),
        ("POST /connectors/c1/tasks/0/restart", 204),
        ("DELETE /connectors/c1", 204),
    ] {
        let answer = fixture.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (status, ""),
            "{request}"
        );
        assert_eq!(answer.header(header::CONTENT_TYPE), None, "{request}");
    }
}

#[tokio::test]
async fn restart_plans() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    let all = STATUS.replace("RUNNING", "RESTARTING");
    fixture
        .send("POST /connectors/c1/restart?includeTasks=true")
        .await
        .is(202, &all);
    fixture
        .send("POST /connectors/c1/restart?onlyFailed=TRUE")
        .await
        .is(202, STATUS);
}

#[tokio::test]
async fn plugins() {
    let fixture = Fixture::new();
    let connectors = r#"{"class":"org.apache.kafka.connect.file.FileStreamSinkConnector","type":"sink","version":"4.3.1"},{"class":"org.apache.kafka.connect.file.FileStreamSourceConnector","type":"source","version":"4.3.1"}"#;
    let converters = r#"{"class":"org.apache.kafka.connect.storage.StringConverter","type":"converter","version":"4.3.1"},{"class":"org.apache.kafka.connect.storage.StringConverter","type":"header_converter","version":"4.3.1"}"#;
    for query in ["", "?connectorsOnly=", "?connectorsOnly=True"] {
        let answer = fixture
            .send(&format!("GET /connector-plugins{query}"))
            .await;
        answer.is(200, &format!("[{connectors}]"));
    }
    for query in ["?connectorsOnly=false", "?connectorsOnly=no"] {
        let answer = fixture
            .send(&format!("GET /connector-plugins{query}"))
            .await;
        answer.is(200, &format!("[{connectors},{converters}]"));
    }
}

#[tokio::test]
async fn names_are_addressed_as_they_are() {
    let fixture = Fixture::new();
    for (name, segment) in [
        ("a b", "a%20b"),
        ("a/b", "a%2Fb"),
        ("größe☃", "gr%C3%B6%C3%9Fe%E2%98%83"),
        ("a?b#c%d;e", "a%3Fb%23c%25d;e"),
        ("b{x}\\", "b%7Bx%7D%5C"),
        ("s+t", "s+t"),
        ("%41", "%2541"),
    ] {
        let body = serde_json::json!({
            "name": name, "config": {"connector.class": "FileStreamSource"}
        });
        let answer = fixture
            .send_json("POST /connectors", &body.to_string())
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let location = format!("http://worker:8083/connectors/{segment}");
        assert_eq!(answer.header(header::LOCATION), Some(location.as_str()));
        let answer = fixture
            .send(&format!("GET /connectors/{segment}/status"))
            .await;
        assert!(
            answer
                .body
                .starts_with(&format!(r#"{{"name":{}"#, body["name"]))
        );
        let lower = segment.replace("%2F", "%2f");
        assert_eq!(
            fixture
                .send(&format!("DELETE /connectors/{lower}"))
                .await
                .status,
            204
        );
    }
    // Names in bodies are trimmed, those in paths are not.
    fixture.create("  trim  ").await;
    assert_eq!(fixture.send("GET /connectors/trim").await.status, 200);
    let config = r#"{"connector.class":"FileStreamSource"}"#;
    let answer = fixture
        .send_json("PUT /connectors/%20trim%20/config", config)
        .await;
    assert!(
        answer.body.starts_with(r#"{"name":" trim ","#),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn paths_that_cannot_be_read() {
    let fixture = Fixture::new();
    for (path, message) in [
        (
            "/connectors/%zz",
            "The path /connectors/%zz has a '%' that two hexadecimal digits do not follow",
        ),
        (
            "/connectors/a%2",
            "The path /connectors/a%2 has a '%' that two hexadecimal digits do not follow",
        ),
        (
            "/connectors/%FF",
            "The path /connectors/%FF is not UTF-8 once it is decoded",
        ),
        (
            "//connectors",
            "Ambiguous URI empty segment: the path //connectors has two slashes in a row",
        ),
        (
            "/connectors//c1",
            "Ambiguous URI empty segment: the path /connectors//c1 has two slashes in a row",
        ),
    ] {
        fixture
            .send(&format!("GET {path}"))
            .await
            .is_error(400, message);
    }
    fixture
        .send("GET /connectors/%00")
        .await
        .is_error(404, "Connector \0 not found");
}

#[tokio::test]
async fn framework_errors() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    for request in [
        "GET /nope",
        "GET /connectors/c1/nope",
        "GET /connectors/c1/tasks-config",
        "POST /nope",
        "OPTIONS /nope",
        "GET /connectors/c1/tasks/0",
    ] {
        fixture.send(request).await.is_bare_error(404, "Not Found");
    }
    for request in [
        "POST /",
        "DELETE /connectors",
        "PUT /connectors/c1",
        "GET /connectors/c1/pause",
        "GET /connectors/c1/restart",
        "POST /connectors/c1/config",
        "TRACE /",
        "FOO /connectors",
    ] {
        let answer = fixture.send(request).await;
        answer.is_bare_error(405, "Method Not Allowed");
        assert!(answer.header(header::ALLOW).is_some(), "{request}");
    }
    for accept in ["text/plain", "text/html", "garbage", "application/xml"] {
        for request in [
            "GET /connectors/nope",
            "DELETE /connectors/c1",
            "PUT /connectors/c1/pause",
        ] {
            let answer = fixture
                .send_with(request, &[&format!("Accept: {accept}")], None)
                .await;
            answer.is_bare_error(406, "Not Acceptable");
        }
    }
    let answer = fixture
        .send_with("GET /nope", &["Accept: text/html"], None)
        .await;
    answer.is_bare_error(404, "Not Found");
    for content_type in ["text/plain", "application/vnd.api+json"] {
        for request in [
            "POST /connectors",
            "PUT /connectors/c1/pause",
            "GET /connectors/c1",
        ] {
            let header = format!("Content-Type: {content_type}");
            let answer = fixture.send_with(request, &[&header], Some("x")).await;
            answer.is_bare_error(415, "Unsupported Media Type");
        }
    }
    fixture
        .send("GET /connectors/c1/status")
        .await
        .is(200, STATUS);
}

#[tokio::test]
async fn media_types_that_pass() {
    let fixture = Fixture::new();
    for accept in [
        "*/*",
        "*",
        "application/*",
        "application/json;q=0",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "",
    ] {
        let answer = fixture
            .send_with("GET /connectors", &[&format!("Accept: {accept}")], None)
            .await;
        answer.is(200, "[]");
    }
    let accept = ["Accept: application/json;charset=utf-8"];
    let answer = fixture.send_with("GET /connectors", &accept, None).await;
    assert_eq!(
        answer.header(header::CONTENT_TYPE),
        Some("application/json;charset=utf-8")
    );
    let json = ["Content-Type: application/JSON; charset=UTF-8"];
    fixture
        .send_with("GET /connectors", &json, Some("{}"))
        .await
        .is(200, "[]");
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let fixture = Fixture::new();
    let missing = r#"The request has no body; expected a JSON object with "name", "config" and, if wanted, "initial_state""#;
    fixture
        .send("POST /connectors")
        .await
        .is_error(400, missing);
    for body in ["", " \n", "null"] {
        fixture
            .send_json("POST /connectors", body)
            .await
            .is_error(400, missing);
        let answer = fixture.send_json("PUT /connectors/c/config", body).await;
        let missing =
            "The request has no body; expected a JSON object with the connector's configuration";
        answer.is_error(400, missing);
    }
    let untyped = fixture.send_with("POST /connectors", &[], Some("{}")).await;
    untyped.is_error(415, "HTTP 415 Unsupported Media Type");
    let range = ["Content-Type: application/*"];
    let answer = fixture
        .send_with("POST /connectors", &range, Some("{}"))
        .await;
    answer.is_error(415, "HTTP 415 Unsupported Media Type");
    let nonsense = ["Content-Type: nonsense"];
    let answer = fixture
        .send_with("POST /connectors", &nonsense, Some("{}"))
        .await;
    answer.is_error(
        400,
        "The Content-Type 'nonsense' is not a media type; expected application/json",
    );
    let long = format!(r#"{{"a":"{}"}}"#, "a".repeat(json::BODY_BYTES_MAX));
    let answer = fixture.send_json("PUT /connectors/c/config", &long).await;
    answer.is_error(
        413,
        "The request body is longer than the 8388608 bytes that this worker accepts",
    );
}

#[tokio::test]
async fn head_and_options() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    let answer = fixture.send("HEAD /connectors/c1").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    assert_eq!(
        answer.header(header::CONTENT_LENGTH),
        Some(INFO.len().to_string().as_str())
    );
    assert_eq!(fixture.send("HEAD /connectors/nope").await.status, 404);
    assert_eq!(fixture.send("HEAD /connectors/c1/pause").await.status, 405);
    for (path, allow) in [
        ("/", "HEAD,GET,OPTIONS"),
        ("/connectors", "HEAD,POST,GET,OPTIONS"),
        ("/connectors/c1", "HEAD,DELETE,GET,OPTIONS"),
        ("/connectors/c1/config", "HEAD,GET,OPTIONS,PUT,PATCH"),
        ("/connectors/c1/pause", "OPTIONS,PUT"),
    ] {
        let answer = fixture.send(&format!("OPTIONS {path}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(header::ALLOW), Some(allow));
        assert_eq!(answer.header(header::CONTENT_TYPE), Some("text/plain"));
        assert_eq!(answer.body, allow.replace(',', ", "));
    }
    let answer = fixture
        .send_with("OPTIONS /connectors", &["Accept: application/json"], None)
        .await;
    assert_eq!(answer.header(header::ALLOW), Some("HEAD,POST,GET,OPTIONS"));
    assert_eq!(
        answer.header(header::CONTENT_TYPE),
        Some("application/json")
    );
    assert_eq!(answer.body, "");
}

#[tokio::test]
async fn internal_endpoints_belong_to_clusters() {
    let fixture = Fixture::new();
    fixture.create("c1").await;
    fixture.send_json("POST /connectors/c1/tasks", "[]").await.is_error(
        500,
        "Kafka Connect in standalone mode does not support externally setting task configurations.",
    );
    fixture.send("PUT /connectors/c1/fence").await.is_error(
        500,
        "Kafka Connect in standalone mode does not support exactly-once source connectors.",
    );
}

#[tokio::test]
async fn serves_all_listeners_until_it_is_stopped() {
    let fixture = Fixture::new();
    let listener = Listener::parse("http://127.0.0.1:0").unwrap();
    let server = RestServer::bind(&[listener.clone(), listener])
        .await
        .unwrap();
    let addresses = server.addresses().to_vec();
    assert_eq!(addresses.len(), 2);
    let stopping = CancellationToken::new();
    let serving = tokio::spawn(server.serve(router(fixture.herder.clone()), stopping.clone()));
    for address in &addresses {
        let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = b"GET /connectors HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        client.write_all(request).await.unwrap();
        let mut response = String::new();
        client.read_to_string(&mut response).await.unwrap();
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
        assert!(response.ends_with("\r\n\r\n[]"), "{response}");
    }
    // An idle connection does not hold up the stop.
    let _idle = tokio::net::TcpStream::connect(addresses[0]).await.unwrap();
    stopping.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn listeners_that_cannot_be_had() {
    let https = Listener::parse("https://localhost:8443").unwrap();
    let error = RestServer::bind(&[https]).await.err().unwrap().to_string();
    assert!(error.contains("https://localhost:8443"), "{error}");
    assert!(
        error.contains("HTTPS listeners are not supported yet"),
        "{error}"
    );
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!("http://127.0.0.1:{}", taken.local_addr().unwrap().port());
    let error = RestServer::bind(&[Listener::parse(&text).unwrap()])
        .await
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .starts_with(&format!("The listener {text} cannot be bound: "))
    );
}
