//! ReplaceField: takes fields out and gives others new names.
//!
//! Must not know where records come from. Kafka counterpart: ReplaceField of `connect/transforms`.

use connect_data::{
    ConnectRecord, DataError, Field, Schema, SchemaBuilder, SchemaRef, Struct, Value,
};

use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, replace_null_with_default, with_default};
use super::operand::{
    Entries, Operand, carried, in_order_of_new, name_of, position, take_map, take_struct,
};
use super::schema_cache::{SchemaCache, with_basics_of};
use super::{Applied, Transformation};
use crate::config::def::{
    ConfigDef, ConfigError, ConfigType, ConfigValue, Importance, ParsedConfig, Validator,
};
use crate::errors::Failure;

const PURPOSE: &str = "field replacement";

/// `renames`, which the messages of other transformations name, too.
pub(super) const RENAMES: &str = "renames";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let list = |name: &str, documentation: &str| {
        with_default(
            name,
            ConfigType::List,
            "",
            Importance::Medium,
            documentation,
        )
    };
    def([
        list("exclude", "Fields to take out; wins over `include`.")
            .validator(Validator::any_list(true, false)),
        list("include", "Fields to keep; all when empty.")
            .validator(Validator::any_list(true, false)),
        list(RENAMES, "New names, as old:new.").validator(Validator::Rule(check_renames)),
        replace_null_with_default(),
    ])
}

fn check_renames(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_list() {
        Some(mappings) => parse_renames(mappings).map(|_| ()),
        // Kafka stumbles over a null here, which the REST API refuses in any case.
        None => Err(ConfigError::invalid(
            key,
            value,
            "expected a list of old:new",
        )),
    }
}

/// Old and new names.
pub(super) fn parse_renames(mappings: &[String]) -> Result<Vec<(String, String)>, ConfigError> {
    mappings
        .iter()
        .map(|mapping| match split_mapping(mapping)[..] {
            [old, new] => Ok((old.to_owned(), new.to_owned())),
            _ => Err(invalid_mapping(mappings, mapping)),
        })
        .collect()
}

/// The parts of a mapping between colons.
///
/// COMPAT: empty parts at the end do not count (Java's String.split).
pub(super) fn split_mapping(mapping: &str) -> Vec<&str> {
    if mapping.is_empty() {
        return vec![mapping];
    }
    let mut parts: Vec<&str> = mapping.split(':').collect();
    while parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    parts
}

/// The error for a mapping with too many or too few parts.
pub(super) fn invalid_mapping(mappings: &[String], mapping: &str) -> ConfigError {
    ConfigError::invalid(
        RENAMES,
        &ConfigValue::List(mappings.to_vec()),
        format!("Invalid rename mapping: {mapping}"),
    )
}

pub(super) struct ReplaceField {
    operand: Operand,
    names: Names,
    replace_null_with_default: bool,
    plans: SchemaCache<Plan>,
}

/// Which fields stay, and under which name.
struct Names {
    exclude: Vec<String>,
    include: Vec<String>,
    renames: Vec<(String, String)>,
}

/// What becomes of structs of one schema.
struct Plan {
    schema: SchemaRef,
    /// For each field of the new schema, where its value is found.
    sources: Vec<usize>,
    /// Each value is found at its own place or behind it, under the schema that it keeps, so that
    /// values can move down one after the other.
    ascending: bool,
}

impl ReplaceField {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            operand,
            names: Names {
                exclude: config.list("exclude").to_vec(),
                include: config.list("include").to_vec(),
                renames: last_of_each(parse_renames(config.list(RENAMES))?),
            },
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            plans: SchemaCache::new(),
        })
    }
}

impl Transformation for ReplaceField {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        if value.is_null() {
            return Ok(Applied::Kept);
        }
        if schema.is_none() {
            let entries = take_map(value, PURPOSE)?;
            *value = Value::Map(self.names.replace_entries(entries)?);
            return Ok(Applied::Kept);
        }
        let structure = take_struct(value, PURPOSE)?;
        let names = &self.names;
        let plan = self
            .plans
            .get(structure.schema(), |schema| names.plan(schema))?;
        let updated = plan.replace_fields(structure, self.replace_null_with_default)?;
        self.operand.set_struct(record, updated);
        Ok(Applied::Kept)
    }
}

