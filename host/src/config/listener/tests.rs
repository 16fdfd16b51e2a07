use super::*;

fn listener(text: &str) -> Listener {
    Listener::parse(text).unwrap()
}

fn parsed(text: &str) -> String {
    Listener::parse(text).map_or_else(|error| error.to_string(), |one| one.to_string())
}

#[test]
fn listeners() {
    assert_eq!(
        listener("http://:8083"),
        Listener {
            scheme: Scheme::Http,
            host: String::new(),
            port: 8083
        }
    );
    assert_eq!(
        parsed("HTTPS://my-host.example:0"),
        "https://my-host.example:0"
    );
    assert_eq!(listener("http://[::1%eth0]:80").host, "::1%eth0");
    assert_eq!(parsed("http://[::1]:80"), "http://[::1]:80");
    for bad in [
        "foo",
        "http://host",
        "http://:x",
        "http://a b:1",
        "http://:1/x",
    ] {
        let expected = format!(
            "Listener doesn't have the right format (protocol://hostname:port). Found: '{bad}'"
        );
        assert_eq!(parsed(bad), expected);
    }
    let protocol = "Listener protocol must be either \"http\" or \"https\". Found: 'ftp://x:1'";
    assert_eq!(parsed("ftp://x:1"), protocol);
    assert_eq!(
        parsed("http://:-1"),
        "Listener port must be between 0 and 65535. Found: 'http://:-1'"
    );
    assert_eq!(
        parsed("http://:65536"),
        "Listener port must be between 0 and 65535. Found: 'http://:65536'"
    );
}

fn settings(host: &str, port: Option<u16>, protocol: &str) -> AdvertisedSettings {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    AdvertisedSettings {
        host: text(host),
        port,
        protocol: text(protocol),
    }
}

fn check(settings: &AdvertisedSettings, listeners: &[&str], expected: &str) {
    let listeners: Vec<Listener> = listeners.iter().map(|text| listener(text)).collect();
    let bound: Vec<SocketAddr> = (0..listeners.len())
        .map(|index| format!("0.0.0.0:{}", 50_000 + index).parse().unwrap())
        .collect();
    let address = AdvertisedAddress::choose(settings, &listeners, &bound, "10.0.0.7");
    assert_eq!(address.url(), expected);
    let without_protocol = expected.split_once("://").unwrap().1;
    assert_eq!(address.worker_id(), without_protocol.trim_end_matches('/'));
}

#[test]
fn advertised_addresses() {
    let none = AdvertisedSettings::default();
    check(&none, &["http://:8083"], "http://10.0.0.7:8083/");
    check(&none, &["http://host:8083"], "http://host:8083/");
    check(&none, &["http://host:0"], "http://host:50000/");
    check(&none, &["http://[::1]:8083"], "http://[::1]:8083/");
    check(&none, &["https://a:1", "http://b:2"], "http://b:2/");
    check(&none, &["https://a:1"], "https://a:1/");
    check(
        &settings("", None, "https"),
        &["http://b:2", "https://a:0"],
        "https://a:50001/",
    );
    check(
        &settings("", None, "https"),
        &["http://b:2"],
        "https://10.0.0.7:50000/",
    );
    check(
        &settings("public", Some(80), ""),
        &["http://b:2"],
        "http://public:80/",
    );
}

#[test]
fn header_rules() {
    let rules = parse_header_rules(
        r#" add Cache-Control: no-cache, "set Vary:a,\"b\"" x, setDate Expires:1,addDate X: 0,SETDate Y:1:, "#,
    )
    .unwrap();
    let rule = |action, name: &str, value: &str| HeaderRule {
        action,
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let expected = [
        rule(HeaderAction::Add, "Cache-Control", "no-cache"),
        rule(HeaderAction::Set, "Vary", "a,\"b\""),
        rule(HeaderAction::SetDate, "Expires", "1"),
        rule(HeaderAction::AddDate, "X", "0"),
        rule(HeaderAction::SetDate, "Y", "1:"),
    ];
    assert_eq!(rules, expected);
    assert_eq!(parse_header_rules(" "), Ok(vec![]));
    // Kafka's check passes these, and Jetty reads them so.
    let odd = parse_header_rules("setdate A: 1000, ADD B: 2, addDATE C: 3").unwrap();
    let expected = [
        rule(HeaderAction::Set, "A", "1000"),
        rule(HeaderAction::Set, "B", "2"),
        rule(HeaderAction::Add, "C", "3"),
    ];
    assert_eq!(odd, expected);
}

#[test]
fn header_rules_that_are_refused() {
    let format = |item: &str| {
        format!(
            "Invalid format of header config '{item}'. Expected: '[action] [header name]:[header value]'"
        )
    };
    let pair = |pair: &str| {
        format!(
            "Invalid format of header name and header value pair '{pair}'. Expected: '[header name]:[header value]'"
        )
    };
    let name = |name: &str| {
        format!("Invalid header name '{name}'. The '[header name]' cannot contain whitespace")
    };
    for (bad, message) in [
        ("set", format("set")),
        ("set X: 1,,set Y: 2", format("")),
        ("add Cache-Control: no-cache, no-store", format("no-store")),
        (
            "foo bar:1",
            "Invalid header config action: 'foo'. Expected one of [set, add, setDate, addDate]"
                .to_owned(),
        ),
        ("set a:b:c", pair("a:b:c")),
        ("set X:", pair("X:")),
        ("set X", pair("X")),
        ("set a b:c", name("a b")),
        ("set : 1", name("")),
    ] {
        assert_eq!(parse_header_rules(bad).unwrap_err(), message);
    }
}
