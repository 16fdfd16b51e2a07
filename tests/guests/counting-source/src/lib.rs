//! A well-behaved source for tests: each task counts, at a rate, and goes on where its stored
//! offset says. Record n of task t has the key `t` and the value `n`, both STRING, the source
//! partition `{"counter": t}` and the source offset `{"number": n}`.

#[path = "../../edition.rs"]
mod edition;

use std::time::{Duration, Instant};

use connect_sdk::data::{OffsetMap, OffsetValue, Schema, SourceRecord, Value};
use connect_sdk::{
    CommittedRecord, Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description,
    Importance, SourceBatch, SourceConnector, SourceTask, SourceTaskContext, Validator, clock,
    metrics, stopping,
};

/// The connector.
pub struct CountingSourceConnector {
    config: Config,
}

impl SourceConnector for CountingSourceConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.CountingSourceConnector",
            edition::version(),
        )
        .doc("Counts.")
    }

    fn config_def() -> ConfigDef {
        let low = Importance::Low;
        let def = match edition::required_key() {
            Some(key) => ConfigDef::new().key(ConfigKey::text(key)),
            None => ConfigDef::new(),
        };
        def.key(
            ConfigKey::text("topic")
                .validator(Validator::NonEmpty)
                .doc("Where numbers go"),
        )
        .key(
            ConfigKey::int("rate")
                .default_value(100)
                .doc("Records a second; 0: no limit"),
        )
        .key(
            ConfigKey::long("count")
                .default_value(-1)
                .doc("The last number; -1: none"),
        )
        .key(
            ConfigKey::int("batch.size")
                .default_value(1000)
                .importance(low),
        )
        .key(
            ConfigKey::boolean("commit.records")
                .default_value(false)
                .importance(low)
                .doc("Ask for commit-records, and log what comes"),
        )
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        edition::enter("connector-start");
        let config = Self::config_def().complete(config)?;
        Ok(Self { config })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        let config = |task: u32| self.config.clone().with("counter", task.to_string());
        Ok((0..max_tasks).map(config).collect())
    }
}

/// The task.
pub struct CountingSourceTask {
    topic: String,
    counter: i64,
    rate: u64,
    count: i64,
    batch_size: usize,
    commit_records: bool,
    /// The next number.
    next: i64,
    begun: Instant,
    /// How many this instance made.
    made: u64,
    /// How many it makes at most, before it panics.
    panics_after: Option<u64>,
}

impl CountingSourceTask {
    /// How many records are due by now.
    fn due(&self) -> usize {
        if self.rate == 0 {
            return self.batch_size;
        }
        let due = self.begun.elapsed().as_millis() as u64 * self.rate / 1000;
        usize::try_from(due.saturating_sub(self.made)).unwrap_or(usize::MAX)
    }
}

impl SourceTask for CountingSourceTask {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        edition::enter("start");
        let counter = config.long("counter")?;
        let partition = OffsetMap::of("counter", counter);
        let next = match context.offset_reader.offset(&partition)? {
            Some(offset) => match offset.get("number").and_then(OffsetValue::as_integer) {
                Some(number) => number + 1,
                None => return Err(ConnectError::fatal("The stored offset has no 'number'")),
            },
            None => 0,
        };
        connect_sdk::info!("Counting from {next}");
        Ok(Self {
            topic: config.text("topic")?.to_owned(),
            counter,
            rate: config.int("rate")?.unsigned_abs().into(),
            count: config.long("count")?,
            batch_size: config.int("batch.size")?.max(1) as usize,
            commit_records: config.boolean("commit.records")?,
            next,
            begun: Instant::now(),
            made: 0,
            panics_after: edition::records_before_panic(),
        })
    }

    fn wants_commit_records(&self) -> bool {
        self.commit_records
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        for _ in 0..100 {
            let done = self.count >= 0 && self.next > self.count;
            if !done && self.due() > 0 {
                break;
            }
            if stopping::wait(Duration::from_millis(9)) {
                return Ok(());
            }
        }
        if self.panics_after.is_some_and(|after| self.made >= after) {
            panic!(
                "version {} panics after {} records",
                edition::version(),
                self.made
            );
        }
        let key = self.counter.to_string();
        for _ in 0..self.due().min(self.batch_size) {
            if self.count >= 0 && self.next > self.count {
                break;
            }
            let mut record = SourceRecord::new(
                Some(OffsetMap::of("counter", self.counter)),
                Some(OffsetMap::of("number", self.next)),
                self.topic.as_str(),
                Some(Schema::string()),
                self.next.to_string(),
            );
            record.key_schema = Some(Schema::string());
            record.key = Value::from(key.as_str());
            record.timestamp = Some(clock::now_ms());
            records.push(&record)?;
            self.next += 1;
            self.made += 1;
        }
        metrics::counter_add("counted", records.len() as u64);
        Ok(())
    }

    fn commit_records(&mut self, records: &[CommittedRecord]) -> Result<(), ConnectError> {
        for record in records {
            let place = match &record.metadata {
                Some(place) => format!("{}-{}@{}", place.topic, place.partition, place.offset),
                None => "nowhere".to_owned(),
            };
            connect_sdk::info!("committed {}/{} at {place}", record.batch, record.index);
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        connect_sdk::info!("Counted up to {}", self.next - 1);
        Ok(())
    }
}

connect_sdk::export_source!(CountingSourceConnector, CountingSourceTask);
