//! HttpSource: polls a URL and makes a record of each answer that is new.

mod connector;
mod task;

pub use connector::HttpSourceConnector;
pub use task::HttpSourceTask;

connect_sdk::export_source!(HttpSourceConnector, HttpSourceTask);