impl Names {
    fn keeps(&self, name: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|listed| listed == name);
        !named(&self.exclude) && (self.include.is_empty() || named(&self.include))
    }

    fn renamed<'n>(&'n self, name: &'n str) -> &'n str {
        let rename = self.renames.iter().find(|(old, _)| old == name);
        rename.map_or(name, |(_, new)| new)
    }

    fn original<'n>(&'n self, name: &'n str) -> &'n str {
        let rename = self.renames.iter().rfind(|(_, new)| new == name);
        rename.map_or(name, |(old, _)| old)
    }

    fn replace_entries<'a>(&self, entries: Entries<'a>) -> Result<Entries<'a>, Failure> {
        let capacity = entries.len();
        let mut updated = Entries::with_capacity(capacity);
        for (key, value) in entries {
            name_of(&key)?;
            let key = match key {
                Value::String(name) if !self.keeps(&name) => continue,
                Value::String(name) => match self.renamed(&name) {
                    same if *same == *name => Value::String(name),
                    new => Value::String(new.to_owned().into()),
                },
                other => other,
            };
            match key.as_str().and_then(|name| position(&updated, name)) {
                Some(index) => updated[index].1 = value,
                None => updated.push((key, value)),
            }
        }
        Ok(in_order_of_new(updated, capacity))
    }

    fn plan(&self, schema: &Schema) -> Result<Plan, Failure> {
        let mut builder = with_basics_of(schema, SchemaBuilder::structure());
        let mut kept: Vec<&Field> = Vec::new();
        for field in schema.fields()? {
            if self.keeps(field.name()) {
                builder = builder.field(self.renamed(field.name()), field.schema().clone());
                kept.push(field);
            }
        }
        let updated = builder.build()?;
        // COMPAT: Kafka finds a value by turning the renames around, also for a field that was not
        // renamed but has the new name of another one.
        let mut sources = Vec::with_capacity(kept.len());
        for field in updated.fields()? {
            let original = self.original(field.name());
            let source = schema
                .field(original)?
                .ok_or_else(|| DataError::InvalidFieldName {
                    field: original.to_owned(),
                })?;
            sources.push(source.index());
        }
        let expected = kept.iter().map(|field| field.index());
        Ok(Plan {
            ascending: expected.eq(sources.iter().copied()),
            schema: updated,
            sources,
        })
    }
}

impl Plan {
    #[inline]
    fn replace_fields<'a>(
        &self,
        structure: Struct<'a>,
        replace: bool,
    ) -> Result<Struct<'a>, Failure> {
        if !self.ascending {
            return self.copy_fields(&structure, replace);
        }
        let mut values = structure.into_values();
        for (index, (field, &source)) in self.schema.fields()?.iter().zip(&self.sources).enumerate()
        {
            let value = std::mem::take(&mut values[source]);
            values[index] = carried(value, field, replace)?;
        }
        values.truncate(self.sources.len());
        Ok(Struct::from_values(self.schema.clone(), values))
    }

    /// The way for renames that cross: a value may be wanted twice, or under another schema.
    #[cold]
    fn copy_fields<'a>(
        &self,
        structure: &Struct<'a>,
        replace: bool,
    ) -> Result<Struct<'a>, Failure> {
        let mut updated = Struct::new(self.schema.clone())?;
        for (index, &source) in self.sources.iter().enumerate() {
            let value = if replace {
                structure.get_at(source)
            } else {
                &structure.values()[source]
            };
            updated.put_at(index, value.clone())?;
        }
        Ok(updated)
    }
}

/// Of several new names for a field, the last one.
fn last_of_each(renames: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (old, new) in renames {
        match kept.iter_mut().find(|(known, _)| *known == old) {
            Some(known) => known.1 = new,
            None => kept.push((old, new)),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
