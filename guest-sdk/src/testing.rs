//! A fake worker for native tests of connectors (`cargo test`, without WebAssembly).
//!
//! [`SourceRun`] and [`SinkRun`] run a connector with its tasks as the worker does: they check the
//! configuration, start the connector, ask for the configurations of tasks, start these, move
//! records through the batch format, store offsets and start everything again. [`poll`] and
//! [`put`] make single calls on a task, for tests of that task alone. [`TransformationRun`],
//! [`PredicateRun`] and [`ConverterRun`] are for plugins of the other kinds.
//!
//! Logs, metrics, the stopping signal, standard input and clocks belong to the thread of the test.
//! Waits do not take time: they are recorded, the clocks of [`crate::clock`] jump, and [`on_wait`]
//! lets a test change the world during one.
//!
//! ```
//! # use connect_sdk::data::{OffsetMap, Schema, SourceRecord};
//! # use connect_sdk::{Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description};
//! # use connect_sdk::{SourceBatch, SourceConnector, SourceTask, SourceTaskContext};
//! use connect_sdk::testing::{self, SourceRun};
//! # struct Count(Config);
//! # impl SourceConnector for Count {
//! #     fn describe() -> Description { Description::new("com.example.Count", "1.0.0") }
//! #     fn config_def() -> ConfigDef { ConfigDef::new().key(ConfigKey::text("topic")) }
//! #     fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
//! #         Ok(Self(config))
//! #     }
//! #     fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
//! #         Ok(vec![self.0.clone()])
//! #     }
//! # }
//! # struct CountTask { topic: String, next: i64 }
//! # impl SourceTask for CountTask {
//! #     fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
//! #         let stored = context.offset_reader.offset(&OffsetMap::of("all", "numbers"))?;
//! #         let last = stored.and_then(|offset| offset.get("n").unwrap().as_integer());
//! #         let topic = config.text("topic")?.to_owned();
//! #         Ok(Self { topic, next: last.map_or(0, |last| last + 1) })
//! #     }
//! #     fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
//! #         records.push(&SourceRecord::new(
//! #             Some(OffsetMap::of("all", "numbers")),
//! #             Some(OffsetMap::of("n", self.next)),
//! #             self.topic.as_str(),
//! #             Some(Schema::int64()),
//! #             self.next,
//! #         ))?;
//! #         self.next += 1;
//! #         Ok(())
//! #     }
//! # }
//!
//! let mut run = SourceRun::<Count, CountTask>::start([("topic", "numbers")]).unwrap();
//! testing::assert_values(&run.take(2), [0_i64, 1]);
//! run.commit().unwrap(); // Kafka has them, their offsets are stored.
//! testing::assert_values(&run.take(1), [2_i64]);
//! run.restart().unwrap(); // The last one was not acknowledged: it comes again.
//! testing::assert_values(&run.take(1), [2_i64]);
//! run.stop().unwrap();
//!
//! let error = SourceRun::<Count, CountTask>::start([("tpoic", "numbers")]).err().unwrap();
//! assert!(error.message().contains("Missing required configuration \"topic\""));
//! ```

mod calls;
mod contexts;
mod fake_worker;
mod records;
mod sink_run;
mod source_run;
mod stage_run;

pub use calls::{poll, put};
pub use contexts::{
    FakeConnectorContext, FakeOffsets, FakeSink, sink_task_context, source_task_context,
};
pub use fake_worker::{
    advance, counter, gauge, logs, on_http, on_wait, push_stdin, reset, set_stopping, waits,
};
pub use records::{Valued, assert_values, sink_record, text_record, texts, values};
pub use sink_run::{SinkRun, SinkSetup};
pub use source_run::{SourceRun, SourceSetup, assert_resumes_anywhere};
pub use stage_run::{ConverterRun, PredicateRun, TransformationRun};

pub(crate) use fake_worker::{
    answer_http, is_stopping, read_stdin, record_counter, record_gauge, record_log, record_wait,
    simulated,
};

use crate::{Config, ConfigDef, ConfigIssue, ConnectError};

/// Refuses a configuration as the worker does when a connector is created.
fn refuse_invalid(
    def: &ConfigDef,
    config: &Config,
    validate: impl FnOnce(&Config) -> Result<Vec<ConfigIssue>, ConnectError>,
) -> Result<(), ConnectError> {
    let mut issues = def.check(config);
    // The plugin is asked only about values that passed the checks of the ConfigDef.
    if issues.is_empty() {
        issues = validate(config)?;
    }
    if issues.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = issues.into_iter().map(|issue| issue.message).collect();
    Err(ConnectError::config(format!(
        "Connector configuration is invalid and contains the following {} error(s):\n{}",
        lines.len(),
        lines.join("\n")
    )))
}

#[cfg(test)]
mod tests;
