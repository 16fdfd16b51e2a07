//! A path to one field, as `field.syntax.version` has it read.
//!
//! Owns the two syntaxes and the way from a key or value to the field. Must not know single
//! transformations. Kafka counterparts: SingleFieldPath, FieldSyntaxVersion.

use connect_data::{Schema, SchemaRef, Struct, Value};

use super::operand::{Entries, not_a_map, not_a_struct, position};
use super::schema_cache::SchemaCache;
use crate::config::def::ConfigError;
use crate::errors::Failure;

const PURPOSE: &str = "nested field access";

/// The steps from a key or value to a field.
#[derive(Debug)]
pub(super) struct FieldPath {
    steps: Vec<String>,
    places: SchemaCache<Place>,
}

/// Where the field is in structs of one schema.
#[derive(Debug)]
struct Place {
    /// The index of each step's field.
    indexes: Vec<usize>,
    /// The schema of the field.
    schema: SchemaRef,
}

impl FieldPath {
    /// V1: the text is the name of a field.
    pub fn of_name(name: &str) -> Self {
        Self::new(vec![name.to_owned()])
    }

    /// V2: names with dots between them. A name with dots of its own stands between backticks.
    pub fn parse(path: &str) -> Result<Self, ConfigError> {
        let mut steps = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            let step_at = path.len() - rest.len();
            let (step, behind) = match rest.strip_prefix('`') {
                Some(quoted) => quoted_step(quoted).ok_or_else(|| incomplete(path, step_at))?,
                None => {
                    let (step, behind) = rest.split_once('.').unwrap_or((rest, ""));
                    (step.to_owned(), behind)
                }
            };
            steps.push(step);
            rest = behind;
        }
        if path.ends_with('.') {
            steps.push(String::new());
        }
        Ok(Self::new(steps))
    }

    fn new(steps: Vec<String>) -> Self {
        Self {
            steps,
            places: SchemaCache::new(),
        }
    }

    /// The value in a map without schema; null if there is none.
    pub fn take_from_map<'a>(&self, mut entries: Entries<'a>) -> Result<Value<'a>, Failure> {
        let (last, steps) = self.steps.split_last().ok_or_else(no_steps)?;
        for step in steps {
            let inner = position(&entries, step).map(|index| entries.swap_remove(index).1);
            entries = match inner {
                None | Some(Value::Null) => return Ok(Value::Null),
                Some(Value::Map(inner)) => inner,
                Some(other) => return Err(not_a_map(&other, PURPOSE)),
            };
        }
        Ok(match position(&entries, last) {
            Some(index) => entries.swap_remove(index).1,
            None => Value::Null,
        })
    }

    /// The field's schema and its value in a struct. `schema` is the struct's, also where it is
    /// null. Fails with `unknown` when there is no such field.
    #[inline]
    pub fn take_from_struct<'a>(
        &mut self,
        schema: &SchemaRef,
        structure: Option<Struct<'a>>,
        replace_null_with_default: bool,
        unknown: impl FnOnce() -> Failure,
    ) -> Result<(SchemaRef, Value<'a>), Failure> {
        let steps = &self.steps;
        let place = self.places.get(schema, |schema| {
            Place::find(steps, schema)?.ok_or_else(unknown)
        })?;
        let mut value = match structure {
            Some(structure) => place.take(structure)?,
            None => return Ok((place.schema.clone(), Value::Null)),
        };
        if value.is_null()
            && replace_null_with_default
            && let Some(default) = place.schema.default_value()
        {
            value = default.clone();
        }
        Ok((place.schema.clone(), value))
    }
}

impl Place {
    fn find(steps: &[String], schema: &SchemaRef) -> Result<Option<Self>, Failure> {
        if steps.is_empty() {
            return Err(no_steps());
        }
        let mut indexes = Vec::with_capacity(steps.len());
        let mut current: &SchemaRef = schema;
        for step in steps {
            let Some(field) = Schema::field(current, step)? else {
                return Ok(None);
            };
            indexes.push(field.index());
            current = field.schema();
        }
        let schema = current.clone();
        Ok(Some(Self { indexes, schema }))
    }

    fn take<'a>(&self, structure: Struct<'a>) -> Result<Value<'a>, Failure> {
        let mut value = Value::Struct(structure);
        for &index in &self.indexes {
            value = match value {
                Value::Struct(structure) => {
                    let mut values = structure.into_values();
                    values
                        .get_mut(index)
                        .map(std::mem::take)
                        .unwrap_or_default()
                }
                Value::Null => return Ok(Value::Null),
                other => return Err(not_a_struct(&other, PURPOSE)),
            };
        }
        Ok(value)
    }
}

/// The name that begins behind a backtick, and what follows behind its dot. None when no backtick
/// closes it.
fn quoted_step(quoted: &str) -> Option<(String, &str)> {
    let mut step = String::new();
    let mut start = 0;
    let mut from = 0;
    loop {
        let at = from + quoted[from..].find('`')?;
        let escaped = quoted[..at].ends_with('\\');
        let after = &quoted[at + 1..];
        match (after.strip_prefix('.'), escaped) {
            (None, true) if after.is_empty() => return None,
            (None, _) if after.is_empty() => {
                step.push_str(&quoted[start..at]);
                return Some((step, ""));
            }
            // A backtick that ends nothing needs no escape.
            (None, _) => {}
            (Some(_), true) => {
                step.push_str(&quoted[start..at - 1]);
                step.push('`');
                start = at + 1;
            }
            (Some(rest), false) => {
                step.push_str(&quoted[start..at]);
                return Some((step, rest));
            }
        }
        from = at + 1;
    }
}

fn incomplete(path: &str, byte: usize) -> ConfigError {
    // Java counts UTF-16 units.
    let at = path[..byte].encode_utf16().count();
    ConfigError::rule(
        "field",
        format!(
            "Incomplete backtick pair in path: [{path}], consider adding a backslash before \
             backtick at position {at} to escape it"
        ),
    )
}

/// COMPAT: an empty path is accepted and has no steps; every record then fails (`List.subList`).
fn no_steps() -> Failure {
    Failure::new(
        "java.lang.IllegalArgumentException",
        "fromIndex(0) > toIndex(-1)",
    )
}

#[cfg(test)]
mod tests;
