use super::*;

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn check(content: &str, expected: &[(&str, &str)]) -> ConnectorRequest {
    let request = parse(content.as_bytes(), "f").unwrap();
    assert_eq!(request.config, config(expected), "{content}");
    assert_eq!(request.name, request.config["name"]);
    request
}

fn check_error(content: &str, expected: &str) {
    assert_eq!(
        parse(content.as_bytes(), "f").unwrap_err().to_string(),
        expected
    );
}

#[test]
fn an_object_of_scalars() {
    let request = check(
        r#"{"name":"c","tasks.max":1,"x":1.50e3,"y":true,"z":"ü","n":null}"#,
        &[
            ("name", "c"),
            ("tasks.max", "1"),
            ("x", "1.50e3"),
            ("y", "true"),
            ("z", "ü"),
        ],
    );
    assert_eq!(request.nulls, ["n"]);
    assert_eq!(request.initial_state, None);
    check("\u{feff} {\"name\":\"c\"} and more", &[("name", "c")]);
    check_error(
        r#"{"topic":"t"}"#,
        "Connector configuration at 'f' is missing the mandatory 'name' configuration",
    );
}

#[test]
fn the_shape_of_a_request() {
    let expected = [("a", "1"), ("name", "c")];
    let request = check(r#"{"name":"c","config":{"a":1},"more":[1]}"#, &expected);
    assert_eq!(request.initial_state, None);
    for (text, state) in [
        ("STOPPED", InitialState::Stopped),
        ("paused", InitialState::Paused),
        ("Running", InitialState::Running),
    ] {
        let json =
            format!(r#"{{"name":"c","config":{{"a":1,"name":"c"}},"initial_state":"{text}"}}"#);
        assert_eq!(check(&json, &expected).initial_state, Some(state));
    }
    check_error(
        r#"{"name":"c","config":{"name":"d"}}"#,
        "Connector name configuration in 'config' doesn't match the one specified in 'name' at 'f'",
    );
}

#[test]
fn properties() {
    let expected = [("name", "c"), ("file", "a b")];
    check("# source\nname=c\nfile=a\\\n  \\ b\n", &expected);
    check_error(
        "file=x",
        "Connector configuration at 'f' is missing the mandatory 'name' configuration",
    );
    check_error(
        "",
        "Connector configuration at 'f' is missing the mandatory 'name' configuration",
    );
    check_error(
        "name=\\u1",
        "Could not read properties from file f, line 1: malformed \\uxxxx encoding: `\\u` must be followed by four hexadecimal digits",
    );
}

#[test]
fn json_of_no_known_shape_is_told() {
    let begin = "Connector configuration at 'f' is missing the mandatory 'name' configuration (it was read as properties, because it is not a connector in JSON: ";
    let check = |content: &str, why: &str| check_error(content, &format!("{begin}{why})"));
    check(
        r#"{"name":"c","config":{"a":{}}}"#,
        "the value of 'a' is not a scalar",
    );
    check(r#"{"name":"c","x":[]}"#, "there is no 'config' object");
    check(
        r#"{"name":"c","config":{},"initial_state":"gone"}"#,
        "'initial_state' is not one of RUNNING, PAUSED, STOPPED",
    );
    check(
        r#"{"name":"c""#,
        "EOF while parsing an object at line 1 column 11",
    );
}
