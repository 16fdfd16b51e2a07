//! Checks of sink tasks.

use std::sync::Arc;
use std::time::Duration;

use connect_data::batch::SinkBatchEncoder;
use connect_data::{Schema, SinkRecord, Value};

use super::source::bounded;
use super::{Fault, Findings, Subject, Verdict, answered, failed, kinds, skipped};
use crate::cli::plugin::instances::refusals;
use crate::cli::plugin::record_lines::LineReader;
use crate::config::ConfigMap;
use crate::sandbox::{
    ConnectError, ErrorKind, Grants, HostServices, PartitionOffset, SinkContext, SinkTaskInstance,
    StopSignal, TopicPartition,
};

/// LIMIT: how often a put may ask to be made again.
const RETRIES_MAX: u32 = 20;
const RETRY_PAUSE: Duration = Duration::from_millis(50);
/// LIMIT: puts over which memory is watched.
const MEMORY_PUTS: i64 = 300;
/// Records that are made up where the settings name none.
const MADE_UP: i64 = 10;

/// Answers a task as a consumer of the given partitions that does nothing.
struct Consumer(Vec<TopicPartition>);

impl SinkContext for Consumer {
    fn set_offsets(&self, _: Vec<PartitionOffset>) {}

    fn set_timeout(&self, _: i64) {}

    fn pause(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        match partitions.iter().find(|one| !self.0.contains(one)) {
            None => Ok(()),
            Some(other) => Err(ConnectError::new(
                ErrorKind::Fatal,
                format!("{}-{} is not assigned", other.topic, other.partition),
            )),
        }
    }

    fn resume(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        self.pause(partitions)
    }

    fn assignment(&self) -> Vec<TopicPartition> {
        self.0.clone()
    }

    fn request_commit(&self) {}
}

/// Records of one partition, with offsets from 0.
pub(super) struct Sample {
    partition: TopicPartition,
    records: Vec<SinkRecord<'static>>,
}

impl Sample {
    /// Those of the settings, all in one partition, or some texts.
    pub(super) fn of(subject: &Subject) -> Result<Self, Fault> {
        let topics = subject.configured.config.get("topics");
        let topic = topics.and_then(|topics| topics.split(',').next());
        let topic = topic.unwrap_or("check").trim().to_owned();
        let mut records = match &subject.settings.records {
            None => (0..MADE_UP).map(text).collect(),
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text =
                    text.or_else(|error| failed(format!("records={}: {error}", path.display())))?;
                let reader = LineReader::new(Some(topic.clone()));
                let mut reader = reader.or_else(|error| failed(format!("{error:?}")))?;
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                let read = |line| {
                    reader
                        .record(line)
                        .or_else(|error| failed(error.to_string()))
                };
                lines.map(read).collect::<Result<Vec<_>, Fault>>()?
            }
        };
        for (offset, record) in (0_i64..).zip(&mut records) {
            locate(record, &topic, offset);
        }
        Ok(Self {
            partition: TopicPartition {
                topic,
                partition: 0,
            },
            records,
        })
    }

    /// A batch of the records, `round` rounds after the first.
    fn batch(&self, round: i64) -> Result<Vec<u8>, Fault> {
        let mut encoder = SinkBatchEncoder::new();
        let count = self.records.len() as i64;
        for record in &self.records {
            let mut record = record.clone();
            let offset = record.kafka_offset + round * count;
            locate(&mut record, &self.partition.topic, offset);
            let pushed = encoder.push(&record);
            pushed.or_else(|error| failed(format!("a record for the sink is wrong: {error}")))?;
        }
        Ok(encoder.finish())
    }

    /// The next offset behind so many rounds.
    fn next(&self, rounds: i64) -> PartitionOffset {
        PartitionOffset {
            topic: self.partition.topic.clone(),
            partition: 0,
            offset: rounds * self.records.len() as i64,
        }
    }
}

/// Puts a record at its place.
fn locate(record: &mut SinkRecord<'static>, topic: &str, offset: i64) {
    record.topic = topic.to_owned().into();
    record.original_topic = topic.to_owned().into();
    record.kafka_partition = 0;
    record.original_kafka_partition = 0;
    record.kafka_offset = offset;
    record.original_kafka_offset = offset;
}

fn text(number: i64) -> SinkRecord<'static> {
    SinkRecord {
        key_schema: Some(Schema::string()),
        key: Value::from(format!("key {number}")),
        value_schema: Some(Schema::string()),
        value: Value::from(format!("record {number}")),
        ..SinkRecord::default()
    }
}

