//! Brings a value of one schema into another, compatible one.

use crate::{DataError, SchemaRef, Value};

/// Projects a value of `source` to `target`.
pub fn project(
    source: &SchemaRef,
    record: &Value<'_>,
    target: &SchemaRef,
) -> Result<Value<'static>, DataError> {
    let _ = (source, record, target);
    Err(DataError::ProjectionOptionality)
}

#[cfg(test)]
mod tests;
