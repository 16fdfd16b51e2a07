//! Transformations and predicates: what a record goes through between connector and Kafka.
//!
//! Owns the traits and the built-in ones: their classes, the names they go by, the keys that
//! configure them and what they do, one file for each. Pure. Must not know connectors, workers or
//! REST. Kafka counterparts: `connect/transforms`, TransformationChain.

mod batch;
mod cast;
mod chain;
mod date_format;
mod drop_headers;
mod extract_field;
mod field_path;
mod filter;
mod flatten;
mod header_from;
mod hoist_field;
mod insert_field;
mod insert_header;
mod java_number;
mod java_regex;
mod keys;
mod mask_field;
mod operand;
mod predicate;
mod regex_router;
mod registry;
mod replace_field;
mod schema_cache;
mod set_schema_metadata;
mod timestamp_converter;
mod timestamp_router;
mod value_to_key;

use crate::errors::Failure;

pub use batch::{BatchPredicate, BatchTransformation, Batched, Condition, FetchFuture, Work};
pub use chain::{BatchStages, ChainStage, TransformationChain};
pub use connect_data::{ConnectRecord, Consumed};
pub use registry::{
    TransformClass, create_predicate, create_transformation, known_predicates,
    known_transformations, nested_classes, resolve_class,
};

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It goes on, changed or not.
    Kept,
    /// It is dropped, which is no error. Kafka's transformations return null for this.
    Dropped,
}

/// Changes records. One instance belongs to one task and is never shared, so that it may keep what
/// it learned about schemas.
pub trait Transformation: Send {
    /// Changes `record` in place.
    ///
    /// # Errors
    ///
    /// The exception that Kafka's transformation throws. The record is then in an unknown state,
    /// except after a retriable failure, which leaves it as it was.
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure>;
}

/// Decides which records a transformation is applied to.
pub trait Predicate: Send {
    /// Whether it holds for `record`.
    ///
    /// # Errors
    ///
    /// The exception that Kafka's predicate throws.
    fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure>;
}

#[cfg(test)]
mod tests;
