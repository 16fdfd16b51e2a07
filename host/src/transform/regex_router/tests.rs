use connect_data::ConnectRecord;

use crate::errors::Failure;
use crate::transform::tests::records::{apply, record};

fn routed(regex: &str, replacement: &str, topic: &str) -> Result<String, Failure> {
    let settings = [("regex", regex), ("replacement", replacement)];
    let before = ConnectRecord {
        topic: Some(topic.to_owned().into()),
        ..record(None, 1.into())
    };
    let after = apply("RegexRouter", &settings, before)?;
    Ok(after.topic.unwrap().into_owned())
}

#[test]
fn topics_that_match_as_a_whole_are_changed() {
    for (regex, replacement, topic, expected) in [
        ("foo", "bar", "foo", "bar"),
        ("foo", "bar", "orig", "orig"),
        ("foo", "bar", "foofoo", "foofoo"),
        ("(.*)", "prefix-$1", "orig", "prefix-orig"),
        ("(.*)", "$1-suffix", "orig", "orig-suffix"),
        (r"(.*)-(\d\d\d\d\d\d\d\d)", "$1", "index-20160117", "index"),
        // The first match may be shorter than the one that decided.
        ("a|ab", "x", "ab", "xb"),
    ] {
        assert_eq!(
            routed(regex, replacement, topic).unwrap(),
            expected,
            "{regex}"
        );
    }
}

#[test]
fn a_wrong_replacement_fails_records_that_match() {
    assert_eq!(routed("foo", "$1", "bar").unwrap(), "bar");
    let failure = routed("foo", "$1", "foo").unwrap_err();
    assert_eq!(
        failure.to_string(),
        "java.lang.IndexOutOfBoundsException: No group 1"
    );
    let nameless = ConnectRecord {
        topic: None,
        ..record(None, 1.into())
    };
    let settings = [("regex", "foo"), ("replacement", "x")];
    let failure = apply("RegexRouter", &settings, nameless).unwrap_err();
    assert_eq!(failure.class, "java.lang.NullPointerException");
}
