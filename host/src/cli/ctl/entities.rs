//! What the API answers, as far as `ctl` looks into it.
//!
//! Lenient on purpose: workers of many versions answer, and a field that is not shown may be missing.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// `GET /connectors/{name}/status`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ConnectorStatus {
    pub(super) name: String,
    pub(super) connector: InstanceStatus,
    #[serde(default)]
    pub(super) tasks: Vec<TaskStatus>,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
}

/// The state of a connector's or task's instance.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct InstanceStatus {
    pub(super) state: String,
    #[serde(default)]
    pub(super) worker_id: Option<String>,
    #[serde(default)]
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) trace: Option<String>,
    #[serde(default)]
    pub(super) restarts: Option<Restarts>,
}

/// How often an instance was restarted by itself, and when it is next.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Restarts {
    #[serde(default)]
    pub(super) count: u64,
    #[serde(default)]
    pub(super) next_attempt: Option<String>,
    #[serde(default)]
    pub(super) limit_reached: bool,
}

/// A task's part of the status.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TaskStatus {
    pub(super) id: i64,
    #[serde(flatten)]
    pub(super) instance: InstanceStatus,
}

/// `GET /connectors/{name}`, and the answer to creating.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ConnectorInfo {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) config: IndexMap<String, Value>,
    #[serde(default)]
    pub(super) tasks: Vec<Value>,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
}

/// A connector in `GET /connectors?expand=status&expand=info`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Expanded {
    #[serde(default)]
    pub(super) status: Option<ConnectorStatus>,
    #[serde(default)]
    pub(super) info: Option<ConnectorInfo>,
}

/// `GET /connectors/{name}/offsets`.
#[derive(Debug, Deserialize)]
pub(super) struct Offsets {
    pub(super) offsets: Vec<PartitionOffset>,
}

/// An offset in a source system or in a topic.
#[derive(Debug, Deserialize)]
pub(super) struct PartitionOffset {
    pub(super) partition: Value,
    #[serde(default)]
    pub(super) offset: Value,
}

/// The answer to changing offsets.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) message: String,
}

/// A connector in `GET /connectors/{name}/topics`.
#[derive(Debug, Deserialize)]
pub(super) struct Topics {
    pub(super) topics: Vec<String>,
}

/// An entry of `GET /connector-plugins`.
#[derive(Debug, Deserialize)]
pub(super) struct Plugin {
    pub(super) class: String,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) version: Option<String>,
}

/// A version of a connector plugin, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(super) struct PluginVersion {
    pub(super) class: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) version: String,
    pub(super) sha256: String,
    pub(super) size: u64,
}

/// A configuration key, as `GET /connector-plugins/{class}/config` lists it.
#[derive(Debug, Deserialize)]
pub(super) struct Key {
    pub(super) name: String,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) default_value: Option<String>,
    #[serde(default)]
    pub(super) importance: Option<String>,
    #[serde(default)]
    pub(super) documentation: Option<String>,
}

/// The answer to validating.
#[derive(Debug, Deserialize)]
pub(super) struct Validation {
    pub(super) error_count: i64,
    #[serde(default)]
    pub(super) configs: Vec<ValidatedKey>,
}

/// A key in the answer to validating.
#[derive(Debug, Deserialize)]
pub(super) struct ValidatedKey {
    #[serde(default)]
    pub(super) definition: Option<Key>,
    #[serde(default)]
    pub(super) value: Option<ValidatedValue>,
}

/// A key's value in the answer to validating.
#[derive(Debug, Deserialize)]
pub(super) struct ValidatedValue {
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: Option<String>,
    #[serde(default)]
    pub(super) errors: Vec<String>,
}

/// A logger's level.
#[derive(Debug, Deserialize)]
pub(super) struct Level {
    #[serde(default)]
    pub(super) level: Option<String>,
    #[serde(default)]
    pub(super) last_modified: Option<i64>,
}
