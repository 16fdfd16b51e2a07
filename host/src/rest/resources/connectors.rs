//! `/connectors` and everything below a connector. Kafka's counterpart: `ConnectorsResource`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::ser::SerializeMap;

use crate::herder::request::{PutConnector, SubmittedConfig};
use crate::herder::{ConnectorInfo, ConnectorStateInfo, Herder, HerderError, Put, RestartRequest};
use crate::ids::ConnectorName;
use crate::rest::entities::{
    Config, ConnectorInfoEntity, ConnectorStateEntity, ErrorMessage, TaskInfoEntity,
    TaskStateEntity,
};
use crate::rest::error::RestError;
use crate::rest::json::{self, ConfigBody, CreateConnector};
use crate::rest::openapi::{ConfigSchema, ConnectorList, CreateConnectorSchema};
use crate::rest::path::{ConnectorPath, QueryParams, TaskPath, flag, location};
use crate::rest::router::HerderState;
use crate::storage::config::{ConfigOrigin, TargetState};

type Outcome = Result<Response, RestError>;

/// `GET /connectors?expand`
#[utoipa::path(
    get,
    path = "/connectors",
    tag = "connectors",
    operation_id = "listConnectors",
    summary = "The connectors, with their states and configurations if wanted",
    params(
        ("expand" = Option<Vec<String>>, Query, explode = true, description = "`status`, `info`, or both: what to tell about each connector."),
    ),
    responses(
        (status = 200, description = "The names of all connectors, or an object by name when something is expanded.", body = ConnectorList),
    ),
)]
pub(in crate::rest) async fn list(
    State(herder): State<HerderState>,
    query: QueryParams,
) -> Outcome {
    let names = herder.connectors();
    let expansions: Vec<&str> = query
        .iter()
        .filter(|(key, _)| key == "expand")
        .map(|(_, value)| value.as_str())
        .collect();
    if expansions.is_empty() {
        let names: Vec<&str> = names.iter().map(ConnectorName::as_str).collect();
        return Ok(json::response(StatusCode::OK, &names));
    }
    let mut expanded = Vec::with_capacity(names.len());
    for name in names {
        match Expanded::new(&*herder, &name, &expansions) {
            Ok(connector) => expanded.push((name, connector)),
            // It went away meanwhile, or has not reported yet: it is left out.
            Err(HerderError::ConnectorNotFound(_) | HerderError::NoConnectorStatus(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(json::response(StatusCode::OK, &ExpandedList(expanded)))
}

/// `POST /connectors`
#[utoipa::path(
    post,
    path = "/connectors",
    tag = "connectors",
    operation_id = "createConnector",
    summary = "Create a connector",
    request_body = CreateConnectorSchema,
    responses(
        (status = 201, description = "The connector is stored and started.", body = ConnectorInfoEntity<'static>, headers(("Location" = String, description = "Where the connector is."))),
        (status = 400, description = "The request or the configuration is refused.", body = ErrorMessage<'static>),
        (status = 409, description = "There is a connector of this name.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn create(
    State(herder): State<HerderState>,
    headers: HeaderMap,
    request: CreateConnector,
) -> Outcome {
    let name = ConnectorName::new(request.name);
    let config: SubmittedConfig = request.config.into_iter().collect();
    let request =
        PutConnector::create(name, config, ConfigOrigin::Rest).target(request.initial_state);
    let put = herder.put_connector_config(request).await?;
    Ok(put_response(&headers, &put))
}

/// `GET /connectors/{connector}`
#[utoipa::path(
    get,
    path = "/connectors/{connector}",
    tag = "connectors",
    operation_id = "getConnector",
    summary = "A connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 200, description = "The connector and its configuration.", body = ConnectorInfoEntity<'static>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn info(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let info = herder.connector_info(&name)?;
    Ok(json::response(
        StatusCode::OK,
        &ConnectorInfoEntity::from(&info),
    ))
}

/// `DELETE /connectors/{connector}`
#[utoipa::path(
    delete,
    path = "/connectors/{connector}",
    tag = "connectors",
    operation_id = "deleteConnector",
    summary = "Delete a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 204, description = "The connector is stopped and forgotten; its offsets stay."),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn delete(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    herder.delete_connector(&name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /connectors/{connector}/config`
#[utoipa::path(
    get,
    path = "/connectors/{connector}/config",
    tag = "connectors",
    operation_id = "getConnectorConfig",
    summary = "The configuration of a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 200, description = "The configuration.", body = HashMap<String, String>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn config(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let info = herder.connector_info(&name)?;
    Ok(json::response(StatusCode::OK, &Config(&info.config)))
}

/// `PUT /connectors/{connector}/config`
#[utoipa::path(
    put,
    path = "/connectors/{connector}/config",
    tag = "connectors",
    operation_id = "putConnectorConfig",
    summary = "Create a connector, or replace its configuration",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    request_body = ConfigSchema,
    responses(
        (status = 200, description = "The connector was there and has this configuration now.", body = ConnectorInfoEntity<'static>),
        (status = 201, description = "The connector is new.", body = ConnectorInfoEntity<'static>, headers(("Location" = String, description = "Where the connector is."))),
        (status = 400, description = "The request or the configuration is refused.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn put_config(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
    headers: HeaderMap,
    ConfigBody(config): ConfigBody,
) -> Outcome {
    let config: SubmittedConfig = config.into_iter().collect();
    let request = PutConnector::put(name, config, ConfigOrigin::Rest);
    let put = herder.put_connector_config(request).await?;
    Ok(put_response(&headers, &put))
}

/// `PATCH /connectors/{connector}/config`
#[utoipa::path(
    patch,
    path = "/connectors/{connector}/config",
    tag = "connectors",
    operation_id = "patchConnectorConfig",
    summary = "Change single keys of a configuration",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    request_body = ConfigSchema,
    responses(
        (status = 200, description = "The configuration is changed; null removed a key.", body = ConnectorInfoEntity<'static>),
        (status = 400, description = "The request or the configuration is refused.", body = ErrorMessage<'static>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn patch_config(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
    ConfigBody(patch): ConfigBody,
) -> Outcome {
    let info = herder
        .patch_connector_config(&name, patch, ConfigOrigin::Rest)
        .await?;
    Ok(json::response(
        StatusCode::OK,
        &ConnectorInfoEntity::from(&info),
    ))
}

/// `GET /connectors/{connector}/status`
#[utoipa::path(
    get,
    path = "/connectors/{connector}/status",
    tag = "connectors",
    operation_id = "getConnectorStatus",
    summary = "The states of a connector and of its tasks",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 200, description = "The states of the connector and of its tasks.", body = ConnectorStateEntity<'static>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn status(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let status = herder.connector_status(&name)?;
    Ok(json::response(
        StatusCode::OK,
        &ConnectorStateEntity::from(&status),
    ))
}

/// `POST /connectors/{connector}/restart?includeTasks&onlyFailed`
#[utoipa::path(
    post,
    path = "/connectors/{connector}/restart",
    tag = "connectors",
    operation_id = "restartConnector",
    summary = "Restart a connector, its tasks, or what has failed",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
        ("includeTasks" = Option<bool>, Query, description = "Restart tasks, too."),
        ("onlyFailed" = Option<bool>, Query, description = "Restart only what has FAILED."),
    ),
    responses(
        (status = 202, description = "What the restart concerns is shown as RESTARTING.", body = ConnectorStateEntity<'static>),
        (status = 204, description = "The connector instance is restarted."),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn restart(
    State(herder): State<HerderState>,
    ConnectorPath(connector): ConnectorPath,
    query: QueryParams,
) -> Outcome {
    let request = RestartRequest {
        connector,
        only_failed: flag(&query, "onlyFailed", false),
        include_tasks: flag(&query, "includeTasks", false),
    };
    if request.connector_alone() {
        herder.restart_connector(&request.connector).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let planned = herder.restart_connector_and_tasks(request).await?;
    Ok(json::response(
        StatusCode::ACCEPTED,
        &ConnectorStateEntity::from(&planned),
    ))
}

/// `PUT /connectors/{connector}/pause`
#[utoipa::path(
    put,
    path = "/connectors/{connector}/pause",
    tag = "connectors",
    operation_id = "pauseConnector",
    summary = "Pause a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 202, description = "The connector and its tasks are being paused."),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn pause(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    herder.set_target_state(&name, TargetState::Paused).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// `PUT /connectors/{connector}/resume`
#[utoipa::path(
    put,
    path = "/connectors/{connector}/resume",
    tag = "connectors",
    operation_id = "resumeConnector",
    summary = "Resume a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 202, description = "The connector and its tasks are being resumed."),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn resume(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    herder.set_target_state(&name, TargetState::Started).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// `PUT /connectors/{connector}/stop`
#[utoipa::path(
    put,
    path = "/connectors/{connector}/stop",
    tag = "connectors",
    operation_id = "stopConnector",
    summary = "Stop a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 204, description = "The connector is stopped and has no tasks."),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn stop(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    herder.set_target_state(&name, TargetState::Stopped).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /connectors/{connector}/tasks`
#[utoipa::path(
    get,
    path = "/connectors/{connector}/tasks",
    tag = "tasks",
    operation_id = "getTasks",
    summary = "The tasks of a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 200, description = "The tasks and their configurations.", body = Vec<TaskInfoEntity<'static>>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn tasks(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let configs = herder.task_configs(&name)?;
    let entities: Vec<TaskInfoEntity<'_>> = (0u32..)
        .zip(&configs)
        .map(|(task, config)| TaskInfoEntity::new(name.as_str(), task, config))
        .collect();
    Ok(json::response(StatusCode::OK, &entities))
}

/// `GET /connectors/{connector}/tasks/{task}/status`
#[utoipa::path(
    get,
    path = "/connectors/{connector}/tasks/{task}/status",
    tag = "tasks",
    operation_id = "getTaskStatus",
    summary = "The state of a task",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
        ("task" = i32, Path, description = "The number of the task, from 0.", minimum = 0),
    ),
    responses(
        (status = 200, description = "The state of the task.", body = TaskStateEntity<'static>),
        (status = 404, description = "There is no such task.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn task_status(
    State(herder): State<HerderState>,
    task: TaskPath,
) -> Outcome {
    let id = task
        .id()
        .ok_or_else(|| RestError::NoStatusOfNegative(task.to_string()))?;
    let status = herder.task_status(&id)?;
    Ok(json::response(
        StatusCode::OK,
        &TaskStateEntity::new(id.task, &status),
    ))
}

/// `POST /connectors/{connector}/tasks/{task}/restart`
#[utoipa::path(
    post,
    path = "/connectors/{connector}/tasks/{task}/restart",
    tag = "tasks",
    operation_id = "restartTask",
    summary = "Restart a task",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
        ("task" = i32, Path, description = "The number of the task, from 0.", minimum = 0),
    ),
    responses(
        (status = 204, description = "The task is restarted."),
        (status = 404, description = "There is no such task.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn restart_task(
    State(herder): State<HerderState>,
    task: TaskPath,
) -> Outcome {
    let Some(id) = task.id() else {
        let name = task.connector().clone();
        return Err(match herder.connector_info(&name) {
            Ok(_) => RestError::NoNegativeTask(task.to_string()),
            Err(_) => HerderError::RestartOfUnknownConnector(name).into(),
        });
    };
    herder.restart_task(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 201 and where it is for a new connector, 200 for one that was there.
fn put_response(headers: &HeaderMap, put: &Put) -> Response {
    let entity = ConnectorInfoEntity::from(&put.info);
    if !put.created {
        return json::response(StatusCode::OK, &entity);
    }
    let mut response = json::response(StatusCode::CREATED, &entity);
    response
        .headers_mut()
        .insert(header::LOCATION, location(headers, &put.info.name));
    response
}

/// A connector in an expanded list. Expansions are in the order in which they were asked for;
/// unknown ones are passed over.
struct Expanded(Vec<Expansion>);

enum Expansion {
    Status(ConnectorStateInfo),
    Info(ConnectorInfo),
}

impl Expanded {
    fn new(
        herder: &dyn Herder,
        name: &ConnectorName,
        expansions: &[&str],
    ) -> Result<Self, HerderError> {
        let mut parts: Vec<Expansion> = Vec::new();
        for expansion in expansions {
            match *expansion {
                "status"
                    if !parts
                        .iter()
                        .any(|part| matches!(part, Expansion::Status(_))) =>
                {
                    parts.push(Expansion::Status(herder.connector_status(name)?));
                }
                "info" if !parts.iter().any(|part| matches!(part, Expansion::Info(_))) => {
                    parts.push(Expansion::Info(herder.connector_info(name)?));
                }
                _ => {}
            }
        }
        Ok(Self(parts))
    }
}

impl Serialize for Expanded {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for part in &self.0 {
            match part {
                Expansion::Status(status) => {
                    map.serialize_entry("status", &ConnectorStateEntity::from(status))?;
                }
                Expansion::Info(info) => {
                    map.serialize_entry("info", &ConnectorInfoEntity::from(info))?;
                }
            }
        }
        map.end()
    }
}

struct ExpandedList(Vec<(ConnectorName, Expanded)>);

impl Serialize for ExpandedList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(name, expanded)| (name.as_str(), expanded)),
        )
    }
}
