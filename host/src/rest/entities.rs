//! The JSON that REST answers with, field by field in the order in which Kafka Connect writes it.
//!
//! Owns the shape of responses. Must not know how they are sent. Kafka's counterpart:
//! `rest.entities`.

pub(super) mod offsets;
pub(super) mod plugins;
pub(super) mod validation;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::config::ConfigMap;
use crate::herder::{ConnectorInfo, ConnectorStateInfo, RestartInfo, TaskStateInfo, UpgradeInfo};
use crate::herder::{ConnectorKind, PluginDescription};
use crate::ids::ConnectorTaskId;
use crate::loggers::LoggerState;
use crate::storage::status::InstanceStatus;

/// The version of Kafka Connect that this worker behaves as. Clients read it from `GET /` to learn
/// what the API can do, so that it is Kafka's and not ours.
pub const KAFKA_VERSION: &str = "4.3.1";

/// Our own version, where Kafka tells the commit it was built from.
const COMMIT: &str = concat!("connect-wasm-", env!("CARGO_PKG_VERSION"));

/// `GET /`
#[derive(Serialize, ToSchema)]
pub(super) struct ServerInfo<'a> {
    version: &'static str,
    commit: &'static str,
    kafka_cluster_id: Option<&'a str>,
}

impl<'a> ServerInfo<'a> {
    /// What this worker is.
    pub(super) fn new(kafka_cluster_id: Option<&'a str>) -> Self {
        Self {
            version: KAFKA_VERSION,
            commit: COMMIT,
            kafka_cluster_id,
        }
    }
}

/// `GET /health`
#[derive(Serialize, ToSchema)]
pub(super) struct WorkerStatus {
    /// `healthy`, `starting` or `unhealthy`.
    pub(super) status: &'static str,
    /// The same in words.
    pub(super) message: &'static str,
}

/// A logger in `/admin/loggers`.
#[derive(Serialize, ToSchema)]
#[schema(as = Logger)]
pub(super) struct LoggerEntity {
    /// ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or OFF; its own, or that of the names above it.
    level: &'static str,
    /// When this API changed it last, in milliseconds since 1970; null if it never did.
    last_modified: Option<i64>,
}

impl From<LoggerState> for LoggerEntity {
    fn from(logger: LoggerState) -> Self {
        Self {
            level: logger.level.name(),
            last_modified: logger.last_modified,
        }
    }
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct ErrorMessage<'a> {
    /// The HTTP status, unless another worker's error is passed on.
    pub(super) error_code: u16,
    /// What is wrong.
    pub(super) message: &'a str,
}

/// A connector and its configuration.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorInfo)]
pub(super) struct ConnectorInfoEntity<'a> {
    name: &'a str,
    #[schema(value_type = HashMap<String, String>)]
    config: Config<'a>,
    tasks: Vec<TaskIdEntity<'a>>,
    r#type: &'static str,
}

impl<'a> From<&'a ConnectorInfo> for ConnectorInfoEntity<'a> {
    fn from(info: &'a ConnectorInfo) -> Self {
        Self {
            name: info.name.as_str(),
            config: Config(&info.config),
            tasks: info.tasks.iter().map(TaskIdEntity::from).collect(),
            r#type: kind_name(info.kind),
        }
    }
}

/// A configuration. The keys are in the order in which the user gave them.
pub(super) struct Config<'a>(pub(super) &'a ConfigMap);

impl Serialize for Config<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = TaskId)]
struct TaskIdEntity<'a> {
    connector: &'a str,
    task: u32,
}

impl<'a> From<&'a ConnectorTaskId> for TaskIdEntity<'a> {
    fn from(id: &'a ConnectorTaskId) -> Self {
        Self {
            connector: id.connector.as_str(),
            task: id.task,
        }
    }
}

/// A task and its configuration.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskInfo)]
pub(super) struct TaskInfoEntity<'a> {
    id: TaskIdEntity<'a>,
    #[schema(value_type = HashMap<String, String>)]
    config: Config<'a>,
}

impl<'a> TaskInfoEntity<'a> {
    /// The task of that number.
    pub(super) fn new(connector: &'a str, task: u32, config: &'a ConfigMap) -> Self {
        Self {
            id: TaskIdEntity { connector, task },
            config: Config(config),
        }
    }
}

/// A connector and its tasks as they are.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorState)]
pub(super) struct ConnectorStateEntity<'a> {
    name: &'a str,
    connector: StatusEntity<'a>,
    tasks: Vec<TaskStateEntity<'a>>,
    r#type: &'static str,
    /// Only with connector.plugin.upgrade=auto.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline = false)]
    upgrade: Option<UpgradeEntity<'a>>,
}

