//! The two schema caches of JsonConverter.
//!
//! Owns remembering: Connect schema to the start of its envelope, and schema text to Connect schema.
//! Both keep the one used last at hand, because nearly every topic has one schema. Bounded by
//! `schemas.cache.size`; the least recently used entry goes first. Kafka counterpart: the two
//! SynchronizedCaches of JsonConverter; there the key of reading is the JSON tree, here it is its text.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use connect_data::SchemaRef;

use super::read::Reading;
use super::tape::Node;
use super::{PAYLOAD_START, SCHEMA_START, schema};
use crate::converter::ConverterError;
use crate::converter::settings::JsonSettings;

/// A map that forgets what was not used for longest.
#[derive(Debug)]
struct Recent<K, V> {
    size: usize,
    clock: u64,
    entries: HashMap<K, (u64, V)>,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    fn new(size: usize) -> Self {
        Self {
            size,
            clock: 0,
            entries: HashMap::new(),
        }
    }

    fn insert(&mut self, key: K, value: V) {
        if self.size == 0 {
            return;
        }
        if self.entries.len() >= self.size
            && let Some(oldest) = self
                .entries
                .iter()
                .min_by_key(|(_, (used, _))| *used)
                .map(|(key, _)| key.clone())
        {
            self.entries.remove(&oldest);
        }
        self.clock += 1;
        self.entries.insert(key, (self.clock, value));
    }
}

/// From Connect schemas to `{"schema":<node>,"payload":`.
#[derive(Debug)]
pub(super) struct WrittenSchemas {
    last: Option<Written>,
    /// By the address of the schema, which the entry keeps alive.
    others: Recent<usize, Written>,
}

#[derive(Debug)]
struct Written {
    schema: SchemaRef,
    start: Vec<u8>,
}

impl WrittenSchemas {
    pub(super) fn new(size: usize) -> Self {
        Self {
            last: None,
            others: Recent::new(size),
        }
    }

    /// The envelope of `schema` up to the payload.
    pub(super) fn envelope_start(
        &mut self,
        schema: &SchemaRef,
        settings: &JsonSettings,
    ) -> Result<&[u8], ConverterError> {
        let known = self
            .last
            .as_ref()
            .is_some_and(|last| Arc::ptr_eq(&last.schema, schema));
        if !known {
            self.find_or_write(schema, settings)?;
        }
        Ok(self.last.as_ref().map_or(&[], |last| &last.start))
    }

    fn find_or_write(
        &mut self,
        schema: &SchemaRef,
        settings: &JsonSettings,
    ) -> Result<(), ConverterError> {
        let address = Arc::as_ptr(schema).addr();
        let found = match self.others.entries.remove(&address) {
            Some((_, found)) => found,
            None => {
                // Equal schemas at another address: whoever made them has no cache, as many connectors.
                if let Some(last) = &mut self.last
                    && last.schema == *schema
                {
                    last.schema = SchemaRef::clone(schema);
                    return Ok(());
                }
                let mut start = SCHEMA_START.to_vec();
                schema::to_json(schema, None, settings, &mut start)?;
                start.extend_from_slice(PAYLOAD_START);
                Written {
                    schema: SchemaRef::clone(schema),
                    start,
                }
            }
        };
        if let Some(before) = self.last.replace(found) {
            self.others
                .insert(Arc::as_ptr(&before.schema).addr(), before);
        }
        Ok(())
    }
}

/// From the text of a schema node to the Connect schema.
#[derive(Debug)]
pub(super) struct ReadSchemas {
    last: Option<(Box<str>, SchemaRef)>,
    others: Recent<Box<str>, SchemaRef>,
}

impl ReadSchemas {
    pub(super) fn new(size: usize) -> Self {
        Self {
            last: None,
            others: Recent::new(size),
        }
    }

    /// The schema used last, if `bytes` start with its text, and the length of that text.
    pub(super) fn last_at_start_of(&self, bytes: &[u8]) -> Option<(&SchemaRef, usize)> {
        let (text, schema) = self.last.as_ref()?;
        bytes
            .starts_with(text.as_bytes())
            .then_some((schema, text.len()))
    }

    /// The schema that `node` describes; `None` for JSON null.
    pub(super) fn schema(
        &mut self,
        node: Node<'_, '_>,
        reading: Reading,
    ) -> Result<Option<SchemaRef>, ConverterError> {
        if node.is_null() {
            return Ok(None);
        }
        let text = node.raw();
        if let Some((last, schema)) = &self.last
            && **last == *text
        {
            return Ok(Some(SchemaRef::clone(schema)));
        }
        let found = match self.others.entries.remove(text) {
            Some((_, found)) => Some(found),
            None => schema::from_json(node, reading)?,
        };
        if let Some(schema) = &found {
            let now = (Box::from(text), SchemaRef::clone(schema));
            if let Some((text, schema)) = self.last.replace(now) {
                self.others.insert(text, schema);
            }
        }
        Ok(found)
    }
}
