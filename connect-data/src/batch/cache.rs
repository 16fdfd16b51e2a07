//! Decoded schemas kept from batch to batch, so that the same schema has the same address in each.
//!
//! Addresses matter to what caches by schema (converters, connectors) and make comparing cheap.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::{Field, Schema, SchemaRef};

/// Schemas of one task. Bounded: when it is full it forgets everything, and schemas get new
/// addresses once.
#[derive(Debug)]
pub struct SchemaCache {
    interned: HashSet<Interned>,
    interned_bytes: usize,
    last_count: usize,
    last_bytes: Vec<u8>,
    last_table: Arc<[SchemaRef]>,
}

impl SchemaCache {
    /// LIMIT: schemas kept; twice what one batch may have.
    const SCHEMAS_MAX: usize = 20_000;
    /// LIMIT: encoded bytes of the schemas kept; twice what one batch may have.
    const BYTES_MAX: usize = 8 * 1024 * 1024;

    /// A cache that knows the plain primitive schemas.
    pub fn new() -> Self {
        let mut cache = Self {
            interned: HashSet::new(),
            interned_bytes: 0,
            last_count: 0,
            last_bytes: Vec::new(),
            last_table: Arc::new([]),
        };
        cache.forget_interned();
        cache
    }

    /// The number of schemas kept.
    pub fn len(&self) -> usize {
        self.interned.len()
    }

    /// Never: the plain primitive schemas are always there.
    pub fn is_empty(&self) -> bool {
        self.interned.is_empty()
    }

    /// The schemas of a table, when it is the same as the last one.
    pub(super) fn table(&self, count: usize, bytes: &[u8]) -> Option<Arc<[SchemaRef]>> {
        (count == self.last_count && bytes == self.last_bytes).then(|| self.last_table.clone())
    }

    pub(super) fn keep_table(&mut self, count: usize, bytes: &[u8], table: &Arc<[SchemaRef]>) {
        self.last_count = count;
        self.last_bytes.clear();
        self.last_bytes.extend_from_slice(bytes);
        self.last_table = Arc::clone(table);
    }

    /// The schema kept that equals this one, or this one, which is kept from now on. The schemas
    /// inside must come from this cache too.
    pub(super) fn intern(&mut self, schema: SchemaRef, bytes: usize) -> SchemaRef {
        let schema = Interned(schema);
        if let Some(kept) = self.interned.get(&schema) {
            return kept.0.clone();
        }
        if self.interned.len() >= Self::SCHEMAS_MAX || self.interned_bytes + bytes > Self::BYTES_MAX
        {
            self.forget_interned();
        }
        self.interned_bytes += bytes;
        self.interned.insert(Interned(schema.0.clone()));
        schema.0
    }

    fn forget_interned(&mut self) {
        self.interned_bytes = 0;
        self.interned.clear();
        self.interned
            .extend(Schema::constants().into_iter().map(Interned));
    }
}

impl Default for SchemaCache {
    fn default() -> Self {
        Self::new()
    }
}

/// Compares the schemas inside by address: they were interned before. So comparing takes no
/// longer than the entry is, whatever a hostile table refers to.
#[derive(Debug)]
struct Interned(SchemaRef);

impl Interned {
    fn inner(&self) -> impl Iterator<Item = *const Schema> {
        let key = self.0.key_schema_or_none().into_iter();
        let value = self.0.value_schema_or_none().into_iter();
        let fields = self.0.field_list().iter().map(|field| field.schema());
        key.chain(value).chain(fields).map(Arc::as_ptr)
    }
}

impl PartialEq for Interned {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&self.0, &other.0);
        one.schema_type() == two.schema_type()
            && one.is_optional() == two.is_optional()
            && one.version() == two.version()
            && one.name() == two.name()
            && one.doc() == two.doc()
            && one.parameters() == two.parameters()
            && one.key_schema_or_none().is_some() == two.key_schema_or_none().is_some()
            && self.inner().eq(other.inner())
            && one
                .field_list()
                .iter()
                .map(Field::name)
                .eq(two.field_list().iter().map(Field::name))
            && one.default_value() == two.default_value()
    }
}

impl Eq for Interned {}

impl Hash for Interned {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
        self.0.doc().hash(state);
        self.0.parameters().hash(state);
        self.0.default_value().hash(state);
        for inner in self.inner() {
            inner.hash(state);
        }
    }
}
