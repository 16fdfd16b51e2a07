//! What clients see, against the transcript of Kafka Connect 4.3.1 where that is the judge.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;
use crate::config::listener::{AdvertisedSettings, Listener, parse_header_rules};
use crate::config::worker::{AdminListeners, RestSettings};
use crate::herder::fake::Fixture;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::metrics::Metrics;
use crate::storage::status::State;
use crate::worker::api::StatusListener as _;

mod changing;
mod cross_origin;
mod loggers;
mod metrics;
mod names;
mod negotiation;
mod offsets;
mod openapi;
mod plugin_files;
mod plugins;
mod reading;
mod server;

/// The settings of a worker that sets none.
fn settings() -> RestSettings {
    RestSettings {
        listeners: vec![Listener::parse("http://127.0.0.1:0").unwrap()],
        admin_listeners: AdminListeners::Main,
        advertised: AdvertisedSettings::default(),
        allow_origin: String::new(),
        allow_methods: String::new(),
        response_headers: Vec::new(),
        extension_classes: Vec::new(),
    }
}

/// A response: status, headers, body.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, body));
        let json = (!body.is_empty()).then_some("application/json");
        assert_eq!(self.header(header::CONTENT_TYPE), json);
    }

    #[track_caller]
    fn is_error(&self, status: u16, message: &str) {
        let message = serde_json::to_string(message).unwrap();
        self.is(
            status,
            &format!("{{\"error_code\":{status},\"message\":{message}}}"),
        );
    }

    /// An error that Jersey makes, which has no content type.
    #[track_caller]
    fn is_bare_error(&self, status: u16, reason: &str) {
        let body = format!("{{\"error_code\":{status},\"message\":\"HTTP {status} {reason}\"}}");
        assert_eq!(
            (self.status.as_u16(), self.body.as_str()),
            (status, body.as_str())
        );
        assert_eq!(self.header(header::CONTENT_TYPE), None);
    }
}

/// Sends `METHOD path`, with headers as `name: value`.
async fn send_to(router: Router, request: &str, headers: &[&str], body: Option<&str>) -> Answer {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "worker:8083");
    for line in headers {
        let (name, value) = line.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    let request = request
        .body(Body::from(body.unwrap_or_default().to_owned()))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

impl Fixture {
    fn resources(&self, settings: &RestSettings) -> Resources {
        Resources::new(self.herder.clone(), settings, &Metrics::default()).unwrap()
    }

    async fn send_with(&self, request: &str, headers: &[&str], body: Option<&str>) -> Answer {
        send_to(self.resources(&settings()).main, request, headers, body).await
    }

    async fn send(&self, request: &str) -> Answer {
        self.send_with(request, &[], None).await
    }

    async fn send_json(&self, request: &str, body: &str) -> Answer {
        self.send_with(request, &["Content-Type: application/json"], Some(body))
            .await
    }

    async fn create_source(&self, name: &str) {
        let name = serde_json::to_string(name).unwrap();
        let body = format!(
            r#"{{"name":{name},"config":{{"connector.class":"FileStreamSource","topic":"t"}}}}"#
        );
        let answer = self.send_json("POST /connectors", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
}

const INFO: &str = r#"{"name":"c1","config":{"connector.class":"FileStreamSource","topic":"t","name":"c1"},"tasks":[{"connector":"c1","task":0}],"type":"source"}"#;
const STATUS: &str = r#"{"name":"c1","connector":{"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"4.3.1"},"tasks":[{"id":0,"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"4.3.1"}],"type":"source"}"#;
