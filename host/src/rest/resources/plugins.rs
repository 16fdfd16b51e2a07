//! `/connector-plugins`. Kafka's counterpart: `ConnectorPluginsResource`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::rest::entities::PluginInfo;
use crate::rest::json;
use crate::rest::path::{QueryParams, flag};
use crate::rest::router::HerderState;

/// `GET /connector-plugins?connectorsOnly`
pub(in crate::rest) async fn list(
    State(herder): State<HerderState>,
    query: QueryParams,
) -> Response {
    let connectors_only = flag(&query, "connectorsOnly", true);
    let mut plugins = herder.plugins();
    plugins.retain(|plugin| !connectors_only || plugin.kind.is_connector());
    plugins.sort_by(|a, b| (a.kind, &a.class, &a.version).cmp(&(b.kind, &b.class, &b.version)));
    let entities: Vec<PluginInfo<'_>> = plugins.iter().map(PluginInfo::from).collect();
    json::response(StatusCode::OK, &entities)
}
