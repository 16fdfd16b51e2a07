//! Runs a case on a worker that is there already, and gives what was seen.

use std::fs;
use std::path::{Path, PathBuf};

use connect_harness::{Duration, TopicRecord, Topics, Worker, eventually};
use serde_json::{Map, Value, json};

use super::outcome::{self, TIMESTAMP};
use super::{Case, Kind};
use crate::run::record_to_write;

const DEADLINE: Duration = Duration::from_secs(60);
const CONNECT: &str = "org.apache.kafka.connect";

/// Where cases run.
pub struct Place<'a> {
    pub worker: &'a Worker,
    pub topics: &'a Topics,
    /// A folder that connectors may use.
    pub dir: &'a Path,
}

impl Place<'_> {
    /// Makes the topic and the connector of a case, waits until it has done all, removes it, and
    /// gives what it did.
    #[track_caller]
    pub fn run(&self, case: &Case) -> Value {
        let topic = format!("{}.t", case.name);
        self.topics.create(&topic, case.partitions);
        if matches!(case.kind, Kind::Sink | Kind::FileSink) && !case.records.is_empty() {
            let records: Vec<TopicRecord> = case.records.iter().map(produced).collect();
            self.topics.write(&topic, &records);
        }
        let config = self.config(case);
        let body = json!({ "name": case.name, "config": config });
        let answer = self
            .worker
            .rest()
            .request("POST", "/connectors", Some(&body));
        if answer.status != 201 {
            let error: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            return json!({ "refused": answer.status, "message": outcome::text_lines(&error["message"]) });
        }
        let mut seen = Map::new();
        let trace = self.await_end(case);
        let path = format!("/connectors/{}", case.name);
        let answer = self.worker.rest().delete(&path);
        assert_eq!(answer.status, 204, "DELETE {path}: {}", answer.body);
        if let Some(trace) = trace {
            seen.insert("failed".to_owned(), outcome::exceptions(&trace));
        }
        match case.kind {
            Kind::Sink => {
                let lines = self.lines(case);
                seen.insert("out".to_owned(), outcome::sink_lines(&lines, &topic));
            }
            Kind::FileSink => {
                let text = fs::read_to_string(self.out(case)).unwrap_or_default();
                let lines: Vec<&str> = text.split_terminator('\n').collect();
                seen.insert("text".to_owned(), json!(lines));
            }
            Kind::Source | Kind::FileSource => {}
        }
        for (name, records) in self.written(case) {
            let is_input = name == "t" && matches!(case.kind, Kind::Sink | Kind::FileSink);
            if is_input || records.is_empty() {
                continue;
            }
            let records = match (name.as_str(), case.raw_dlq) {
                ("dlq", false) => outcome::dead_letters(&records),
                _ => outcome::records(&records),
            };
            seen.insert(format!("topic {name}"), records);
        }
        let mut seen = seen.into();
        outcome::blank_identities(&mut seen);
        seen
    }

    fn out(&self, case: &Case) -> PathBuf {
        self.dir.join(format!("{}.out", case.name))
    }

    /// The configuration that all of a kind have, and what the case says.
    fn config(&self, case: &Case) -> Map<String, Value> {
        let topic = format!("{}.t", case.name);
        let out = self.out(case).display().to_string();
        let json_converter = format!("{CONNECT}.json.JsonConverter");
        let (class, own): (&str, Vec<(&str, String)>) = match case.kind {
            Kind::Sink => (
                "connect.wasm.test.TypedSinkConnector",
                vec![("topics", topic), ("out", out)],
            ),
            Kind::FileSink => (
                "org.apache.kafka.connect.file.FileStreamSinkConnector",
                vec![("topics", topic), ("file", out)],
            ),
            Kind::Source => (
                "connect.wasm.test.TypedSourceConnector",
                vec![
                    ("topic", topic),
                    ("records", json!(case.records).to_string()),
                    ("done", out),
                ],
            ),
            Kind::FileSource => {
                let file = self.dir.join(format!("{}.in", case.name));
                let lines = case.records.iter().map(|line| {
                    let line = line.as_str().expect("lines are texts");
                    format!("{line}\n")
                });
                fs::write(&file, lines.collect::<String>()).expect("the folder can be written");
                (
                    "org.apache.kafka.connect.file.FileStreamSourceConnector",
                    vec![("topic", topic), ("file", file.display().to_string())],
                )
            }
        };
        let mut config = Map::new();
        let mut set = |key: &str, value: &str| drop(config.insert(key.to_owned(), json!(value)));
        set("connector.class", class);
        set("tasks.max", "1");
        set("value.converter", &json_converter);
        match case.kind {
            Kind::Sink | Kind::FileSink => {
                set(
                    "key.converter",
                    &format!("{CONNECT}.storage.StringConverter"),
                );
                set("errors.tolerance", "all");
                set(
                    "errors.deadletterqueue.topic.name",
                    &format!("{}.dlq", case.name),
                );
                set("errors.deadletterqueue.topic.replication.factor", "1");
                set("errors.deadletterqueue.context.headers.enable", "true");
            }
            Kind::Source | Kind::FileSource => {
                set("key.converter", &json_converter);
                set("header.converter", &json_converter);
            }
        }
        for (key, value) in own {
            set(key, &value);
        }
        for (key, value) in &case.config {
            match value {
                Value::Null => drop(config.remove(key)),
                value => drop(config.insert(key.clone(), value.clone())),
            }
        }
        config
    }

    /// Waits until the connector has done all that it can do; gives the trace if its task failed.
    #[track_caller]
    fn await_end(&self, case: &Case) -> Option<String> {
        let path = format!("/connectors/{}/status", case.name);
        eventually(&format!("{} has done all", case.name), DEADLINE, || {
            let answer = self
                .worker
                .rest()
                .try_request("GET", &path, &[], None)
                .map_err(|error| error.to_string())?;
            let status: Value = serde_json::from_str(&answer.body).map_err(|e| e.to_string())?;
            for state in [&status["connector"], &status["tasks"][0]] {
                if state["state"] == "FAILED" {
                    return Ok(Some(state["trace"].as_str().unwrap_or_default().to_owned()));
                }
            }
            let running = status["tasks"][0]["state"] == "RUNNING";
            if running && !case.until_failed && self.has_done_all(case) {
                Ok(None)
            } else {
                Err(answer.body)
            }
        })
    }

    fn has_done_all(&self, case: &Case) -> bool {
        let count = case.records.len();
        if count == 0 {
            return true;
        }
        let topic = format!("{}.t", case.name);
        match case.kind {
            Kind::Sink => self.lines(case).iter().any(|line| {
                let reached = line["reached"].as_u64();
                reached.is_some_and(|reached| reached >= count as u64)
            }),
            Kind::Source => self.out(case).exists(),
            Kind::FileSink => {
                let group = format!("connect-{}", case.name);
                let committed = self.topics.committed(&group, &topic);
                committed.is_ok_and(|found| {
                    let reached: i64 = found.iter().map(|(_, offset)| offset).sum();
                    reached >= count as i64
                })
            }
            // Such a source drops nothing, and writes into this topic, or the case is wrong.
            Kind::FileSource => self
                .written(case)
                .iter()
                .map(|(_, records)| records.len())
                .sum::<usize>()
                .ge(&count),
        }
    }

    /// The lines of the sink so far, but for one that is not complete yet.
    fn lines(&self, case: &Case) -> Vec<Value> {
        let text = fs::read_to_string(self.out(case)).unwrap_or_default();
        text.split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(|line| serde_json::from_str(line).expect("the sink writes JSON"))
            .collect()
    }

    /// What is in the topics whose names begin with that of the case, by the rest of their names.
    fn written(&self, case: &Case) -> Vec<(String, Vec<TopicRecord>)> {
        let prefix = format!("{}.", case.name);
        let names = self.topics.names().expect("the broker answers");
        let mut found: Vec<(String, Vec<TopicRecord>)> = names
            .iter()
            .filter_map(|name| {
                let rest = name.strip_prefix(&prefix)?;
                Some((rest.to_owned(), self.topics.read(name)))
            })
            .collect();
        found.sort_by(|left, right| left.0.cmp(&right.0));
        found
    }
}

fn produced(record: &Value) -> TopicRecord {
    let input = serde_json::from_value(record.clone()).expect("a record has key, value, headers");
    let mut record = record_to_write(&input);
    record.timestamp.get_or_insert(TIMESTAMP);
    record
}
