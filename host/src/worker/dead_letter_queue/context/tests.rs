use super::*;
use crate::errors::{Failure, Stage};
use crate::ids::ConnectorName;

fn headers(failure: &Failure, origin: Origin<'_>) -> Vec<(String, Option<String>)> {
    let task = ConnectorTaskId::new(ConnectorName::new("c"), 2);
    let operation = FailedOperation {
        stage: Stage::ValueConverter,
        class: "a.Converter",
        failure,
    };
    context_headers(&task, operation, origin)
        .into_iter()
        .map(|(name, value)| {
            let name = name.strip_prefix("__connect.errors.").unwrap().to_owned();
            (name, value.map(|value| String::from_utf8(value).unwrap()))
        })
        .collect()
}

fn text(name: &str, value: &str) -> (String, Option<String>) {
    (name.to_owned(), Some(value.to_owned()))
}

#[test]
fn headers_are_those_of_kafka_in_its_order() {
    let failure = Failure::new("a.Bad", "no").caused_by(Failure::new("b.Worse", "never"));
    let origin = Origin {
        topic: Some("t"),
        partition: Some(3),
        offset: Some(77),
        ..Origin::default()
    };
    assert_eq!(
        headers(&failure, origin),
        [
            text("topic", "t"),
            text("partition", "3"),
            text("offset", "77"),
            text("connector.name", "c"),
            text("task.id", "2"),
            text("stage", "VALUE_CONVERTER"),
            text("class.name", "a.Converter"),
            text("exception.class.name", "a.Bad"),
            text("exception.message", "no"),
            text(
                "exception.stacktrace",
                "a.Bad: no\nCaused by: b.Worse: never\n"
            ),
        ]
    );
}

#[test]
fn what_is_not_known_is_left_out_and_a_missing_message_is_null() {
    let origin = Origin {
        source_partition: Some("{file=x}".to_owned()),
        ..Origin::default()
    };
    let headers = headers(&Failure::new("java.lang.NullPointerException", ""), origin);
    assert_eq!(headers[0], text("source.partition", "{file=x}"));
    assert_eq!(headers[1], text("connector.name", "c"));
    assert_eq!(headers[6], ("exception.message".to_owned(), None));
    assert_eq!(
        headers[7],
        text("exception.stacktrace", "java.lang.NullPointerException\n")
    );
}
