//! What the JVM worker does, recorded, and the same done by ours, compared.
//!
//! `scenarios/*.json` say what a user does; `recorded/*.json` hold what the JVM worker of Apache
//! Kafka Connect 4.3.1 answered, wrote and stored. `make golden` records again; `make test` runs
//! the same scenarios on our worker and compares. `cases/*.json` are connectors with records, many of
//! them on one worker, for what stands between the topic and the task (see `cases`). What may differ is listed in `normalise.rs` and
//! `differences.rs`, each entry with its reason, and nowhere else.

mod cases;
mod compare;
mod differences;
mod normalise;
mod request;
mod run;
mod scenario;
mod view;
mod wire;

pub use cases::{Case, CaseSuite, Group, groups, record_path};
pub use compare::{compare, in_parallel, recorded};
pub use differences::expected_of_ours;
pub use run::run;
pub use scenario::{Scenario, all, recorded_path};
pub use view::record_text;
