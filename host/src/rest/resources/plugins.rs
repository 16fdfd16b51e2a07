//! `/connector-plugins`: what there is, how it is configured, and whether a configuration is valid.
//! Kafka's counterpart: `ConnectorPluginsResource`.

pub(in crate::rest) mod changes;
pub(in crate::rest) mod files;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::config::version_range::compare;
use crate::herder::SubmittedConfig;
use crate::rest::entities::validation::{ConfigInfos, ConfigKeyInfo};
use crate::rest::entities::{ErrorMessage, PluginInfo};
use crate::rest::error::RestError;
use crate::rest::json::{self, ConfigBody};
use crate::rest::openapi::ConfigSchema;
use crate::rest::path::{PluginPath, QueryParams, flag};
use crate::rest::router::HerderState;

/// What an alias of a connector may lack.
const ALIAS_SUFFIX: &str = "Connector";

/// `GET /connector-plugins?connectorsOnly`
#[utoipa::path(
    get,
    path = "/connector-plugins",
    tag = "plugins",
    operation_id = "listPlugins",
    summary = "The plugins of this worker, one entry for each class and version",
    params(
        ("connectorsOnly" = Option<bool>, Query, description = "Connectors alone, which is the default, or plugins of all kinds."),
    ),
    responses(
        (status = 200, description = "The plugins of this worker.", body = Vec<PluginInfo<'static>>),
    ),
)]
pub(in crate::rest) async fn list(
    State(herder): State<HerderState>,
    query: QueryParams,
) -> Response {
    let connectors_only = flag(&query, "connectorsOnly", true);
    let mut plugins = herder.plugins();
    plugins.retain(|plugin| !connectors_only || plugin.kind.is_connector());
    plugins.sort_by(|a, b| {
        let classes = (a.kind, &a.class).cmp(&(b.kind, &b.class));
        classes.then_with(|| compare(&a.version, &b.version))
    });
    let entities: Vec<PluginInfo<'_>> = plugins.iter().map(PluginInfo::from).collect();
    json::response(StatusCode::OK, &entities)
}

/// `GET /connector-plugins/{plugin}/config?version`
#[utoipa::path(
    get,
    path = "/connector-plugins/{plugin}/config",
    tag = "plugins",
    operation_id = "getPluginConfig",
    summary = "The keys that a plugin is configured with",
    params(
        ("plugin" = String, Path, description = "The class of a plugin, or its alias."),
        ("version" = Option<String>, Query, description = "A version or a range of versions, as Maven writes them; the latest if it is not given."),
    ),
    responses(
        (status = 200, description = "The keys that the plugin's configuration may have.", body = Vec<ConfigKeyInfo<'static>>),
        (status = 400, description = "The class is no plugin, or there is no such version.", body = ErrorMessage<'static>),
        (status = 404, description = "There is no such plugin.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn config(
    State(herder): State<HerderState>,
    PluginPath(plugin): PluginPath,
    query: QueryParams,
) -> Result<Response, RestError> {
    let version = query.iter().find(|(key, _)| key == "version");
    let keys = herder.plugin_config(&plugin, version.map(|(_, version)| version.as_str()))?;
    let entities: Vec<ConfigKeyInfo<'_>> = keys.iter().map(ConfigKeyInfo::from).collect();
    Ok(json::response(StatusCode::OK, &entities))
}

/// `PUT /connector-plugins/{plugin}/config/validate`
#[utoipa::path(
    put,
    path = "/connector-plugins/{plugin}/config/validate",
    tag = "plugins",
    operation_id = "validateConfig",
    summary = "Check a configuration",
    params(
        ("plugin" = String, Path, description = "The class of a connector, or its alias."),
    ),
    request_body = ConfigSchema,
    responses(
        (status = 200, description = "What is wrong with the configuration, if anything.", body = ConfigInfos<'static>),
        (status = 400, description = "The configuration is of no connector, or of another one.", body = ErrorMessage<'static>),
    ),
)]
pub(in crate::rest) async fn validate(
    State(herder): State<HerderState>,
    PluginPath(plugin): PluginPath,
    ConfigBody(body): ConfigBody,
) -> Result<Response, RestError> {
    let config: SubmittedConfig = body.into_iter().collect();
    if let Some(class) = config.values.get("connector.class")
        && !without_suffix(class).ends_with(without_suffix(&plugin))
    {
        return Err(RestError::BadRequest(format!(
            "Included connector type {class} does not match request type {plugin}"
        )));
    }
    let result = herder.validate_connector_config(config).await?;
    Ok(json::response(StatusCode::OK, &ConfigInfos::from(&result)))
}

/// A class name as short as its alias; the suffix alone is a name.
fn without_suffix(name: &str) -> &str {
    name.strip_suffix(ALIAS_SUFFIX)
        .filter(|short| !short.is_empty())
        .unwrap_or(name)
}
