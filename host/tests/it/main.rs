//! Tests of the sandbox with real components and without a broker. One binary.
//!
//! The guests are built first, by `make test` or by hand:
//! `cargo build --profile guest --target wasm32-wasip2 -p probe-source -p counting-source ...`.
//! Where they are: `CONNECT_WASM_TEST_PLUGINS` when this is built, else the workspace's target
//! directory.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod cache;
mod files;
mod guests;
mod life;
mod limits;
mod misbehaving;
mod names;
mod network;
mod validation;
mod verification;
