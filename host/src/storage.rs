//! What outlives an instance: configurations, offsets and statuses.
//!
//! Owns the traits of the stores and their backends. Must not know worker, herder or REST.
//! Kafka's counterpart: `org.apache.kafka.connect.storage`.

pub mod config;
pub mod offset;
pub mod status;
pub mod topic;
