use std::sync::Arc;

use tokio::time::Instant;

use super::*;
use crate::config::connector::{ErrorSettings, Tolerance};
use crate::metrics::{Metrics, TaskErrors, TaskLabels};

fn settings(tolerance: Tolerance) -> ErrorSettings {
    ErrorSettings {
        retry_timeout_ms: 0,
        retry_delay_max_ms: 60_000,
        tolerance,
        log_enable: false,
        log_include_messages: false,
    }
}

fn operator_of(settings: ErrorSettings) -> (RetryWithToleranceOperator, Arc<TaskErrors>) {
    let counts = Metrics::default().task(TaskLabels::default());
    let operator = RetryWithToleranceOperator::new(settings, "c-0", counts.clone());
    (operator, counts)
}

fn operation(failure: &Failure) -> FailedOperation<'_> {
    FailedOperation {
        stage: Stage::ValueConverter,
        class: "X",
        failure,
    }
}

fn retriable() -> Failure {
    Failure::new(
        "org.apache.kafka.connect.errors.RetriableException",
        "later",
    )
}

/// What an operation that never succeeds is made to wait, and how long it is tried.
async fn delays(settings: ErrorSettings, tries: usize) -> (Vec<u64>, bool) {
    let (operator, _) = operator_of(settings);
    let mut retries = Retries::default();
    let mut delays = Vec::new();
    for _ in 0..tries {
        match operator.attempt_failed(&mut retries, &retriable(), Instant::now()) {
            NextStep::GiveUp => return (delays, true),
            NextStep::Retry(delay) => {
                delays.push(u64::try_from(delay.as_millis()).unwrap());
                tokio::time::advance(delay).await;
            }
        }
    }
    (delays, false)
}

#[tokio::test(start_paused = true)]
async fn delays_double_and_the_last_one_ends_with_the_timeout() {
    let limited = ErrorSettings {
        retry_timeout_ms: 6_000,
        ..settings(Tolerance::All)
    };
    let waited = delays(limited, 100).await;
    assert_eq!(waited, (vec![300, 600, 1_200, 2_400, 1_500], true));
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_there_is_no_retry_and_a_negative_one_is_unlimited() {
    let none = delays(settings(Tolerance::All), 10).await;
    assert_eq!(none, (vec![], true));
    let unlimited = ErrorSettings {
        retry_timeout_ms: -1,
        retry_delay_max_ms: i64::MAX,
        ..settings(Tolerance::All)
    };
    let (delays, gave_up) = delays(unlimited, 8).await;
    assert_eq!(
        delays,
        [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400]
    );
    assert!(!gave_up);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_maximum_delays_are_random_and_below_it() {
    let bounded = ErrorSettings {
        retry_timeout_ms: -1,
        retry_delay_max_ms: 1_000,
        ..settings(Tolerance::All)
    };
    let (waited, _) = delays(bounded.clone(), 200).await;
    assert_eq!(waited[..2], [300, 600]);
    assert!(waited[2..].iter().all(|delay| *delay < 1_000), "{waited:?}");
    let mut different = waited[2..].to_vec();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 50, "they are drawn: {waited:?}");
    let none = ErrorSettings {
        retry_delay_max_ms: 0,
        ..bounded
    };
    assert_eq!(delays(none, 3).await.0, [0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_retriable_is_not_tried_again() {
    let (operator, counts) = operator_of(ErrorSettings {
        retry_timeout_ms: -1,
        ..settings(Tolerance::All)
    });
    let next = operator.attempt_failed(
        &mut Retries::default(),
        &Failure::connect("bad"),
        Instant::now(),
    );
    assert_eq!(next, NextStep::GiveUp);
    assert_eq!(counts.record_failures.get(), 1);
}

#[test]
fn without_tolerance_a_failed_record_fails_the_task_and_so_does_every_later_one() {
    let (mut operator, counts) = operator_of(settings(Tolerance::None));
    let bad = Failure::new("a.B", "bad");
    assert_eq!(operator.within_tolerance(&bad), Ok(()));
    let failure = operator
        .record_failed(operation(&bad), String::new)
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n\
         Caused by: a.B: bad"
    );
    assert_eq!(operator.within_tolerance(&bad), Err(failure));
    assert_eq!(counts.record_errors.get(), 1);
    assert_eq!(counts.records_skipped.get(), 0);
    assert!(counts.last_error_timestamp.get() > 0);
}

#[test]
fn with_tolerance_a_failed_record_is_skipped_and_counted() {
    let (mut operator, counts) = operator_of(settings(Tolerance::All));
    let bad = Failure::connect("bad");
    let outcome = operator.record_failed(operation(&bad), String::new);
    assert_eq!(outcome, Ok(()));
    let reported = operator.failure_reported(operation(&bad), String::new);
    assert_eq!(reported, Ok(()));
    assert_eq!(counts.record_errors.get(), 1);
    assert_eq!(counts.records_skipped.get(), 1);
    assert_eq!(counts.record_failures.get(), 1, "of the one reported");
}

/// Kafka skips it, and loses it.
#[test]
fn a_record_whose_time_ran_out_fails_the_task_without_tolerance() {
    let (mut operator, counts) = operator_of(settings(Tolerance::None));
    let outcome = operator.record_failed(operation(&retriable()), String::new);
    assert!(outcome.is_err());
    assert_eq!(counts.records_skipped.get(), 0);
}

#[test]
fn a_report_without_tolerance_is_the_failure_of_the_task() {
    let (mut operator, counts) = operator_of(settings(Tolerance::None));
    let bad = Failure::connect("bad");
    let reported = operator.failure_reported(operation(&bad), String::new);
    assert!(reported.is_err());
    assert_eq!(counts.record_errors.get(), 1);
}

#[test]
fn a_line_is_logged_when_asked_for_and_shows_the_record_when_asked_for() {
    for (log, messages, shown) in [(false, true, 0), (true, false, 0), (true, true, 1)] {
        let (mut operator, counts) = operator_of(ErrorSettings {
            log_enable: log,
            log_include_messages: messages,
            ..settings(Tolerance::All)
        });
        let mut asked = 0;
        let bad = Failure::connect("bad");
        operator
            .record_failed(operation(&bad), || {
                asked += 1;
                "the record".to_owned()
            })
            .unwrap();
        assert_eq!(asked, shown, "log {log}, messages {messages}");
        assert_eq!(counts.errors_logged.get(), u64::from(log));
    }
}

#[test]
fn a_trace_has_frames_and_causes() {
    let mut inner = Failure::connect("inner");
    inner.frames.push("at guest::poll".to_owned());
    let text = Failure::connect("outer").caused_by(inner).to_string();
    assert!(text.ends_with("inner\n\tat guest::poll"), "{text}");
}
