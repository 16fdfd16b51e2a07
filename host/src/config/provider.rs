//! References to values that are kept elsewhere: `${provider:path:key}`.
//!
//! Owns the syntax, and the File, Directory and EnvVar providers. Reads files and environment
//! variables, which are small: callers on an async thread should use `spawn_blocking`. Must not
//! know which configuration the values are for.
//!
//! Kafka counterparts: ConfigTransformer and org.apache.kafka.common.config.provider.

mod source;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

use indexmap::IndexMap;
use regex::{Captures, Regex};
use thiserror::Error;

use super::{ConfigMap, with_prefix_stripped};
use source::Source;

/// Why references cannot be resolved. The texts are Kafka's, with the cause added.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// No such provider.
    #[error(
        "Invalid value {class} for configuration config.providers.{alias}.class: Could not load config provider class or one of its dependencies (known are FileConfigProvider, DirectoryConfigProvider and EnvVarConfigProvider)"
    )]
    UnknownClass {
        /// The alias of the provider.
        alias: String,
        /// Its class.
        class: String,
    },
    /// An alias without a class.
    #[error(
        "Missing required configuration \"config.providers.{alias}.class\" which has no default value."
    )]
    MissingClass {
        /// The alias of the provider.
        alias: String,
    },
    /// A path in `allowed.paths` cannot be used.
    #[error(
        "Path {path} is not absolute (configuration config.providers.{alias}.param.allowed.paths)"
    )]
    RelativeAllowedPath {
        /// The alias of the provider.
        alias: String,
        /// The path.
        path: String,
    },
    /// `allowlist.pattern` does not compile.
    #[error(
        "Invalid value {pattern} for configuration config.providers.{alias}.param.allowlist.pattern: {error}"
    )]
    Pattern {
        /// The alias of the provider.
        alias: String,
        /// The pattern.
        pattern: String,
        /// Why not.
        #[source]
        error: Box<regex::Error>,
    },
    /// A properties file cannot be read.
    #[error("Could not read properties from file {path}: {error}")]
    ReadProperties {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// A properties file is wrong.
    #[error("Could not read properties from file {path}, {error}")]
    ParseProperties {
        /// The file.
        path: String,
        /// What is wrong.
        #[source]
        error: super::properties::PropertiesError,
    },
    /// A folder cannot be listed.
    #[error("Could not list directory {path}: {error}")]
    ListDirectory {
        /// The folder.
        path: String,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// A file in a folder cannot be read.
    #[error("Could not read file {path} for property {key}: {error}")]
    ReadFile {
        /// The file.
        path: String,
        /// The key.
        key: String,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// The EnvVar provider has no paths.
    #[error("Path is not supported for EnvVarConfigProvider, invalid value '{path}'")]
    EnvVarPath {
        /// The path.
        path: String,
    },
}

/// A configuration in which references are resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The configuration.
    pub config: ConfigMap,
    /// The values that were put in, which must not be shown.
    pub secrets: Vec<String>,
}

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}").expect("the pattern is constant")
});

/// The config providers of a worker.
#[derive(Debug, Default)]
pub struct ConfigProviders {
    providers: IndexMap<String, Source>,
}

/// Values by provider, path and key; no value when the provider has none.
type Lookups = HashMap<(String, String), HashMap<String, String>>;

impl ConfigProviders {
    /// The providers that a worker's configuration declares.
    pub fn from_worker(config: &ConfigMap) -> Result<Self, ProviderError> {
        let mut providers = IndexMap::new();
        let aliases = config.get("config.providers").map_or("", String::as_str);
        for alias in aliases
            .split(',')
            .map(str::trim)
            .filter(|alias| !alias.is_empty())
        {
            let prefix = format!("config.providers.{alias}.");
            let Some(class) = config.get(&format!("{prefix}class")) else {
                return Err(ProviderError::MissingClass {
                    alias: alias.to_owned(),
                });
            };
            let parameters = with_prefix_stripped(config, &format!("{prefix}param."));
            providers.insert(
                alias.to_owned(),
                Source::new(alias, class.trim(), &parameters)?,
            );
        }
        Ok(Self { providers })
    }

    /// Resolves a worker's configuration. What plugins are found by, and the declarations of
    /// providers, are used as written.
    pub fn resolve_worker(&self, config: &ConfigMap) -> Result<Resolved, ProviderError> {
        self.resolve_keys(config, |key| {
            !matches!(key, "plugin.path" | "plugin.discovery" | "config.providers")
                && !key.starts_with("config.providers.")
        })
    }

    /// Resolves a connector's or task's configuration. A reference to an unknown provider, or to a
    /// key that the provider does not have, stays as it is.
    pub fn resolve(&self, config: &ConfigMap) -> Result<Resolved, ProviderError> {
        self.resolve_keys(config, |_| true)
    }

    fn resolve_keys(
        &self,
        config: &ConfigMap,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Resolved, ProviderError> {
        let texts = config
            .iter()
            .filter(|(key, _)| wanted(key))
            .map(|(_, text)| text.as_str());
        let lookups = self.look_up(texts)?;
        let mut secrets = Vec::new();
        let resolved = config
            .iter()
            .map(|(key, text)| {
                let text = if wanted(key) {
                    replace(text, &lookups, &mut secrets)
                } else {
                    text.clone()
                };
                (key.clone(), text)
            })
            .collect();
        Ok(Resolved {
            config: resolved,
            secrets,
        })
    }

    /// Asks each provider once for each path.
    fn look_up<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Result<Lookups, ProviderError> {
        let mut wanted: IndexMap<(String, String), Vec<String>> = IndexMap::new();
        for text in texts {
            for reference in REFERENCE.captures_iter(text) {
                let (provider, path, key) = parts(&reference);
                if self.providers.contains_key(provider) {
                    wanted
                        .entry((provider.to_owned(), path.to_owned()))
                        .or_default()
                        .push(key.to_owned());
                }
            }
        }
        let mut lookups = Lookups::new();
        for ((provider, path), keys) in wanted {
            let values = self.providers[&provider].get(&path, &keys)?;
            lookups.insert((provider, path), values);
        }
        Ok(lookups)
    }
}

fn parts<'a>(reference: &Captures<'a>) -> (&'a str, &'a str, &'a str) {
    let part = |index| reference.get(index).map_or("", |part| part.as_str());
    (part(1), part(2), part(3))
}

fn replace(text: &str, lookups: &Lookups, secrets: &mut Vec<String>) -> String {
    REFERENCE
        .replace_all(text, |reference: &Captures<'_>| {
            let (provider, path, key) = parts(reference);
            let value = lookups
                .get(&(provider.to_owned(), path.to_owned()))
                .and_then(|values| values.get(key));
            match value {
                Some(value) => {
                    secrets.push(value.clone());
                    value.clone()
                }
                None => reference[0].to_owned(),
            }
        })
        .into_owned()
}
