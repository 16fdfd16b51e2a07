//! `GET /docs`: `/openapi.json` for people, as one page that loads nothing from elsewhere.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// The page; it reads the document itself.
const PAGE: &str = include_str!("docs/page.html");
/// The page's own script and style, and the worker it came from; nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'",
);

/// `GET /docs`
#[utoipa::path(
    get,
    path = "/docs",
    tag = "documentation",
    operation_id = "docs",
    summary = "This document as a page",
    responses((status = 200, description = "This document as a page.", body = String, content_type = "text/html")),
)]
pub(in crate::rest) async fn page() -> Response {
    (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (header::CONTENT_SECURITY_POLICY, POLICY),
        ],
        PAGE,
    )
        .into_response()
}
