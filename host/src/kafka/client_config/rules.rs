//! The draft of a translation: Java settings on one side, librdkafka's on the other, and what was noticed.

use std::collections::{BTreeMap, BTreeSet};

use super::{ClientRole, KafkaError, config_error};

/// Settings being translated.
pub(super) struct Draft<'a> {
    pub(super) role: ClientRole,
    java: BTreeMap<&'a str, &'a str>,
    native: BTreeMap<String, String>,
    origins: BTreeMap<String, String>,
    without_counterpart: BTreeSet<String>,
    warnings: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(role: ClientRole, java: &'a [(String, String)]) -> Self {
        Self {
            role,
            java: java
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect(),
            native: BTreeMap::new(),
            origins: BTreeMap::new(),
            without_counterpart: BTreeSet::new(),
            warnings: Vec::new(),
        }
    }

    /// The user's value of a Java key, trimmed as Kafka's ConfigDef does.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.java.get(key).map(|value| value.trim())
    }

    /// The Java keys that the user set.
    pub(super) fn keys(&self) -> Vec<&'a str> {
        self.java.keys().copied().collect()
    }

    /// A whole number, or the Java default.
    pub(super) fn integer(&self, key: &str, default: i64) -> Result<i64, KafkaError> {
        match self.get(key) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| config_error(key, text, "Not a number of type LONG")),
        }
    }

    /// A number of bytes or records, at least 1.
    pub(super) fn size(&self, key: &str, default: i64) -> Result<usize, KafkaError> {
        let value = self.integer(key, default)?;
        usize::try_from(value)
            .ok()
            .filter(|value| *value > 0)
            .ok_or_else(|| config_error(key, &value.to_string(), "Value must be at least 1"))
    }

    /// True or false, or the Java default.
    pub(super) fn boolean(&self, key: &str, default: bool) -> Result<bool, KafkaError> {
        match self.get(key) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) => Err(config_error(
                key,
                text,
                "Expected value to be either true or false",
            )),
        }
    }

    /// Sets a librdkafka setting that has the name of the Java one, or none at all in Java.
    pub(super) fn set(&mut self, native: &str, value: &str) {
        self.native.insert(native.to_owned(), value.to_owned());
    }

    /// Sets a librdkafka setting and remembers which Java key it came from.
    pub(super) fn set_from(&mut self, java: &str, native: &str, value: &str) {
        self.origins.insert(native.to_owned(), java.to_owned());
        self.set(native, value);
    }

    pub(super) fn unset(&mut self, native: &str) {
        self.native.remove(native);
    }

    /// Notes that a setting of the user has no effect.
    pub(super) fn without_counterpart(&mut self, key: &str) {
        self.without_counterpart.insert(key.to_owned());
    }

    pub(super) fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        // An admin client is given the whole worker configuration; most of it is for others.
        if !self.without_counterpart.is_empty() && self.role != ClientRole::Admin {
            let keys: Vec<&str> = self
                .without_counterpart
                .iter()
                .map(String::as_str)
                .collect();
            warnings.push(format!(
                "These {} settings have no counterpart in librdkafka and are ignored: {}",
                self.role.name(),
                keys.join(", ")
            ));
        }
        warnings
    }

    pub(super) fn origins(&self) -> BTreeMap<String, String> {
        self.origins.clone()
    }

    pub(super) fn into_settings(self) -> Vec<(String, String)> {
        self.native.into_iter().collect()
    }
}
