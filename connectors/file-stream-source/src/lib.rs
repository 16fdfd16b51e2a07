//! FileStreamSource: each line of a file, or of standard input, becomes a record. Kafka
//! counterpart: `org.apache.kafka.connect.file.FileStreamSourceConnector`; the README lists what
//! differs on purpose.

mod connector;
mod input;
mod lines;
mod task;
mod text;

pub use connector::FileStreamSourceConnector;
pub use task::FileStreamSourceTask;

connect_sdk::export_source!(FileStreamSourceConnector, FileStreamSourceTask);
