//! Which path and method is which resource.
//!
//! Owns the route tables of the main and of the admin listeners, and what is the same for all of
//! them: trailing slashes, `OPTIONS`, negotiation, the limit of bodies, and answers for what is not
//! there. Needs no socket.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post, put};
use axum::{Extension, Router};
use tokio::time::Instant;

use super::cors::{CrossOrigin, cross_origin};
use super::error::RestError;
use super::extra_headers::{ExtraHeaders, extra_headers};
use super::http::check_request;
use super::json::BODY_BYTES_MAX;
use super::path::check_path;
use super::resources::{connectors, internal, loggers, metrics, offsets, plugins, root, topics};
use super::{docs, media, openapi};
use crate::config::worker::{AdminListeners, RestSettings};
use crate::herder::Herder;
use crate::metrics::Metrics;

const DOCS: &str = "/docs";
const METRICS: &str = "/metrics";
const PLUGINS: &str = "/connector-plugins";
const ARTIFACT: &str = "/connector-plugins/{plugin}/artifact";

/// What resources share.
pub(super) type HerderState = Arc<dyn Herder>;

/// Why there can be no resources.
#[derive(Debug, thiserror::Error)]
#[error("Unable to initialize REST resources: {0}")]
pub struct ResourcesError(String);

/// Everything that REST answers.
pub struct Resources {
    /// On `listeners`.
    pub main: Router,
    /// On `admin.listeners`, if they are others.
    pub admin: Router,
}

impl Resources {
    /// The resources of a herder.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings.
    pub fn new(
        herder: HerderState,
        settings: &RestSettings,
        metrics: &Metrics,
    ) -> Result<Self, ResourcesError> {
        let with_admin = settings.admin_listeners == AdminListeners::Main;
        let mut routes = main_routes();
        routes.extend(plugin_routes(with_admin));
        if with_admin {
            routes.extend(admin_routes());
        }
        routes.extend(documentation_routes(with_admin));
        let origins = CrossOrigin::new(&settings.allow_origin, &settings.allow_methods);
        let headers = ExtraHeaders::new(&settings.response_headers);
        let mut main = table(routes);
        if let Some(headers) = headers.map_err(ResourcesError)? {
            main = main.layer(middleware::from_fn_with_state(
                Arc::new(headers),
                extra_headers,
            ));
        }
        if let Some(origins) = origins.map_err(ResourcesError)? {
            main = main.layer(middleware::from_fn_with_state(
                Arc::new(origins),
                cross_origin,
            ));
        }
        Ok(Self {
            main: finished(main, herder.clone(), metrics.clone()),
            admin: {
                let mut routes = admin_routes();
                routes.extend(plugin_routes(true));
                finished(table(routes), herder, metrics.clone())
            },
        })
    }
}

/// Path, methods for `Allow` in the order in which Jersey lists them, and what answers.
pub(super) type Route = (&'static str, &'static str, MethodRouter<HerderState>);

/// What is on `listeners` alone.
pub(super) fn main_routes() -> Vec<Route> {
    let mut routes = vec![
        ("/", "HEAD,GET,OPTIONS", get(root::server_info)),
        ("/health", "HEAD,GET,OPTIONS", get(root::health)),
        (
            "/connector-plugins/{plugin}/config",
            "HEAD,GET,OPTIONS",
            get(plugins::config),
        ),
        (
            "/connector-plugins/{plugin}/config/validate",
            "OPTIONS,PUT",
            put(plugins::validate),
        ),
    ];
    routes.extend(connector_routes());
    routes
}

/// What tells of plugins and, where administrators are served, changes them.
pub(super) fn plugin_routes(with_changes: bool) -> Vec<Route> {
    let list = get(plugins::list);
    let mut routes = vec![
        (
            "/connector-plugins/{plugin}/versions",
            "HEAD,GET,OPTIONS",
            get(plugins::files::versions),
        ),
        (
            "/connector-plugins/{plugin}/details",
            "HEAD,GET,OPTIONS",
            get(plugins::files::details),
        ),
        (ARTIFACT, "HEAD,GET,OPTIONS", get(plugins::files::artifact)),
    ];
    if with_changes {
        let list = list.post(plugins::changes::upload);
        routes.push((PLUGINS, "HEAD,POST,GET,OPTIONS", list));
        routes.push((
            "/connector-plugins/{plugin}",
            "DELETE,OPTIONS",
            delete(plugins::changes::delete),
        ));
    } else {
        routes.push((PLUGINS, "HEAD,GET,OPTIONS", list));
    }
    routes
}

