//! TimestampConverter: turns times into another form.
//!
//! Must not know where records come from. Kafka counterpart: TimestampConverter of `connect/transforms`.

use connect_data::logical::{LogicalType, MILLIS_PER_DAY};
use connect_data::{ConnectRecord, Schema, SchemaBuilder, SchemaRef, Struct, Type, Value, logical};

use super::date_format::DateFormat;
use super::keys::{
    REPLACE_NULL_WITH_DEFAULT, def, replace_null_with_default, required, with_default,
};
use super::operand::{
    Operand, carried, class_text, in_order_of_copy, not_a_struct, position, put, take_map,
    take_struct,
};
use super::schema_cache::{SchemaCache, with_basics_of};
use super::{Applied, Transformation};
use crate::config::def::{
    ConfigDef, ConfigError, ConfigType, Importance, ParsedConfig, Validator, java_trim,
};
use crate::errors::Failure;

const PURPOSE: &str = "converting timestamp formats";

/// The keys.
pub(super) fn config_def() -> ConfigDef {
    def([
        with_default(
            "field",
            ConfigType::String,
            "",
            Importance::High,
            "The field with the time; empty when the whole key or value is one.",
        ),
        required(
            "target.type",
            ConfigType::String,
            Importance::High,
            "The form to turn it into.",
        )
        .validator(Validator::one_of(&[
            "string",
            "unix",
            "Date",
            "Time",
            "Timestamp",
        ])),
        with_default(
            "format",
            ConfigType::String,
            "",
            Importance::Medium,
            "Pattern of Java's SimpleDateFormat for texts, read or written.",
        ),
        with_default(
            "unix.precision",
            ConfigType::String,
            "milliseconds",
            Importance::Low,
            "What a Unix time counts.",
        )
        .validator(Validator::one_of(&[
            "nanoseconds",
            "microseconds",
            "milliseconds",
            "seconds",
        ])),
        replace_null_with_default(),
    ])
}

pub(super) struct TimestampConverter {
    operand: Operand,
    /// Empty for the whole key or value.
    field: String,
    conversion: Conversion,
    replace_null_with_default: bool,
    plans: SchemaCache<Plan>,
}

/// A form that times have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Unix,
    Date,
    Time,
    Timestamp,
}

/// What a Unix time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precision {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// From any form to one.
struct Conversion {
    target: Form,
    format: Option<DateFormat>,
    precision: Precision,
}

/// What becomes of values of one schema.
struct Plan {
    schema: SchemaRef,
    /// The field's index, if there is such a field.
    index: Option<usize>,
    /// The form in which the time comes; a schema of no such form fails where it is needed.
    source: Result<Form, Failure>,
}

impl TimestampConverter {
    pub fn create(operand: Operand, config: &ParsedConfig) -> Result<Self, ConfigError> {
        let target = match config.text("target.type").unwrap_or_default() {
            "string" => Form::Text,
            "unix" => Form::Unix,
            "Date" => Form::Date,
            "Time" => Form::Time,
            _ => Form::Timestamp,
        };
        let format = format(config.text("format").unwrap_or_default())?;
        if target == Form::Text && format.is_none() {
            return Err(ConfigError::rule(
                "format",
                "TimestampConverter requires format option to be specified when using string \
                 timestamps",
            ));
        }
        let precision = match config.text("unix.precision").unwrap_or_default() {
            "seconds" => Precision::Seconds,
            "microseconds" => Precision::Microseconds,
            "nanoseconds" => Precision::Nanoseconds,
            _ => Precision::Milliseconds,
        };
        Ok(Self {
            operand,
            field: config.text("field").unwrap_or_default().to_owned(),
            conversion: Conversion {
                target,
                format,
                precision,
            },
            replace_null_with_default: config.boolean(REPLACE_NULL_WITH_DEFAULT),
            plans: SchemaCache::new(),
        })
    }
}

