use super::*;

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
    fixture.create_source("  trim  ").await;
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
