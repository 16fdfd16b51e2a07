//! `/metrics`: what this worker measures, as Prometheus reads it. Kafka has it in JMX.

use axum::Extension;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::metrics::Metrics;

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// `GET /metrics`
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "worker",
    operation_id = "metrics",
    summary = "What this worker measures",
    description = "Metrics as OpenMetrics text, for Prometheus. Those of an instance of a plugin \
                   have the labels connector, task, plugin and version, and are gone with it.",
    responses((
        status = 200,
        description = "Metrics as OpenMetrics text.",
        body = String,
        content_type = "application/openmetrics-text",
    )),
)]
pub(in crate::rest) async fn metrics(Extension(metrics): Extension<Metrics>) -> Response {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.text()).into_response()
}
