use super::*;

#[tokio::test]
async fn framework_errors() {
    let fixture = Fixture::new();
    fixture.create_source("c1").await;
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
    let marked = "\u{feff}{\"connector.class\":\"FileStreamSource\"}";
    let answer = fixture.send_json("PUT /connectors/c1/config", marked).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
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
    fixture.create_source("c1").await;
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
