//! Versions of connector plugins as files: what they are, and the files themselves.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::herder::plugins::PluginFacts;
use crate::rest::entities::ErrorMessage;
use crate::rest::entities::plugins::{PluginDetailsEntity, PluginVersionEntity};
use crate::rest::error::RestError;
use crate::rest::json;
use crate::rest::media::APPLICATION_WASM;
use crate::rest::path::{PluginPath, QueryParams, value};
use crate::rest::router::HerderState;

/// `GET /connector-plugins/{plugin}/versions`
#[utoipa::path(
    get,
    path = "/connector-plugins/{plugin}/versions",
    tag = "plugins",
    operation_id = "listPluginVersions",
    summary = "The versions of a connector plugin, the newest first",
    params(
        ("plugin" = String, Path, description = "The class of a connector, or its alias."),
    ),
    responses(
        (status = 200, description = "All versions that the worker has.", body = Vec<PluginVersionEntity<'static>>),
        (status = 404, description = "There is no such connector plugin.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn versions(
    State(herder): State<HerderState>,
    PluginPath(plugin): PluginPath,
) -> Result<Response, RestError> {
    let versions = herder.plugin_administration().versions(&plugin)?;
    let entities: Vec<PluginVersionEntity<'_>> =
        versions.iter().map(PluginVersionEntity::from).collect();
    Ok(json::response(StatusCode::OK, &entities))
}

/// `GET /connector-plugins/{plugin}/details?version`
#[utoipa::path(
    get,
    path = "/connector-plugins/{plugin}/details",
    tag = "plugins",
    operation_id = "getPluginDetails",
    summary = "Everything about a version of a connector plugin",
    params(
        ("plugin" = String, Path, description = "The class of a connector, or its alias."),
        ("version" = Option<String>, Query, description = "A version or a range of versions, as Maven writes them; the newest if it is not given."),
    ),
    responses(
        (status = 200, description = "The newest version that fits.", body = PluginDetailsEntity<'static>),
        (status = 404, description = "There is no such connector plugin, or not in that version.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn details(
    State(herder): State<HerderState>,
    PluginPath(plugin): PluginPath,
    query: QueryParams,
) -> Result<Response, RestError> {
    let administration = herder.plugin_administration();
    let details = administration.details(&plugin, value(&query, "version"))?;
    Ok(json::response(
        StatusCode::OK,
        &PluginDetailsEntity::from(&details),
    ))
}

/// `GET /connector-plugins/{plugin}/artifact?version`
#[utoipa::path(
    get,
    path = "/connector-plugins/{plugin}/artifact",
    tag = "plugins",
    operation_id = "downloadPlugin",
    summary = "The file of a connector plugin",
    params(
        ("plugin" = String, Path, description = "The class of a connector, or its alias."),
        ("version" = Option<String>, Query, description = "A version or a range of versions, as Maven writes them; the newest if it is not given."),
    ),
    responses(
        (status = 200, description = "The component. Its ETag is the SHA-256 of the file.", body = Vec<u8>, content_type = "application/wasm"),
        (status = 304, description = "The client has it already."),
        (status = 404, description = "There is no such connector plugin, or not in that version.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn artifact(
    State(herder): State<HerderState>,
    PluginPath(plugin): PluginPath,
    query: QueryParams,
    headers: HeaderMap,
) -> Result<Response, RestError> {
    let administration = herder.plugin_administration();
    let details = administration.details(&plugin, value(&query, "version"))?;
    let plugin = details.plugin;
    let tag = header_value(&format!("\"{}\"", plugin.sha256));
    if has_tag(&headers, &plugin.sha256) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let body = open(&plugin).await?;
    let name = format!(
        "attachment; filename=\"{}-{}.wasm\"",
        plugin.class, plugin.version
    );
    let headers = [
        (header::CONTENT_TYPE, APPLICATION_WASM),
        (header::CONTENT_LENGTH, HeaderValue::from(plugin.size)),
        (header::CONTENT_DISPOSITION, header_value(&name)),
        (header::ETAG, tag),
    ];
    Ok((headers, body).into_response())
}

fn has_tag(headers: &HeaderMap, sha256: &str) -> bool {
    let wanted = headers.get_all(header::IF_NONE_MATCH).iter();
    wanted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == "*" || tag == sha256)
}

/// Names and versions of plugins are ASCII without control characters.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("attachment"))
}

async fn open(plugin: &PluginFacts) -> Result<Body, RestError> {
    let failed = |reason: String| {
        RestError::PluginFile(format!(
            "The file {} of plugin {} {} cannot be sent: {reason}",
            plugin.path.display(),
            plugin.class,
            plugin.version
        ))
    };
    let opened = async {
        let file = tokio::fs::File::open(&plugin.path).await?;
        let size = file.metadata().await?.len();
        std::io::Result::Ok((file, size))
    };
    let (file, size) = opened.await.map_err(|error| failed(error.to_string()))?;
    if size != plugin.size {
        return Err(failed(format!(
            "it has changed since it was loaded, from {} to {size} bytes",
            plugin.size
        )));
    }
    Ok(Body::from_stream(ReaderStream::new(file.take(size))))
}
