use super::*;

fn operator(tolerance: Tolerance) -> ToleranceOperator {
    ToleranceOperator::new(
        ErrorPolicy {
            tolerance,
            ..ErrorPolicy::default()
        },
        "c-0",
    )
}

#[test]
fn without_tolerance_a_failed_record_fails_the_task() {
    let mut operator = operator(Tolerance::None);
    let failure = operator
        .record_failed(
            Stage::ValueConverter,
            "X",
            Failure::new("a.B", "bad"),
            String::new,
        )
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n\
         Caused by: a.B: bad"
    );
    assert_eq!(operator.counts(), (1, 0));
}

#[test]
fn with_tolerance_a_failed_record_is_skipped_and_counted() {
    let mut operator = operator(Tolerance::All);
    let outcome = operator.record_failed(
        Stage::KeyConverter,
        "X",
        Failure::connect("bad"),
        String::new,
    );
    assert_eq!(outcome, Ok(()));
    assert_eq!(operator.counts(), (1, 1));
}

#[test]
fn a_trace_has_frames_and_causes() {
    let mut inner = Failure::connect("inner");
    inner.frames.push("at guest::poll".to_owned());
    let text = Failure::connect("outer").caused_by(inner).to_string();
    assert!(text.ends_with("inner\n\tat guest::poll"), "{text}");
}
