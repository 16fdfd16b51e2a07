//! Runs a scenario on a worker and gives what was seen, as it was seen.

use std::fs;
use std::io::Write;

use connect_harness::{
    Broker, ConnectorFile, Duration, Flavor, Header, Rest, RestResponse, ScratchDir, TopicRecord,
    Topics, Worker, WorkerSpec, decode_offset_file, eventually,
};
use serde_json::{Map, Value, json};

use crate::normalise::Places;
use crate::scenario::{RecordInput, Request, Scenario, Step};

const DEADLINE: Duration = Duration::from_secs(40);
/// Answer headers that clients look at.
const HEADERS: [&str; 3] = ["content-type", "location", "allow"];

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
    crate::normalise(&mut seen, &run.places);
    seen
}

struct Run {
    dir: ScratchDir,
    topics: Topics,
    spec: WorkerSpec,
    worker: Option<Worker>,
    places: Places,
}

impl Run {
    fn new(scenario: &Scenario, flavor: Flavor, broker: &Broker) -> Run {
        let dir = ScratchDir::new(&scenario.name);
        let mut spec = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path())
            // Ours needs it for connectors that are created over REST; the JVM's ignores it.
            .set("sandbox.fs.allow", dir.path().display().to_string());
        let places = Places {
            dir: dir.path().display().to_string(),
            bootstrap: broker.bootstrap(),
            worker: format!("127.0.0.1:{}", spec.port()),
        };
        for (key, value) in &scenario.worker {
            spec = match value {
                Some(value) => spec.set(key, places.fill(value)),
                None => spec.unset(key),
            };
        }
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
            places,
        }
    }

    /// Does a step and gives what is to be recorded of it.
    #[track_caller]
    fn step(&mut self, step: &Step) -> Option<Map<String, Value>> {
        match step {
            Step::Write { file, text } => {
                self.dir.write(file, text);
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
            Step::Start {} => {
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
            Step::Request(request) => self.request(request),
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

    fn rest(&self) -> &Rest {
        self.worker.as_ref().expect("a worker was started").rest()
    }

    #[track_caller]
    fn request(&self, request: &Request) -> Option<Map<String, Value>> {
        let name = request
            .label
            .clone()
            .unwrap_or_else(|| format!("{} {}", request.method, request.path));
        let answer = eventually(&name, DEADLINE, || {
            let answer = self.send(request);
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let arrived = request
                .until
                .iter()
                .all(|(pointer, wanted)| body.pointer(pointer).unwrap_or(&Value::Null) == wanted);
            if arrived {
                Ok(answer)
            } else {
                Err(format!("{} {}", answer.status, answer.body))
            }
        });
        if !request.record {
            return None;
        }
        let headers: Map<String, Value> = HEADERS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), json!(answer.header(name)?))))
            .collect();
        let body = serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body));
        object(
            json!({ "request": name, "status": answer.status, "headers": headers, "body": body }),
        )
    }

    #[track_caller]
    fn send(&self, request: &Request) -> RestResponse {
        let headers: Vec<(String, String)> = match &request.headers {
            Some(headers) => headers.clone().into_iter().collect(),
            None if request.json.is_some() => {
                vec![("content-type".to_owned(), "application/json".to_owned())]
            }
            None => Vec::new(),
        };
        let body = match (&request.json, &request.text) {
            (Some(json), _) => Some(self.places.fill(&json.to_string())),
            (None, Some(text)) => Some(self.places.fill(text)),
            (None, None) => None,
        };
        self.rest()
            .try_request(
                &request.method,
                &request.path,
                &headers,
                body.as_deref().map(str::as_bytes),
            )
            .unwrap_or_else(|error| panic!("{} {}: {error:#}", request.method, request.path))
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

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn record_to_write(input: &RecordInput) -> TopicRecord {
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

fn bytes_seen(bytes: Option<&[u8]>) -> Value {
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
