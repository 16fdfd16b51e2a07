//! The providers themselves. Must not know references.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

use super::ProviderError;
use crate::config::{ConfigMap, properties};

/// Where values come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A `.properties` file in UTF-8; the key is a property.
    File(AllowedPaths),
    /// A folder; the key is a file, its content the value.
    Directory(AllowedPaths),
    /// Environment variables with these names.
    EnvVar(Option<Regex>),
}

impl Source {
    pub(super) fn new(
        alias: &str,
        class: &str,
        parameters: &ConfigMap,
    ) -> Result<Self, ProviderError> {
        let simple = class
            .strip_prefix("org.apache.kafka.common.config.provider.")
            .unwrap_or(class);
        match simple.strip_suffix("ConfigProvider").unwrap_or(simple) {
            "File" => Ok(Self::File(AllowedPaths::new(alias, parameters)?)),
            "Directory" => Ok(Self::Directory(AllowedPaths::new(alias, parameters)?)),
            "EnvVar" => Ok(Self::EnvVar(allowlist(alias, parameters)?)),
            _ => Err(ProviderError::UnknownClass {
                alias: alias.to_owned(),
                class: class.to_owned(),
            }),
        }
    }

    /// The values of those of the keys that there are.
    pub(super) fn get(
        &self,
        path: &str,
        keys: &[String],
    ) -> Result<HashMap<String, String>, ProviderError> {
        match self {
            Self::File(allowed) => match allowed.check(path) {
                Some(file) => from_file(&file, keys),
                None => Ok(HashMap::new()),
            },
            Self::Directory(allowed) => match allowed.check(path) {
                Some(folder) => from_directory(&folder, keys),
                None => Ok(HashMap::new()),
            },
            Self::EnvVar(allowed) => from_environment(allowed.as_ref(), path, keys),
        }
    }
}

/// `allowed.paths`: what may be read; anything when not given.
#[derive(Debug)]
pub(super) struct AllowedPaths(Option<Vec<PathBuf>>);

impl AllowedPaths {
    fn new(alias: &str, parameters: &ConfigMap) -> Result<Self, ProviderError> {
        let Some(paths) = parameters
            .get("allowed.paths")
            .filter(|text| !text.is_empty())
        else {
            return Ok(Self(None));
        };
        let mut allowed = Vec::new();
        for path in paths.split(',').map(str::trim) {
            if !Path::new(path).is_absolute() {
                return Err(ProviderError::RelativeAllowedPath {
                    alias: alias.to_owned(),
                    path: path.to_owned(),
                });
            }
            allowed.push(normalized(Path::new(path)));
        }
        Ok(Self(Some(allowed)))
    }

    /// The path, if it is one and may be read.
    fn check(&self, path: &str) -> Option<PathBuf> {
        if path.is_empty() {
            return None;
        }
        let path = PathBuf::from(path);
        match &self.0 {
            None => Some(path),
            Some(allowed) => {
                let normalized = normalized(&path);
                let inside = allowed.iter().any(|one| normalized.starts_with(one));
                inside.then_some(normalized)
            }
        }
    }
}

/// The path without `.` and `..`, as Java's Path.normalize: links are not looked at.
fn normalized(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(result.components().next_back(), Some(Component::Normal(_))) =>
            {
                result.pop();
            }
            Component::ParentDir if result.has_root() => {}
            other => result.push(other),
        }
    }
    result
}

fn from_file(path: &Path, keys: &[String]) -> Result<HashMap<String, String>, ProviderError> {
    let text = fs::read_to_string(path).map_err(|error| ProviderError::ReadProperties {
        path: path.display().to_string(),
        error,
    })?;
    let mut properties =
        properties::parse_text(&text).map_err(|error| ProviderError::ParseProperties {
            path: path.display().to_string(),
            error,
        })?;
    Ok(keys
        .iter()
        .filter_map(|key| Some((key.clone(), properties.swap_remove(key)?)))
        .collect())
}

fn from_directory(
    folder: &Path,
    keys: &[String],
) -> Result<HashMap<String, String>, ProviderError> {
    let mut values = HashMap::new();
    if !folder.is_dir() {
        return Ok(values);
    }
    let failed = |error| ProviderError::ListDirectory {
        path: folder.display().to_string(),
        error,
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        // The key is compared with the names that there are, so that it can be no path.
        let Some(key) = path
            .file_name()
            .and_then(|name| name.to_str())
            .filter(|name| keys.iter().any(|key| key == name))
        else {
            continue;
        };
        if !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| ProviderError::ReadFile {
            path: path.display().to_string(),
            key: key.to_owned(),
            error,
        })?;
        values.insert(key.to_owned(), text);
    }
    Ok(values)
}

fn allowlist(alias: &str, parameters: &ConfigMap) -> Result<Option<Regex>, ProviderError> {
    let Some(pattern) = parameters.get("allowlist.pattern") else {
        return Ok(None);
    };
    // The whole name must match.
    match Regex::new(&format!("^(?:{pattern})$")) {
        Ok(regex) => Ok(Some(regex)),
        Err(error) => Err(ProviderError::Pattern {
            alias: alias.to_owned(),
            pattern: pattern.clone(),
            error: Box::new(error),
        }),
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "reading environment variables is what this provider is for"
)]
fn from_environment(
    allowed: Option<&Regex>,
    path: &str,
    keys: &[String],
) -> Result<HashMap<String, String>, ProviderError> {
    if !path.is_empty() {
        return Err(ProviderError::EnvVarPath {
            path: path.to_owned(),
        });
    }
    let is_allowed = |key: &str| allowed.is_none_or(|pattern| pattern.is_match(key));
    // An empty name, or one with these characters, is no variable and makes `var` panic.
    let is_name = |key: &str| !key.is_empty() && !key.contains(['=', '\0']);
    Ok(keys
        .iter()
        .filter(|key| is_name(key) && is_allowed(key))
        .filter_map(|key| Some((key.clone(), std::env::var(key).ok()?)))
        .collect())
}
