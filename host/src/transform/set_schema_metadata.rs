//! SetSchemaMetadata: gives the schema of the key or value a name and a version.
//!
//! Must not know where records come from. Kafka counterpart: SetSchemaMetadata of `connect/transforms`.

use connect_data::{ConnectRecord, Schema, SchemaBuilder, SchemaRef, Struct, Value};

use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, optional, replace_null_with_default};
use super::operand::{Operand, carry_all, take_struct};
use super::schema_cache::SchemaCache;
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        optional(
            "schema.name",
            ConfigType::String,
            Importance::High,
            "The schema's name.",
        ),
        optional(
            "schema.version",
            ConfigType::Int,
            Importance::High,
            "The schema's version.",
        ),
        replace_null_with_default(),
    ])
}

pub(super) struct SetSchemaMetadata {
    operand: Operand,
    metadata: Metadata,
    replace_null_with_default: bool,
    updated: SchemaCache<SchemaRef>,
}

/// What schemas get.
struct Metadata {
    name: Option<String>,
    version: Option<i32>,
}

impl SetSchemaMetadata {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let version = config.integer("schema.version");
        let metadata = Metadata {
            name: config.text("schema.name").map(str::to_owned),
            version: version.and_then(|version| i32::try_from(version).ok()),
        };
        if metadata.name.is_none() && metadata.version.is_none() {
            let message = "Neither schema name nor version configured";
            return Err(ConfigError::rule("schema.name", message));
        }
        Ok(Self {
            operand,
            metadata,
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            updated: SchemaCache::new(),
        })
    }
}

impl Transformation for SetSchemaMetadata {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        let Some(schema) = schema else {
            if value.is_null() {
                return Ok(Applied::Kept);
            }
            return Err(Failure::data(
                "Schema required for [updating schema metadata]",
            ));
        };
        let metadata = &self.metadata;
        let updated = (self.updated).get(schema, |schema| metadata.update(schema))?;
        if let Value::Struct(_) = value {
            let mut values = take_struct(value, "updating schema metadata")?.into_values();
            carry_all(
                &mut values,
                updated.fields()?,
                self.replace_null_with_default,
            )?;
            *value = Value::Struct(Struct::from_values(updated.clone(), values));
        }
        *schema = updated.clone();
        Ok(Applied::Kept)
    }
}

impl Metadata {
    /// The schema with another name or version, and everything else as it is.
    fn update(&self, schema: &Schema) -> Result<SchemaRef, Failure> {
        // COMPAT: schemas of other types have no fields to copy, which Kafka stumbles over.
        let fields = schema.fields()?;
        let mut builder = SchemaBuilder::structure();
        if let Some(name) = self.name.as_deref().or(schema.name()) {
            builder = builder.name(name);
        }
        if let Some(version) = self.version.or(schema.version()) {
            builder = builder.version(version);
        }
        if let Some(doc) = schema.doc() {
            builder = builder.doc(doc);
        }
        builder = builder.parameters(schema.parameters().unwrap_or_default());
        if schema.is_optional() {
            builder = builder.optional();
        }
        for field in fields {
            builder = builder.field(field.name(), field.schema().clone());
        }
        Ok(builder.build()?)
    }
}

#[cfg(test)]
mod tests;
