use super::*;

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
    fixture.create_source("c1").await;
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
    fixture.create_source("c1").await;
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
    fixture.create_source("c1").await;
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
    fixture.create_source("c1").await;
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

#[tokio::test(start_paused = true)]
async fn restarts_are_shown_with_a_policy() {
    let fixture = Fixture::new();
    let config = r#"{"name":"c1","config":{"connector.class":"FileStreamSource","errors.restart.policy":"backoff","errors.restart.max.attempts":"0"}}"#;
    let created = fixture.send_json("POST /connectors", config).await;
    assert_eq!(created.status, 201);
    let running = r#""state":"RUNNING","worker_id":"127.0.0.1:8083","version":"4.3.1","restarts":{"count":0,"limit_reached":false}"#;
    fixture.send("GET /connectors/c1/status").await.is(
        200,
        &format!(r#"{{"name":"c1","connector":{{{running}}},"tasks":[{{"id":0,{running}}}],"type":"source"}}"#),
    );
    let task = ConnectorTaskId::new(ConnectorName::from("c1"), 0);
    fixture
        .statuses
        .on_task_status(&task, State::Failed, Some("t".to_owned()));
    // Paused time goes on when nothing is left to do: the herder has looked at the status.
    tokio::time::sleep(Duration::from_millis(1)).await;
    fixture.send("GET /connectors/c1/tasks/0/status").await.is(
        200,
        r#"{"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","version":"4.3.1","trace":"t","restarts":{"count":0,"limit_reached":true}}"#,
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
    fixture.create_source("c1").await;
    check(
        "GET /connectors/c1/tasks/7/status",
        "No status found for task c1-7",
    )
    .await;
    check("POST /connectors/c1/tasks/7/restart", "Task c1-7 not found").await;
    for request in [
        ("GET", "status", "No status found for task c1--1"),
        ("POST", "restart", "Task c1--1 not found"),
    ] {
        let (method, what, message) = request;
        check(&format!("{method} /connectors/c1/tasks/-1/{what}"), message).await;
    }
    check(
        "POST /connectors/nope/tasks/-1/restart",
        "Unknown connector: nope",
    )
    .await;
    check(
        "GET /connectors/nope/tasks/-2147483648/status",
        "No status found for task nope--2147483648",
    )
    .await;
    for number in ["x", "2147483648", "99999999999", "1.0", "%200", ""] {
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
