//! Cast: changes the type of fields, or of the whole key or value.
//!
//! Must not know where records come from. Kafka counterpart: Cast of `connect/transforms`.

mod value;

use connect_data::{ConnectRecord, Schema, SchemaBuilder, SchemaRef, Struct, Type, Value};

use self::value::cast;
use super::keys::{REPLACE_NULL_WITH_DEFAULT, def, replace_null_with_default, required};
use super::operand::{Operand, carried, in_order_of_copy, position, put, take_map, take_struct};
use super::replace_field::{invalid_mapping, split_mapping};
use super::schema_cache::{SchemaCache, with_basics_of};
use super::{Applied, Transformation};
use crate::config::def::{
    ConfigDef, ConfigError, ConfigType, ConfigValue, Importance, ParsedConfig, Validator, java_trim,
};
use crate::errors::Failure;

const PURPOSE: &str = "cast types";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        required(
            "spec",
            ConfigType::List,
            Importance::High,
            "Fields with their new types, as field:type, or one type for the whole value: int8, \
             int16, int32, int64, float32, float64, boolean or string.",
        )
        .validator(Validator::Rule(check_spec)),
        replace_null_with_default(),
    ])
}

/// The types that values can be cast to, as their schemas call them.
const TARGETS: [&str; 8] = [
    "INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64", "BOOLEAN", "STRING",
];

/// Types of schemas that values cannot be cast to.
const OTHER_TYPES: [&str; 4] = ["BYTES", "ARRAY", "MAP", "STRUCT"];

/// What a cast does: the new type of each field, or of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spec {
    /// Of the whole key or value.
    Whole(&'static str),
    /// Of fields.
    Fields(Vec<(String, &'static str)>),
}

fn check_spec(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_list() {
        Some(mappings) if !mappings.is_empty() => parse_spec(key, mappings).map(|_| ()),
        _ => Err(ConfigError::rule(
            key,
            "Must specify at least one field to cast.",
        )),
    }
}

/// Reads the value of `spec`, which has at least one item.
pub(super) fn parse_spec(key: &str, mappings: &[String]) -> Result<Spec, ConfigError> {
    let mut whole = None;
    let mut fields = Vec::new();
    for mapping in mappings {
        match split_mapping(mapping)[..] {
            [] => return Err(invalid_mapping(mappings, mapping)),
            [target] => whole = Some(parse_target(key, target)?),
            [field, target] => {
                fields.push((java_trim(field).to_owned(), parse_target(key, target)?));
            }
            _ => return Err(invalid_mapping(mappings, mapping)),
        }
    }
    match whole {
        None => Ok(Spec::Fields(fields)),
        Some(target) if mappings.len() == 1 => Ok(Spec::Whole(target)),
        Some(_) => Err(ConfigError::rule(
            key,
            "Cast transformations that specify a type to cast the entire value to may only \
             specify a single cast in their spec",
        )),
    }
}

fn parse_target(key: &str, text: &str) -> Result<&'static str, ConfigError> {
    let text = java_trim(text);
    let name = text.to_uppercase();
    if let Some(target) = TARGETS.iter().find(|target| **target == name) {
        return Ok(target);
    }
    if OTHER_TYPES.contains(&name.as_str()) {
        return Err(ConfigError::rule(
            key,
            format!(
                "Cast transformation does not support casting to {name}; supported types are [{}]",
                TARGETS.join(", ")
            ),
        ));
    }
    // COMPAT: Cast hands the words to the wrong parameters of ConfigException, so that the text is
    // the key and Java's exception the value.
    Err(ConfigError::Invalid {
        key: format!("Invalid type found in casting spec: {text}"),
        value: format!(
            "java.lang.IllegalArgumentException: No enum constant \
             org.apache.kafka.connect.data.Schema.Type.{name}"
        ),
        reason: None,
    })
}

pub(super) struct Cast {
    operand: Operand,
    casts: Casts,
    replace_null_with_default: bool,
    plans: SchemaCache<Plan>,
}

/// What is cast to which type.
enum Casts {
    Whole(Type),
    Fields(Vec<(String, Type)>),
}

/// What becomes of values of one schema.
struct Plan {
    schema: SchemaRef,
    /// The new type of each field that has one.
    targets: Vec<Option<Type>>,
}

impl Cast {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let casts = match parse_spec("spec", config.list("spec"))? {
            Spec::Whole(target) => Casts::Whole(type_of(target)),
            Spec::Fields(fields) => {
                let mut casts: Vec<(String, Type)> = Vec::new();
                for (field, target) in fields {
                    // Of several types for a field, the last one counts.
                    casts.retain(|(known, _)| *known != field);
                    casts.push((field, type_of(target)));
                }
                Casts::Fields(casts)
            }
        };
        Ok(Self {
            operand,
            casts,
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            plans: SchemaCache::new(),
        })
    }
}

