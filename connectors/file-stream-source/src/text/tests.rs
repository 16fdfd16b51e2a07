use super::*;

fn check(bytes: &[u8], expected: &str) {
    assert_eq!(decode(bytes), expected, "{bytes:02x?}");
}

#[test]
fn valid_text_is_borrowed() {
    assert!(matches!(
        decode("grüße 😀".as_bytes()),
        Cow::Borrowed("grüße 😀")
    ));
}

#[test]
fn malformed_bytes_become_what_java_makes_of_them() {
    check(b"a\xffb", "a\u{fffd}b");
    check(b"\xc0\x80", "\u{fffd}\u{fffd}");
    check(b"\xe2\x82", "\u{fffd}");
    check(b"\xe2\x82x", "\u{fffd}x");
    check(b"\xf0\x9f\x98", "\u{fffd}");
    check(b"\xf0\x9f\x98x", "\u{fffd}x");
    check(b"\xf5\x80\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
    check(b"\xf4\x90\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
    check(b"\xe0\x80\x80", "\u{fffd}\u{fffd}\u{fffd}");
}

#[test]
fn an_encoded_surrogate_becomes_one_character() {
    check(b"\xed\xa0\x80", "\u{fffd}");
    check(b"x\xed\xbf\xbfy", "x\u{fffd}y");
    check(b"\xed\xa0", "\u{fffd}");
    check(b"\xed\xa0z", "\u{fffd}z");
    check(b"\xed", "\u{fffd}");
}
