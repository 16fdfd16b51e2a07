//! What clients ask of connectors in the stress test, and which answers there are to it.
//!
//! The answers are those of Kafka's documentation of the REST API as the recorded scenarios of
//! `tests/golden` hold them; the JVM worker itself stops answering under this load. Where it
//! stumbles over a connector that is not there (500 with Java's words), ours says so with 404.

use connect_harness::{Rest, RestResponse};
use serde_json::{Value, json};

use crate::stress::Field;

/// A request about one connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    List,
    ListExpanded,
    Get,
    Config,
    Status,
    Tasks,
    TaskStatus,
    Topics,
    Create,
    CreateStopped,
    Put,
    Patch,
    Pause,
    Resume,
    Stop,
    Restart,
    RestartWithTasks,
    RestartFailed,
    RestartTask,
    ResetTopics,
    Offsets,
    AlterOffsets,
    ResetOffsets,
    Validate,
    Delete,
}

use Operation::{
    AlterOffsets, Config, Create, CreateStopped, Delete, Get, List, ListExpanded, Offsets, Patch,
    Pause, Put, ResetOffsets, ResetTopics, Restart, RestartFailed, RestartTask, RestartWithTasks,
    Resume, Status, Stop, TaskStatus, Tasks, Topics, Validate,
};

/// Every operation.
pub const ALL: [Operation; 25] = [
    List,
    ListExpanded,
    Get,
    Config,
    Status,
    Tasks,
    TaskStatus,
    Topics,
    Create,
    CreateStopped,
    Put,
    Patch,
    Pause,
    Resume,
    Stop,
    Restart,
    RestartWithTasks,
    RestartFailed,
    RestartTask,
    ResetTopics,
    Offsets,
    AlterOffsets,
    ResetOffsets,
    Validate,
    Delete,
];

const NOT_STOPPED: &str = "Connectors must be in the STOPPED state before their offsets can be \
    modified. This can be done for the specified connector by issuing a 'PUT' request to the \
    '/connectors/{}/stop' endpoint";

impl Operation {
    /// Creations and changes more often than the rest, so that there is something to fight over.
    pub fn choose(random: &mut fastrand::Rng) -> Operation {
        match random.usize(..100) {
            0..15 => Create,
            15..30 => Put,
            30..35 => Delete,
            _ => ALL[random.usize(..ALL.len())],
        }
    }

    fn path(self, name: &str) -> (&'static str, String) {
        let below = |rest: &str| format!("/connectors/{name}{rest}");
        match self {
            List => ("GET", "/connectors".to_owned()),
            ListExpanded => ("GET", "/connectors?expand=status&expand=info".to_owned()),
            Get => ("GET", below("")),
            Config => ("GET", below("/config")),
            Status => ("GET", below("/status")),
            Tasks => ("GET", below("/tasks")),
            TaskStatus => ("GET", below("/tasks/0/status")),
            Topics => ("GET", below("/topics")),
            Create | CreateStopped => ("POST", "/connectors".to_owned()),
            Put => ("PUT", below("/config")),
            Patch => ("PATCH", below("/config")),
            Pause => ("PUT", below("/pause")),
            Resume => ("PUT", below("/resume")),
            Stop => ("PUT", below("/stop")),
            Restart => ("POST", below("/restart")),
            RestartWithTasks => ("POST", below("/restart?includeTasks=true")),
            RestartFailed => ("POST", below("/restart?includeTasks=true&onlyFailed=true")),
            RestartTask => ("POST", below("/tasks/0/restart")),
            ResetTopics => ("PUT", below("/topics/reset")),
            Offsets => ("GET", below("/offsets")),
            AlterOffsets => ("PATCH", below("/offsets")),
            ResetOffsets => ("DELETE", below("/offsets")),
            Validate => (
                "PUT",
                "/connector-plugins/FileStreamSource/config/validate".to_owned(),
            ),
            Delete => ("DELETE", below("")),
        }
    }

    fn body(self, field: &Field, number: usize, variant: usize) -> Option<Value> {
        let (name, config) = (field.name(number), field.config(number, variant));
        match self {
            Create => Some(json!({"name": name, "config": config})),
            CreateStopped => {
                Some(json!({"name": name, "config": config, "initial_state": "STOPPED"}))
            }
            Put => Some(config),
            Patch => Some(json!({"tasks.max": (variant + 1).to_string()})),
            AlterOffsets => Some(json!({"offsets": [field.offset(number)]})),
            // The plugin is that of sources.
            Validate => Some(field.config(number & !1, variant)),
            _ => None,
        }
    }

    /// Sends the request; an error means that there was no answer.
    pub fn send(
        self,
        rest: &Rest,
        field: &Field,
        number: usize,
        variant: usize,
    ) -> Result<RestResponse, String> {
        let (method, path) = self.path(&field.name(number));
        let body = self.body(field, number, variant);
        let bytes = body.map(|body| body.to_string().into_bytes());
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        let headers = if bytes.is_some() { &headers[..] } else { &[] };
        rest.try_request(method, &path, headers, bytes.as_deref())
            .map_err(|error| format!("{error:#}"))
    }

    /// The answers that there are: a status, and the message of an error with `{}` for the name.
    fn answers(self) -> &'static [(u16, &'static str)] {
        match self {
            List | ListExpanded | Topics => &[(200, "")],
            Get | Config | Tasks => &[(200, ""), (404, "Connector {} not found")],
            Patch => &[(200, ""), (404, "Connector {} not found")],
            Status => &[(200, ""), (404, "No status found for connector {}")],
            TaskStatus => &[(200, ""), (404, "No status found for task {}-0")],
            Create | CreateStopped => &[(201, ""), (409, "Connector {} already exists")],
            Put => &[(200, ""), (201, "")],
            Pause | Resume => &[(202, ""), (404, "Unknown connector {}")],
            Stop => &[(204, ""), (404, "Unknown connector {}")],
            Restart => &[(204, ""), (404, "Unknown connector: {}")],
            RestartWithTasks | RestartFailed => &[(202, ""), (404, "Unknown connector: {}")],
            RestartTask => &[
                (204, ""),
                (404, "Unknown connector: {}"),
                (404, "Task {}-0 not found"),
            ],
            ResetTopics => &[(202, "")],
            Offsets => &[(200, ""), (404, "Connector {} not found")],
            AlterOffsets | ResetOffsets => &[
                (200, ""),
                (400, NOT_STOPPED),
                (404, "Connector {} not found"),
            ],
            Validate => &[(200, "")],
            Delete => &[(204, ""), (404, "Connector {} not found")],
        }
    }

    /// Which of the answers this is, or why it is none.
    pub fn judge(self, name: &str, answer: &RestResponse) -> Result<String, String> {
        let seen = || format!("{} {}", answer.status, answer.body);
        let body: Value = match answer.body.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).map_err(|_| seen())?,
        };
        let shape = if answer.status < 400 {
            String::new()
        } else {
            if body["error_code"] != answer.status {
                return Err(seen());
            }
            let message = body["message"].as_str().ok_or_else(seen)?;
            message.replace(name, "{}")
        };
        let known = self
            .answers()
            .iter()
            .any(|(status, message)| *status == answer.status && *message == shape);
        if !known {
            return Err(seen());
        }
        if self == Status && answer.status == 200 && body["name"] != name {
            return Err(format!("the status of another connector: {}", seen()));
        }
        Ok(shape)
    }
}
