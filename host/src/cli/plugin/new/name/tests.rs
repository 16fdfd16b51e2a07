use super::*;

#[test]
fn types_are_named_after_the_crate() {
    let stem = |name: &str| CrateName::parse(name).unwrap().type_stem();
    assert_eq!(stem("price-source"), "PriceSource");
    assert_eq!(stem("price_source-connector"), "PriceSource");
    assert_eq!(stem("connector"), "Connector");
    assert_eq!(stem("a--b2"), "AB2");
}

#[test]
fn what_no_crate_is_called_is_refused() {
    for name in [
        "",
        "Price",
        "1st",
        "-a",
        "_a",
        "a b",
        "a/b",
        "../a",
        "ä",
        "a.b",
        &"a".repeat(65),
    ] {
        let refused = CrateName::parse(name).unwrap_err();
        assert_eq!(refused, NameError::Characters(name.to_owned()));
    }
    for name in ["fn", "test", "connect-sdk", "sdk"] {
        let refused = CrateName::parse(name).unwrap_err();
        assert_eq!(refused, NameError::Taken(name.to_owned()));
    }
}
