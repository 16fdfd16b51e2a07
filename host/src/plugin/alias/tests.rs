use super::*;

const CLASSES: &[&[&str]] = &[
    &[
        "io.example.file.FileSourceConnector",
        "org.apache.kafka.connect.file.FileStreamSourceConnector",
    ],
    &["io.example.jdbc.JdbcSink"],
    &["a.Twice"],
    &["b.TwiceConnector"],
    &["c.Outer$Inner"],
    &["a.Same", "b.Same"],
];

fn check(wanted: &str, expected: Match) {
    assert_eq!(
        find(wanted, CLASSES.iter().map(|names| names.to_vec())),
        expected,
        "{wanted}"
    );
}

#[test]
fn full_names_simple_names_and_shortened_names_find_their_class() {
    check("io.example.file.FileSourceConnector", Match::One(0));
    check(
        "org.apache.kafka.connect.file.FileStreamSourceConnector",
        Match::One(0),
    );
    check("FileStreamSourceConnector", Match::One(0));
    check("FileStreamSource", Match::One(0));
    check("FileSource", Match::One(0));
    check("JdbcSink", Match::One(1));
    check("Inner", Match::One(4));
    check("Same", Match::One(5));
}

#[test]
fn other_names_find_nothing() {
    for wanted in [
        "",
        "filestreamsource",
        "FileStream",
        "org.apache.FileStreamSource",
        "Connector",
        "JdbcSinkConnector",
    ] {
        check(wanted, Match::None);
    }
}

#[test]
fn a_simple_name_of_two_classes_is_ambiguous_and_a_full_name_never() {
    check("Twice", Match::Many);
    check("TwiceConnector", Match::One(3));
    check("a.Twice", Match::One(2));
}
