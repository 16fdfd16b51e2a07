//! The fields of a row: what the configuration says of them, and their values, each of which
//! depends on the seed, the task, the number of the row and the place of the field alone.

use connect_sdk::data::{Schema, SchemaBuilder, SchemaRef, Struct, Value, logical};
use connect_sdk::{Config, ConnectError};

use crate::connector::FIELDS;

/// 2026-01-01T00:00:00Z: timestamps lie in the year after it.
const YEAR_BEGIN_MS: i64 = 1_767_225_600_000;
const YEAR_MS: u64 = 365 * 24 * 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldType {
    Boolean,
    Int,
    Long,
    Double,
    String,
    Timestamp,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    name: String,
    field_type: FieldType,
}

impl FieldSpec {
    /// The fields of a configuration.
    pub(crate) fn parse_all(config: &Config) -> Result<Vec<FieldSpec>, ConnectError> {
        let mut fields: Vec<FieldSpec> = Vec::new();
        for text in config.list(FIELDS)? {
            let field = FieldSpec::parse(text)?;
            let taken = ["task", "number"].contains(&field.name.as_str());
            if taken || fields.iter().any(|other| other.name == field.name) {
                return Err(ConnectError::config(format!(
                    "There is a field '{}' already",
                    field.name
                )));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn parse(text: &str) -> Result<FieldSpec, ConnectError> {
        let (name, field_type) = text.split_once(':').unwrap_or((text, ""));
        let field_type = match field_type {
            "boolean" => FieldType::Boolean,
            "int" => FieldType::Int,
            "long" => FieldType::Long,
            "double" => FieldType::Double,
            "string" => FieldType::String,
            "timestamp" => FieldType::Timestamp,
            _ => {
                return Err(ConnectError::config(format!(
                    "A field is written as name:type with one of the types boolean, int, long, \
                     double, string, timestamp, not '{text}'"
                )));
            }
        };
        if name.is_empty() {
            return Err(ConnectError::config(format!("'{text}' lacks a name")));
        }
        let name = name.to_owned();
        Ok(FieldSpec { name, field_type })
    }

    fn schema(&self) -> SchemaRef {
        match self.field_type {
            FieldType::Boolean => Schema::boolean(),
            FieldType::Int => Schema::int32(),
            FieldType::Long => Schema::int64(),
            FieldType::Double => Schema::float64(),
            FieldType::String => Schema::string(),
            FieldType::Timestamp => logical::timestamp_schema(),
        }
    }

    fn value(&self, random: u64) -> Value<'static> {
        match self.field_type {
            FieldType::Boolean => Value::Boolean(random & 1 == 1),
            FieldType::Int => Value::Int32((random >> 33) as i32),
            FieldType::Long => Value::Int64((random >> 1) as i64),
            FieldType::Double => Value::Float64((random % 100_000) as f64 / 100.0),
            FieldType::String => Value::from(word(random)),
            FieldType::Timestamp => Value::Date(YEAR_BEGIN_MS + (random % YEAR_MS) as i64),
        }
    }
}

/// Makes the values of rows.
pub(crate) struct Rows {
    fields: Vec<FieldSpec>,
    /// None when a row is its number alone.
    row: Option<SchemaRef>,
    seed: u64,
    task: i32,
}

impl Rows {
    pub(crate) fn new(fields: Vec<FieldSpec>, seed: i64, task: i32) -> Result<Self, ConnectError> {
        let row = if fields.is_empty() {
            None
        } else {
            let builder = SchemaBuilder::structure()
                .name("connect.wasm.examples.Row")
                .field("task", Schema::int32())
                .field("number", Schema::int64());
            let builder = fields.iter().fold(builder, |builder, field| {
                builder.field(field.name.as_str(), field.schema())
            });
            Some(builder.build()?)
        };
        Ok(Self {
            fields,
            row,
            seed: mixed(seed as u64) ^ mixed(task as u64 + 1),
            task,
        })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.row.clone().unwrap_or_else(Schema::int64)
    }

    /// The value of the row of that number.
    pub(crate) fn value(&self, number: i64) -> Result<Value<'static>, ConnectError> {
        let Some(schema) = &self.row else {
            return Ok(Value::Int64(number));
        };
        let mut row = Struct::new(schema.clone())?;
        row.put_at(0, Value::Int32(self.task))?;
        row.put_at(1, Value::Int64(number))?;
        let row_seed = mixed(self.seed ^ number as u64);
        for (index, field) in self.fields.iter().enumerate() {
            row.put_at(index + 2, field.value(mixed(row_seed ^ index as u64)))?;
        }
        Ok(Value::Struct(row))
    }
}

/// Spreads a number over all 64 bits (the finalizer of splitmix64).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A word that can be spoken, of four to ten letters.
fn word(mut random: u64) -> String {
    const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    let mut pick = |letters: &[u8]| {
        let letter = letters[(random % letters.len() as u64) as usize];
        random /= letters.len() as u64;
        char::from(letter)
    };
    let syllables = 2 + usize::from(pick(VOWELS) > 'e') + usize::from(pick(VOWELS) > 'i') * 2;
    let mut word = String::with_capacity(2 * syllables);
    for _ in 0..syllables {
        word.push(pick(CONSONANTS));
        word.push(pick(VOWELS));
    }
    word
}

#[cfg(test)]
mod tests;
