//! Parsing a whole configuration: up to the first error, or collecting all of them.
//!
//! Must not know where a configuration comes from. Kafka counterparts: ConfigDef.parse and
//! ConfigDef.validateAll.

use indexmap::IndexMap;

use super::validator::{AnyClass, ClassResolver, Validator};
use super::{ConfigDef, ConfigError, ConfigValue, DefinedKey};
use crate::config::{ConfigMap, hash_order};

/// What a configuration says about a key.
enum Given<'a> {
    Absent,
    Null,
    Text(&'a str),
}

/// A configuration to parse: the texts, and the keys that REST gave as null.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// The texts.
    pub config: &'a ConfigMap,
    /// Keys that are present without a value.
    pub nulls: &'a [String],
    /// Which classes exist.
    pub classes: &'a dyn ClassResolver,
}

impl<'a> Settings<'a> {
    /// A configuration without nulls, in which classes are not checked.
    pub fn new(config: &'a ConfigMap) -> Self {
        Self {
            config,
            nulls: &[],
            classes: &AnyClass,
        }
    }

    /// With these classes.
    #[must_use]
    pub fn classes(mut self, classes: &'a dyn ClassResolver) -> Self {
        self.classes = classes;
        self
    }

    /// With these keys given as null.
    #[must_use]
    pub fn nulls(mut self, nulls: &'a [String]) -> Self {
        self.nulls = nulls;
        self
    }

    fn given(&self, key: &str) -> Given<'a> {
        if self.nulls.iter().any(|null| null == key) {
            return Given::Null;
        }
        match self.config.get(key) {
            Some(text) => Given::Text(text),
            None => Given::Absent,
        }
    }
}

/// The values of all keys of a definition.
#[derive(Clone, Debug, Default)]
pub struct ParsedConfig {
    values: IndexMap<String, ConfigValue>,
}

impl ParsedConfig {
    /// The value of a key; null for a key that the definition does not have.
    pub fn value(&self, key: &str) -> &ConfigValue {
        self.values.get(key).unwrap_or(&ConfigValue::Null)
    }

    /// The boolean of a key, false when there is none.
    pub fn boolean(&self, key: &str) -> bool {
        self.value(key).as_boolean().unwrap_or(false)
    }

    /// The number of a key.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.value(key).as_integer()
    }

    /// The text of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key).as_text()
    }

    /// The items of a key, none when there is no list.
    pub fn list(&self, key: &str) -> &[String] {
        self.value(key).as_list().unwrap_or(&[])
    }

    /// Keys and values in the order of the definition.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ConfigValue)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value))
    }
}

/// What validation found out about a key.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigValidation {
    /// The key.
    pub name: String,
    /// Its value: parsed, or the default; null after an error of parsing.
    pub value: ConfigValue,
    /// Values to choose from.
    pub recommended_values: Vec<String>,
    /// What is wrong with it.
    pub errors: Vec<String>,
    /// Whether to show it, given the other values.
    pub visible: bool,
}

impl ConfigValidation {
    /// A value without errors.
    pub fn new(name: &str, value: ConfigValue) -> Self {
        Self {
            name: name.to_owned(),
            value,
            recommended_values: Vec::new(),
            errors: Vec::new(),
            visible: true,
        }
    }
}

impl ConfigDef {
    /// The values of all keys, or the first error.
    pub fn parse(&self, config: &ConfigMap) -> Result<ParsedConfig, ConfigError> {
        self.parse_settings(Settings::new(config))
    }

    /// The values of all keys, or the first error, given the classes that exist.
    pub fn parse_settings(&self, settings: Settings<'_>) -> Result<ParsedConfig, ConfigError> {
        let undefined = self.undefined_dependents();
        if !undefined.is_empty() {
            let message = format!(
                "Some configurations in are referred in the dependents, but not defined: {}",
                undefined.join(",")
            );
            return Err(ConfigError::rule(undefined[0], message));
        }
        let mut parsed = ParsedConfig::default();
        for (name, entry) in &self.entries {
            let mut value = entry.value(&settings)?;
            if let (ConfigValue::List(items), Some(Validator::ValidList { .. })) =
                (&mut value, &entry.key.validator)
            {
                // COMPAT: ConfigDef.parseValue drops duplicates with a warning before the
                // validator sees them, while validation refuses them.
                drop_duplicates(items);
            }
            entry.check(&value, settings.classes)?;
            parsed.values.insert(name.clone(), value);
        }
        Ok(parsed)
    }