/// The last move of a connector to a newer version of its plugin.
#[derive(Serialize, ToSchema)]
#[schema(as = Upgrade)]
struct UpgradeEntity<'a> {
    /// IDLE, MOVING, PROBATION, COMPLETED, ROLLED_BACK or REFUSED.
    state: String,
    /// The version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    /// The newer version.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    /// Why it was refused or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// When the probation ends, in UTC, as ISO 8601 has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    probation_ends: Option<String>,
    /// How long each task stood still, in milliseconds, by task number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    downtime_ms: BTreeMap<u32, u64>,
}

impl<'a> From<&'a UpgradeInfo> for UpgradeEntity<'a> {
    fn from(info: &'a UpgradeInfo) -> Self {
        let downtime = info.downtime.iter();
        let milliseconds = |time: &Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            state: info.state.to_string(),
            from: info.from.as_deref(),
            to: info.to.as_deref(),
            reason: info.reason.as_deref(),
            probation_ends: info.probation_ends.map(crate::clock::iso_8601),
            downtime_ms: downtime
                .map(|(task, time)| (*task, milliseconds(time)))
                .collect(),
        }
    }
}

impl<'a> From<&'a ConnectorStateInfo> for ConnectorStateEntity<'a> {
    fn from(info: &'a ConnectorStateInfo) -> Self {
        let tasks = info.tasks.iter();
        let restarts = |task: Option<u32>| info.upkeep.restarts.get(&task);
        Self {
            name: info.name.as_str(),
            connector: StatusEntity::new(&info.connector, restarts(None)),
            tasks: tasks
                .map(|(id, status)| TaskStateEntity {
                    id: *id,
                    status: StatusEntity::new(status, restarts(Some(*id))),
                })
                .collect(),
            r#type: kind_name(info.kind),
            upgrade: info.upkeep.upgrade.as_ref().map(UpgradeEntity::from),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstanceState)]
struct StatusEntity<'a> {
    state: String,
    worker_id: &'a str,
    /// Null when the instance was never built.
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
    /// Only with errors.restart.policy=backoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline = false)]
    restarts: Option<RestartsEntity>,
}

/// How often an instance was restarted by itself since it last ran well.
#[derive(Serialize, ToSchema)]
#[schema(as = Restarts)]
struct RestartsEntity {
    count: u32,
    /// When it is restarted next, in UTC, as ISO 8601 has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<String>,
    /// It has failed, and errors.restart.max.attempts is used up.
    limit_reached: bool,
}

impl From<&RestartInfo> for RestartsEntity {
    fn from(info: &RestartInfo) -> Self {
        Self {
            count: info.count,
            next_attempt: info.next_attempt.map(crate::clock::iso_8601),
            limit_reached: info.limit_reached,
        }
    }
}

impl<'a> StatusEntity<'a> {
    fn new(status: &'a InstanceStatus, restarts: Option<&RestartInfo>) -> Self {
        Self {
            restarts: restarts.map(RestartsEntity::from),
            state: status.state.to_string(),
            worker_id: &status.worker_id,
            version: status.version.as_deref(),
            trace: status.trace.as_deref().filter(|trace| !trace.is_empty()),
        }
    }
}

/// A task as it is.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskState)]
pub(super) struct TaskStateEntity<'a> {
    id: u32,
    #[serde(flatten)]
    status: StatusEntity<'a>,
}

impl<'a> TaskStateEntity<'a> {
    /// The task of that number.
    pub(super) fn new(id: u32, info: &'a TaskStateInfo) -> Self {
        Self {
            id,
            status: StatusEntity::new(&info.status, info.restarts.as_ref()),
        }
    }
}

/// A plugin in `GET /connector-plugins`.
#[derive(Serialize, ToSchema)]
pub(super) struct PluginInfo<'a> {
    class: &'a str,
    r#type: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
}

impl<'a> From<&'a PluginDescription> for PluginInfo<'a> {
    fn from(plugin: &'a PluginDescription) -> Self {
        Self {
            class: &plugin.class,
            r#type: plugin.kind.to_string(),
            version: &plugin.version,
        }
    }
}

fn kind_name(kind: Option<ConnectorKind>) -> &'static str {
    match kind {
        Some(ConnectorKind::Source) => "source",
        Some(ConnectorKind::Sink) => "sink",
        None => "unknown",
    }
}
