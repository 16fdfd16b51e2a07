use super::*;

const KEY: &str = r#"{"name":"topic","type":"LIST","required":false,"default_value":"a,b","importance":"HIGH","documentation":"Topics","group":"Own","order_in_group":7,"width":"LONG","display_name":"The topic","dependents":[]}"#;

const SOURCE: &str = "/connector-plugins/FileStreamSource/config";

#[tokio::test]
async fn the_keys_of_a_plugin_are_told() {
    let fixture = Fixture::new();
    let keys = format!("[{KEY}]");
    for path in [SOURCE, "/connector-plugins/FileStreamSource/config/"] {
        fixture.send(&format!("GET {path}")).await.is(200, &keys);
    }
    for (path, status, message) in [
        ("nope/config", 404, "Unknown plugin nope."),
        ("a%20b/config", 404, "Unknown plugin a b."),
        ("FileStreamSource/config?version=9", 400, "no 9"),
        ("FileStreamSource/config?version=", 400, "no "),
        (
            "File/config",
            400,
            "Invalid plugin class File. Valid types are sink, source, converter, \
             header_converter, transformation, predicate.",
        ),
    ] {
        let answer = fixture
            .send(&format!("GET /connector-plugins/{path}"))
            .await;
        answer.is_error(status, message);
    }
    let head = fixture.send(&format!("HEAD {SOURCE}")).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    let options = fixture.send(&format!("OPTIONS {SOURCE}")).await;
    assert_eq!(options.header(header::ALLOW), Some("HEAD,GET,OPTIONS"));
    let put = fixture.send_json(&format!("PUT {SOURCE}"), "{}").await;
    put.is_bare_error(405, "Method Not Allowed");
    fixture
        .send("GET /connector-plugins/FileStreamSource")
        .await
        .is_bare_error(405, "Method Not Allowed");
}

#[tokio::test]
async fn a_configuration_is_validated_and_not_stored() {
    let fixture = Fixture::new();
    let put = format!("PUT {SOURCE}/validate");
    let body = r#"{"name":"c","connector.class":"FileStreamSource","topic":7,"topic.error":"odd"}"#;
    let result = format!(
        r#"{{"name":"FileStreamSource","error_count":1,"groups":["Own"],"configs":[{{"definition":{KEY},"value":{{"name":"topic","value":"7","recommended_values":["one","two"],"errors":["odd"],"visible":true}}}}]}}"#
    );
    fixture.send_json(&put, body).await.is(200, &result);
    fixture
        .send_json(&format!("{put}/"), body)
        .await
        .is(200, &result);
    fixture.send("GET /connectors").await.is(200, "[]");
    let create = format!(r#"{{"name":"c","config":{body}}}"#);
    fixture.send_json("POST /connectors", &create).await.is_error(
        400,
        "Connector configuration is invalid and contains the following 1 error(s):\nodd\nYou can \
         also find the above list of errors at the endpoint \
         `/connector-plugins/{connectorType}/config/validate`",
    );
    let options = fixture.send(&format!("OPTIONS {SOURCE}/validate")).await;
    assert_eq!(options.header(header::ALLOW), Some("OPTIONS,PUT"));
    fixture
        .send(&format!("GET {SOURCE}/validate"))
        .await
        .is_bare_error(405, "Method Not Allowed");
}

#[tokio::test]
async fn the_class_in_the_path_is_that_of_the_configuration() {
    let fixture = Fixture::new();
    for (path, class, fits) in [
        ("FileStreamSource", "FileStreamSourceConnector", true),
        ("FileStreamSourceConnector", "FileStreamSource", true),
        ("Source", "FileStreamSource", true),
        ("FileStreamSource", "a.b.FileStreamSource", true),
        ("a.b.FileStreamSource", "FileStreamSource", false),
        ("Connector", "FileStreamSource", false),
        ("filestreamsource", "FileStreamSource", false),
        ("FileStreamSource", "", false),
    ] {
        let body = format!(r#"{{"name":"c","connector.class":"{class}"}}"#);
        let put = format!("PUT /connector-plugins/{path}/config/validate");
        let answer = fixture.send_json(&put, &body).await;
        if fits {
            assert_eq!(answer.status, StatusCode::OK, "{path} {class}");
        } else {
            let message =
                format!("Included connector type {class} does not match request type {path}");
            answer.is_error(400, &message);
        }
    }
    let put = format!("PUT {SOURCE}/validate");
    fixture
        .send_json(&put, "{}")
        .await
        .is_error(400, "contains no connector type");
}

#[tokio::test(start_paused = true)]
async fn a_validation_that_takes_too_long_is_told_with_its_stage() {
    let fixture = Fixture::new();
    let body = r#"{"name":"c","connector.class":"FileStreamSource","block.validate":""}"#;
    let answer = fixture
        .send_json(&format!("PUT {SOURCE}/validate"), body)
        .await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let stage = "Request timed out. The worker is currently performing multi-property validation \
                 for the connector, which began at ";
    assert!(answer.body.contains(stage), "{}", answer.body);
    // Other requests end their text with a full stop, this one does not.
    assert!(answer.body.ends_with("Z\"}"), "{}", answer.body);
}
