//! GeneratorSource: numbered rows with fields of random values, at a rate. The connector asks for
//! as many tasks as it may have; each counts for itself.

mod connector;
mod fields;
mod task;

pub use connector::GeneratorSourceConnector;
pub use task::GeneratorSourceTask;

connect_sdk::export_source!(GeneratorSourceConnector, GeneratorSourceTask);