fn type_of(target: &str) -> Type {
    let named = Type::ALL
        .into_iter()
        .find(|known| known.to_string() == target);
    named.unwrap_or(Type::String)
}

impl Transformation for Cast {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        if value.is_null() {
            return Ok(Applied::Kept);
        }
        let casts = &self.casts;
        let Some(before) = schema else {
            *value = casts.cast_schemaless(std::mem::take(value))?;
            return Ok(Applied::Kept);
        };
        let plan = (self.plans).get(before, |schema| casts.plan(schema))?;
        match casts {
            Casts::Whole(target) => *value = cast(Some(before), std::mem::take(value), *target)?,
            Casts::Fields(_) => {
                let structure = take_struct(value, PURPOSE)?;
                let updated = plan.cast_fields(structure, self.replace_null_with_default)?;
                *value = Value::Struct(updated);
            }
        }
        *schema = Some(plan.schema.clone());
        Ok(Applied::Kept)
    }
}

impl Casts {
    fn cast_schemaless<'a>(&self, mut value: Value<'a>) -> Result<Value<'a>, Failure> {
        let fields = match self {
            Self::Whole(target) => return cast(None, value, *target),
            Self::Fields(fields) => fields,
        };
        let mut entries = take_map(&mut value, PURPOSE)?;
        let before = entries.len();
        for (field, target) in fields {
            let value = position(&entries, field).map(|at| std::mem::take(&mut entries[at].1));
            put(
                &mut entries,
                field,
                cast(None, value.unwrap_or_default(), *target)?,
            );
        }
        Ok(Value::Map(in_order_of_copy(entries, before)))
    }

    fn target(&self, field: &str) -> Option<Type> {
        match self {
            Self::Whole(_) => None,
            Self::Fields(fields) => {
                let of_field = fields.iter().find(|(name, _)| name == field);
                of_field.map(|(_, target)| *target)
            }
        }
    }

    fn plan(&self, schema: &Schema) -> Result<Plan, Failure> {
        let mut targets = Vec::new();
        let mut builder = match self {
            // COMPAT: a logical type keeps its name although it is none any more.
            Self::Whole(target) => with_basics_of(schema, SchemaBuilder::new(*target)),
            Self::Fields(_) => {
                let mut builder = with_basics_of(schema, SchemaBuilder::structure());
                for field in schema.fields()? {
                    let target = self.target(field.name());
                    let of_field = match target {
                        Some(target) => cast_schema(field.schema(), target)?,
                        None => field.schema().clone(),
                    };
                    builder = builder.field(field.name(), of_field);
                    targets.push(target);
                }
                builder
            }
        };
        if schema.is_optional() {
            builder = builder.optional();
        }
        if let (Self::Whole(target), Some(default)) = (self, schema.default_value()) {
            builder = builder.default_value(cast(Some(schema), default.clone(), *target)?);
        }
        Ok(Plan {
            schema: builder.build()?,
            targets,
        })
    }
}

/// The schema of a field with another type: nothing else stays but optionality and default.
fn cast_schema(schema: &Schema, target: Type) -> Result<SchemaRef, Failure> {
    let mut builder = SchemaBuilder::new(target);
    if schema.is_optional() {
        builder = builder.optional();
    }
    if let Some(default) = schema.default_value() {
        builder = builder.default_value(cast(Some(schema), default.clone(), target)?);
    }
    Ok(builder.build()?)
}

impl Plan {
    fn cast_fields<'a>(&self, structure: Struct<'a>, replace: bool) -> Result<Struct<'a>, Failure> {
        let (before, mut values) = structure.into_parts();
        let fields = before.fields()?.iter().zip(self.schema.fields()?);
        let updated = SchemaRef::clone(&self.schema);
        for ((value, (field, new_field)), target) in
            values.iter_mut().zip(fields).zip(&self.targets)
        {
            if value.is_null()
                && replace
                && let Some(default) = field.schema().default_value()
            {
                *value = default.clone();
            }
            if let Some(target) = target {
                *value = cast(Some(field.schema()), std::mem::take(value), *target)?;
            }
            if value.is_null() {
                *value = carried(Value::Null, new_field, false)?;
            }
        }
        if values.len() != updated.fields()?.len() {
            return Err(connect_data::DataError::StructSchemasDoNotMatch.into());
        }
        Ok(Struct::from_values(updated, values))
    }
}

#[cfg(test)]
mod tests;
