//! connect-wasm: a Kafka Connect worker that runs connectors as sandboxed WebAssembly components.
//!
//! The library holds everything; the binary only calls [`cli::main`]. ARCHITECTURE.md has the
//! modules by layer, and `tests/tidy` checks that they know only what they may.

pub mod bridge;
pub mod cli;
pub mod clock;
pub mod config;
pub mod converter;
pub mod errors;
pub mod herder;
pub mod ids;
pub mod kafka;
pub mod loggers;
pub mod metrics;
pub mod plugin;
pub mod rest;
pub mod sandbox;
pub mod shutdown;
pub mod storage;
pub mod transform;
pub mod worker;
