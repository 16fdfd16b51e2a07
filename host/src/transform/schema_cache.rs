//! What a transformation worked out for a schema, so that it is worked out once.
//!
//! Owns the last few results. Must not know what they are. Records of one topic mostly share one
//! schema object, so that the first look is at its address alone. Kafka counterparts:
//! SynchronizedCache and LRUCache.

use std::sync::Arc;

use connect_data::SchemaRef;

use crate::errors::Failure;

/// LIMIT: how many schemas are remembered, as in Kafka.
const SCHEMAS_MAX: usize = 16;

/// Results by schema, the last used first.
#[derive(Debug)]
pub(super) struct SchemaCache<T> {
    entries: Vec<(SchemaRef, T)>,
}

impl<T> SchemaCache<T> {
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// What is known of `schema`, or what `make` makes of it.
    #[inline]
    pub fn get(
        &mut self,
        schema: &SchemaRef,
        make: impl FnOnce(&SchemaRef) -> Result<T, Failure>,
    ) -> Result<&T, Failure> {
        let is_last = self
            .entries
            .first()
            .is_some_and(|(known, _)| Arc::ptr_eq(known, schema));
        if !is_last {
            self.bring_to_front(schema, make)?;
        }
        Ok(&self.entries[0].1)
    }

    #[cold]
    fn bring_to_front(
        &mut self,
        schema: &SchemaRef,
        make: impl FnOnce(&SchemaRef) -> Result<T, Failure>,
    ) -> Result<(), Failure> {
        let same_object = |(known, _): &(SchemaRef, T)| Arc::ptr_eq(known, schema);
        let found = (self.entries.iter().position(same_object))
            .or_else(|| self.entries.iter().position(|(known, _)| known == schema));
        match found {
            Some(index) => {
                self.entries[..=index].rotate_right(1);
                // The next record has this object, too.
                self.entries[0].0 = schema.clone();
            }
            None => {
                let made = make(schema)?;
                self.entries.truncate(SCHEMAS_MAX - 1);
                self.entries.insert(0, (schema.clone(), made));
            }
        }
        Ok(())
    }
}

/// A builder with what Kafka copies from a schema that gets other fields: name, version, doc and
/// parameters, but neither optionality nor default (SchemaUtil.copySchemaBasics).
pub(super) fn with_basics_of(
    schema: &connect_data::Schema,
    mut builder: connect_data::SchemaBuilder,
) -> connect_data::SchemaBuilder {
    if let Some(name) = schema.name() {
        builder = builder.name(name);
    }
    if let Some(version) = schema.version() {
        builder = builder.version(version);
    }
    if let Some(doc) = schema.doc() {
        builder = builder.doc(doc);
    }
    builder.parameters(schema.parameters().unwrap_or_default())
}
