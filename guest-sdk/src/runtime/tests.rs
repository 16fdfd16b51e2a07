use std::future::pending;
use std::rc::Rc;

use connect_data::{OffsetMap, Schema, SourceRecord};
use tokio::time::Instant;

use super::*;
use crate::testing;

/// Pushes a record, then waits for ever.
struct Waiting;

impl AsyncSourceTask for Waiting {
    async fn start(_: SourceTaskContext, _: Config) -> Result<Self, ConnectError> {
        Ok(Self)
    }

    async fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let (partition, offset) = (OffsetMap::of("a", 1_i64), OffsetMap::of("b", 2_i64));
        records.push(&SourceRecord::new(
            Some(partition),
            Some(offset),
            "t",
            Some(Schema::int64()),
            7_i64,
        ))?;
        pending().await
    }
}

fn waiting() -> Async<Waiting> {
    testing::reset();
    let context = testing::source_task_context(Rc::default());
    SourceTask::start(context, Config::new()).unwrap()
}

#[test]
fn a_poll_that_waits_comes_back_with_what_it_has() {
    let begun = Instant::now();
    let records = testing::poll(&mut waiting()).unwrap();
    testing::assert_values(&records, [7_i64]);
    assert!(begun.elapsed() >= POLL_MAX);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_stop_ends_a_poll() {
    let mut task = waiting();
    testing::set_stopping(true);
    let begun = Instant::now();
    testing::poll(&mut task).unwrap();
    assert!(begun.elapsed() < POLL_MAX, "{:?}", begun.elapsed());
}

#[test]
fn what_is_ready_is_not_lost_to_a_stop() {
    testing::reset();
    testing::set_stopping(true);
    let outcome = block_on(async { until_stopping(Duration::ZERO, async { 5 }).await });
    assert_eq!(outcome, Some(5));
}

#[test]
fn spawned_futures_run_while_a_call_runs() {
    let sum = block_on(async {
        let one = tokio::spawn(async { 1 });
        let two = tokio::spawn(async { 2 });
        one.await.unwrap() + two.await.unwrap()
    });
    assert_eq!(sum, 3);
}
