use super::*;

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
    fixture.create_source("c1").await;
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
    fixture.create_source("c1").await;
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
async fn internal_endpoints_belong_to_clusters() {
    let fixture = Fixture::new();
    fixture.create_source("c1").await;
    fixture.send_json("POST /connectors/c1/tasks", "[]").await.is_error(
        500,
        "Kafka Connect in standalone mode does not support externally setting task configurations.",
    );
    fixture.send("PUT /connectors/c1/fence").await.is_error(
        500,
        "Kafka Connect in standalone mode does not support exactly-once source connectors.",
    );
}

#[tokio::test(start_paused = true)]
async fn requests_wait_for_90_seconds_and_tell_what_they_waited_for() {
    let fixture = Fixture::new();
    let began = tokio::time::Instant::now();
    let body = r#"{"connector.class":"FileStreamSource","block.start":"yes"}"#;
    let answer = fixture.send_json("PUT /connectors/c1/config", body).await;
    assert_eq!(
        (began.elapsed().as_secs(), answer.status.as_u16()),
        (90, 500)
    );
    let message: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let message = message["message"].as_str().unwrap();
    let expected =
        "Request timed out. The worker is currently starting connector c1, which began at 2";
    assert!(message.starts_with(expected), "{message}");
    assert!(message.ends_with("Z."), "{message}");
    // Those behind it wait as long, reads not at all.
    let began = tokio::time::Instant::now();
    fixture
        .send("PUT /connectors/c1/pause")
        .await
        .is_error(500, "Request timed out");
    assert_eq!(began.elapsed().as_secs(), 90);
    assert_eq!(fixture.send("GET /connectors/c1").await.status, 200);
    // It was not called off.
    fixture.worker.gate.add_permits(1);
    fixture.send("PUT /connectors/c1/resume").await.is(202, "");
    assert_eq!(fixture.send("GET /connectors/c1/status").await.status, 200);
}
