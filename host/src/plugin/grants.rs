//! Decides what a connector may touch: what its `grants` keys name, within the worker's policy.
//!
//! Connector files on the command line are the operator's own, and get what they name. A connector
//! created over REST gets what it names as far as `sandbox.fs.allow` and `sandbox.stdio.allow` let
//! it. Paths are compared with symbolic links and `..` resolved. A refusal names the key, the path
//! and the worker line that would allow it, and tells nothing else about the worker's disk.
//!
//! Endpoints and addresses to listen on: connectors created over REST are bounded by
//! `sandbox.net.allow`. `sandbox.net.deny`, link-local and metadata addresses, and the worker's own
//! endpoints bound everybody, the operator's files too: what reaches those is code of the plugin.

mod network;

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::config::ConfigMap;
use crate::config::def::{
    ConfigDef, ConfigKey, ConfigType, DefaultValue, Grant, java_trim, split_list,
};
use crate::sandbox::{Environment, FileGrant, Grants, NetworkPolicy};

/// Who wrote a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantOrigin {
    /// The operator, in a file named on the command line.
    CommandLine,
    /// Whoever can reach the REST interface.
    Rest,
}

/// The worker's policy for connectors created over REST.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantPolicy {
    /// `sandbox.fs.allow`: they may name these paths and what is below them.
    pub fs_allow: Vec<PathBuf>,
    /// `sandbox.stdio.allow`: they may use standard input and output.
    pub stdio_allow: bool,
    /// `sandbox.net.*` and the worker's own endpoints.
    pub network: Arc<NetworkPolicy>,
    /// The variables of `sandbox.env.allow`.
    pub environment: Environment,
}

/// A grant that a configuration does not get.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GrantRefused {
    /// The config key.
    pub key: String,
    /// The path or endpoint, empty for standard input and output.
    pub path: String,
    /// What is refused, and what would allow it.
    pub message: String,
}

/// What a connector with this configuration may touch, or everything that it is refused.
pub fn grants_for(
    def: &ConfigDef,
    config: &ConfigMap,
    origin: GrantOrigin,
    policy: &GrantPolicy,
) -> Result<Grants, Vec<GrantRefused>> {
    let mut grants = Grants {
        environment: policy.environment.clone(),
        ..Grants::default()
    };
    grants.network.policy = Arc::clone(&policy.network);
    let mut refused = Vec::new();
    for key in def.keys() {
        let paths = values(key, config);
        if paths.is_empty() && key.grants_stdio_when_empty {
            if origin == GrantOrigin::CommandLine || policy.stdio_allow {
                grants.stdio = true;
            } else {
                refused.push(stdio_refused(key));
            }
        }
        let write = match key.grants {
            Some(Grant::PathRead) => false,
            Some(Grant::PathWrite) => true,
            Some(Grant::Endpoint | Grant::Listen) => {
                let network = &mut grants.network;
                refused.extend(network::add_grants(key, config, origin, network));
                continue;
            }
            None => continue,
        };
        for path in paths {
            match file_grant(key, path, write, origin, policy) {
                Ok(grant) => grants.files.push(grant),
                Err(refusal) => refused.push(refusal),
            }
        }
    }
    if refused.is_empty() {
        Ok(grants)
    } else {
        Err(refused)
    }
}

/// The values of a key as its plugin will see them, without empty ones.
fn values(key: &ConfigKey, config: &ConfigMap) -> Vec<String> {
    let Some(text) = value(key, config) else {
        return Vec::new();
    };
    let items = match key.config_type {
        ConfigType::List => split_list(text),
        _ => vec![java_trim(text).to_owned()],
    };
    items.into_iter().filter(|item| !item.is_empty()).collect()
}

/// The whole value of a key as its plugin will see it.
fn value<'a>(key: &'a ConfigKey, config: &'a ConfigMap) -> Option<&'a String> {
    let default = match &key.default {
        DefaultValue::Value(text) => Some(text),
        DefaultValue::Required | DefaultValue::Null => None,
    };
    config.get(&key.name).or(default)
}

fn stdio_refused(key: &ConfigKey) -> GrantRefused {
    GrantRefused {
        key: key.name.clone(),
        path: String::new(),
        message: format!(
            "{}: without a value the connector uses the worker's standard input or output, which a \
             connector created over REST may not; sandbox.stdio.allow=true in the worker's \
             configuration would allow it",
            key.name
        ),
    }
}

fn file_grant(
    key: &ConfigKey,
    path: String,
    write: bool,
    origin: GrantOrigin,
    policy: &GrantPolicy,
) -> Result<FileGrant, GrantRefused> {
    let allowed = |target: &Path| {
        origin == GrantOrigin::CommandLine
            || policy
                .fs_allow
                .iter()
                .filter_map(|allowed| resolve(allowed))
                .any(|allowed| target.starts_with(allowed))
    };
    let outside = |path: String| GrantRefused {
        message: format!(
            "{}={path}: a connector created over REST may not use this path; {} in the worker's \
             configuration would allow it",
            key.name,
            allowing_line(&path, policy)
        ),
        key: key.name.clone(),
        path,
    };
    // The policy comes first: whoever may not use a path is not told what is there.
    if origin == GrantOrigin::Rest
        && !resolve(Path::new(&path)).is_some_and(|resolved| allowed(&resolved))
    {
        return Err(outside(path));
    }
    let grant = FileGrant::new(&key.name, path, write).map_err(|error| GrantRefused {
        message: error.to_string(),
        key: error.key,
        path: error.path,
    })?;
    // What was resolved for the grant is what is opened later, so this is what counts.
    if allowed(&grant.resolved()) {
        Ok(grant)
    } else {
        Err(outside(grant.path().to_owned()))
    }
}

/// The worker line that would allow `path`.
fn allowing_line(path: &str, policy: &GrantPolicy) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let mut allowed: Vec<String> = policy
        .fs_allow
        .iter()
        .map(|allowed| allowed.display().to_string())
        .collect();
    allowed.push(absolute.display().to_string());
    format!("sandbox.fs.allow={}", allowed.join(","))
}

/// The path with symbolic links and `..` resolved as far as it exists; none when what does not
/// exist leads upwards, since nobody can say where to.
fn resolve(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    for existing in absolute.ancestors() {
        if let Ok(resolved) = existing.canonicalize() {
            let rest = absolute.strip_prefix(existing).ok()?;
            let plain = rest
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            return plain.then(|| resolved.join(rest));
        }
    }
    None
}

#[cfg(test)]
mod tests;
