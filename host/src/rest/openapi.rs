//! `GET /openapi.json`: the API as an OpenAPI document, made from the resources and entities
//! themselves.
//!
//! Owns what is the same for all operations, and the schemas of what is not serialized from a type
//! (bodies that are read by hand, objects whose keys are names). A resource without its annotation
//! here is found by a test.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::response::Response;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, RefOr, ResponseBuilder};
use utoipa::{OpenApi, ToSchema};

use super::entities::{ConnectorInfoEntity, ConnectorStateEntity, ErrorMessage, WorkerStatus};
use super::json;
use super::resources::{connectors, internal, loggers, metrics, offsets, plugins, root, topics};

/// What the paths on `admin.listeners` begin with.
const ADMIN: [&str; 2] = ["/admin", "/metrics"];
/// What can be changed where these are, and be read elsewhere, too.
const PLUGINS: &str = "/connector-plugins";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "connect-wasm",
        description = "The REST API of Kafka Connect, as this worker answers it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "worker", description = "This worker."),
        (name = "connectors", description = "Connectors: what they are to do and what they do."),
        (name = "tasks", description = "Tasks of connectors."),
        (name = "offsets", description = "Where connectors go on."),
        (name = "plugins", description = "What connectors and converters can be made from."),
        (name = "loggers", description = "Log levels, by the names of Java loggers."),
        (name = "internal", description = "What workers of a cluster ask of each other."),
        (name = "documentation", description = "This document.")
    ),
    paths(
        root::server_info,
        root::health,
        metrics::metrics,
        connectors::list,
        connectors::create,
        connectors::info,
        connectors::delete,
        connectors::config,
        connectors::put_config,
        connectors::patch_config,
        connectors::status,
        connectors::restart,
        connectors::pause,
        connectors::resume,
        connectors::stop,
        connectors::tasks,
        connectors::task_status,
        connectors::restart_task,
        offsets::get,
        offsets::alter,
        offsets::reset,
        topics::get,
        topics::reset,
        internal::put_task_configs,
        internal::fence_zombies,
        plugins::list,
        plugins::config,
        plugins::validate,
        plugins::changes::upload,
        plugins::changes::delete,
        plugins::files::versions,
        plugins::files::details,
        plugins::files::artifact,
        loggers::list,
        loggers::get,
        loggers::set,
        document,
        super::docs::page,
    ),
    components(schemas(ErrorMessage<'static>)),
)]
struct Api;

/// A configuration as clients send it. Numbers and booleans are stored as they are written.
#[derive(ToSchema)]
#[schema(as = Config)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
pub(super) struct ConfigSchema(HashMap<String, ConfigValueSchema>);

#[derive(ToSchema)]
#[schema(as = ConfigValue)]
#[serde(untagged)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
enum ConfigValueSchema {
    Text(Option<String>),
    Number(f64),
    Boolean(bool),
}

/// What a worker that is not healthy answers: its state, or that it stops.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "two entities make the answer; this is its schema")]
pub(super) enum Unhealthy {
    Status(WorkerStatus),
    Error(ErrorMessage<'static>),
}

/// A new connector.
#[derive(ToSchema)]
#[schema(as = CreateConnector)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
pub(super) struct CreateConnectorSchema {
    /// The connector's name.
    name: String,
    /// Its configuration.
    #[schema(value_type = ConfigSchema)]
    config: ConfigSchema,
    /// RUNNING, which is the default, PAUSED or STOPPED.
    initial_state: Option<String>,
}

/// The level of a logger.
#[derive(ToSchema)]
#[schema(as = Level)]
#[expect(dead_code, reason = "the body is read by hand; this is its schema")]
pub(super) struct LevelSchema {
    /// ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or OFF.
    level: String,
}

/// Names, or an object by name.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the list is written by hand; this is its schema")]
pub(super) enum ConnectorList {
    Names(Vec<String>),
    Expanded(HashMap<String, ExpandedConnector>),
}

/// What was asked for about a connector.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the list is written by hand; this is its schema")]
pub(super) struct ExpandedConnector {
    #[schema(inline = false)]
    status: Option<ConnectorStateEntity<'static>>,
    #[schema(inline = false)]
    info: Option<ConnectorInfoEntity<'static>>,
}

/// `GET /openapi.json`
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "documentation",
    operation_id = "openApi",
    summary = "This document",
    responses((status = 200, description = "This document.", body = Object)),
)]
pub(in crate::rest) async fn document() -> Response {
    json::response(StatusCode::OK, &*COMPLETE)
}

/// `GET /openapi.json` of a worker that has `/admin` elsewhere or nowhere.
pub(in crate::rest) async fn document_without_admin() -> Response {
    json::response(StatusCode::OK, &*WITHOUT_ADMIN)
}

static COMPLETE: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(complete);

static WITHOUT_ADMIN: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| {
    let mut api = complete();
    let admin = |path: &str| ADMIN.iter().any(|prefix| path.starts_with(prefix));
    api.paths.paths.retain(|path, _| !admin(path));
    for (path, item) in &mut api.paths.paths {
        if path.starts_with(PLUGINS) {
            item.post = None;
            item.delete = None;
        }
    }
    api.paths.paths.retain(|_, item| has_operations(item));
    api
});

/// The document, with the answers that every operation can give.
pub(super) fn complete() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    for item in api.paths.paths.values_mut() {
        for operation in operations(item) {
            add_common_answers(operation);
        }
    }
    api
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .flatten()
}

fn has_operations(item: &PathItem) -> bool {
    let all = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
    all.into_iter().any(Option::is_some)
}

fn add_common_answers(operation: &mut Operation) {
    let error = || {
        let schema = utoipa::openapi::Ref::from_schema_name("Error");
        ResponseBuilder::new().content("application/json", Content::new(Some(schema)))
    };
    let mut answers = vec![
        (
            "400",
            error().description("The request cannot be understood."),
        ),
        // These two have a body of the same form, which is not labelled, as in Kafka Connect.
        (
            "406",
            ResponseBuilder::new().description("The client does not take JSON."),
        ),
        (
            "415",
            ResponseBuilder::new().description("The client sends something else than JSON."),
        ),
        ("417", error().description("The Expect header is unknown.")),
        ("500", error().description("The worker failed.")),
    ];
    if operation.request_body.is_some() {
        answers.push((
            "408",
            error().description("The body did not arrive in time."),
        ));
        answers.push(("413", error().description("The body is too long.")));
    }
    let responses = &mut operation.responses.responses;
    for (status, answer) in answers {
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(answer.build()));
    }
}
