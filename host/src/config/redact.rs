//! What is secret in a configuration, and hiding it.
//!
//! Owns the rule which keys are secret, and the replacement of secret values in maps and texts.
//! Must not know where a text goes: whatever leaves the process passes here first.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::ConfigMap;
use super::def::{ConfigDef, ConfigType, HIDDEN};

#[cfg(test)]
mod tests;

/// LIMIT: shorter values are not looked for in texts, since they would hide innocent letters.
const SECRET_CHARACTERS_MIN: usize = 4;

/// Whether the value of a key is secret by its name, whatever a ConfigDef says.
pub fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    const PARTS: [&str; 4] = ["password", "passwd", "secret", "sasl.jaas.config"];
    const ENDS: [&str; 9] = [
        "token",
        "tokens",
        "credential",
        "credentials",
        "credentials.json",
        "private.key",
        "access.key",
        "api.key",
        "user.info",
    ];
    if PARTS.iter().any(|part| key.contains(part)) || ENDS.iter().any(|end| key.ends_with(end)) {
        return true;
    }
    // Where a key store is, and of what kind, is needed in messages and no secret.
    const PLAIN_ENDS: [&str; 3] = [".location", ".type", ".algorithm"];
    let of_ssl_key = key.starts_with("ssl.key") || key.contains(".ssl.key");
    of_ssl_key && !PLAIN_ENDS.iter().any(|end| key.ends_with(end))
}

/// Whether the value of a key is secret by its name or its type.
pub fn is_secret(key: &str, def: Option<&ConfigDef>) -> bool {
    let declared = def
        .and_then(|def| def.key(key))
        .is_some_and(|key| key.config_type == ConfigType::Password);
    declared || is_secret_key(key)
}

/// The configuration with secret values replaced, to be shown.
pub fn redact_map(config: &ConfigMap, def: Option<&ConfigDef>) -> ConfigMap {
    config
        .iter()
        .map(|(key, value)| {
            let value = if is_secret(key, def) {
                HIDDEN.to_owned()
            } else {
                hide_in_urls(value).into_owned()
            };
            (key.clone(), value)
        })
        .collect()
}

/// Secret values, to be replaced where they occur in texts.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The longest first, so that a secret within a secret does not leave the rest of it.
    values: Vec<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Secrets({})", self.values.len())
    }
}

static JAAS_VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(password|secret|token)[a-z]*\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))"#)
        .expect("the pattern is constant")
});

static URL_PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(://[^/\s:@]*:)([^/\s@]+)@").expect("the pattern is constant"));

impl Secrets {
    /// The secret values of a configuration.
    pub fn of(config: &ConfigMap, def: Option<&ConfigDef>) -> Self {
        let mut secrets = Self::default();
        for (key, value) in config.iter().filter(|(key, _)| is_secret(key, def)) {
            secrets.add(value);
            if key.contains("jaas") {
                secrets.add_jaas(value);
            }
        }
        secrets
    }

    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        for value in [value, value.trim()] {
            let known = self.values.iter().any(|known| known == value);
            if value.chars().count() >= SECRET_CHARACTERS_MIN && !known {
                self.values.push(value.to_owned());
            }
        }
        self.values
            .sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// Adds the secrets inside of a JAAS configuration.
    fn add_jaas(&mut self, value: &str) {
        for found in JAAS_VALUE.captures_iter(value) {
            let inside = found.get(2).or(found.get(3)).or(found.get(4));
            if let Some(inside) = inside {
                self.add(inside.as_str());
            }
        }
    }

    /// Adds all of another's.
    pub fn extend(&mut self, other: &Secrets) {
        for value in &other.values {
            self.add(value);
        }
    }

    /// The text without these values, and without passwords in URLs.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut result = hide_in_urls(text);
        for value in &self.values {
            if result.contains(value.as_str()) {
                result = Cow::Owned(result.replace(value.as_str(), HIDDEN));
            }
        }
        result
    }
}

/// The text with passwords in URLs (`://user:password@host`) replaced.
pub fn hide_in_urls(text: &str) -> Cow<'_, str> {
    URL_PASSWORD.replace_all(text, |found: &Captures<'_>| {
        format!("{}{HIDDEN}@", &found[1])
    })
}
