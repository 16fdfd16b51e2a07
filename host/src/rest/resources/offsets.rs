//! `/connectors/{connector}/offsets`. Kafka's counterpart: the offset methods of `ConnectorsResource`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::rest::entities::ErrorMessage;
use crate::rest::entities::offsets::{ConnectorOffsetsEntity, MessageEntity};
use crate::rest::error::RestError;
use crate::rest::json;
use crate::rest::json::offsets::{OffsetsBody, OffsetsSchema};
use crate::rest::path::ConnectorPath;
use crate::rest::router::HerderState;

type Outcome = Result<Response, RestError>;

/// `GET /connectors/{connector}/offsets`
#[utoipa::path(
    get,
    path = "/connectors/{connector}/offsets",
    tag = "offsets",
    operation_id = "getOffsets",
    summary = "The offsets of a connector",
    params(
        ("connector" = String, Path, description = "The name of the connector."),
    ),
    responses(
        (status = 200, description = "The offsets: a source's as they are stored, a sink's as its consumer group has them.", body = ConnectorOffsetsEntity<'static>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn get(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let offsets = herder.connector_offsets(&name).await?;
    let entity = ConnectorOffsetsEntity::from(offsets.as_slice());
    Ok(json::response(StatusCode::OK, &entity))
}

/// `PATCH /connectors/{connector}/offsets`
#[utoipa::path(
    patch,
    path = "/connectors/{connector}/offsets",
    tag = "offsets",
    operation_id = "alterOffsets",
    summary = "Change offsets of a stopped connector",
    params(
        ("connector" = String, Path, description = "The name of the connector, which is stopped."),
    ),
    request_body = OffsetsSchema,
    responses(
        (status = 200, description = "The offsets are changed.", body = MessageEntity),
        (status = 400, description = "The request is refused, or the connector is not stopped.", body = ErrorMessage<'static>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn alter(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
    OffsetsBody(offsets): OffsetsBody,
) -> Outcome {
    if offsets.is_empty() {
        return Err(RestError::BadRequest(
            "Partitions / offsets need to be provided for an alter offsets request".to_owned(),
        ));
    }
    let message = herder.alter_connector_offsets(&name, offsets).await?;
    Ok(json::response(
        StatusCode::OK,
        &MessageEntity::from(message),
    ))
}

/// `DELETE /connectors/{connector}/offsets`
#[utoipa::path(
    delete,
    path = "/connectors/{connector}/offsets",
    tag = "offsets",
    operation_id = "resetOffsets",
    summary = "Forget the offsets of a stopped connector",
    params(
        ("connector" = String, Path, description = "The name of the connector, which is stopped."),
    ),
    responses(
        (status = 200, description = "The offsets are forgotten.", body = MessageEntity),
        (status = 400, description = "The connector is not stopped.", body = ErrorMessage<'static>),
        (status = 404, description = "There is no such connector.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn reset(
    State(herder): State<HerderState>,
    ConnectorPath(name): ConnectorPath,
) -> Outcome {
    let message = herder.reset_connector_offsets(&name).await?;
    Ok(json::response(
        StatusCode::OK,
        &MessageEntity::from(message),
    ))
}