/// Records of forms that a sink may not expect.
fn odd_records() -> Vec<(&'static str, SinkRecord<'static>)> {
    let record = |value_schema, value| SinkRecord {
        value_schema,
        value,
        ..SinkRecord::default()
    };
    let map = Value::Map(vec![
        (Value::from("a"), Value::Null),
        (Value::Int32(1), Value::Array(vec![Value::Boolean(true)])),
    ]);
    vec![
        ("a tombstone", record(None, Value::Null)),
        (
            "a null with a schema",
            record(Some(Schema::optional_string()), Value::Null),
        ),
        ("a map without schema", record(None, map)),
        (
            "bytes that are no text",
            record(Some(Schema::bytes()), Value::Bytes(vec![0xff, 0].into())),
        ),
        (
            "a number",
            record(Some(Schema::float64()), Value::Float64(f64::NAN)),
        ),
        (
            "a text of control characters",
            record(None, Value::from("\u{0}\n\r\u{1F980}".to_owned())),
        ),
    ]
}

/// Checks the task.
pub(super) async fn examine(subject: &Subject, config: &ConfigMap, findings: &mut Findings) {
    let started = findings
        .need(&kinds::SINK_START, async {
            Ok(start(subject, config).await?.stop().await?)
        })
        .await;
    let sample = Sample::of(subject);
    let sample = match sample {
        Ok(sample) if started => sample,
        other => {
            let why = match other {
                Err(Fault::Failed(why) | Fault::Skipped(why)) => why,
                Ok(_) => "the task does not start".to_owned(),
            };
            let rest: Vec<&'static kinds::Kind> = kinds::OF_SINK_TASKS
                .into_iter()
                .filter(|kind| ![&kinds::SINK_START, &kinds::WRONG_CONFIG].contains(kind))
                .collect();
            findings.skip_all(&rest, &why);
            return;
        }
    };
    findings
        .make(&kinds::SINK_LIFE, life(subject, config, &sample))
        .await;
    findings
        .make(&kinds::SINK_EMPTY, empty(subject, config, &sample))
        .await;
    findings
        .make(&kinds::SINK_AGAIN, again(subject, config, &sample))
        .await;
    findings
        .make(&kinds::SINK_OFFSETS, offsets(subject, config, &sample))
        .await;
    findings
        .make(&kinds::SINK_ODD, odd(subject, config, &sample))
        .await;
    findings
        .make(&kinds::SINK_MEMORY, memory(subject, config, &sample))
        .await;
}

/// An instance that is started.
async fn start(subject: &Subject, config: &ConfigMap) -> Result<SinkTaskInstance, Fault> {
    let grants = subject.configured.task_grants(config);
    let grants = grants.or_else(|refused| failed(refusals(&refused)))?;
    let mut task = make(subject, grants).await?;
    task.start(config).await?;
    Ok(task)
}

/// An instance with these grants.
pub(super) async fn make(subject: &Subject, grants: Grants) -> Result<SinkTaskInstance, Fault> {
    let assigned = Sample::of(subject).map(|sample| vec![sample.partition]);
    let services = HostServices {
        sink_context: Some(Arc::new(Consumer(assigned.unwrap_or_default()))),
        ..HostServices::default()
    };
    let spec = subject
        .configured
        .task(0, grants, services, StopSignal::new());
    Ok(SinkTaskInstance::new(spec).await?)
}

/// An instance with the sample's partition.
async fn open(
    subject: &Subject,
    config: &ConfigMap,
    sample: &Sample,
) -> Result<SinkTaskInstance, Fault> {
    let mut task = start(subject, config).await?;
    task.open(std::slice::from_ref(&sample.partition)).await?;
    Ok(task)
}

/// Puts a batch, again and again while the task asks for that.
pub(super) async fn put(task: &mut SinkTaskInstance, batch: &Vec<u8>) -> Verdict {
    for _ in 0..RETRIES_MAX {
        match task.put(batch).await {
            Ok(()) => return Ok(()),
            Err(error) if error.retriable() => tokio::time::sleep(RETRY_PAUSE).await,
            Err(error) => return Err(error.into()),
        }
    }
    failed(format!(
        "put returned {RETRIES_MAX} retriable errors in a row"
    ))
}

