//! A source for tests of `plugin check`: it breaks one rule of the contract, as the key `mode` says.
//! Without a mode it keeps them all but for what it always does: its key `plain.password` is a text,
//! and `validate`, `recommend` and `alter_offsets` panic without the key `mode`.
//!
//! Modes of the connector: `task-class` (another than described), `other-configs` (each time),
//! `too-many`, `<harm>-in-connector-start`, `-in-monitor`, `-in-connector-stop`, `vague-config`
//! (a missing key is fatal), `no-config-check` (a missing key is nothing). Modes of the task are in
//! [`task`].

mod connector;
#[path = "../../harm.rs"]
mod harm;
mod task;

pub use connector::CarelessSourceConnector;
pub use task::CarelessSourceTask;

connect_sdk::export_source!(CarelessSourceConnector, CarelessSourceTask);
