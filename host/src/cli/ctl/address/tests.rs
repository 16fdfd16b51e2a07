use super::*;

fn address(text: &str) -> Address {
    Address::parse(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str, user: Option<&str>) -> AddressError {
    match Address::parse(text, user) {
        Ok(address) => panic!("{text} was read as {}", address.base()),
        Err(error) => error,
    }
}

#[test]
fn scheme_and_slash_may_be_missing_or_there() {
    for text in [
        "http://worker:8083",
        "http://worker:8083/",
        "worker:8083",
        " worker:8083/ ",
    ] {
        assert_eq!(address(text).base(), "http://worker:8083", "{text}");
    }
    assert_eq!(address("https://w/connect/").base(), "https://w/connect");
    assert_eq!(address("http://[::1]:8083").base(), "http://[::1]:8083");
}

#[test]
fn names_are_percent_encoded_whatever_they_hold() {
    let base = address("http://w:8083");
    for (name, encoded) in [
        ("plain-1_a.b~c", "plain-1_a.b~c"),
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("käse", "k%C3%A4se"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("50%", "50%25"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\\b\n", "a%5Cb%0A"),
        (".", "%2E"),
        ("..", "%2E%2E"),
        ("...", "..."),
    ] {
        let url = base.join(&["connectors", name, "status"]);
        assert_eq!(url, format!("http://w:8083/connectors/{encoded}/status"));
    }
}

#[test]
fn credentials_come_from_the_address_or_from_user_and_stay_out_of_the_address() {
    let from_url = address("http://anna:p%40ss%3A@w:8083");
    assert_eq!(from_url.base(), "http://w:8083");
    // anna:p@ss:
    assert_eq!(from_url.authorization(), Some("Basic YW5uYTpwQHNzOg=="));
    let both = Address::parse("http://anna:old@w", Some("bert:a:b")).expect("both");
    // bert:a:b
    assert_eq!(both.authorization(), Some("Basic YmVydDphOmI="));
    assert!(!both.base().contains("old"));
    assert_eq!(address("http://w").authorization(), None);
}

#[test]
fn what_is_no_address_is_refused_without_repeating_it() {
    assert!(matches!(refused("http://", None), AddressError::NotUrl(_)));
    assert!(matches!(
        refused("http://u:secret@w:99999", None),
        AddressError::NotUrl(_)
    ));
    assert!(
        !refused("http://u:secret@w:99999", None)
            .to_string()
            .contains("secret")
    );
    assert_eq!(
        refused("ftp://w", None),
        AddressError::Scheme("ftp".to_owned())
    );
    assert_eq!(refused("http://w/?a=b", None), AddressError::Query);
    assert_eq!(refused("http://w", Some("anna")), AddressError::User);
}

#[test]
fn this_machine_is_known() {
    for text in [
        "localhost:1",
        "127.0.0.1:1",
        "http://[::1]:1",
        "http://a.localhost",
    ] {
        assert!(address(text).is_loopback(), "{text}");
    }
    assert!(!address("http://worker:1").is_loopback());
}
