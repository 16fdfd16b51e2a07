use super::*;

#[test]
fn paths_are_split_at_dots_outside_of_backticks() {
    for (path, steps) in [
        ("", &[][..]),
        ("foo.bar.baz", &["foo", "bar", "baz"]),
        ("..", &["", "", ""]),
        ("foo..", &["foo", "", ""]),
        ("`foo.bar`.baz", &["foo.bar", "baz"]),
        ("foo`bar`baz", &["foo`bar`baz"]),
        ("foo.``bar.baz`", &["foo", "`bar.baz"]),
        ("foo.`ba`r.baz`", &["foo", "ba`r.baz"]),
        ("foo.ba`r.baz", &["foo", "ba`r", "baz"]),
        ("foo.``bar``.baz", &["foo", "`bar`", "baz"]),
        (r"foo.`bar\`.baz`", &["foo", "bar`.baz"]),
        (r"foo.`bar\\`.\`baz`", &["foo", r"bar\`.\`baz"]),
    ] {
        assert_eq!(FieldPath::parse(path).unwrap().steps, steps, "{path}");
        assert_eq!(FieldPath::of_name(path).steps, [path]);
    }
}

#[test]
fn a_backtick_must_be_closed() {
    for (path, position) in [("foo.`bar.baz", 4), ("`", 0), (r"`a\`", 0), ("é.😀.`x", 5)] {
        assert_eq!(
            FieldPath::parse(path).unwrap_err().to_string(),
            format!(
                "Incomplete backtick pair in path: [{path}], consider adding a backslash before \
                 backtick at position {position} to escape it"
            )
        );
    }
}
