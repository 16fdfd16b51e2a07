//! Which path and method is which resource.
//!
//! Owns the route table, and what is the same for all of them: trailing slashes, `OPTIONS`,
//! negotiation, the limit of bodies, and answers for what is not there. Needs no socket.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post, put};
use tokio::time::Instant;

use super::error::RestError;
use super::json::BODY_BYTES_MAX;
use super::media;
use super::path::check_path;
use super::resources::{connectors, internal, plugins, root};
use crate::herder::Herder;

/// What resources share.
pub(super) type HerderState = Arc<dyn Herder>;

/// Everything that REST answers.
pub fn router(herder: HerderState) -> Router {
    // The methods in Allow are in the order in which Jersey lists them.
    let routes = [
        ("/", "HEAD,GET,OPTIONS", get(root::server_info)),
        ("/health", "HEAD,GET,OPTIONS", get(root::health)),
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
            "/connectors/{connector}/fence",
            "OPTIONS,PUT",
            put(internal::fence_zombies),
        ),
        ("/connector-plugins", "HEAD,GET,OPTIONS", get(plugins::list)),
    ];
    let mut router = Router::new();
    for (path, allow, methods) in routes {
        router = resource(router, path, allow, methods);
    }
    router
        .fallback(no_such_path)
        .method_not_allowed_fallback(|| async { RestError::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
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
    let methods = methods
        .route_layer(middleware::from_fn(media::negotiate))
        .options(move |headers: HeaderMap| async move { media::options(&headers, allow) });
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
