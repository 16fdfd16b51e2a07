//! Scenarios as they are written down.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

/// What a user does with a worker. In every text, `<dir>` stands for the folder of this run and
/// `<bootstrap>` for the broker's address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name of its file, without `.json`.
    #[serde(skip)]
    pub name: String,
    /// What it is about.
    pub about: String,
    /// Worker properties, added to those of the harness; null removes one.
    #[serde(default)]
    pub worker: BTreeMap<String, Option<String>>,
    /// Connectors given on the command line: file name and configuration.
    #[serde(default)]
    pub connectors: Vec<ConnectorInput>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// A connector file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorInput {
    /// The name of the file.
    pub file: String,
    /// Entries of a properties file.
    pub properties: Option<BTreeMap<String, String>>,
    /// Or the text of the file.
    pub text: Option<String>,
}

/// One thing done, or waited for and recorded.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Writes a file in the folder.
    Write { file: String, text: String },
    /// Appends to a file in the folder.
    Append { file: String, text: String },
    /// Creates a topic.
    CreateTopic { topic: String, partitions: i32 },
    /// Writes records to a topic.
    Produce {
        topic: String,
        records: Vec<RecordInput>,
    },
    /// Starts the worker and waits until it is healthy.
    Start {},
    /// Starts a worker that must end by itself; records its exit code.
    RunToEnd {},
    /// Stops the worker with SIGTERM.
    Stop {},
    /// Sends a request, again and again if `until` is given, and records the last answer.
    Request(Request),
    /// Waits for a number of records in a topic and records them.
    Topic { topic: String, count: u64 },
    /// Waits for a number of lines in a file and records them.
    Lines { file: String, count: usize },
    /// Records the stored source offsets; waits until there are `count` of them.
    Offsets { count: usize },
    /// Waits until the sum of the committed offsets of a sink's group is `sum`, and records them.
    GroupOffsets {
        connector: String,
        topic: String,
        sum: i64,
    },
}

/// A REST request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// A name for reports.
    #[serde(default, rename = "as")]
    pub label: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers; a JSON body brings its content type if this is absent.
    pub headers: Option<BTreeMap<String, String>>,
    /// A JSON body.
    pub json: Option<Value>,
    /// Or a body as it is.
    pub text: Option<String>,
    /// JSON pointers with the values they must have before the answer counts.
    #[serde(default)]
    pub until: BTreeMap<String, Value>,
    /// Whether the answer is recorded.
    #[serde(default = "yes")]
    pub record: bool,
}

fn yes() -> bool {
    true
}

/// A record to be written to a topic. Keys and values are texts, or `{"hex": ".."}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordInput {
    /// The partition, 0 if absent.
    #[serde(default)]
    pub partition: i32,
    /// The timestamp.
    pub timestamp: Option<i64>,
    /// The key.
    #[serde(default)]
    pub key: Value,
    /// The value.
    #[serde(default)]
    pub value: Value,
    /// Headers, pairs of name and value.
    #[serde(default)]
    pub headers: Vec<(String, Value)>,
}

/// All scenarios, by name.
///
/// # Errors
///
/// A file that cannot be read or is not as described here.
pub fn all() -> anyhow::Result<Vec<Scenario>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder("scenarios"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> anyhow::Result<Scenario> {
    let text = fs::read_to_string(path)?;
    let mut scenario: Scenario =
        serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let name = path.file_stem().context("a file has a name")?;
    scenario.name = name.to_string_lossy().into_owned();
    Ok(scenario)
}

/// Where the record of a scenario lies.
#[must_use]
pub fn recorded_path(name: &str) -> PathBuf {
    folder("recorded").join(format!("{name}.json"))
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
