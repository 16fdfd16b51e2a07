//! Real servers and processes for tests and benchmarks: an Apache Kafka broker, the JVM Connect
//! worker, our worker, a REST client and readers of topics.
//!
//! Everything is started as a user would start it, as a process of its own, and is killed when its
//! handle is dropped or when the test program ends in any way. Nothing here knows the code of the
//! worker. What goes wrong in a test panics with what was expected and what was seen; the tail of
//! the log of every process concerned is shown then.

mod broker;
mod busy;
mod cache;
mod eventually;
mod kafka_home;
mod numbered;
mod offset_file;
mod ports;
mod process;
mod python_environment;
mod python_guest;
mod redis;
mod rest;
mod rest_clients;
mod scratch;
mod topics;
mod worker;

pub use broker::Broker;
pub use busy::{BLOCKED, busy_worker, spinning};
pub use eventually::{eventually, throughout, within};
pub use kafka_home::KafkaHome;
pub use numbered::{NumberedLines, Tally};
pub use offset_file::{OffsetEntry, decode_offset_file, encode_offset_file};
pub use ports::free_port;
pub use process::{Process, Usage};
pub use python_guest::python_guest;
pub use redis::Redis;
pub use rest::{Rest, RestResponse};
pub use rest_clients::RestClients;
pub use scratch::ScratchDir;
pub use topics::{Header, TopicRecord, Topics};
pub use worker::{
    ConnectorFile, Flavor, Worker, WorkerSpec, guest, guest_edition, plugins_dir, worker_binary,
};

pub use std::time::Duration;

/// A random generator whose seed is printed, so that a failing run can be repeated with
/// `CONNECT_TEST_SEED`.
pub fn seeded_random(purpose: &str) -> fastrand::Rng {
    let seed = match std::env::var("CONNECT_TEST_SEED") {
        Ok(text) => text.parse().expect("CONNECT_TEST_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    println!("{purpose}: CONNECT_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
