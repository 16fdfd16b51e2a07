//! Cases: one connector each, with a configuration and records, and what came of them.
//!
//! `cases/*.json` are groups of cases as a person writes them, short; `cases/recorded/*.json` hold what
//! the JVM worker did. This module reads the former and spells them out: schemas, records as bytes,
//! chains of transformations as configuration keys. `cases/README.md` says how cases are written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};

mod expand;
mod outcome;
mod run;
mod suite;

pub use suite::CaseSuite;

/// What a file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    /// What its cases are about.
    #[allow(dead_code, reason = "for the reader of the file")]
    about: String,
    /// What its cases are, where they do not say it.
    #[serde(default)]
    kind: Kind,
    /// Schemas by name, beside those that all groups share.
    #[serde(default)]
    schemas: BTreeMap<String, Value>,
    /// Lists of records by name, beside those that all groups share.
    #[serde(default)]
    records: BTreeMap<String, Vec<Value>>,
    /// Configuration of all its cases.
    #[serde(default)]
    config: Map<String, Value>,
    /// Whether each case is also run on keys: with keys and values of its records, converters and
    /// transformations swapped.
    #[serde(default)]
    keys_too: bool,
    cases: Vec<CaseFile>,
}

/// What all groups share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    schemas: BTreeMap<String, Value>,
    records: BTreeMap<String, Vec<Value>>,
}

/// Which connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Records in a topic, and what a sink makes of them.
    #[default]
    Sink,
    /// Records of a source, and what is in the topics then.
    Source,
    /// The same with FileStreamSink, which writes the text of values.
    FileSink,
    /// The same with FileStreamSource, which reads lines.
    FileSource,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    name: String,
    kind: Option<Kind>,
    /// Transformations in their order; see [`expand::chain`].
    #[serde(default)]
    chain: Vec<Map<String, Value>>,
    /// Predicates by alias.
    #[serde(default)]
    predicates: BTreeMap<String, Map<String, Value>>,
    /// Further configuration; null removes a key.
    #[serde(default)]
    config: Map<String, Value>,
    /// Records, or the name of a list of the group, or several lists.
    #[serde(default)]
    records: Value,
    /// The partitions of the topic.
    #[serde(default = "one")]
    partitions: i32,
    /// Whether records of the dead letter queue are recorded as they are.
    #[serde(default)]
    raw_dlq: bool,
    /// Whether its task fails some time after it has done all.
    #[serde(default)]
    until_failed: bool,
    /// What ours does differently on purpose.
    #[serde(default)]
    ours: Vec<Deviation>,
    /// The same of the case on keys.
    #[serde(default)]
    ours_on_keys: Vec<Deviation>,
}

fn one() -> i32 {
    1
}

/// Something that ours does differently.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Why.
    #[allow(dead_code, reason = "for the reader of the file")]
    pub reason: String,
    /// A JSON pointer into what was recorded.
    pub at: String,
    /// What ours gives there; absent if there is nothing.
    pub is: Option<Value>,
}

/// A case, spelled out.
#[derive(Debug)]
pub struct Case {
    /// Its name, which is that of the connector, too.
    pub name: String,
    /// Which connector.
    pub kind: Kind,
    /// What the case adds to the configuration that all of its kind have; null removes a key.
    pub config: Map<String, Value>,
    /// Records to be written to the topic, or emitted by the source, or lines.
    pub records: Vec<Value>,
    /// The partitions of the topic.
    pub partitions: i32,
    /// Whether records of the dead letter queue are recorded as they are.
    pub raw_dlq: bool,
    /// Whether its task fails some time after it has done all.
    pub until_failed: bool,
    /// What ours does differently on purpose.
    pub ours: Vec<Deviation>,
}

/// A group of cases.
#[derive(Debug)]
pub struct Group {
    /// The name of its file, without `.json`.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// All groups, by name.
///
/// # Errors
///
/// A file that cannot be read or is not as described here, or two cases of one name.
pub fn groups() -> anyhow::Result<Vec<Group>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == "json"));
    paths.sort();
    let shared = folder().join("shared/shared.json");
    let shared: Shared = serde_json::from_str(&fs::read_to_string(shared)?)?;
    let groups: Vec<Group> = paths
        .iter()
        .map(|path| read(path, &shared).with_context(|| path.display().to_string()))
        .collect::<anyhow::Result<_>>()?;
    let mut names: Vec<&str> = groups
        .iter()
        .flat_map(|group| &group.cases)
        .map(|case| case.name.as_str())
        .collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        bail!("two cases are called {}", twice[0]);
    }
    Ok(groups)
}

