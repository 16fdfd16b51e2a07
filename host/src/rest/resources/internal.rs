//! What workers of a cluster ask of each other. Kafka's counterpart: `InternalClusterResource`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::rest::entities::ErrorMessage;
use crate::rest::error::RestError;
use crate::rest::path::ConnectorPath;
use crate::rest::router::HerderState;

/// `POST /connectors/{connector}/tasks`
#[utoipa::path(
    post,
    path = "/connectors/{connector}/tasks",
    tag = "internal",
    operation_id = "putTaskConfigs",
    summary = "Take over task configurations",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 204, description = "The configurations are taken over."),
        (status = 500, description = "A standalone worker has nobody to take them from.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn put_task_configs(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Result<StatusCode, RestError> {
    herder.put_task_configs(&name, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /connectors/{connector}/fence`
#[utoipa::path(
    put,
    path = "/connectors/{connector}/fence",
    tag = "internal",
    operation_id = "fenceZombies",
    summary = "Fence off earlier tasks",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 204, description = "Earlier tasks are fenced off."),
        (status = 500, description = "A standalone worker knows no exactly-once sources.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn fence_zombies(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Result<StatusCode, RestError> {
    herder.fence_zombie_source_tasks(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}
