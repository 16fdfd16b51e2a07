//! FileStreamSink: the value of each record becomes a line of a file, or of standard output. Kafka
//! counterpart: `org.apache.kafka.connect.file.FileStreamSinkConnector`; the README lists what
//! differs on purpose.

mod connector;
mod output;
mod task;

pub use connector::FileStreamSinkConnector;
pub use task::FileStreamSinkTask;

connect_sdk::export_sink!(FileStreamSinkConnector, FileStreamSinkTask);
