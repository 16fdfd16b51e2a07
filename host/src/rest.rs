//! The REST API: the HTTP server and what it answers.
//!
//! Owns listeners, routes, entities and the mapping of errors to responses, byte for byte those of
//! Kafka Connect where clients can see it. Sees the herder as a trait; must not know workers,
//! stores or Kafka. The only place that knows axum. Kafka's counterparts: `RestServer`,
//! `ConnectRestServer` and `rest.resources`.
//!
//! Deliberate differences, all of them where Kafka Connect's answer helps nobody:
//! - What Kafka answers with 500 although the client is wrong (malformed JSON, unknown fields, a
//!   missing body, null for a connector's own key) is 400 here, unknown connectors are 404.
//! - Every name that can be created can be addressed: `%2F`, `%25`, `%5C` and `;` in a path segment
//!   are part of the name, and `Location` encodes `/`, `%` and braces so that it leads there.
//! - 405 has an `Allow` header; bodies of 400 for a path that Jetty would refuse are JSON, not HTML.
//! - `GET /openapi.json` and `GET /docs` describe what is here; Kafka has no such thing.

mod cors;
mod docs;
mod entities;
mod error;
mod extra_headers;
mod http;
mod json;
mod media;
mod openapi;
mod path;
mod resources;
mod router;
mod server;

#[cfg(test)]
mod tests;

pub use self::entities::KAFKA_VERSION;
pub use self::router::{Resources, ResourcesError};
pub use self::server::{RestServer, RestServerError, local_host};
