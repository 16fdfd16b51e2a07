//! The transformation: its keys, and what it does to texts, structs and maps.

use std::borrow::Cow;

use connect_sdk::data::{Struct, Value};
use connect_sdk::{
    Applied, Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, Description, Importance,
    Record, Transformation, Validator,
};
use regex::Regex;

/// What configurations name in `transforms.<alias>.type`.
const CLASS: &str = "com.example.MaskPattern";

const PATTERN: &str = "pattern";
const REPLACEMENT: &str = "replacement";
const FIELDS: &str = "fields";
const PART: &str = "part";

/// Masks texts in keys or values.
pub struct MaskPattern {
    pattern: Regex,
    replacement: String,
    /// The fields to look into; none: the whole key or value is a text.
    fields: Vec<String>,
    of_key: bool,
}

impl Transformation for MaskPattern {
    fn describe() -> Description {
        Description::new(CLASS, env!("CARGO_PKG_VERSION"))
            .doc("Replaces what a regular expression finds in fields of the key or value.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text(PATTERN)
                    .validator(Validator::NonEmpty)
                    .doc("The regular expression, in the syntax of Rust's regex crate."),
            )
            .key(
                ConfigKey::text(REPLACEMENT)
                    .default_value("****")
                    .doc("What stands for each match; $1 is the first group of it.")
                    .importance(Importance::Medium),
            )
            .key(
                ConfigKey::list(FIELDS)
                    .default_value("")
                    .doc("The fields of a struct or map to mask. Empty: the whole text.")
                    .importance(Importance::Medium),
            )
            .key(
                ConfigKey::text(PART)
                    .default_value("value")
                    .validator(Validator::OneOf(vec!["key".to_owned(), "value".to_owned()]))
                    .doc("What is masked: key or value.")
                    .importance(Importance::Medium),
            )
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        // The worker's own rule for regular expressions is Java's syntax, which is not ours.
        let wrong = config.get(PATTERN).map(Regex::new).and_then(Result::err);
        let issue = |error: regex::Error| {
            let pattern = config.get(PATTERN).unwrap_or_default();
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim();
            ConfigIssue::new(
                PATTERN,
                format!("Invalid value {pattern} for configuration {PATTERN}: {reason}"),
            )
        };
        Ok(wrong.map(issue).into_iter().collect())
    }

    fn configure(config: Config) -> Result<Self, ConnectError> {
        let pattern = Regex::new(config.text(PATTERN)?);
        Ok(Self {
            pattern: pattern
                .map_err(|error| ConnectError::config(format!("{PATTERN}: {error}")))?,
            replacement: config.text(REPLACEMENT)?.to_owned(),
            fields: config
                .list(FIELDS)?
                .into_iter()
                .map(str::to_owned)
                .collect(),
            of_key: config.text(PART)? == "key",
        })
    }

    fn apply(&mut self, record: &mut Record<'_>) -> Result<Applied, ConnectError> {
        let part = if self.of_key {
            record.key()
        } else {
            record.value()
        };
        // A record without a match goes back unchanged, which costs the worker nothing.
        if let Some(masked) = self.masked(part)? {
            if self.of_key {
                record.replace_key(masked);
            } else {
                record.replace_value(masked);
            }
        }
        Ok(Applied::Kept)
    }
}

impl MaskPattern {
    /// The key or value with everything masked; none when nothing is to be masked.
    fn masked(&self, part: &Value<'_>) -> Result<Option<Value<'static>>, ConnectError> {
        match part {
            // A tombstone, or a record without a key.
            Value::Null => Ok(None),
            Value::Struct(fields) if !self.fields.is_empty() => self.masked_struct(fields),
            Value::Map(entries) if !self.fields.is_empty() => self.masked_map(entries),
            text if self.fields.is_empty() => self.masked_text("The whole", text),
            other => Err(ConnectError::data(format!(
                "The {} is a {}, expected a struct or a map because {FIELDS} names fields",
                self.part(),
                other.class_name()
            ))),
        }
    }

    fn masked_struct(&self, given: &Struct<'_>) -> Result<Option<Value<'static>>, ConnectError> {
        let mut masked: Option<Struct<'static>> = None;
        for name in &self.fields {
            // A field that a record does not have cannot show anything.
            if given.schema().field(name)?.is_none() {
                continue;
            }
            if let Some(text) = self.masked_text(name, given.get(name)?)? {
                let masked = masked.get_or_insert_with(|| given.clone().into_owned());
                masked.put(name, text)?;
            }
        }
        Ok(masked.map(Value::Struct))
    }

    fn masked_map(
        &self,
        given: &[(Value<'_>, Value<'_>)],
    ) -> Result<Option<Value<'static>>, ConnectError> {
        let mut masked = None;
        for (index, (key, value)) in given.iter().enumerate() {
            let Some(name) = key.as_str().filter(|name| self.is_named(name)) else {
                continue;
            };
            if let Some(text) = self.masked_text(name, value)? {
                let masked = masked.get_or_insert_with(|| owned(given));
                masked[index].1 = text;
            }
        }
        Ok(masked.map(Value::Map))
    }

    fn is_named(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field == name)
    }

    fn masked_text(
        &self,
        what: &str,
        value: &Value<'_>,
    ) -> Result<Option<Value<'static>>, ConnectError> {
        match value {
            Value::Null => Ok(None),
            Value::String(text) => {
                match self.pattern.replace_all(text, self.replacement.as_str()) {
                    Cow::Borrowed(_) => Ok(None),
                    Cow::Owned(masked) => Ok(Some(Value::from(masked))),
                }
            }
            other => Err(ConnectError::data(format!(
                "{what} {} is a {}, expected a text to mask",
                self.part(),
                other.class_name()
            ))),
        }
    }

    fn part(&self) -> &'static str {
        if self.of_key { "key" } else { "value" }
    }
}

fn owned(entries: &[(Value<'_>, Value<'_>)]) -> Vec<(Value<'static>, Value<'static>)> {
    entries
        .iter()
        .map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
