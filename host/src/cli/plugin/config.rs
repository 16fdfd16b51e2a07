//! The connector configuration that a plugin is tried with.
//!
//! Owns how it is put together: a file in any form that the worker takes, then `--set`, then the
//! name and class where they are not said; and its references to environment and files. What the
//! keys mean is the ConfigDef's.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::config::ConfigMap;
use crate::config::connector_file::{self, ConnectorFileError};
use crate::config::properties::{self, PropertiesFileError};
use crate::config::provider::{ConfigProviders, ProviderError};
use crate::sandbox::Description;

const NAME: &str = "name";
const CLASS: &str = "connector.class";

/// What `--config` and `--set` say.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ConfigArguments {
    /// The connector's configuration: .properties, a JSON object, or the body of POST /connectors
    /// [default: config.properties of the crate].
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Sets a key of the configuration; may be given several times.
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
}

/// Why there is no configuration.
#[derive(Debug, Error)]
pub(super) enum ConfigurationError {
    /// The file cannot be read.
    #[error("The configuration {} cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is wrong.
    #[error(transparent)]
    File(#[from] ConnectorFileError),
    /// The file is wrong, too.
    #[error(transparent)]
    Properties(#[from] PropertiesFileError),
    /// `--set` without `=`.
    #[error("--set {0}: write KEY=VALUE")]
    Set(String),
    /// The configuration is another connector's.
    #[error("connector.class={wanted} is not the plugin's class, which is {class}{}", also(.aliases))]
    Class {
        /// What the configuration says.
        wanted: String,
        /// What the plugin says.
        class: String,
        /// Its other names.
        aliases: Vec<String>,
    },
    /// A reference cannot be resolved.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

fn also(aliases: &[String]) -> String {
    match aliases {
        [] => String::new(),
        aliases => format!(" (or {})", aliases.join(", ")),
    }
}

/// Puts the configuration together, as it was written.
pub(super) fn written(
    arguments: &ConfigArguments,
    sample: Option<&Path>,
    description: &Description,
) -> Result<ConfigMap, ConfigurationError> {
    let mut config = match arguments.config.as_deref().or(sample) {
        Some(path) => read(path)?,
        None => ConfigMap::new(),
    };
    for set in &arguments.set {
        let pair = set.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) = pair.ok_or_else(|| ConfigurationError::Set(set.clone()))?;
        config.insert(key.to_owned(), value.to_owned());
    }
    let class = config
        .entry(CLASS.to_owned())
        .or_insert_with(|| description.class.clone());
    if !answers_to(description, class.trim()) {
        return Err(ConfigurationError::Class {
            wanted: class.clone(),
            class: description.class.clone(),
            aliases: description.aliases.clone(),
        });
    }
    config
        .entry(NAME.to_owned())
        .or_insert_with(|| "plugin-run".to_owned());
    Ok(config)
}

/// The configuration with its references resolved: `${env:NAME}`, `${file:path:key}` and
/// `${directory:path:file}` are Kafka's own providers, without any restriction, since whoever gives
/// the configuration could read all that.
pub(super) fn resolved(config: &ConfigMap) -> Result<ConfigMap, ConfigurationError> {
    let package = "org.apache.kafka.common.config.provider";
    let declared: ConfigMap = [
        ("config.providers", "env,file,directory".to_owned()),
        (
            "config.providers.env.class",
            format!("{package}.EnvVarConfigProvider"),
        ),
        (
            "config.providers.file.class",
            format!("{package}.FileConfigProvider"),
        ),
        (
            "config.providers.directory.class",
            format!("{package}.DirectoryConfigProvider"),
        ),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    Ok(ConfigProviders::from_worker(&declared)?
        .resolve(config)?
        .config)
}

/// Reads a file in any form that the worker takes; it needs no name.
pub(super) fn read(path: &Path) -> Result<ConfigMap, ConfigurationError> {
    let content = std::fs::read(path).map_err(|source| ConfigurationError::Read {
        path: path.to_owned(),
        source,
    })?;
    let file = path.display().to_string();
    match connector_file::parse(&content, &file) {
        Ok(request) => Ok(request.config),
        Err(ConnectorFileError::MissingName { not_json: None, .. }) => {
            match serde_json::from_slice::<serde_json::Map<_, _>>(&content) {
                Ok(object) => Ok(scalars(object)),
                Err(_) => Ok(properties::parse_file(&file, &content)?),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The values of a JSON object as the worker takes them.
fn scalars(object: serde_json::Map<String, serde_json::Value>) -> ConfigMap {
    object
        .into_iter()
        .filter_map(|(key, value)| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some((key, text)),
            other => Some((key, other.to_string())),
        })
        .collect()
}

/// Whether a plugin answers to a class name: its own, an alias, or the simple form of either.
fn answers_to(description: &Description, wanted: &str) -> bool {
    let classes = std::iter::once(&description.class).chain(&description.aliases);
    classes.into_iter().any(|class| {
        let simple = class.rsplit(['.', '$']).next().unwrap_or(class);
        class == wanted || simple == wanted || simple.strip_suffix("Connector") == Some(wanted)
    })
}

#[cfg(test)]
mod tests;
