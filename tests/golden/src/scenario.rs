//! Scenarios as they are written down.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a user does with a worker. In every text, `<dir>` stands for the folder of this run,
/// `<bootstrap>` for the broker's address, `<worker>` for that of the worker's listener, `<second>`
/// and `<admin>` for further addresses to listen on.
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
    /// Parts of JSON bodies by name: a field `"..."` in a body is replaced by the fields of the part
    /// that it names, or of the parts if it names several.
    #[serde(default)]
    pub define: BTreeMap<String, Map<String, Value>>,
    /// Response headers that are recorded beside those that always are.
    #[serde(default)]
    pub headers: Vec<String>,
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
    /// Starts the worker, with further properties if given, and waits until it is healthy.
    Start {
        #[serde(default)]
        worker: BTreeMap<String, Option<String>>,
    },
    /// Starts a worker that must end by itself; records its exit code.
    RunToEnd {},
    /// Stops the worker with SIGTERM.
    Stop {},
    /// Sends a request, again and again if `until` is given, and records the last answer.
    Request(Box<Request>),
    /// Writes bytes to a connection and records the answers.
    Wire(Wire),
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
    /// Which address: `<worker>` if absent, or `<second>` or `<admin>`.
    pub to: Option<String>,
    /// A JSON body.
    pub json: Option<Value>,
    /// Or a body as it is.
    pub text: Option<String>,
    /// Or a body of these bytes.
    pub hex: Option<String>,
    /// How many letters stand for `<filler>` in the text.
    #[serde(default)]
    pub filler: usize,
    /// What of the answer is recorded; all if absent.
    pub view: Option<View>,
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

/// A part of an answer's body.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// The names of an object's fields.
    Names,
    /// An object with these fields alone, or a list with these texts alone.
    Fields(Vec<String>),
    /// Of a validation result the values, without definitions, of the keys that have errors and of
    /// these; all else as it is.
    Values(Vec<String>),
    /// Of a validation result or of a list of definitions the rows of keys that begin so.
    Rows(Vec<String>),
}

/// Bytes on a connection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    /// A name for reports.
    #[serde(rename = "as")]
    pub label: String,
    /// What is sent, characters up to U+00FF as bytes; the answer to a part is awaited before the
    /// next one is sent if `turns` is set.
    pub send: Vec<String>,
    /// Whether each part is answered before the next.
    #[serde(default)]
    pub turns: bool,
    /// Whether the client then closes its direction.
    #[serde(default)]
    pub shut: bool,
    /// How many answers there are on a connection that stays open; absent if the worker closes it.
    pub answers: Option<usize>,
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

impl Scenario {
    /// Method and path of the request that is this step.
    #[must_use]
    pub fn request(&self, step: usize) -> Option<(&str, &str)> {
        match self.steps.get(step) {
            Some(Step::Request(request)) => Some((&request.method, &request.path)),
            _ => None,
        }
    }
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
