use super::*;

fn replaced(pattern: &str, replacement: &str, text: &str) -> Result<String, String> {
    let pattern = JavaPattern::compile("key", pattern).unwrap();
    let replaced = pattern.replace_first(text, replacement);
    replaced.map_err(|failure| failure.message)
}

#[test]
fn replacements_are_those_of_java() {
    let ok = |text: &str| Ok(text.to_owned());
    let error = |text: &str| Err(text.to_owned());
    for (replacement, expected) in [
        ("$1-$2", ok("x-yz.")),
        ("$0", ok("xyz.")),
        ("$12", ok("x2.")),
        ("${n}", ok("yz.")),
        (r"\$1\\", ok(r"$1\.")),
        ("", ok(".")),
        ("$3", error("No group 3")),
        (
            "$",
            error("Illegal group reference: group index is missing"),
        ),
        ("$a", error("Illegal group reference")),
        ("\\", error("character to be escaped is missing")),
        ("${m}", error("No group with name {m}")),
        (
            "${n",
            error("named capturing group is missing trailing '}'"),
        ),
        (
            "${1}",
            error("capturing group name {1} starts with digit character"),
        ),
    ] {
        assert_eq!(
            replaced("(x)(?<n>yz)", replacement, "xyz."),
            expected,
            "{replacement}"
        );
    }
    assert_eq!(replaced("(x)|(y)", "[$2]", "x"), ok("[]"));
    assert_eq!(replaced("a", "b", "ccc"), ok("ccc"));
}

#[test]
fn a_match_is_one_of_the_whole_text() {
    for (pattern, text, matches) in [
        ("a|ab", "ab", true),
        ("a|b", "ab", false),
        ("^a$", "a", true),
        ("(?x) a # comment", "a", true),
        ("(?:a#b)", "a#b", true),
        ("", "", true),
    ] {
        let compiled = JavaPattern::compile("key", pattern).unwrap();
        assert_eq!(compiled.matches(text), matches, "{pattern}");
    }
    let refused = JavaPattern::compile("key", "(").unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("Invalid value ( for configuration key: Invalid regex: ")
    );
}
