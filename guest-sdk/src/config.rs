//! The configuration that a connector or task is started with: text values by key, and typed
//! reads with Kafka's error texts. Kafka counterpart: `Map<String, String>` and `AbstractConfig`.

use crate::ConnectError;

/// Keys with their values, in order, each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    entries: Vec<(String, String)>,
}

impl Config {
    /// An empty configuration.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a key as it was written; none when it is absent.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a key, none when it is absent or empty.
    pub fn non_empty(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Sets a key, replacing its value.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        match self.entries.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key, value)),
        }
    }

    /// The same configuration with a key set.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(key, value);
        self
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The value of a key that must be there.
    pub fn text(&self, key: &str) -> Result<&str, ConnectError> {
        self.get(key).ok_or_else(|| missing(key))
    }

    /// A number of Kafka's type INT.
    pub fn int(&self, key: &str) -> Result<i32, ConnectError> {
        self.number(key, "INT")
    }

    /// A number of Kafka's type SHORT.
    pub fn short(&self, key: &str) -> Result<i16, ConnectError> {
        self.number(key, "SHORT")
    }

    /// A number of Kafka's type LONG.
    pub fn long(&self, key: &str) -> Result<i64, ConnectError> {
        self.number(key, "LONG")
    }

    /// A number of Kafka's type DOUBLE.
    pub fn double(&self, key: &str) -> Result<f64, ConnectError> {
        self.number(key, "DOUBLE")
    }

    /// `true` or `false`, in any case.
    pub fn boolean(&self, key: &str) -> Result<bool, ConnectError> {
        let value = self.text(key)?.trim();
        if value.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if value.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err(invalid(
                key,
                value,
                "Expected value to be either true or false",
            ))
        }
    }

    /// The items of a comma-separated list, trimmed; an empty text is an empty list.
    pub fn list(&self, key: &str) -> Result<Vec<&str>, ConnectError> {
        let value = self.text(key)?.trim();
        if value.is_empty() {
            return Ok(Vec::new());
        }
        Ok(value.split(',').map(str::trim).collect())
    }

    fn number<T: std::str::FromStr>(&self, key: &str, name: &str) -> Result<T, ConnectError> {
        let value = self.text(key)?.trim();
        value
            .parse()
            .map_err(|_| invalid(key, value, &format!("Not a number of type {name}")))
    }
}

/// Kafka's text for a required key that is absent.
pub(crate) fn missing(key: &str) -> ConnectError {
    ConnectError::config(format!(
        "Missing required configuration \"{key}\" which has no default value."
    ))
}

fn invalid(key: &str, value: &str, reason: &str) -> ConnectError {
    ConnectError::config(format!(
        "Invalid value {value} for configuration {key}: {reason}"
    ))
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Config {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut config = Self::new();
        for (key, value) in entries {
            config.set(key, value);
        }
        config
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Config {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl IntoIterator for Config {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests;
