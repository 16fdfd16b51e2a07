use super::*;

fn parse(body: &str) -> Result<CreateConnector, String> {
    CreateConnector::parse(body.as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn fields_of_a_new_connector() {
    let request = parse(r#" {"config":{"a":"\u00e4","b":null},"name":" c\t","name":"d"} "#);
    assert_eq!(
        request,
        Ok(CreateConnector {
            name: "d".to_owned(),
            config: vec![
                ("a".to_owned(), Some("ä".to_owned())),
                ("b".to_owned(), None)
            ],
            initial_state: None,
        })
    );
    assert_eq!(
        parse(r#"{"name":null,"config":{},"initial_state":null}"#)
            .unwrap()
            .name,
        ""
    );
}

#[test]
fn what_is_said_about_bad_bodies() {
    for (body, message) in [
        (
            "[]",
            "Expected the request to be a JSON object: invalid type: sequence, expected a JSON object at line 1 column 0",
        ),
        (
            "5",
            "Expected the request to be a JSON object: invalid type: integer `5`, expected a JSON object at line 1 column 1",
        ),
        (
            r#"{"name":"c" "config":{}}"#,
            "Malformed JSON in the request: expected `,` or `}` at line 1 column 13",
        ),
        (
            r#"{"name":"c","config":{"#,
            "Malformed JSON in the request: EOF while parsing an object at line 1 column 22",
        ),
        (
            r#"{"config":{}} garbage"#,
            "Malformed JSON in the request: trailing characters at line 1 column 15",
        ),
        (
            r#"{"name":"c"}"#,
            "The request has no \"config\": an object with the connector's configuration",
        ),
        (
            r#"{"name":"c","config":null}"#,
            "The request has no \"config\": an object with the connector's configuration",
        ),
        (
            r#"{"config":[1]}"#,
            "Expected \"config\" to be a JSON object: invalid type: sequence, expected a JSON object at line 1 column 0",
        ),
        (
            r#"{"config":{"a":{}}}"#,
            "The value of \"a\" is an object; expected a string, a number, a boolean or null",
        ),
        (
            r#"{"config":{"a":[1]}}"#,
            "The value of \"a\" is an array; expected a string, a number, a boolean or null",
        ),
        (
            r#"{"name":["c"],"config":{}}"#,
            "The value of \"name\" is an array; expected a string, a number, a boolean or null",
        ),
        (
            r#"{"foo":1,"config":{}}"#,
            "Unrecognized field \"foo\", 3 known properties: \"name\", \"config\", \"initial_state\"",
        ),
        (
            r#"{"config":{"a":"\ud800"}}"#,
            "Malformed string as the value of \"a\": unexpected end of hex escape at line 1 column 8",
        ),
        (
            r#"{"initial_state":1,"config":{}}"#,
            "\"1\" is not an initial_state; expected RUNNING, PAUSED or STOPPED",
        ),
    ] {
        assert_eq!(parse(body), Err(message.to_owned()), "{body}");
    }
    assert!(CreateConnector::parse(b"{\"name\":\"\xff\",\"config\":{}}").is_err());
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = format!(
        r#"{{"config":{{"a":{}1{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(parse(&deep).is_err());
}
