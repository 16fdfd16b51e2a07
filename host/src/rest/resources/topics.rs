//! `/connectors/{connector}/topics`. Kafka's counterpart: the topic methods of `ConnectorsResource`.

use std::collections::BTreeMap;
#[allow(unused_imports, reason = "the schemas of maps name it")]
use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::rest::entities::ErrorMessage;
use crate::rest::entities::offsets::ActiveTopicsEntity;
use crate::rest::error::RestError;
use crate::rest::json;
use crate::rest::path::ConnectorPath;
use crate::rest::router::HerderState;

type Outcome = Result<Response, RestError>;

/// `GET /connectors/{connector}/topics`
#[utoipa::path(
    get,
    path = "/connectors/{connector}/topics",
    tag = "connectors",
    operation_id = "getActiveTopics",
    summary = "The topics that a connector has used",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 200, description = "The topics that the connector has used, by its name; none for a connector that is not known.", body = HashMap<String, ActiveTopicsEntity>),
        (status = 403, description = "topic.tracking.enable is false.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn get(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let topics = ActiveTopicsEntity::new(herder.active_topics(&name)?);
    let entity = BTreeMap::from([(name.as_str(), topics)]);
    Ok(json::response(StatusCode::OK, &entity))
}

/// `PUT /connectors/{connector}/topics/reset`
#[utoipa::path(
    put,
    path = "/connectors/{connector}/topics/reset",
    tag = "connectors",
    operation_id = "resetActiveTopics",
    summary = "Forget the topics that a connector has used",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 202, description = "The topics are forgotten until they are used again."),
        (status = 403, description = "topic.tracking.enable or topic.tracking.allow.reset is false.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn reset(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    herder.reset_active_topics(&name)?;
    Ok(StatusCode::ACCEPTED.into_response())
}
