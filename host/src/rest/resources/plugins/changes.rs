//! Uploads and deletions of connector plugins, for administrators.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;

use crate::rest::entities::ErrorMessage;
use crate::rest::entities::plugins::PluginVersionEntity;
use crate::rest::error::RestError;
use crate::rest::json;
use crate::rest::path::{PluginPath, QueryParams, plugin_location, value};
use crate::rest::router::HerderState;
use crate::rest::server::SILENCE_MAX;

/// LIMIT: bytes of a refused body that are read, so that the client comes to read the answer.
const REFUSED_BYTES_MAX: usize = 64 << 20;
/// How long these are read.
const REFUSED_READ: Duration = Duration::from_secs(5);

/// `POST /connector-plugins`
#[utoipa::path(
    post,
    path = "/connector-plugins",
    tag = "plugins",
    operation_id = "uploadPlugin",
    summary = "Upload a connector plugin",
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "A component that exports a source or a sink connector."),
    responses(
        (status = 201, description = "The plugin is stored and can be used.", body = PluginVersionEntity<'static>,
            headers(("Location" = String, description = "The details of the plugin."))),
        (status = 200, description = "The worker has this very file already.", body = PluginVersionEntity<'static>),
        (status = 400, description = "The body is no plugin for this worker.", body = ErrorMessage<'static>),
        (status = 403, description = "The worker takes no uploads (plugin.upload.enable).", body = ErrorMessage<'static>),
        (status = 409, description = "The worker has this class and version with other content.", body = ErrorMessage<'static>),
        (status = 413, description = "The body is longer than plugin.upload.max.bytes.", body = ErrorMessage<'static>),
        (status = 415, description = "The body is not said to be application/wasm.", body = ErrorMessage<'static>),
        (status = 503, description = "Too many uploads are under way, or there is no store that can be written.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn upload(
    State(herder): State<HerderState>,
    request: Request,
) -> Result<Response, RestError> {
    let (parts, body) = request.into_parts();
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    // Such a client sends nothing before somebody reads.
    let waits = parts.headers.contains_key(header::EXPECT);
    let mut chunks = body.into_data_stream();
    let begun = herder.plugin_administration().begin_upload(announced).await;
    let mut upload = match begun {
        Ok(upload) => upload,
        Err(error) if waits => return Err(error.into()),
        Err(error) => return Err(refused(chunks, error.into()).await),
    };
    while let Some(chunk) = next(&mut chunks).await? {
        if let Err(error) = upload.write(&chunk).await {
            return Err(refused(chunks, error.into()).await);
        }
    }
    let uploaded = upload.finish().await?;
    let entity = PluginVersionEntity::from(&uploaded.plugin);
    if !uploaded.created {
        return Ok(json::response(StatusCode::OK, &entity));
    }
    let (class, version) = (&uploaded.plugin.class, &uploaded.plugin.version);
    let location = plugin_location(&parts.headers, class, version);
    let response = json::response(StatusCode::CREATED, &entity);
    Ok(([(header::LOCATION, location)], response).into_response())
}

async fn next(chunks: &mut BodyDataStream) -> Result<Option<Bytes>, RestError> {
    match tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
        Err(_) => Err(RestError::BodyTooSlow(SILENCE_MAX)),
        Ok(None) => Ok(None),
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
        Ok(Some(Err(error))) => {
            let text = format!("The request body cannot be read: {error}");
            Err(RestError::BadRequest(text))
        }
    }
}

/// Most clients read no answer before they have sent everything, so that some more is read than is
/// wanted.
async fn refused(mut chunks: BodyDataStream, error: RestError) -> RestError {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            read += chunk.len();
            if read > REFUSED_BYTES_MAX {
                break;
            }
        }
    };
    // Whatever comes of it, the answer is the same.
    let _ = tokio::time::timeout(REFUSED_READ, reading).await;
    error
}

/// `DELETE /connector-plugins/{plugin}?version`
#[utoipa::path(
    delete,
    path = "/connector-plugins/{plugin}",
    tag = "plugins",
    operation_id = "deletePlugin",
    summary = "Delete an uploaded connector plugin",
    params(
        ("plugin" = String, Path, description = "The class of a connector, or its alias."),
        ("version" = Option<String>, Query, description = "The version; may be left out when there is one only."),
    ),
    responses(
        (status = 204, description = "The plugin is gone."),
        (status = 400, description = "There are several versions, and none is named.", body = ErrorMessage<'static>),
        (status = 403, description = "The worker lets plugins not be changed (plugin.upload.enable).", body = ErrorMessage<'static>),
        (status = 404, description = "There is no such connector plugin, or not in that version.", body = ErrorMessage<'static>),
        (status = 409, description = "Connectors use the plugin, or it was not uploaded.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn delete(
    State(herder): State<HerderState>,
    PluginPath(plugin): PluginPath,
    query: QueryParams,
) -> Result<Response, RestError> {
    let administration = herder.plugin_administration();
    let version = value(&query, "version");
    administration.delete(&plugin, version).await?;
    Ok((StatusCode::NO_CONTENT, Body::empty()).into_response())
}