fn format(pattern: &str) -> Result<Option<DateFormat>, ConfigError> {
    if java_trim(pattern).is_empty() {
        return Ok(None);
    }
    match DateFormat::compile(pattern) {
        Ok(format) => Ok(Some(format)),
        // COMPAT: the arguments of the exception are in the wrong order.
        Err(error) => Err(ConfigError::Invalid {
            key: format!(
                "TimestampConverter requires a SimpleDateFormat-compatible pattern for string \
                 timestamps: {pattern}"
            ),
            value: format!("{}: {}", error.class, error.message),
            reason: None,
        }),
    }
}

impl Transformation for TimestampConverter {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        let (schema, value) = self.operand.of_mut(record);
        let conversion = &self.conversion;
        let field = &self.field;
        let Some(before) = schema else {
            *value = conversion.convert_schemaless(std::mem::take(value), field)?;
            return Ok(Applied::Kept);
        };
        if field.is_empty() {
            let plan = (self.plans).get(before, |schema| Ok(conversion.whole(schema)))?;
            let source = plan.source.as_ref().map_err(Failure::clone)?;
            *value = conversion.convert(std::mem::take(value), *source)?;
            *schema = Some(plan.schema.clone());
            return Ok(Applied::Kept);
        }
        if !matches!(value, Value::Struct(_) | Value::Null) {
            return Err(not_a_struct(value, PURPOSE));
        }
        let of_struct = value.as_struct().map_or(&*before, Struct::schema);
        let plan = (self.plans).get(of_struct, |schema| conversion.plan(schema, field))?;
        if !value.is_null() {
            let structure = take_struct(value, PURPOSE)?;
            let replace = self.replace_null_with_default;
            *value = Value::Struct(conversion.convert_field(plan, structure, replace)?);
        }
        *schema = Some(plan.schema.clone());
        Ok(Applied::Kept)
    }
}

impl Conversion {
    fn convert_schemaless<'a>(
        &self,
        mut value: Value<'a>,
        field: &str,
    ) -> Result<Value<'a>, Failure> {
        if value.is_null() || field.is_empty() {
            let source = inferred(&value)?;
            return self.convert(value, source);
        }
        let mut entries = take_map(&mut value, PURPOSE)?;
        let before = entries.len();
        let time = position(&entries, field).map(|index| std::mem::take(&mut entries[index].1));
        let time = time.unwrap_or_default();
        let source = inferred(&time)?;
        put(&mut entries, field, self.convert(time, source)?);
        Ok(Value::Map(in_order_of_copy(entries, before)))
    }

    /// The schema of the form that times get.
    fn schema(&self, optional: bool) -> SchemaRef {
        let builder = match self.target {
            Form::Text => SchemaBuilder::string(),
            Form::Unix => SchemaBuilder::int64(),
            Form::Date => logical::date_builder(),
            Form::Time => logical::time_builder(),
            Form::Timestamp => logical::timestamp_builder(),
        };
        let builder = if optional {
            builder.optional()
        } else {
            builder
        };
        builder.build().expect("nothing is set twice")
    }

    fn whole(&self, schema: &Schema) -> Plan {
        Plan {
            schema: self.schema(schema.is_optional()),
            index: None,
            source: form_of(schema),
        }
    }

    fn plan(&self, schema: &Schema, name: &str) -> Result<Plan, Failure> {
        let mut builder = with_basics_of(schema, SchemaBuilder::structure());
        let mut index = None;
        let mut source = Ok(Form::Timestamp);
        for field in schema.fields()? {
            let mut of_field = field.schema().clone();
            if field.name() == name {
                index = Some(field.index());
                source = form_of(&of_field);
                of_field = self.schema(of_field.is_optional());
            }
            builder = builder.field(field.name(), of_field);
        }
        if schema.is_optional() {
            builder = builder.optional();
        }
        Ok(Plan {
            schema: builder.build()?,
            index,
            source,
        })
    }

    fn convert_field<'a>(
        &self,
        plan: &Plan,
        structure: Struct<'a>,
        replace: bool,
    ) -> Result<Struct<'a>, Failure> {
        let (before, mut values) = structure.into_parts();
        for (field, value) in before.fields()?.iter().zip(&mut values) {
            if plan.index != Some(field.index()) {
                if value.is_null() {
                    *value = carried(Value::Null, field, replace)?;
                }
                continue;
            }
            if let (true, true, Some(default)) =
                (value.is_null(), replace, field.schema().default_value())
            {
                *value = default.clone();
            }
            let source = plan.source.as_ref().map_err(Failure::clone)?;
            *value = self.convert(std::mem::take(value), *source)?;
            if value.is_null() {
                *value = carried(Value::Null, field, false)?;
            }
        }
        Ok(Struct::from_values(plan.schema.clone(), values))
    }

    /// The time in the target's form; null stays null.
    fn convert<'a>(&self, value: Value<'a>, source: Form) -> Result<Value<'a>, Failure> {
        if value.is_null() {
            return Ok(value);
        }
        let millis = self.millis_of(&value, source)?;
        Ok(match self.target {
            Form::Text => {
                let format = self.format.as_ref().ok_or_else(no_format)?;
                Value::String(format.format(millis).into())
            }
            Form::Unix => Value::Int64(match self.precision {
                Precision::Seconds => millis / 1000,
                Precision::Milliseconds => millis,
                Precision::Microseconds => millis.saturating_mul(1000),
                Precision::Nanoseconds => millis.saturating_mul(1_000_000),
            }),
            Form::Date => {
                let of_day = millis.rem_euclid(MILLIS_PER_DAY);
                Value::Date(millis.saturating_sub(of_day))
            }
            Form::Time => Value::Date(millis.rem_euclid(MILLIS_PER_DAY)),
            Form::Timestamp => Value::Date(millis),
        })
    }

    fn millis_of(&self, value: &Value<'_>, source: Form) -> Result<i64, Failure> {
        match (source, value) {
            (Form::Text, Value::String(text)) => {
                self.format.as_ref().ok_or_else(no_format)?.parse(text)
            }
            (Form::Unix, Value::Int64(time)) => Ok(match self.precision {
                Precision::Seconds => time.saturating_mul(1000),
                Precision::Milliseconds => *time,
                Precision::Microseconds => time / 1000,
                Precision::Nanoseconds => time / 1_000_000,
            }),
            (Form::Date | Form::Time | Form::Timestamp, Value::Date(millis)) => Ok(*millis),
            (expected, other) => Err(unexpected(expected, other)),
        }
    }
}

