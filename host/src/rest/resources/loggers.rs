//! `/admin/loggers`. Kafka's counterpart: `LoggingResource`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::loggers::LoggerLevel;
use crate::rest::entities::{ErrorMessage, LoggerEntity};
use crate::rest::error::RestError;
use crate::rest::json::{self, LevelBody};
use crate::rest::openapi::LevelSchema;
use crate::rest::path::{LoggerPath, QueryParams, value};
use crate::rest::router::HerderState;

/// `GET /admin/loggers`
#[utoipa::path(
    get,
    path = "/admin/loggers",
    tag = "loggers",
    operation_id = "listLoggers",
    summary = "The levels of all loggers",
    responses(
        (status = 200, description = "All loggers by name.", body = HashMap<String, LoggerEntity>),
    ),
)]
pub(in crate::rest) async fn list(State(herder): State<HerderState>) -> Response {
    let loggers: BTreeMap<String, LoggerEntity> = herder
        .loggers()
        .into_iter()
        .map(|(name, logger)| (name, logger.into()))
        .collect();
    json::response(StatusCode::OK, &loggers)
}

/// `GET /admin/loggers/{logger}`
#[utoipa::path(
    get,
    path = "/admin/loggers/{logger}",
    tag = "loggers",
    operation_id = "getLogger",
    summary = "The level of a logger",
    params(
        ("logger" = String, Path, description = "The name of a Java logger or of a plugin's class; root is above all."),
    ),
    responses(
        (status = 200, description = "The logger.", body = LoggerEntity),
        (status = 404, description = "There is no such logger.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn get(
    State(herder): State<HerderState>,
    LoggerPath(name): LoggerPath,
) -> Result<Response, RestError> {
    let logger = herder.logger(&name).ok_or(RestError::NoSuchLogger(name))?;
    Ok(json::response(StatusCode::OK, &LoggerEntity::from(logger)))
}

/// `PUT /admin/loggers/{logger}?scope`
#[utoipa::path(
    put,
    path = "/admin/loggers/{logger}",
    tag = "loggers",
    operation_id = "setLoggerLevel",
    summary = "Set the level of a logger and of all below it",
    params(
        ("logger" = String, Path, description = "The name of a Java logger or of a plugin's class; root is above all."),
        ("scope" = Option<String>, Query, description = "`worker`, which is the default, or `cluster`."),
    ),
    request_body = LevelSchema,
    responses(
        (status = 200, description = "The names of the loggers that had another level before.", body = Vec<String>),
        (status = 204, description = "The level is set (scope `cluster`)."),
        (status = 400, description = "There is no level in the request.", body = ErrorMessage<'static>),
        (status = 404, description = "There is no such level.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn set(
    State(herder): State<HerderState>,
    LoggerPath(name): LoggerPath,
    query: QueryParams,
    LevelBody(level): LevelBody,
) -> Result<Response, RestError> {
    let level = level.ok_or_else(|| {
        RestError::BadRequest("Desired 'level' parameter was not specified in request.".to_owned())
    })?;
    if level.trim().is_empty() {
        return Err(RestError::BadRequest(
            "The 'level' is empty; expected one of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF"
                .to_owned(),
        ));
    }
    let level = LoggerLevel::parse(&level).ok_or(RestError::NoSuchLevel(level))?;
    // The level belongs to this worker, and to a cluster of this worker alone.
    let scope = value(&query, "scope").unwrap_or("worker");
    let changed = herder.set_logger_level(&name, level);
    if scope.eq_ignore_ascii_case("cluster") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if !scope.eq_ignore_ascii_case("worker") {
        tracing::warn!(
            "Received invalid scope '{scope}' in request to adjust logging level; will default to worker"
        );
    }
    Ok(json::response(StatusCode::OK, &changed))
}
