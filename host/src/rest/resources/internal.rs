//! What workers of a cluster ask of each other. Kafka's counterpart: `InternalClusterResource`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::rest::error::RestError;
use crate::rest::path::ConnectorPath;
use crate::rest::router::HerderState;

/// `POST /connectors/{connector}/tasks`
pub(in crate::rest) async fn put_task_configs(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Result<StatusCode, RestError> {
    herder.put_task_configs(&name, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /connectors/{connector}/fence`
pub(in crate::rest) async fn fence_zombies(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Result<StatusCode, RestError> {
    herder.fence_zombie_source_tasks(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}
