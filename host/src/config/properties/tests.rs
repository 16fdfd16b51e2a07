use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: &[(&str, &str)]) {
    let entries = parse(text.as_bytes()).unwrap();
    let entries: Vec<(&str, &str)> = entries
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(entries, expected, "{text:?}");
}

fn check_error(text: &str, expected: &str) {
    assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), expected);
}

#[test]
fn separators() {
    for line in [
        "k=v",
        "k:v",
        "k v",
        "k\tv",
        "k = v",
        "k : v",
        "  k  =\t v",
        "\u{c}k\u{c}v",
    ] {
        check(line, &[("k", "v")]);
    }
    check("k==v", &[("k", "=v")]);
    check("k :=v", &[("k", "=v")]);
    check("k=v w ", &[("k", "v w ")]);
    check("k", &[("k", "")]);
    check("=v", &[("", "v")]);
    check("listeners=http://:8083", &[("listeners", "http://:8083")]);
}

#[test]
fn comments_and_blank_lines() {
    check(
        "# a=b\n\n \t\n! c=d\n  # e=f\r\ng=h # no comment",
        &[("g", "h # no comment")],
    );
    check("#a\\\nb=c", &[("b", "c")]);
}

#[test]
fn line_ends_and_continuations() {
    check(
        "a=1\nb=2\r\nc=3\rd=4",
        &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")],
    );
    check("a=1,\\\n   2,\\\r\n\t3\nb=4", &[("a", "1,2,3"), ("b", "4")]);
    check("a=1\\\\\nb=2", &[("a", "1\\"), ("b", "2")]);
    check("a=1\\\n#2", &[("a", "1#2")]);
    check("a=1\\\n\nb=2", &[("a", "1"), ("b", "2")]);
    check("a=1\\", &[("a", "1")]);
    check("\\", &[]);
    check("", &[]);
}

#[test]
fn escapes() {
    check(
        r"a\=b\:c\ d=e\tf\ng\rh\fi\\j\qk",
        &[("a=b:c d", "e\tf\ng\rh\u{c}i\\jqk")],
    );
    check(r"a=\u00e9\u20AC\uD83D\uDE00", &[("a", "é€😀")]);
    assert_eq!(parse(b"a=\xe9").unwrap()["a"], "é");
    assert_eq!(parse_text("a=é€").unwrap()["a"], "é€");
}

#[test]
fn the_last_of_equal_keys_counts() {
    check("a=1\nb=2\na=3", &[("a", "3"), ("b", "2")]);
}

#[test]
fn errors_name_file_and_line() {
    let malformed = "malformed \\uxxxx encoding: `\\u` must be followed by four hexadecimal digits";
    check_error("a=b\n\n# c\n k=\\u12", &format!("line 4: {malformed}"));
    check_error("k=\\u12x4", &format!("line 1: {malformed}"));
    let lone = "line 2: `\\ud83d` is half of a surrogate pair and the other half is missing";
    check_error("\nk=\\ud83d", lone);
    check_error("\nk=\\ud83d\\u0041", lone);
    let error = parse_file("worker.properties", b"a=1\\\nb\nc=\\u").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("Could not read properties from file worker.properties, line 3: {malformed}")
    );
}

/// Writes text so that it is read back, as java.util.Properties.store does.
fn escaped(text: &str) -> String {
    let mut result = String::new();
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)).filter(char::is_ascii_graphic) {
            Some(plain) if !"=:#!\\".contains(plain) => result.push(plain),
            Some(special) => result.extend(['\\', special]),
            None => result.push_str(&format!("\\u{unit:04x}")),
        }
    }
    result
}

proptest! {
    #[test]
    fn what_is_escaped_is_read(entries in prop::collection::vec((any::<String>(), any::<String>()), 0..8)) {
        let text: String =
            entries.iter().map(|(key, value)| format!("{}={}\n", escaped(key), escaped(value))).collect();
        let expected: ConfigMap = entries.into_iter().collect();
        prop_assert_eq!(parse(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn any_bytes_give_entries_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn any_syntax_gives_entries_or_an_error(text in r"[ab=: \t\n\r\\#!u0dD8]{0,40}") {
        let _ = parse(text.as_bytes());
    }
}
