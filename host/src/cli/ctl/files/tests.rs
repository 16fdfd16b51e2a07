use super::*;

fn parsed(label: &str, content: &str) -> ConnectorFile {
    parse_connector(label.to_owned(), content.as_bytes())
        .unwrap_or_else(|error| panic!("{label}: {error}"))
}

fn refused(label: &str, content: &str) -> String {
    match parse_connector(label.to_owned(), content.as_bytes()) {
        Ok(file) => panic!("{content:?} was read as {file:?}"),
        Err(error) => error.to_string(),
    }
}

fn body(label: &str, content: &str) -> Value {
    let (_, body) = parsed(label, content).into_body(None).expect("a name");
    body
}

#[test]
fn the_body_of_post_connectors_is_sent_as_it_is() {
    let text = r#"{"name":"c","config":{"connector.class":"A","tasks.max":1,"x":null},"initial_state":"PAUSED","unknown":[1]}"#;
    assert_eq!(body("c.json", text).to_string(), text);
}

#[test]
fn a_configuration_becomes_a_body() {
    let expected = json!({"name": "c", "config": {"name": "c", "connector.class": "A", "n": 1}});
    let json = r#"{"name":"c","connector.class":"A","n":1}"#;
    assert_eq!(body("c.json", json), expected);
    assert_eq!(
        body("standard input", &format!("\u{feff} \n{json}")),
        expected
    );
    let expected = json!({"name": "c", "config": {"name": "c", "connector.class": "A", "n": "1"}});
    let properties = "# comment\nname = c\nconnector.class:A\nn=\\\n  1\n";
    assert_eq!(body("c.properties", properties), expected);
}

#[test]
fn a_body_may_have_its_name_in_the_configuration() {
    let found = body("c", r#"{"config":{"name":"c","connector.class":"A"}}"#);
    assert_eq!(found["name"], "c");
    let (name, _) = parsed("c", r#"{"name":7,"config":{}}"#)
        .into_body(None)
        .expect("a name");
    assert_eq!(name, "7");
}

#[test]
fn the_initial_state_is_added() {
    let file = parsed("c", r#"{"name":"c","connector.class":"A"}"#);
    let (_, body) = file.into_body(Some("STOPPED".to_owned())).expect("a name");
    assert_eq!(body["initial_state"], "STOPPED");
    assert!(body["config"].get("initial_state").is_none());
}

#[test]
fn a_key_named_config_is_a_key() {
    let file = parsed(
        "c.json",
        r#"{"name":"c","connector.class":"A","config":"x"}"#,
    );
    assert_eq!(file.into_config()["config"], "x");
}

#[test]
fn a_configuration_keeps_its_name_from_anywhere() {
    let flat = parsed("c", r#"{"connector.class":"A"}"#).into_config();
    assert_eq!(Value::Object(flat), json!({"connector.class": "A"}));
    let body = parsed("c", r#"{"name":"c","config":{"connector.class":"A"}}"#).into_config();
    assert_eq!(
        Value::Object(body),
        json!({"connector.class": "A", "name": "c"})
    );
}

#[test]
fn what_cannot_be_a_connector_is_refused_with_the_reason() {
    for (label, content, wanted) in [
        ("e.json", "", "e.json is empty"),
        ("e.properties", " \n\t", "e.properties is empty"),
        (
            "b.json",
            "{\"name\":",
            "b.json is not JSON: EOF while parsing a value at line 1 column 8",
        ),
        ("b.json", "name=c", "b.json is not JSON"),
        (
            "a.json",
            "[]",
            "a.json holds an array, but a connector is a JSON object",
        ),
        ("a.json", "\"x\"", "a.json holds a text"),
        (
            "n.json",
            r#"{"name":"c","a":{"b":1}}"#,
            "the value of \"a\" is an object",
        ),
        (
            "n.json",
            r#"{"name":"c","config":{"a":[]}}"#,
            "the value of \"a\" is an array",
        ),
        (
            "n.json",
            r#"{"name":"c","config":"x"}"#,
            "\"config\" is a text",
        ),
        ("c.yaml", "name: c", "c.yaml looks like YAML"),
        ("c.yml", "name: c", "c.yml looks like YAML"),
        (
            "p.properties",
            "a=1\nb=\\u12",
            "p.properties, line 2: malformed",
        ),
    ] {
        let said = refused(label, content);
        assert!(said.contains(wanted), "{said:?} lacks {wanted:?}");
    }
}

#[test]
fn a_connector_without_name_or_class_is_refused_where_they_are_needed() {
    for text in [
        "connector.class=A",
        r#"{"config":{}}"#,
        r#"{"name":"","config":{}}"#,
    ] {
        let said = parsed("c", text)
            .into_body(None)
            .expect_err(text)
            .to_string();
        assert!(said.contains("has no \"name\""), "{said}");
    }
    let said = parsed("c", "name=c")
        .class()
        .expect_err("no class")
        .to_string();
    assert!(said.contains("connector.class"), "{said}");
    let class = parsed("c", r#"{"name":"c","config":{"connector.class":"A"}}"#).class();
    assert_eq!(class.expect("a class"), "A");
}

#[test]
fn offsets_are_what_show_prints_or_the_list_in_it() {
    let list = r#"[{"partition":{"p":1},"offset":null}]"#;
    let whole = format!(r#"{{"offsets":{list}}}"#);
    let expected: Value = serde_json::from_str(&whole).expect("JSON");
    for text in [list, &whole] {
        assert_eq!(parse_offsets("o", text.as_bytes()).expect(text), expected);
    }
    for text in ["{}", "1", r#"{"offsets":{}}"#] {
        let said = parse_offsets("o", text.as_bytes())
            .expect_err(text)
            .to_string();
        assert!(said.contains("o holds no offsets"), "{said}");
    }
    assert!(matches!(
        parse_offsets("o", b"{"),
        Err(FileError::Json { .. })
    ));
}

#[test]
fn a_bad_argument_is_named_with_an_example() {
    let said = argument("partition", "{x")
        .expect_err("no JSON")
        .to_string();
    assert!(said.contains("The partition '{x' is not JSON"), "{said}");
    assert!(said.contains("kafka_topic"), "{said}");
    assert_eq!(argument("offset", "null").expect("null"), Value::Null);
}
