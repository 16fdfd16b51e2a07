use serde_json::json;

use super::super::status::tests::connector;
use super::*;

const SIZE: Option<TerminalSize> = Some(TerminalSize {
    columns: 10,
    rows: 4,
});

fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_picture_is_drawn_over_the_one_before() {
    let (first, drawn) = picture(&lines(&["a", "b"]), 0, SIZE);
    assert_eq!((first.as_str(), drawn), ("\r\u{1b}[Ja\nb\n", 2));
    let (second, drawn) = picture(&lines(&["c"]), drawn, SIZE);
    assert_eq!((second.as_str(), drawn), ("\u{1b}[2A\r\u{1b}[Jc\n", 1));
}

#[test]
fn a_picture_never_wraps_or_scrolls() {
    let (text, drawn) = picture(
        &lines(&["0123456789abc", "日本日本日本", "c", "d", "e"]),
        0,
        SIZE,
    );
    assert_eq!(text, "\r\u{1b}[J0123456789\n日本日本日\n... 3 more\n");
    assert_eq!(drawn, 3);
    let (text, drawn) = picture(&lines(&["a", "b", "c"]), 0, SIZE);
    assert_eq!((text.as_str(), drawn), ("\r\u{1b}[Ja\nb\nc\n", 3));
    let all = lines(&["x"; 100]);
    assert_eq!(picture(&all, 0, None).1, 100);
}

#[test]
fn only_changes_are_lines() {
    let mut seen = BTreeMap::new();
    let at = |tasks: &[(i64, &str, &str)]| status::rows(&[connector("a", tasks)]);
    let first = changes(&mut seen, at(&[(0, "RUNNING", "")]));
    assert_eq!(first, ["a RUNNING w:1", "a task 0 RUNNING w:1"]);
    assert_eq!(changes(&mut seen, at(&[(0, "RUNNING", "")])), [""; 0]);
    let failed = changes(&mut seen, at(&[(0, "FAILED", "why\n\tat x")]));
    assert_eq!(failed, ["a task 0 FAILED w:1: why"]);
    assert_eq!(changes(&mut seen, at(&[])), ["a task 0 gone"]);
    assert_eq!(changes(&mut seen, Vec::new()), ["a gone"]);
    assert_eq!(changes(&mut seen, at(&[])), ["a RUNNING w:1"]);
}

#[test]
fn json_is_one_document_for_each_change() {
    let mut view = View::Json { seen: None };
    let statuses = |json: Value| Statuses {
        json,
        connectors: Vec::new(),
    };
    let first = view.statuses("http://w", &statuses(json!({"a": 1})));
    assert_eq!(first, "{\"a\":1}\n");
    assert_eq!(view.statuses("http://w", &statuses(json!({"a": 1}))), "");
    assert_eq!(view.statuses("http://w", &statuses(json!({}))), "{}\n");
}

#[test]
fn a_worker_that_went_and_came_back_is_told_once_each() {
    let gone = || CtlError::Unreachable {
        asked: Box::new(super::super::error::Asked {
            purpose: "show".to_owned(),
            method: "GET",
            url: "http://w/x".to_owned(),
            proxy: None,
            connector: None,
            since: None,
        }),
        why: super::super::error::Unreachable::Refused,
    };
    let mut view = View::Lines {
        seen: BTreeMap::new(),
        trouble: None,
    };
    let told = view.trouble(&gone());
    assert!(
        told.ends_with("Cannot show: GET http://w/x: connection refused\n"),
        "{told}"
    );
    assert_eq!(view.trouble(&gone()), "");
    let back = Statuses {
        json: Value::Null,
        connectors: vec![connector("a", &[])],
    };
    let told = view.statuses("http://w", &back);
    let texts: Vec<&str> = told.lines().map(|line| &line[21..]).collect();
    assert_eq!(texts, ["http://w answers again", "a RUNNING w:1"]);
    assert_eq!(view.statuses("http://w", &back), "");
}