/// Where the record of a group lies.
#[must_use]
pub fn record_path(group: &str) -> PathBuf {
    folder().join("recorded").join(format!("{group}.json"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

fn read(path: &Path, shared: &Shared) -> anyhow::Result<Group> {
    let mut file: GroupFile = serde_json::from_str(&fs::read_to_string(path)?)?;
    for (name, schema) in &shared.schemas {
        file.schemas.entry(name.clone()).or_insert(schema.clone());
    }
    for (name, records) in &shared.records {
        file.records.entry(name.clone()).or_insert(records.clone());
    }
    let mut cases = Vec::new();
    for case in &file.cases {
        let spelled = || spell_out(&file, case).with_context(|| case.name.clone());
        cases.push(spelled()?);
        if file.keys_too {
            cases.push(on_keys(spelled()?, &case.ours_on_keys));
        }
    }
    let name = path.file_stem().context("a file has a name")?;
    Ok(Group {
        name: name.to_string_lossy().into_owned(),
        cases,
    })
}

/// The same on keys.
fn on_keys(mut case: Case, ours: &[Deviation]) -> Case {
    case.name.push_str("-key");
    let json_converter = json!("org.apache.kafka.connect.json.JsonConverter");
    let string_converter = json!("org.apache.kafka.connect.storage.StringConverter");
    let mut config = Map::new();
    config.insert("key.converter".to_owned(), json_converter);
    config.insert("value.converter".to_owned(), string_converter);
    for (key, value) in case.config {
        let value = match value.as_str() {
            Some(class) if key.ends_with(".type") => json!(class.replace("$Value", "$Key")),
            _ => value,
        };
        let key = match key.strip_prefix("value.converter") {
            Some(setting) => format!("key.converter{setting}"),
            None => key,
        };
        config.insert(key, value);
    }
    case.config = config;
    for record in &mut case.records {
        if let Some(fields) = record.as_object_mut() {
            let (key, value) = (fields.remove("key"), fields.remove("value"));
            fields.extend(key.map(|key| ("value".to_owned(), key)));
            fields.extend(value.map(|value| ("key".to_owned(), value)));
        }
    }
    case.ours = ours.to_vec();
    case
}

fn spell_out(file: &GroupFile, case: &CaseFile) -> anyhow::Result<Case> {
    let kind = case.kind.unwrap_or(file.kind);
    let mut config = file.config.clone();
    config.extend(expand::chain(&case.chain, &case.predicates)?);
    config.extend(case.config.clone());
    for value in config.values_mut() {
        *value = match value.take() {
            Value::Null => Value::Null,
            Value::String(text) => json!(text.replace("<name>", &case.name)),
            other => json!(other.to_string()),
        };
    }
    let schemas = expand::Schemas(&file.schemas);
    let records = listed(file, &case.records)?
        .into_iter()
        .map(|record| match kind {
            Kind::Source => schemas.source_record(record),
            Kind::Sink | Kind::FileSink => schemas.sink_record(record),
            Kind::FileSource => Ok(record.clone()),
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(Case {
        name: case.name.clone(),
        kind,
        config,
        records,
        partitions: case.partitions,
        raw_dlq: case.raw_dlq,
        until_failed: case.until_failed,
        ours: case.ours.clone(),
    })
}

/// The records that a case lists or names.
fn listed<'a>(file: &'a GroupFile, records: &'a Value) -> anyhow::Result<Vec<&'a Value>> {
    let named = |name: &str| {
        let list = file.records.get(name);
        list.with_context(|| format!("there are no records {name:?}"))
    };
    Ok(match records {
        Value::Null => Vec::new(),
        Value::String(name) => named(name)?.iter().collect(),
        Value::Array(records) => {
            let mut found = Vec::new();
            for record in records {
                match record.as_str().filter(|_| !record.is_object()) {
                    Some(name) if file.records.contains_key(name) => found.extend(named(name)?),
                    _ => found.push(record),
                }
            }
            found
        }
        other => bail!("records are a list or the name of one: {other}"),
    })
}
