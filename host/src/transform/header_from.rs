//! HeaderFrom: fields of the key or value become headers.
//!
//! Must not know where records come from. Kafka counterpart: HeaderFrom of `connect/transforms`.

use connect_data::{
    ConnectRecord, Schema, SchemaAndValue, SchemaBuilder, SchemaRef, Struct, Value,
};

use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, replace_null_with_default, required};
use super::operand::{
    Entries, Operand, carried, in_order_of_copy, position, take_map, take_struct,
};
use super::schema_cache::{SchemaCache, with_basics_of};
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator};
use crate::errors::Failure;

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let list = |name: &str, documentation: &str| {
        required(name, ConfigType::List, Importance::High, documentation)
            .validator(Validator::FilledList)
    };
    def([
        list("fields", "Names of the fields."),
        list(
            "headers",
            "Names of the headers, in the order of the fields.",
        ),
        required(
            "operation",
            ConfigType::String,
            Importance::High,
            "copy: the fields stay; move: they are taken out.",
        )
        .validator(Validator::one_of(&["move", "copy"])),
        replace_null_with_default(),
    ])
}

pub(super) struct HeaderFrom {
    operand: Operand,
    fields: Vec<String>,
    headers: Vec<String>,
    /// Whether the fields are taken out.
    moves: bool,
    replace_null_with_default: bool,
    plans: SchemaCache<Plan>,
}

/// What becomes of structs of one schema.
struct Plan {
    /// The schema without the fields that move.
    remaining: SchemaRef,
    /// The indexes of the fields that stay.
    kept: Vec<usize>,
    /// For each header the index of its field.
    sources: Vec<Option<usize>>,
}

impl HeaderFrom {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let fields = config.list("fields").to_vec();
        let headers = config.list("headers").to_vec();
        if fields.len() != headers.len() {
            return Err(ConfigError::rule(
                "headers",
                "'fields' config must have the same number of elements as 'headers' config.",
            ));
        }
        Ok(Self {
            operand,
            fields,
            headers,
            moves: config.text("operation") == Some("move"),
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            plans: SchemaCache::new(),
        })
    }

    fn purpose(&self) -> &'static str {
        if self.moves {
            "header move"
        } else {
            "header copy"
        }
    }

    fn take_from_map<'a>(&self, record: &mut ConnectRecord<'a>) -> Result<(), Failure> {
        let mut entries = take_map(self.operand.of_mut(record).1, self.purpose())?;
        let before = entries.len();
        for (field, header) in self.fields.iter().zip(&self.headers) {
            let value = position(&entries, field).map(|index| entries[index].1.clone());
            (record.headers).add(
                header.clone(),
                SchemaAndValue::new(None, value.unwrap_or_default()),
            )?;
        }
        if self.moves {
            self.remove_fields(&mut entries);
        }
        *self.operand.of_mut(record).1 = Value::Map(in_order_of_copy(entries, before));
        Ok(())
    }

    fn remove_fields(&self, entries: &mut Entries<'_>) {
        entries.retain(|(key, _)| {
            let name = key.as_str();
            !name.is_some_and(|name| self.fields.iter().any(|field| field == name))
        });
    }

    fn take_from_struct<'a>(&mut self, record: &mut ConnectRecord<'a>) -> Result<(), Failure> {
        let purpose = self.purpose();
        let structure = take_struct(self.operand.of_mut(record).1, purpose)?;
        let fields = &self.fields;
        let plan = (self.plans).get(structure.schema(), |schema| Plan::make(schema, fields))?;
        let replace = self.replace_null_with_default;
        let (schema, values) = structure.into_parts();
        let remaining = if self.moves {
            let mut remaining = Vec::with_capacity(plan.kept.len());
            for (&index, field) in plan.kept.iter().zip(plan.remaining.fields()?) {
                remaining.push(carried(values[index].clone(), field, replace)?);
            }
            Some(Struct::from_values(plan.remaining.clone(), remaining))
        } else {
            None
        };
        for (source, header) in plan.sources.iter().zip(&self.headers) {
            let index = source.ok_or_else(no_field)?;
            let of_field = schema.fields()?[index].schema();
            let value = match (&values[index], of_field.default_value()) {
                (Value::Null, Some(default)) if replace => default.clone(),
                (value, _) => value.clone(),
            };
            (record.headers).add(
                header.clone(),
                SchemaAndValue::new(Some(of_field.clone()), value),
            )?;
        }
        let structure = remaining.unwrap_or_else(|| Struct::from_values(schema, values));
        self.operand.set_struct(record, structure);
        Ok(())
    }
}

impl Transformation for HeaderFrom {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        if self.operand.of(record).0.is_none() {
            self.take_from_map(record)?;
        } else {
            self.take_from_struct(record)?;
        }
        Ok(Applied::Kept)
    }
}

impl Plan {
    fn make(schema: &Schema, fields: &[String]) -> Result<Self, Failure> {
        let mut builder = with_basics_of(schema, SchemaBuilder::structure());
        let mut kept = Vec::new();
        for field in schema.fields()? {
            if !fields.iter().any(|moved| moved == field.name()) {
                builder = builder.field(field.name(), field.schema().clone());
                kept.push(field.index());
            }
        }
        let mut sources = Vec::with_capacity(fields.len());
        for field in fields {
            sources.push(schema.field(field)?.map(connect_data::Field::index));
        }
        Ok(Self {
            remaining: builder.build()?,
            kept,
            sources,
        })
    }
}

/// COMPAT: Kafka does not look whether the schema has the field.
fn no_field() -> Failure {
    Failure::new(
        "java.lang.NullPointerException",
        "Cannot invoke \"org.apache.kafka.connect.data.Field.schema()\" because the return value \
         of \"org.apache.kafka.connect.data.Schema.field(String)\" is null",
    )
}

#[cfg(test)]
mod tests;
