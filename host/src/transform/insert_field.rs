//! InsertField: adds fields with what is known of the record, or with a constant.
//!
//! Must not know where records come from. Kafka counterpart: InsertField of `connect/transforms`.

use connect_data::{ConnectRecord, Schema, SchemaBuilder, SchemaRef, Struct, Value, logical};

use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, optional, replace_null_with_default};
use super::operand::{Operand, carried, carry_all, in_order_of_copy, put, take_map, take_struct};
use super::schema_cache::{SchemaCache, with_basics_of};
use super::{Applied, Transformation};
use crate::config::def::{ConfigDef, ConfigError, ConfigKey, ConfigType, Importance, ParsedConfig};
use crate::errors::Failure;

const PURPOSE: &str = "field insertion";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    let field = |name: &str, documentation: &str| -> ConfigKey {
        optional(name, ConfigType::String, Importance::Medium, documentation)
    };
    def([
        field(
            "topic.field",
            "Field for the name of the topic. A ! at its end makes it required, a ? optional.",
        ),
        field(
            "partition.field",
            "Field for the number of the partition, with ! or ? as above.",
        ),
        field(
            "offset.field",
            "Field for the offset, of sink connectors alone, with ! or ? as above.",
        ),
        field(
            "timestamp.field",
            "Field for the record's timestamp, with ! or ? as above.",
        ),
        field(
            "static.field",
            "Field for a constant, with ! or ? as above.",
        ),
        field("static.value", "The constant."),
        replace_null_with_default(),
    ])
}

pub(super) struct InsertField {
    operand: Operand,
    /// In the order in which the fields are added.
    insertions: Vec<Insertion>,
    replace_null_with_default: bool,
    /// The schemas with the new fields.
    updated: SchemaCache<SchemaRef>,
}

/// A field that is added.
struct Insertion {
    name: String,
    optional: bool,
    what: Inserted,
}

/// What a field is filled with.
enum Inserted {
    Topic,
    Partition,
    Offset,
    Timestamp,
    Constant(String),
}

impl Insertion {
    /// The name may end with `!` or `?`.
    fn parse(text: &str, what: Inserted) -> Self {
        let (name, optional) = match text.strip_suffix('!') {
            Some(name) => (name, false),
            None => (text.strip_suffix('?').unwrap_or(text), true),
        };
        Self {
            name: name.to_owned(),
            optional,
            what,
        }
    }

    fn schema(&self) -> SchemaRef {
        match (&self.what, self.optional) {
            (Inserted::Topic | Inserted::Constant(_), true) => Schema::optional_string(),
            (Inserted::Topic | Inserted::Constant(_), false) => Schema::string(),
            (Inserted::Partition, true) => Schema::optional_int32(),
            (Inserted::Partition, false) => Schema::int32(),
            (Inserted::Offset, true) => Schema::optional_int64(),
            (Inserted::Offset, false) => Schema::int64(),
            (Inserted::Timestamp, true) => {
                (logical::timestamp_builder().optional().build()).expect("nothing is set twice")
            }
            (Inserted::Timestamp, false) => logical::timestamp_schema(),
        }
    }

    /// What is inserted; nothing where the record does not know its partition or timestamp.
    /// A timestamp is a number in maps.
    #[inline]
    fn value<'a>(
        &self,
        record: &ConnectRecord<'a>,
        timestamp: impl FnOnce(i64) -> Value<'a>,
    ) -> Result<Option<Value<'a>>, Failure> {
        Ok(match &self.what {
            Inserted::Topic => Some(record.topic.clone().into()),
            Inserted::Partition => record.kafka_partition.map(Value::Int32),
            Inserted::Offset => Some(Value::Int64(kafka_offset(record)?)),
            Inserted::Timestamp => record.timestamp.map(timestamp),
            Inserted::Constant(text) => Some(Value::String(text.clone().into())),
        })
    }
}

fn kafka_offset(record: &ConnectRecord<'_>) -> Result<i64, Failure> {
    match record.consumed {
        Some(consumed) => Ok(consumed.kafka_offset),
        None => Err(Failure::data(format!(
            "Only SinkRecord supported for [{PURPOSE}], found: \
             org.apache.kafka.connect.source.SourceRecord"
        ))),
    }
}

impl InsertField {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let insertion = |key: &str, what: Inserted| {
            let text = config.text(key)?;
            Some(Insertion::parse(text, what))
        };
        let constant = config.text("static.value");
        let mut insertions: Vec<Insertion> = [
            insertion("topic.field", Inserted::Topic),
            insertion("partition.field", Inserted::Partition),
            insertion("offset.field", Inserted::Offset),
            insertion("timestamp.field", Inserted::Timestamp),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (config.text("static.field"), constant) {
            (Some(field), Some(constant)) => {
                let what = Inserted::Constant(constant.to_owned());
                insertions.push(Insertion::parse(field, what));
            }
            (Some(field), None) => {
                // Java names the identity of an object here, which tells nobody anything.
                return Err(ConfigError::invalid(
                    "static.value",
                    "null",
                    format!("No value specified for static field: {field}"),
                ));
            }
            (None, _) => {}
        }
        if insertions.is_empty() {
            let message = "No field insertion configured";
            return Err(ConfigError::rule("static.field", message));
        }
        Ok(Self {
            operand,
            insertions,
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            updated: SchemaCache::new(),
        })
    }

    fn insert_in_map(&self, record: &mut ConnectRecord<'_>) -> Result<(), Failure> {
        let mut entries = take_map(self.operand.of_mut(record).1, PURPOSE)?;
        let before = entries.len();
        for insertion in &self.insertions {
            if let Some(value) = insertion.value(record, Value::Int64)? {
                put(&mut entries, &insertion.name, value);
            }
        }
        (self.operand).set_map(record, in_order_of_copy(entries, before));
        Ok(())
    }

    #[inline]
    fn insert_in_struct(&mut self, record: &mut ConnectRecord<'_>) -> Result<(), Failure> {
        let structure = take_struct(self.operand.of_mut(record).1, PURPOSE)?;
        let insertions = &self.insertions;
        let updated = self
            .updated
            .get(structure.schema(), |schema| with_fields(schema, insertions))?;
        let mut values = structure.into_values();
        values.reserve(insertions.len());
        let fields = updated.fields()?;
        carry_all(&mut values, fields, self.replace_null_with_default)?;
        for (insertion, field) in insertions.iter().zip(&fields[values.len()..]) {
            values.push(match insertion.value(record, Value::Date)? {
                Some(value) => carried(value, field, false)?,
                // COMPAT: a required field may stay unset; only who reads it complains.
                None => Value::Null,
            });
        }
        let updated = Struct::from_values(updated.clone(), values);
        self.operand.set_struct(record, updated);
        Ok(())
    }
}

impl Transformation for InsertField {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of(record);
        if value.is_null() {
            return Ok(Applied::Kept);
        }
        if schema.is_none() {
            self.insert_in_map(record)?;
        } else {
            self.insert_in_struct(record)?;
        }
        Ok(Applied::Kept)
    }
}

fn with_fields(schema: &Schema, insertions: &[Insertion]) -> Result<SchemaRef, Failure> {
    let mut builder = with_basics_of(schema, SchemaBuilder::structure());
    for field in schema.fields()? {
        builder = builder.field(field.name(), field.schema().clone());
    }
    for insertion in insertions {
        builder = builder.field(&insertion.name, insertion.schema());
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests;
