//! ConfigDef: which keys a configuration may have, and what their values must be.
//!
//! Owns the definition of keys with all of Kafka's attributes (and `grants`, which is ours), the
//! parsing of values and the texts of errors. Pure. Must not know where a configuration comes
//! from, nor which classes exist: that is asked of a [`ClassResolver`].
//!
//! Kafka counterpart: org.apache.kafka.common.config.ConfigDef.

mod error;
mod key;
mod parse;
mod pattern;
mod text;
mod validator;
mod value;

#[cfg(test)]
mod tests;

pub use error::ConfigError;
pub use key::{ConfigKey, ConfigType, DefaultValue, Grant, Importance, Width};
pub use parse::{ConfigValidation, ParsedConfig, Settings};
pub use pattern::java_pattern_error;
pub use text::{java_trim, split_list};
pub use validator::{AnyClass, ClassResolver, PluginBase, Validator};
pub use value::{ConfigValue, HIDDEN};

use indexmap::IndexMap;

/// A set of keys, in the order of their definition.
#[derive(Clone, Debug, Default)]
pub struct ConfigDef {
    entries: IndexMap<String, DefinedKey>,
}

/// A key with its default already parsed.
#[derive(Clone, Debug)]
struct DefinedKey {
    key: ConfigKey,
    /// Absent when the key is required.
    default: Option<ConfigValue>,
}

impl ConfigDef {
    /// A definition of `keys`. Fails when a key occurs twice or a default breaks its own rules.
    pub fn new(keys: impl IntoIterator<Item = ConfigKey>) -> Result<Self, ConfigError> {
        let mut def = Self::default();
        for key in keys {
            def.define(key)?;
        }
        Ok(def)
    }

    /// Adds a key at the end.
    pub fn define(&mut self, key: ConfigKey) -> Result<(), ConfigError> {
        if self.entries.contains_key(&key.name) {
            return Err(ConfigError::rule(
                &key.name,
                format!("Configuration {} is defined twice.", key.name),
            ));
        }
        let default = match &key.default {
            DefaultValue::Required => None,
            DefaultValue::Null => Some(ConfigValue::Null),
            DefaultValue::Value(text) => Some(key.parse(text, &AnyClass)?),
        };
        if let (Some(default), Some(validator)) = (&default, &key.validator) {
            // COMPAT: ConfigKey's constructor checks the default too (ConfigDef.java), so that a
            // definition whose own default is refused cannot exist.
            validator.check(&key.name, default, &AnyClass)?;
        }
        self.entries
            .insert(key.name.clone(), DefinedKey { key, default });
        Ok(())
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &ConfigKey> {
        self.entries.values().map(|entry| &entry.key)
    }

    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&ConfigKey> {
        self.entries.get(name).map(|entry| &entry.key)
    }

    /// The parsed default of a key; absent when the key is required or unknown.
    pub fn default_of(&self, name: &str) -> Option<&ConfigValue> {
        self.entries.get(name)?.default.as_ref()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The groups that keys name, each once, in the order in which they first occur.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for group in self.keys().filter_map(|key| key.group.as_deref()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}
