//! Runs a scenario on a worker and gives what was seen, as it was seen.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use connect_harness::{
    Broker, ConnectorFile, Duration, Flavor, Header, ScratchDir, TopicRecord, Topics, Worker,
    WorkerSpec, decode_offset_file, eventually, free_port,
};
use serde_json::{Map, Value, json};

use crate::normalise::{Places, blank_places, normalise};
use crate::request::Sender;
use crate::scenario::{RecordInput, Scenario, Step};

const DEADLINE: Duration = Duration::from_secs(40);

/// Runs a scenario and gives what was seen in its steps, normalised.
#[must_use]
#[track_caller]
pub fn run(scenario: &Scenario, flavor: Flavor, broker: &Broker) -> Value {
    let mut run = Run::new(scenario, flavor, broker);
    let mut seen = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        if let Some(mut found) = run.step(step) {
            found.insert("step".to_owned(), json!(index));
            seen.push(Value::Object(found));
        }
    }
    let mut seen = json!({ "about": scenario.about, "seen": seen });
    blank_places(&mut seen, &run.places);
    normalise(&mut seen);
    seen
}

struct Run<'a> {
    dir: ScratchDir,
    topics: Topics,
    spec: WorkerSpec,
    worker: Option<Worker>,
    places: Places,
    sender: Sender<'a>,
}

impl Run<'_> {
    fn new<'a>(scenario: &'a Scenario, flavor: Flavor, broker: &Broker) -> Run<'a> {
        let dir = ScratchDir::new(&scenario.name);
        let mut spec = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path())
            // Ours needs it for connectors that are created over REST; the JVM's ignores it.
            .set("sandbox.fs.allow", dir.path().display().to_string())
            // The JVM is started dozens of times, for seconds: more than a quick compilation of
            // its code costs more than it gains.
            .env(
                "JAVA_TOOL_OPTIONS",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            );
        let places = Places {
            dir: dir.path().display().to_string(),
            bootstrap: broker.bootstrap(),
            worker: format!("127.0.0.1:{}", spec.port()),
            second: format!("127.0.0.1:{}", free_port()),
            admin: format!("127.0.0.1:{}", free_port()),
        };
        spec = with_properties(spec, &scenario.worker, &places);
        for input in &scenario.connectors {
            let mut content = input.text.clone().unwrap_or_default();
            for (key, value) in input.properties.iter().flatten() {
                content.push_str(&format!("{key}={value}\n"));
            }
            let content = places.fill(&content);
            spec = spec.connector(ConnectorFile {
                name: input.file.clone(),
                content,
            });
        }
        Run {
            dir,
            topics: broker.topics(),
            spec,
            worker: None,
            sender: Sender::new(scenario, places.clone()),
            places,
        }
    }

    /// Does a step and gives what is to be recorded of it.
    #[track_caller]
    fn step(&mut self, step: &Step) -> Option<Map<String, Value>> {
        match step {
            Step::Write { file, text } => {
                self.dir.write(file, self.places.fill(text));
                None
            }
            Step::Append { file, text } => {
                self.append(file, text);
                None
            }
            Step::CreateTopic { topic, partitions } => {
                self.topics.create(topic, *partitions);
                None
            }
            Step::Produce { topic, records } => {
                let records: Vec<TopicRecord> = records.iter().map(record_to_write).collect();
                self.topics.write(topic, &records);
                None
            }
            Step::Start { worker } => {
                self.spec = with_properties(self.spec.clone(), worker, &self.places);
                self.worker = Some(self.spec.start());
                None
            }
            Step::RunToEnd {} => {
                let (status, _) = self.spec.run_to_end(DEADLINE);
                object(json!({ "exit": status.code() }))
            }
            Step::Stop {} => {
                let mut worker = self.worker.take().expect("a worker was started");
                worker.stop_cleanly();
                None
            }
            Step::Request(request) => self.sender.request(request, DEADLINE),
            Step::Wire(wire) => Some(self.sender.wire(wire)),
            Step::Topic { topic, count } => {
                let records = self.topics.await_records(topic, *count, DEADLINE);
                let records: Vec<Value> = records.iter().map(record_seen).collect();
                object(json!({ "topic": topic, "records": records }))
            }
            Step::Lines { file, count } => {
                object(json!({ "file": file, "text": self.lines(file, *count) }))
            }
            Step::Offsets { count } => object(json!({ "offsets": self.offsets(*count) })),
            Step::GroupOffsets {
                connector,
                topic,
                sum,
            } => {
                let found = self.group_offsets(connector, topic, *sum);
                object(json!({ "group": format!("connect-{connector}"), "committed": found }))
            }
        }
    }

    fn append(&self, file: &str, text: &str) {
        let mut file = fs::File::options()
            .append(true)
            .open(self.dir.join(file))
            .expect("the file was written before");
        file.write_all(text.as_bytes())
            .expect("a file in the folder can be written");
    }

    #[track_caller]
    fn lines(&self, file: &str, count: usize) -> String {
        eventually(&format!("{file} has {count} lines"), DEADLINE, || {
            let bytes = fs::read(self.dir.join(file)).map_err(|error| error.to_string())?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if text.matches('\n').count() >= count {
                Ok(text)
            } else {
                Err(text)
            }
        })
    }

    /// Keys and values of the offset file, as JSON.
    #[track_caller]
    fn offsets(&self, count: usize) -> Vec<Value> {
        let entries = eventually(&format!("{count} offsets are stored"), DEADLINE, || {
            let bytes =
                fs::read(self.dir.join("connect.offsets")).map_err(|error| error.to_string())?;
            let entries = decode_offset_file(&bytes).map_err(|error| error.to_string())?;
            if entries.len() >= count {
                Ok(entries)
            } else {
                Err(format!("{entries:?}"))
            }
        });
        entries
            .into_iter()
            .map(|entry| json!([entry.key, entry.value]))
            .collect()
    }

    #[track_caller]
    fn group_offsets(&self, connector: &str, topic: &str, sum: i64) -> Vec<(i32, i64)> {
        let group = format!("connect-{connector}");
        eventually(&format!("{group} has committed {sum}"), DEADLINE, || {
            let found = self
                .topics
                .committed(&group, topic)
                .map_err(|error| format!("{error:#}"))?;
            let reached: i64 = found.iter().map(|(_, offset)| offset).sum();
            if reached >= sum {
                Ok(found)
            } else {
                Err(format!("{found:?}"))
            }
        })
    }
}