fn connector_routes() -> Vec<Route> {
    vec![
        (
            "/connectors",
            "HEAD,POST,GET,OPTIONS",
            get(connectors::list).post(connectors::create),
        ),
        (
            "/connectors/{connector}",
            "HEAD,DELETE,GET,OPTIONS",
            get(connectors::info).delete(connectors::delete),
        ),
        (
            "/connectors/{connector}/config",
            "HEAD,GET,OPTIONS,PUT,PATCH",
            get(connectors::config)
                .put(connectors::put_config)
                .patch(connectors::patch_config),
        ),
        (
            "/connectors/{connector}/status",
            "HEAD,GET,OPTIONS",
            get(connectors::status),
        ),
        (
            "/connectors/{connector}/restart",
            "POST,OPTIONS",
            post(connectors::restart),
        ),
        (
            "/connectors/{connector}/pause",
            "OPTIONS,PUT",
            put(connectors::pause),
        ),
        (
            "/connectors/{connector}/resume",
            "OPTIONS,PUT",
            put(connectors::resume),
        ),
        (
            "/connectors/{connector}/stop",
            "OPTIONS,PUT",
            put(connectors::stop),
        ),
        (
            "/connectors/{connector}/tasks",
            "HEAD,POST,GET,OPTIONS",
            get(connectors::tasks).post(internal::put_task_configs),
        ),
        (
            "/connectors/{connector}/tasks/{task}/status",
            "HEAD,GET,OPTIONS",
            get(connectors::task_status),
        ),
        (
            "/connectors/{connector}/tasks/{task}/restart",
            "POST,OPTIONS",
            post(connectors::restart_task),
        ),
        (
            "/connectors/{connector}/offsets",
            "HEAD,DELETE,GET,OPTIONS,PATCH",
            get(offsets::get)
                .patch(offsets::alter)
                .delete(offsets::reset),
        ),
        (
            "/connectors/{connector}/topics",
            "HEAD,GET,OPTIONS",
            get(topics::get),
        ),
        (
            "/connectors/{connector}/topics/reset",
            "OPTIONS,PUT",
            put(topics::reset),
        ),
        (
            "/connectors/{connector}/fence",
            "OPTIONS,PUT",
            put(internal::fence_zombies),
        ),
    ]
}

/// What describes the API, with what is under `/admin` if that is here.
pub(super) fn documentation_routes(with_admin: bool) -> Vec<Route> {
    let document = if with_admin {
        get(openapi::document)
    } else {
        get(openapi::document_without_admin)
    };
    vec![
        ("/openapi.json", "HEAD,GET,OPTIONS", document),
        (DOCS, "HEAD,GET,OPTIONS", get(docs::page)),
    ]
}

/// What is on `admin.listeners`.
pub(super) fn admin_routes() -> Vec<Route> {
    vec![
        (METRICS, "HEAD,GET,OPTIONS", get(metrics::metrics)),
        ("/admin/loggers", "HEAD,GET,OPTIONS", get(loggers::list)),
        (
            "/admin/loggers/{logger}",
            "HEAD,GET,OPTIONS,PUT",
            get(loggers::get).put(loggers::set),
        ),
    ]
}

fn table(routes: Vec<Route>) -> Router<HerderState> {
    let mut router = Router::new();
    for (path, allow, methods) in routes {
        router = resource(router, path, allow, methods);
    }
    router
        .fallback(no_such_path)
        .method_not_allowed_fallback(|| async { RestError::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

fn finished(router: Router<HerderState>, herder: HerderState, metrics: Metrics) -> Router {
    router
        .layer(Extension(metrics))
        .layer(middleware::from_fn(check_request))
        .layer(middleware::from_fn(log_request))
        .with_state(herder)
}

/// Adds a resource with and without a trailing slash.
fn resource(
    router: Router<HerderState>,
    path: &str,
    allow: &'static str,
    methods: MethodRouter<HerderState>,
) -> Router<HerderState> {
    let methods = match path {
        // The page is for people and the metrics are for Prometheus: they are no JSON.
        DOCS | METRICS => methods,
        PLUGINS => methods.route_layer(middleware::from_fn(media::negotiate_upload)),
        ARTIFACT => methods.route_layer(middleware::from_fn(media::negotiate_download)),
        _ => methods.route_layer(middleware::from_fn(media::negotiate)),
    };
    let methods =
        methods.options(move |headers: HeaderMap| async move { media::options(&headers, allow) });
    if path == "/" {
        return router.route(path, methods);
    }
    router
        .route(path, methods.clone())
        .route(&format!("{path}/"), methods)
}

async fn no_such_path(request: Request) -> RestError {
    check_path(request.uri().path())
        .err()
        .unwrap_or(RestError::NoSuchPath)
}

async fn log_request(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    tracing::debug!(
        "\"{method} {path}\" {status} in {} ms",
        began.elapsed().as_millis()
    );
    response
}