/// What may be committed of what was put, after a flush where the task wants one.
async fn commit(task: &mut SinkTaskInstance, put: &[PartitionOffset]) -> Verdict {
    match task.pre_commit(put).await? {
        None => Ok(task.flush(put).await?),
        Some(answer) => {
            let beyond = answer.iter().find(|offset| {
                let asked = put.iter().find(|asked| {
                    (&asked.topic, asked.partition) == (&offset.topic, offset.partition)
                });
                asked.is_none_or(|asked| offset.offset > asked.offset)
            });
            match beyond {
                None => Ok(()),
                Some(offset) => failed(format!(
                    "pre-commit answered {}-{}@{}, where {} was asked about",
                    offset.topic,
                    offset.partition,
                    offset.offset,
                    shown(put)
                )),
            }
        }
    }
}

fn shown(offsets: &[PartitionOffset]) -> String {
    let texts: Vec<String> = offsets
        .iter()
        .map(|offset| format!("{}-{}@{}", offset.topic, offset.partition, offset.offset))
        .collect();
    if texts.is_empty() {
        "nothing".to_owned()
    } else {
        texts.join(", ")
    }
}

/// The life of a task with a rebalance in the middle.
async fn life(subject: &Subject, config: &ConfigMap, sample: &Sample) -> Verdict {
    let first = std::slice::from_ref(&sample.partition);
    let second = TopicPartition {
        topic: sample.partition.topic.clone(),
        partition: 1,
    };
    let both = [sample.partition.clone(), second];
    let mut task = open(subject, config, sample).await?;
    put(&mut task, &sample.batch(0)?).await?;
    commit(&mut task, &[sample.next(1)]).await?;
    task.close(first).await?;
    task.open(&both).await?;
    put(&mut task, &sample.batch(1)?).await?;
    commit(&mut task, &[sample.next(2)]).await?;
    task.close(&both).await?;
    Ok(task.stop().await?)
}

async fn empty(subject: &Subject, config: &ConfigMap, sample: &Sample) -> Verdict {
    let mut task = open(subject, config, sample).await?;
    let nothing = SinkBatchEncoder::new().finish();
    put(&mut task, &nothing).await?;
    put(&mut task, &sample.batch(0)?).await?;
    put(&mut task, &nothing).await?;
    Ok(task.stop().await?)
}

async fn again(subject: &Subject, config: &ConfigMap, sample: &Sample) -> Verdict {
    let mut task = open(subject, config, sample).await?;
    for _ in 0..3 {
        put(&mut task, &sample.batch(0)?).await?;
    }
    commit(&mut task, &[sample.next(1)]).await?;
    Ok(task.stop().await?)
}

/// Asked before anything was put, after each batch, and with nothing.
async fn offsets(subject: &Subject, config: &ConfigMap, sample: &Sample) -> Verdict {
    let mut task = open(subject, config, sample).await?;
    commit(&mut task, &[sample.next(0)]).await?;
    for round in 0..3 {
        put(&mut task, &sample.batch(round)?).await?;
        commit(&mut task, &[sample.next(round + 1)]).await?;
    }
    commit(&mut task, &[]).await?;
    Ok(task.stop().await?)
}

async fn odd(subject: &Subject, config: &ConfigMap, sample: &Sample) -> Verdict {
    for (what, record) in odd_records() {
        let mut task = open(subject, config, sample).await?;
        let one = Sample {
            partition: sample.partition.clone(),
            records: vec![record],
        };
        let outcome = answered(task.put(&one.batch(0)?).await);
        if let Err(Fault::Failed(why)) = outcome {
            return failed(format!("{what}: {why}"));
        }
        answered(task.stop().await)?;
    }
    Ok(())
}

async fn memory(subject: &Subject, config: &ConfigMap, sample: &Sample) -> Verdict {
    if sample.records.is_empty() {
        return skipped("there is no record to put");
    }
    let mut task = open(subject, config, sample).await?;
    let mut early = 0;
    for round in 0..MEMORY_PUTS {
        put(&mut task, &sample.batch(round)?).await?;
        if round % 50 == 49 {
            commit(&mut task, &[sample.next(round + 1)]).await?;
        }
        if round < MEMORY_PUTS / 4 {
            early = task.usage().memory_now();
        }
    }
    let end = task.usage().memory_peak();
    answered(task.stop().await)?;
    bounded(early, end)
}

/// Puts the sample without grants: it may not succeed.
pub(super) async fn put_denied(
    task: &mut SinkTaskInstance,
    subject: &Subject,
) -> Result<(), crate::sandbox::SandboxError> {
    let Ok(sample) = Sample::of(subject) else {
        return Ok(());
    };
    task.open(std::slice::from_ref(&sample.partition)).await?;
    if let Ok(batch) = sample.batch(0) {
        task.put(&batch).await?;
    }
    task.flush(&[sample.next(1)]).await
}