fn with_properties(
    mut spec: WorkerSpec,
    properties: &BTreeMap<String, Option<String>>,
    places: &Places,
) -> WorkerSpec {
    for (key, value) in properties {
        spec = match value {
            Some(value) => spec.set(key, places.fill(value)),
            None => spec.unset(key),
        };
    }
    spec
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// A record of a scenario or a case.
pub(crate) fn record_to_write(input: &RecordInput) -> TopicRecord {
    let headers: Vec<Header> = input
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), bytes_to_write(value)))
        .collect();
    TopicRecord {
        partition: Some(input.partition),
        offset: 0,
        timestamp: input.timestamp,
        key: bytes_to_write(&input.key),
        value: bytes_to_write(&input.value),
        headers,
    }
}

/// The bytes of a text, of `{"hex": ".."}`, or none of null.
fn bytes_to_write(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone().into_bytes()),
        other => {
            let hex = other["hex"].as_str().expect("bytes are text, hex or null");
            let byte =
                |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hex digits");
            Some((0..hex.len()).step_by(2).map(byte).collect())
        }
    }
}

/// Bytes as text, or in hex when they are none.
pub(crate) fn bytes_seen(bytes: Option<&[u8]>) -> Value {
    match bytes.map(|bytes| (std::str::from_utf8(bytes), bytes)) {
        None => Value::Null,
        Some((Ok(text), _)) => json!(text),
        Some((Err(_), bytes)) => {
            json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
        }
    }
}

fn record_seen(record: &TopicRecord) -> Value {
    let headers: Vec<Value> = record
        .headers
        .iter()
        .map(|(name, value)| json!([name, bytes_seen(value.as_deref())]))
        .collect();
    json!({
        "partition": record.partition,
        "key": bytes_seen(record.key.as_deref()),
        "value": bytes_seen(record.value.as_deref()),
        "headers": headers,
        "has_timestamp": record.timestamp.is_some(),
    })
}
