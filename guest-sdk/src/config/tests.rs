use super::*;

#[test]
fn typed_reads_give_kafkas_texts() {
    let config = Config::from([("n", " 7 "), ("x", "abc"), ("l", "a, b"), ("b", "TRUE")]);
    assert_eq!(config.int("n"), Ok(7));
    assert_eq!(config.list("l"), Ok(vec!["a", "b"]));
    assert_eq!(config.boolean("b"), Ok(true));
    assert_eq!(
        config.int("x").unwrap_err().message(),
        "Invalid value abc for configuration x: Not a number of type INT"
    );
    assert_eq!(
        config.boolean("x").unwrap_err().message(),
        "Invalid value abc for configuration x: Expected value to be either true or false"
    );
    assert_eq!(
        config.text("gone").unwrap_err().message(),
        "Missing required configuration \"gone\" which has no default value."
    );
}

#[test]
fn a_key_occurs_once() {
    let config = Config::from([("a", "1"), ("b", "2"), ("a", "3")]);
    assert_eq!(config.iter().collect::<Vec<_>>(), [("a", "3"), ("b", "2")]);
}