    /// The values and all errors of all keys. A key that cannot be parsed may have a second error,
    /// that of its validator about the null which it then has.
    pub fn validate(&self, config: &ConfigMap) -> Vec<ConfigValidation> {
        self.validate_settings(Settings::new(config))
    }

    /// The values and all errors of all keys, given nulls and the classes that exist.
    pub fn validate_settings(&self, settings: Settings<'_>) -> Vec<ConfigValidation> {
        let visits = self.visits();
        let mut validations: Vec<ConfigValidation> = self
            .entries
            .iter()
            .zip(visits)
            .map(|((name, entry), visits)| entry.validate(name, &settings, visits))
            .collect();
        for dependent in self.undefined_dependents() {
            let mut undefined = ConfigValidation::new(dependent, ConfigValue::Null);
            undefined.errors.push(format!(
                "{dependent} is referred in the dependents, but not defined."
            ));
            undefined.visible = false;
            validations.push(undefined);
        }
        validations
    }

    /// Dependents of keys that are no keys, each once, in the order of a Java set.
    fn undefined_dependents(&self) -> Vec<&str> {
        let mut undefined: Vec<&str> = Vec::new();
        for dependent in self.keys().flat_map(|key| &key.dependents) {
            if self.key(dependent).is_none() && !undefined.contains(&dependent.as_str()) {
                undefined.push(dependent);
            }
        }
        hash_order::filled(undefined, |name| name)
    }

    /// How often each key is looked at.
    ///
    /// COMPAT: validation goes from keys that depend on nothing to their dependents
    /// (ConfigDef.parseForValidate), so that a dependent of two keys has its errors twice, and keys
    /// that only depend on each other are never looked at.
    fn visits(&self) -> Vec<usize> {
        let mut waiting = vec![0_usize; self.entries.len()];
        let dependents = |index: usize| {
            self.entries[index]
                .key
                .dependents
                .iter()
                .filter_map(|name| self.entries.get_index_of(name))
        };
        for index in 0..self.entries.len() {
            for dependent in dependents(index) {
                waiting[dependent] += 1;
            }
        }
        let mut visits: Vec<usize> = waiting
            .iter()
            .map(|&count| usize::from(count == 0))
            .collect();
        let mut ready: Vec<usize> = (0..visits.len())
            .filter(|&index| visits[index] > 0)
            .collect();
        while let Some(index) = ready.pop() {
            for dependent in dependents(index) {
                visits[dependent] = (visits[dependent] + visits[index]).min(VISITS_MAX);
                waiting[dependent] -= 1;
                if waiting[dependent] == 0 {
                    ready.push(dependent);
                }
            }
        }
        visits
    }
}

/// LIMIT: how often the errors of a key are told; a definition can make the number of ways to a
/// key grow without bounds.
const VISITS_MAX: usize = 8;

impl DefinedKey {
    fn value(&self, settings: &Settings<'_>) -> Result<ConfigValue, ConfigError> {
        match settings.given(&self.key.name) {
            Given::Text(text) => self.key.parse(text, settings.classes),
            Given::Null => Ok(ConfigValue::Null),
            Given::Absent => match &self.default {
                Some(default) => Ok(default.clone()),
                None => Err(ConfigError::Missing {
                    key: self.key.name.clone(),
                }),
            },
        }
    }

    fn check(&self, value: &ConfigValue, classes: &dyn ClassResolver) -> Result<(), ConfigError> {
        match &self.key.validator {
            Some(validator) => validator.check(&self.key.name, value, classes),
            None => Ok(()),
        }
    }

    fn validate(&self, name: &str, settings: &Settings<'_>, visits: usize) -> ConfigValidation {
        let mut validation = ConfigValidation::new(name, ConfigValue::Null);
        if visits == 0 {
            return validation;
        }
        match self.value(settings) {
            Ok(value) => validation.value = value,
            Err(error) => validation.errors.push(error.to_string()),
        }
        if let Err(error) = self.check(&validation.value, settings.classes) {
            validation.errors.push(error.to_string());
        }
        let told = validation.errors.len() * visits;
        validation.errors = validation.errors.into_iter().cycle().take(told).collect();
        validation
    }
}

fn drop_duplicates(items: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(item.clone()));
}
