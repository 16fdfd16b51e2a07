//! What was seen, made short: what is the same everywhere is left out, what differs in every run too.

use std::collections::BTreeMap;

use connect_harness::TopicRecord;
use serde_json::{Map, Value, json};

use crate::run::bytes_seen;

/// Timestamps from here on (2025) are those of the run.
const NOW: i64 = 1_750_000_000_000;
/// The timestamp of records that do not say theirs, so that each run has the same.
pub const TIMESTAMP: i64 = 1_483_425_001_864;
const CONTEXT: &str = "__connect.errors.";

/// The lines of a message.
pub fn text_lines(message: &Value) -> Value {
    let text = without_identities(message.as_str().unwrap_or_default());
    json!(text.lines().collect::<Vec<_>>())
}

/// Class and message of an exception and its causes, without where they were thrown.
pub fn exceptions(trace: &str) -> Value {
    let trace = without_identities(trace);
    let lines: Vec<&str> = trace
        .lines()
        .filter(|line| !line.starts_with("\tat ") && !line.starts_with("\t... "))
        .collect();
    json!(lines)
}

/// Blanks what is another in every run of the JVM, in every text.
pub fn blank_identities(seen: &mut Value) {
    match seen {
        Value::String(text) => *text = without_identities(text),
        Value::Array(items) => items.iter_mut().for_each(blank_identities),
        Value::Object(fields) => fields.values_mut().for_each(blank_identities),
        _ => {}
    }
}

/// `[B@1b2c3d` and the like: Java's identities differ in every run. Bytes have several texts in Java,
/// since they may be in an array or in a buffer.
fn without_identities(text: &str) -> String {
    let mut parts = text.split('@');
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part
            .bytes()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            .count();
        if digits > 0 && short.ends_with("[B") {
            short.truncate(short.len() - "[B".len());
            short.push_str("<bytes>");
            short.push_str(&part[digits..]);
        } else if (5..=8).contains(&digits) {
            short.push_str("@<hash>");
            short.push_str(&part[digits..]);
        } else {
            short.push('@');
            short.push_str(part);
        }
    }
    let buffer = "java.nio.HeapByteBuffer[";
    while let Some(start) = short.find(buffer) {
        let end = short[start..]
            .find(']')
            .map_or(short.len(), |at| start + at + 1);
        short.replace_range(start..end, "<bytes>");
    }
    short
}

/// LIMIT: a schema that is longer is shown once in a case.
const SCHEMA_LONG: usize = 60;

/// The records that a sink got.
pub fn sink_lines(lines: &[Value], topic: &str) -> Value {
    let records = lines.iter().filter(|line| line["reached"].is_null());
    let mut shown = BTreeMap::new();
    records
        .map(|line| {
            let mut short = sink_line(line, topic);
            let at = short["at"].to_string();
            for half in ["key", "value"] {
                let schema = short.get_mut(half).and_then(|it| it.get_mut("schema"));
                if let Some(schema) = schema {
                    show_once(schema, format!("{half} at {at}"), &mut shown);
                }
            }
            short
        })
        .collect()
}

/// Puts the place where a long schema was shown first in its stead.
fn show_once(schema: &mut Value, place: String, shown: &mut BTreeMap<String, String>) {
    let text = schema.to_string();
    if text.len() > SCHEMA_LONG {
        match shown.get(&text) {
            Some(first) => *schema = json!({ "as": first }),
            None => drop(shown.insert(text, place)),
        }
    }
}

fn sink_line(line: &Value, topic: &str) -> Value {
    let offset = &line["offset"];
    let usual = json!({
        "topic": topic,
        "partition": 0,
        "timestampType": "CreateTime",
        "timestamp": TIMESTAMP,
        "original": format!("{topic}-{}@{offset}", line["partition"]),
        "key": { "schema": "string?", "value": null },
        "value": { "schema": "string?", "value": null },
        "headers": [],
    });
    let mut short = Map::new();
    short.insert("at".to_owned(), offset.clone());
    for (name, value) in line.as_object().into_iter().flatten() {
        if name != "offset" && usual.get(name) != Some(value) {
            short.insert(name.clone(), value.clone());
        }
    }
    short.into()
}

/// Records of a topic.
pub fn records(records: &[TopicRecord]) -> Value {
    records.iter().map(record).collect()
}

fn record(record: &TopicRecord) -> Value {
    let mut short = Map::new();
    if let Some(partition) = record.partition.filter(|partition| *partition != 0) {
        short.insert("partition".to_owned(), json!(partition));
    }
    if let Some(timestamp) = record.timestamp.filter(|timestamp| *timestamp < NOW) {
        short.insert("timestamp".to_owned(), json!(timestamp));
    }
    if record.key.is_some() {
        short.insert("key".to_owned(), bytes_seen(record.key.as_deref()));
    }
    short.insert("value".to_owned(), bytes_seen(record.value.as_deref()));
    if !record.headers.is_empty() {
        let headers = record.headers.iter().map(|(name, value)| {
            let value = bytes_seen(value.as_deref());
            match (name.ends_with(".stacktrace"), value.as_str()) {
                (true, Some(trace)) => json!([name, exceptions(trace)]),
                (false, Some(text)) => json!([name, without_identities(text)]),
                _ => json!([name, value]),
            }
        });
        short.insert("headers".to_owned(), headers.collect());
    }
    short.into()
}

/// Records of a dead letter queue: offset, stage and class, and exceptions, as their context says. The rest is seen of those that are
/// recorded as they are.
pub fn dead_letters(records: &[TopicRecord]) -> Value {
    let letter = |record: &TopicRecord| {
        let context = |name: &str| {
            let name = format!("{CONTEXT}{name}");
            let header = record.headers.iter().find(|(found, _)| *found == name);
            let bytes = header.and_then(|(_, value)| value.as_deref());
            bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        let trace = context("exception.stacktrace").unwrap_or_default();
        let text = |name: &str| context(name).unwrap_or_default();
        let mut letter = vec![json!(text("offset"))];
        letter.push(json!(format!("{} {}", text("stage"), text("class.name"))));
        letter.extend(exceptions(&trace).as_array().cloned().unwrap_or_default());
        Value::Array(letter)
    };
    records.iter().map(letter).collect()
}
