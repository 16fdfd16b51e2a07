use connect_sdk::testing::{self, SourceRun, assert_resumes_anywhere, assert_values};

use super::*;
use crate::connector::FIELDS;

type Run = SourceRun<GeneratorSourceConnector, GeneratorSourceTask>;

fn config(settings: &[(&str, &str)]) -> Config {
    let mut config = Config::from([(TOPIC, "rows")]);
    for (key, value) in settings {
        config.set(*key, *value);
    }
    config
}

#[test]
fn rows_come_at_the_rate() {
    let mut run = Run::start(config(&[(ROWS_PER_SECOND, "100")])).unwrap();
    let begun = clock::monotonic();
    let records = run.take(500);
    let took = clock::monotonic() - begun;
    assert!(records.len() < 520, "{} in {took:?}", records.len());
    assert!((4.8..6.0).contains(&took.as_secs_f64()), "{took:?}");
    assert_values(&records[..3], [0_i64, 1, 2]);
    let record = &records[3];
    assert_eq!(record.topic.as_deref(), Some("rows"));
    assert_eq!(record.key, Value::from("0"));
    assert_eq!(record.source_offset, Some(OffsetMap::of("number", 3_i64)));
}

#[test]
fn a_slow_rate_lets_polls_come_back_empty() {
    let mut run = Run::start(config(&[(ROWS_PER_SECOND, "1")])).unwrap();
    assert_eq!(run.poll().unwrap(), []);
    assert!(testing::waits().iter().all(|wait| *wait <= POLL_WAIT_MAX));
    assert_values(&run.take(2), [0_i64, 1]);
}

#[test]
fn each_task_counts_for_itself_and_goes_on() {
    let setup = Run::setup(config(&[(ROWS_PER_SECOND, "0"), (BATCH_SIZE, "2")]));
    let mut run = setup.tasks_max(2).start().unwrap();
    assert_eq!(run.task_count(), 2);
    assert_values(&run.poll_task(0).unwrap(), [0_i64, 1]);
    assert_values(&run.poll_task(1).unwrap(), [0_i64, 1]);
    run.commit_first(1).unwrap();
    run.restart().unwrap();
    assert_values(&run.poll_task(1).unwrap(), [1_i64, 2]);
    assert_eq!(
        run.stored(&partition_of(1)),
        Some(OffsetMap::of("number", 0_i64))
    );
    run.stop().unwrap();
}

#[test]
fn it_resumes_anywhere() {
    let config = config(&[(ROWS_PER_SECOND, "0"), (FIELDS, "a:string,b:double")]);
    assert_resumes_anywhere::<GeneratorSourceConnector, GeneratorSourceTask>(config, 20);
}

#[test]
fn it_ends_at_the_last_row() {
    let mut run = Run::start(config(&[(ROWS_PER_SECOND, "0"), (ROWS_MAX, "3")])).unwrap();
    assert_values(&run.take(3), [0_i64, 1, 2]);
    assert_eq!(run.poll().unwrap(), []);
}

#[test]
fn a_stop_ends_the_wait() {
    let mut run = Run::start(config(&[(ROWS_PER_SECOND, "1")])).unwrap();
    testing::set_stopping(true);
    assert_eq!(run.poll().unwrap(), []);
    assert_eq!(testing::waits().len(), 1);
}

#[test]
fn wrong_configurations_are_refused() {
    for (settings, part) in [
        ((ROWS_PER_SECOND, "-1"), "Value must be at least 0"),
        ((FIELDS, "price"), "not 'price'"),
        ((TOPIC, ""), "must be non-empty"),
    ] {
        let error = Run::start(config(&[settings])).err().unwrap();
        assert!(error.message().contains(part), "{error}");
    }
    let offset = OffsetMap::of("numbre", 1_i64);
    let setup = Run::setup(config(&[])).stored(partition_of(0), offset);
    let error = setup.start().err().unwrap();
    assert!(error.message().contains("source offset"), "{error}");
}