/// The form of times with that schema.
fn form_of(schema: &Schema) -> Result<Form, Failure> {
    match (schema.logical_type(), schema.schema_type()) {
        (Some(LogicalType::Timestamp), _) => Ok(Form::Timestamp),
        (Some(LogicalType::Date), _) => Ok(Form::Date),
        (Some(LogicalType::Time), _) => Ok(Form::Time),
        (_, Type::String) => Ok(Form::Text),
        (_, Type::Int64) => Ok(Form::Unix),
        _ => Err(Failure::connect(format!(
            "Schema {schema} does not correspond to a known timestamp type format"
        ))),
    }
}

/// The form of a time without schema.
fn inferred(value: &Value<'_>) -> Result<Form, Failure> {
    match value {
        Value::Null | Value::Date(_) => Ok(Form::Timestamp),
        Value::Int64(_) => Ok(Form::Unix),
        Value::String(_) => Ok(Form::Text),
        other => Err(Failure::data(format!(
            "TimestampConverter does not support {} objects as timestamps",
            class_text(other)
        ))),
    }
}

fn unexpected(expected: Form, found: &Value<'_>) -> Failure {
    let expected = match expected {
        Form::Text => "string timestamp to be a String",
        Form::Unix => "Unix timestamp to be a Long",
        Form::Date => "Date to be a java.util.Date",
        Form::Time => "Time to be a java.util.Date",
        Form::Timestamp => "Timestamp to be a java.util.Date",
    };
    let found = class_text(found);
    Failure::data(format!("Expected {expected}, but found {found}"))
}

/// COMPAT: texts need a format, but nothing asks for it until a text is there.
fn no_format() -> Failure {
    Failure::new(
        "java.lang.NullPointerException",
        "Cannot invoke \"java.text.SimpleDateFormat.parse(String)\" because \"config.format\" is \
         null",
    )
}

#[cfg(test)]
mod tests;
