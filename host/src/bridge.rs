//! WIT types <-> the types of connect-data and config.
//!
//! Owns total, lossless translations, tested by round trips; no decision is made here. Batches
//! cross as bytes and are decoded by `connect_data::batch`. Knows the generated bindings and the
//! plain types, nothing of engines, instances or workers.

pub mod config;
pub mod connector;
pub mod error;
pub mod offset;
pub mod task;
