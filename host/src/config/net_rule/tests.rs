use super::*;

fn rule(text: &str) -> NetRule {
    NetRule::parse(text).unwrap()
}

#[track_caller]
fn check(text: &str, host: &str, port: u16, expected: bool) {
    let rule = rule(text);
    let host = Host::parse(host).unwrap();
    assert_eq!(
        rule.matches(&host) && rule.ports().contains(port),
        expected,
        "{text} and {host}:{port}"
    );
}

#[test]
fn rules_match_hosts_addresses_and_ports() {
    check("*", "anything.example", 1, true);
    check("*", "10.0.0.1", 1, true);
    check("*:443", "a", 80, false);
    check("db.example.com", "DB.example.com", 5432, true);
    check("db.example.com", "x.db.example.com", 5432, false);
    check("db.example.com:5432", "db.example.com", 5433, false);
    check("*.example.com", "a.b.example.com", 1, true);
    check("*.example.com", "example.com", 1, false);
    check("*.example.com", "notexample.com", 1, false);
    check("*.example.com:8000-8100", "a.example.com", 8100, true);
    check("*.example.com:8000-8100", "a.example.com", 8101, false);
    check("10.0.0.0/8", "10.255.0.1", 1, true);
    check("10.0.0.0/8", "11.0.0.1", 1, false);
    check("10.1.2.3/8:80", "10.9.9.9", 80, true);
    check("10.0.0.5:80", "10.0.0.5", 80, true);
    check("10.0.0.5:80", "10.0.0.6", 80, false);
    check("[fd00::/8]:80", "[fd00::5]", 80, true);
    check("fd00::/8", "[fd00::5]", 80, true);
    check("fd00::5", "[fd00::5]", 80, true);
    check("[::ffff:10.0.0.0/104]", "10.0.0.1", 80, true);
    check("10.0.0.0/8", "name.example", 80, false);
}

#[test]
fn only_a_whole_host_with_ports_spells_an_endpoint_out() {
    let spelled = |text: &str, host: &str| rule(text).spells_out(&Host::parse(host).unwrap());
    assert!(spelled("127.0.0.1:9092", "127.0.0.1"));
    assert!(spelled("kafka:9092", "kafka"));
    assert!(!spelled("127.0.0.1", "127.0.0.1"));
    assert!(!spelled("127.0.0.0/8:9092", "127.0.0.1"));
    assert!(!spelled("*:9092", "kafka"));
}

#[test]
fn what_is_no_rule_is_refused() {
    for text in [
        "",
        " ",
        "*:",
        "a:b",
        "a:70000",
        "a:9-1",
        "[a]:1",
        "[::1",
        "[::1]1",
        "10.0.0.0/33",
        "http://a",
        "a/b",
        "*.10.0.0.1",
        "a b",
        "*a.example.com",
    ] {
        assert!(NetRule::parse(text).is_err(), "{text}");
    }
}
