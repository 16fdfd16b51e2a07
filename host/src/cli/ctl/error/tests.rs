use super::*;

fn asked(url: &str, since: Option<&'static str>) -> Asked {
    Asked {
        purpose: "stop connector \"a b\"".to_owned(),
        method: "PUT",
        url: url.to_owned(),
        proxy: None,
        connector: Some("'a b'".to_owned()),
        since,
    }
}

#[track_caller]
fn check(status: u16, body: &str, expected: &str) {
    let refusal = Refusal {
        asked: asked("http://w/connectors/a%20b/stop", Some("3.5")),
        status,
        body: body.to_owned(),
    };
    let heading = "Cannot stop connector \"a b\": PUT http://w/connectors/a%20b/stop answered ";
    assert_eq!(refusal.to_string(), format!("{heading}{expected}"));
    let error = CtlError::Refused(Box::new(refusal));
    assert_eq!(error.exit_code(), 3);
}

fn kafka(status: u16, message: &str) -> String {
    serde_json::json!({"error_code": status, "message": message}).to_string()
}

#[test]
fn each_key_of_an_invalid_configuration_has_its_line() {
    let message = "Connector configuration is invalid and contains the following 5 error(s):\n\
        Invalid value x for configuration tasks.max: Not a number of type INT\n\
        Invalid value null for configuration tasks.max: entry must be non null\n\
        Missing required configuration \"topic\" which has no default value.\n\
        Invalid value a for configuration b for configuration c.d: for configuration no\n\
        Something else is wrong\n\
        You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`";
    let expected = "400 Bad Request
  The configuration is invalid:
    tasks.max: Invalid value x for configuration tasks.max: Not a number of type INT; Invalid value null for configuration tasks.max: entry must be non null
    topic: Missing required configuration \"topic\" which has no default value.
    c.d: Invalid value a for configuration b for configuration c.d: for configuration no
    Something else is wrong";
    check(400, &kafka(400, message), expected);
}

#[test]
fn a_refusal_says_what_to_do() {
    check(
        409,
        &kafka(409, "Connector a b already exists"),
        "409 Conflict\n  Connector a b already exists\n  \
         `connect-wasm ctl config 'a b' -f FILE` replaces its configuration.",
    );
    check(
        409,
        &kafka(
            409,
            "Cannot complete request because of a conflicting operation",
        ),
        "409 Conflict\n  Cannot complete request because of a conflicting operation\n  \
         The cluster is changing; try again in a moment.",
    );
    check(
        400,
        &kafka(400, "Connectors must be in the STOPPED state before"),
        "400 Bad Request\n  Connectors must be in the STOPPED state before\n  \
         `connect-wasm ctl stop 'a b'` stops it.",
    );
    let list = "Is there such a connector? `connect-wasm ctl list` shows what there is.";
    for (status, reason, message) in [
        (404, "Not Found", "Connector a b not found"),
        (404, "Not Found", "Unknown connector a b"),
        (404, "Not Found", "No status found for connector a b"),
        (
            500,
            "Internal Server Error",
            "No connector `a b` configured",
        ),
    ] {
        let expected = format!("{status} {reason}\n  {message}\n  {list}");
        check(status, &kafka(status, message), &expected);
    }
    check(
        401,
        "User cannot access the resource.",
        "401 Unauthorized\n  User cannot access the resource.\n  \
         Give name and password by --user or CONNECT_USER.",
    );
    let version =
        "Is the path in --url right? A worker knows this request from Kafka Connect 3.5 on.";
    let body = kafka(405, "HTTP 405 Method Not Allowed");
    let expected = format!("405 Method Not Allowed\n  HTTP 405 Method Not Allowed\n  {version}");
    check(405, &body, &expected);
    check(
        302,
        "",
        "302 Found\n  It sends to another address: give that by --url.",
    );
}

#[test]
fn a_body_that_is_not_kafkas_is_shown_without_its_tags_and_not_all_of_it() {
    let page = "<html><head><title>Error</title></head>\n<body><h1>No\tway</h1></body></html>";
    check(503, page, "503 Service Unavailable\n  Error No way");
    check(500, "", "500 Internal Server Error");
    check(500, "{\"a\":1}", "500 Internal Server Error\n  {\"a\":1}");
    let long = "word ".repeat(1000);
    let shown = format!("500 Internal Server Error\n  {} ...", &long[..300]);
    check(500, &long, &shown);
    check(
        500,
        &kafka(500, "red \u{1b}[31m"),
        "500 Internal Server Error\n  red \\u{1b}[31m",
    );
}

#[test]
fn no_answer_says_what_was_asked_and_what_to_look_at() {
    for (why, wanted) in [
        (
            Unreachable::Refused,
            ["connection refused", "Is the worker running"],
        ),
        (Unreachable::UnknownHost, ["the host is not known", "--url"]),
        (
            Unreachable::Timeout("2.5".to_owned()),
            ["no answer within 2.5 s", "--timeout"],
        ),
        (
            Unreachable::Tls("bad".to_owned()),
            ["no secure connection: bad", "SSL_CERT_FILE"],
        ),
        (
            Unreachable::NotHttp("bad".to_owned()),
            ["no answer in HTTP: bad", "http or https"],
        ),
    ] {
        let asked = Box::new(asked("http://w:1/x", None));
        let error = CtlError::Unreachable { asked, why };
        assert_eq!(error.exit_code(), 2);
        let said = error.to_string();
        for wanted in wanted
            .iter()
            .chain(&["PUT http://w:1/x", "Cannot stop connector \"a b\""])
        {
            assert!(said.contains(wanted), "{said:?} lacks {wanted:?}");
        }
    }
}

#[test]
fn a_proxy_in_between_is_named() {
    let mut asked = asked("http://w:1/x", None);
    asked.proxy = Some("proxy:3128".to_owned());
    let error = CtlError::Unreachable {
        asked: Box::new(asked),
        why: Unreachable::Refused,
    };
    let wanted =
        "PUT http://w:1/x (through the proxy proxy:3128 of the environment): connection refused";
    assert!(error.to_string().contains(wanted), "{error}");
}
