//! TcpSink: each record becomes a line that is sent to a server over TCP.

mod connector;
mod line;
mod task;

pub use connector::TcpSinkConnector;
pub use task::TcpSinkTask;

use connect_sdk::runtime::Async;

connect_sdk::export_sink!(TcpSinkConnector, Async<TcpSinkTask>);
