//! RedisSink: records become keys, or entries of streams, of a Redis server. The `redis` crate
//! runs as it is, on a tokio runtime inside the plugin.

mod command;
mod connector;
mod task;

pub use connector::RedisSinkConnector;
pub use task::RedisSinkTask;

use connect_sdk::runtime::Async;

connect_sdk::export_sink!(RedisSinkConnector, Async<RedisSinkTask>);
