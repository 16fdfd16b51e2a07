//! Transformations and predicates: what a record goes through between connector and Kafka.
//!
//! Owns the built-in ones: their classes, the names they go by, and the keys that configure them,
//! one file for each. This worker does not run them yet; validation knows them so that it can say
//! so, beside everything else that is wrong with a configuration. Pure. Must not know connectors,
//! workers or REST. Kafka counterparts: `connect/transforms`, TransformationChain.

mod cast;
mod drop_headers;
mod extract_field;
mod filter;
mod flatten;
mod header_from;
mod hoist_field;
mod insert_field;
mod insert_header;
mod keys;
mod mask_field;
mod predicate;
mod regex_router;
mod registry;
mod replace_field;
mod set_schema_metadata;
mod timestamp_converter;
mod timestamp_router;
mod value_to_key;

pub use registry::{
    TransformClass, known_predicates, known_transformations, nested_classes, resolve_class,
};

#[cfg(test)]
mod tests;
