//! What the kit is told beside the plugin's configuration: `check.properties`.
//!
//! Owns the keys and their defaults. Paths are relative to the file that names them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::kinds;
use crate::cli::plugin::config::{self, ConfigurationError};
use crate::config::ConfigMap;

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub(in crate::cli::plugin) enum SettingsError {
    /// The file cannot be read or parsed.
    #[error(transparent)]
    File(#[from] ConfigurationError),
    /// A key that means nothing.
    #[error("{}: {key} is no setting; there are config, set.<key>, file.<name>, records, skip.<check>, wait.ms and count", .file.display())]
    Unknown {
        /// The file.
        file: PathBuf,
        /// The key.
        key: String,
    },
    /// A check that does not exist.
    #[error("{}: skip.{id}: there is no such check; `plugin check` prints their names", .file.display())]
    NoSuchCheck {
        /// The file.
        file: PathBuf,
        /// What it names.
        id: String,
    },
    /// A check that is skipped for no reason.
    #[error("{}: skip.{id}: say why, it is shown in the report", .file.display())]
    NoReason {
        /// The file.
        file: PathBuf,
        /// The check.
        id: String,
    },
    /// Not a number.
    #[error("{}: {key}={value}: a whole number above 0 is expected", .file.display())]
    Number {
        /// The file.
        file: PathBuf,
        /// The key.
        key: String,
        /// Its value.
        value: String,
    },
    /// A name that leads out of the kit's folder.
    #[error("{}: file.{name}: a name below the folder of the check is expected, without ..", .file.display())]
    Outside {
        /// The file.
        file: PathBuf,
        /// The name.
        name: String,
    },
}

/// The settings.
#[derive(Clone, Debug)]
pub(in crate::cli::plugin) struct Settings {
    /// `config`: the sample configuration.
    pub(in crate::cli::plugin) config: Option<PathBuf>,
    /// `set.<key>`: what is changed in it.
    pub(in crate::cli::plugin) set: Vec<(String, String)>,
    /// `file.<name>`: files that lie in the folder of the check under that name.
    pub(in crate::cli::plugin) files: Vec<(PathBuf, PathBuf)>,
    /// `records`: what a sink is given.
    pub(in crate::cli::plugin) records: Option<PathBuf>,
    /// `skip.<check>`: checks that are not made, with the reason.
    pub(in crate::cli::plugin) skip: Vec<(String, String)>,
    /// `wait.ms`: how long a source may take for its next record.
    pub(in crate::cli::plugin) wait: Duration,
    /// `count`: how many records of a source are read for one check.
    pub(in crate::cli::plugin) count: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            config: None,
            set: Vec::new(),
            files: Vec::new(),
            records: None,
            skip: Vec::new(),
            wait: Duration::from_secs(3),
            count: 20,
        }
    }
}

impl Settings {
    /// Reads `check.properties`.
    pub(in crate::cli::plugin) fn read(file: &Path) -> Result<Self, SettingsError> {
        let folder = file.parent().unwrap_or(Path::new("."));
        Self::parse(file, folder, &config::read(file)?)
    }

    fn parse(file: &Path, folder: &Path, entries: &ConfigMap) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        let own = || file.to_owned();
        for (key, value) in entries {
            let value = value.trim();
            match key.split_once('.') {
                _ if key == "config" => settings.config = Some(folder.join(value)),
                _ if key == "records" => settings.records = Some(folder.join(value)),
                _ if key == "wait.ms" => {
                    settings.wait = Duration::from_millis(number(file, key, value)?);
                }
                _ if key == "count" => {
                    let count = number(file, key, value)?;
                    settings.count = usize::try_from(count).unwrap_or(usize::MAX);
                }
                Some(("set", name)) => settings.set.push((name.to_owned(), value.to_owned())),
                Some(("file", name)) => {
                    let plain = |part| matches!(part, std::path::Component::Normal(_));
                    if !Path::new(name).components().all(plain) {
                        let (file, name) = (own(), name.to_owned());
                        return Err(SettingsError::Outside { file, name });
                    }
                    settings.files.push((name.into(), folder.join(value)));
                }
                Some(("skip", id)) => {
                    let (file, id) = (own(), id.to_owned());
                    if !kinds::ALL.iter().any(|kind| kind.id == id) {
                        return Err(SettingsError::NoSuchCheck { file, id });
                    }
                    if value.is_empty() {
                        return Err(SettingsError::NoReason { file, id });
                    }
                    settings.skip.push((id, value.to_owned()));
                }
                _ => {
                    let (file, key) = (own(), key.clone());
                    return Err(SettingsError::Unknown { file, key });
                }
            }
        }
        Ok(settings)
    }
}

fn number(file: &Path, key: &str, value: &str) -> Result<u64, SettingsError> {
    value
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| SettingsError::Number {
            file: file.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
        })
}

#[cfg(test)]
mod tests;
