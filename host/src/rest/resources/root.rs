//! `/` and `/health`. Kafka's counterpart: `RootResource`.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::rest::entities::{ServerInfo, WorkerStatus};
use crate::rest::error::RestError;
use crate::rest::json;
use crate::rest::openapi::Unhealthy;
use crate::rest::router::HerderState;

/// How long `/health` waits for the herder.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(10);

/// `GET /`
#[utoipa::path(
    get,
    path = "/",
    tag = "worker",
    operation_id = "serverInfo",
    summary = "What this worker is",
    responses(
        (status = 200, description = "What this worker is.", body = ServerInfo<'static>),
    ),
)]
pub(in crate::rest) async fn server_info(State(herder): State<HerderState>) -> Response {
    json::response(StatusCode::OK, &ServerInfo::new(herder.kafka_cluster_id()))
}

/// `GET /health`
#[utoipa::path(
    get,
    path = "/health",
    tag = "worker",
    operation_id = "health",
    summary = "Whether this worker is ready",
    responses(
        (status = 200, description = "The worker is ready.", body = WorkerStatus),
        (status = 500, description = "The worker does not answer, or stops.", body = Unhealthy),
        (status = 503, description = "The worker is still starting.", body = WorkerStatus),
    ),
)]
pub(in crate::rest) async fn health(
    State(herder): State<HerderState>,
) -> Result<Response, RestError> {
    let (code, status, message) =
        match tokio::time::timeout(HEALTH_TIMEOUT, herder.health_check()).await {
            Ok(outcome) => {
                outcome?;
                let message = "Worker has completed startup and is ready to handle requests.";
                (StatusCode::OK, "healthy", message)
            }
            Err(_) if herder.is_ready() => {
                let message = "Worker was unable to handle this request and may be unable to \
                               handle other requests.";
                (StatusCode::INTERNAL_SERVER_ERROR, "unhealthy", message)
            }
            Err(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "starting",
                "Worker is still starting up.",
            ),
        };
    Ok(json::response(code, &WorkerStatus { status, message }))
}
