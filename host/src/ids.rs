//! Names of connectors and tasks, as newtypes.
//!
//! Owns the textual forms that appear in logs, REST paths and client ids. Knows nothing else.

use std::fmt;

/// The name of a connector, unique in a worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectorName(String);

impl ConnectorName {
    /// Takes the name as given; validation is the ConfigDef's.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectorName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for ConnectorName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// A task of a connector. Displays as `<connector>-<task>`, as Kafka's ConnectorTaskId does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectorTaskId {
    /// The connector that the task belongs to.
    pub connector: ConnectorName,
    /// The task's number, from 0.
    pub task: u32,
}

impl ConnectorTaskId {
    /// The task `task` of `connector`.
    pub fn new(connector: ConnectorName, task: u32) -> Self {
        Self { connector, task }
    }
}

impl fmt::Display for ConnectorTaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.connector, self.task)
    }
}

/// Which instance of a connector an event is about. Log lines of a connector carry
/// `[connector|worker]`, those of a task `[connector|task-n]`, as Kafka's connector.context does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InstanceId {
    /// The connector instance.
    Connector(ConnectorName),
    /// A task instance.
    Task(ConnectorTaskId),
}

impl InstanceId {
    /// The connector that the instance belongs to.
    pub fn connector(&self) -> &ConnectorName {
        match self {
            Self::Connector(name) => name,
            Self::Task(id) => &id.connector,
        }
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connector(name) => write!(formatter, "[{name}|worker]"),
            Self::Task(id) => write!(formatter, "[{}|task-{}]", id.connector, id.task),
        }
    }
}
