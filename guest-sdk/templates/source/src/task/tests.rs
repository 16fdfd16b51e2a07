//! Native tests: `connect_sdk::testing` stands in for the worker, and waits take no time.

use std::rc::Rc;

use connect_sdk::testing::{self, FakeOffsets};

use super::*;

fn task(offsets: FakeOffsets) -> {{Type}}Task {
    let config = Config::from([(TOPIC, "t"), (MESSAGE, "Hello"), (INTERVAL_MS, "2000")]);
    let context = testing::source_task_context(Rc::new(offsets));
    {{Type}}Task::start(context, config).expect("the task starts")
}

/// The values of the next records.
fn next_values(task: &mut {{Type}}Task, count: usize) -> Vec<String> {
    let mut values = Vec::new();
    while values.len() < count {
        let records = testing::poll(task).expect("a poll succeeds");
        values.extend(records.iter().map(|record| record.value.to_java_string()));
    }
    values
}

#[test]
fn records_are_numbered() {
    let mut task = task(FakeOffsets::default());
    assert_eq!(next_values(&mut task, 3), ["Hello 0", "Hello 1", "Hello 2"]);
}

#[test]
fn it_goes_on_behind_the_stored_offset() {
    let offsets = FakeOffsets::default();
    let partition = OffsetMap::of("counter", "main");
    offsets.store(partition, OffsetMap::of("number", 41));
    assert_eq!(next_values(&mut task(offsets), 1), ["Hello 42"]);
}

#[test]
fn no_wait_is_longer_than_a_poll_may_take() {
    next_values(&mut task(FakeOffsets::default()), 3);
    assert!(testing::waits().iter().all(|wait| *wait <= WAIT_MAX));
}

#[test]
fn a_poll_comes_back_without_records_when_the_worker_wants_it() {
    let mut task = task(FakeOffsets::default());
    testing::set_stopping(true);
    assert_eq!(testing::poll(&mut task).expect("a poll succeeds"), []);
}
