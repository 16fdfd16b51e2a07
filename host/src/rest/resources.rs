//! The resources: a request in, a call of the herder, an entity out.
//!
//! Kafka's counterpart: `rest.resources`.

pub(super) mod connectors;
pub(super) mod internal;
pub(super) mod loggers;
pub(super) mod metrics;
pub(super) mod offsets;
pub(super) mod plugins;
pub(super) mod root;
pub(super) mod topics;
