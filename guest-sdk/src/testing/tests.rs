//! The runs, with a sink that misbehaves where its configuration says so.

use std::time::Duration;

use connect_data::{SinkRecord, Value};

use super::*;
use crate::{
    ConfigKey, ConnectorContext, Description, PartitionOffset, SinkBatch, SinkConnector, SinkTask,
    SinkTaskContext,
};

struct Connector(Config);

impl SinkConnector for Connector {
    fn describe() -> Description {
        Description::new("test.Sink", "1")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new().key(ConfigKey::text("mode").default_value("well"))
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        let bad = config.get("mode") == Some("bad");
        Ok(Vec::from_iter(
            bad.then(|| ConfigIssue::new("mode", "no bad modes")),
        ))
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let config = Self::config_def().complete(config)?;
        Ok(Self(config))
    }

    fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.0.clone()])
    }
}

struct Task {
    mode: String,
    context: SinkTaskContext,
    calls: Vec<String>,
}

impl SinkTask for Task {
    fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        Ok(Self {
            mode: config.text("mode")?.to_owned(),
            context,
            calls: Vec::new(),
        })
    }

    fn open(&mut self, partitions: &[crate::TopicPartition]) -> Result<(), ConnectError> {
        self.calls.push(format!("open {}", partitions.len()));
        Ok(())
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        self.calls.push(format!("put {}", records.len()));
        if self.mode == "retriable" && self.calls.len() == 2 {
            return Err(ConnectError::retriable("not now"));
        }
        for record in records.records() {
            let record: SinkRecord<'_> = record?;
            if record.value.is_null() {
                self.context.errant_records.report(&record, "no value")?;
            }
        }
        Ok(())
    }

    fn pre_commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, ConnectError> {
        let mut offsets = offsets.to_vec();
        match self.mode.as_str() {
            "ahead" => offsets[0].offset += 1,
            "foreign" => offsets[0].partition = 9,
            "behind" => offsets[0].offset -= 1,
            _ => return Ok(None),
        }
        Ok(Some(offsets))
    }

    fn flush(&mut self, _: &[PartitionOffset]) -> Result<(), ConnectError> {
        self.calls.push("flush".to_owned());
        Ok(())
    }

    fn close(&mut self, partitions: &[crate::TopicPartition]) -> Result<(), ConnectError> {
        self.calls.push(format!("close {}", partitions.len()));
        Ok(())
    }
}

fn start(mode: &str) -> SinkRun<Connector, Task> {
    let run = SinkRun::start([("topics", "t"), ("mode", mode)]);
    let mut run: SinkRun<Connector, Task> = run.unwrap();
    assert_eq!(run.task().calls, ["open 1"]);
    run
}

#[test]
fn calls_come_in_the_order_of_the_worker() {
    let mut run = start("well");
    run.put_texts(&["a", "b"]).unwrap();
    run.put_nothing().unwrap();
    run.rebalance(&[("t", 1), ("t", 2)]).unwrap();
    assert_eq!(
        run.task().calls[1..],
        ["put 2", "put 0", "flush", "close 1", "open 2"]
    );
    assert_eq!(run.worker().assigned.borrow().len(), 2);
    run.stop().unwrap();
}

#[test]
fn a_batch_comes_again_after_a_retriable_error() {
    let mut run = start("retriable");
    assert!(run.put_texts(&["a"]).is_err());
    run.put_again().unwrap();
    assert_eq!(run.commit().unwrap()[0].offset, 1);
}

#[test]
fn a_task_may_commit_less_but_not_more_than_it_was_given() {
    let mut run = start("behind");
    run.put_texts(&["a", "b"]).unwrap();
    assert_eq!(run.commit().unwrap()[0].offset, 1);
    for mode in ["ahead", "foreign"] {
        let outcome = std::panic::catch_unwind(|| {
            let mut run = start(mode);
            run.put_texts(&["a"]).unwrap();
            run.commit()
        });
        assert!(outcome.is_err(), "{mode}");
    }
}

#[test]
fn reported_records_are_kept() {
    let mut run = start("well");
    run.put(&[
        sink_record("t", 0, 7, Value::Null),
        text_record("t", 0, 8, "x"),
    ])
    .unwrap();
    let reported = run.reported();
    assert_eq!((reported[0].1, reported[0].2.as_str()), (7, "no value"));
    assert_eq!(reported.len(), 1);
}

#[test]
fn the_connector_checks_its_configuration_too() {
    let error = SinkRun::<Connector, Task>::start([("mode", "bad")])
        .err()
        .unwrap();
    assert_eq!(
        error.message(),
        "Connector configuration is invalid and contains the following 1 error(s):\nno bad modes"
    );
}

#[test]
fn waits_move_the_clocks() {
    reset();
    let (begun, day) = (crate::clock::monotonic(), crate::clock::now_ms());
    assert!(!crate::stopping::wait(Duration::from_secs(3600)));
    advance(Duration::from_secs(60));
    assert!(crate::clock::monotonic() - begun >= Duration::from_secs(3660));
    assert!(crate::clock::now_ms() - day >= 3_660_000);
    set_stopping(true);
    assert!(crate::stopping::wait(Duration::from_secs(3600)));
    assert!(crate::clock::monotonic() - begun < Duration::from_secs(3720));
}
