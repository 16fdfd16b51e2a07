//! A source for tests that does harm, as the key `mode` says. What a mode does is in [`connector`]
//! and [`task`]; without a mode it is well: one record a second.

mod connector;
#[path = "../../harm.rs"]
mod harm;
mod probe;
mod task;

pub use connector::MisbehavingSourceConnector;
pub use task::MisbehavingSourceTask;

connect_sdk::export_source!(MisbehavingSourceConnector, MisbehavingSourceTask);
