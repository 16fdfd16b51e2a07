//! What is told of a plugin to people and programs.

use std::path::PathBuf;

use super::origin::PluginOrigin;
use super::registry::RegisteredPlugin;
use crate::config::def::{ConfigDef, Grant};

/// A key whose value gives the plugin access to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyGrant {
    /// The key.
    pub key: String,
    /// `path-read`, `path-write`, `endpoint`, `listen`, or `stdio` for a key that means the standard
    /// streams when it is empty.
    pub grant: &'static str,
}

/// A plugin, as `details` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginFacts {
    /// The class.
    pub class: String,
    /// `source` or `sink`.
    pub kind: &'static str,
    /// The version.
    pub version: String,
    /// SHA-256 of the file in hexadecimal digits.
    pub sha256: String,
    /// Bytes of the file.
    pub size: u64,
    /// The version of `connect-wasm:plugin` that it was built for.
    pub wit_version: String,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
    /// What its configuration may open to it.
    pub grants: Vec<KeyGrant>,
    /// Where it came from.
    pub origin: PluginOrigin,
    /// The file.
    pub path: PathBuf,
    /// Other class names that it answers to.
    pub aliases: Vec<String>,
    /// One paragraph for people.
    pub documentation: String,
}

impl From<&RegisteredPlugin> for PluginFacts {
    fn from(registered: &RegisteredPlugin) -> Self {
        let description = registered.plugin.description();
        Self {
            class: description.class.clone(),
            kind: description.kind.name(),
            version: description.version.clone(),
            sha256: registered.plugin.digest().to_owned(),
            size: registered.file.size,
            wit_version: registered.file.wit_version.clone(),
            imports: registered.file.imports.clone(),
            grants: grants(&registered.plugin.config_def()),
            origin: registered.place.origin,
            path: registered.place.path.clone(),
            aliases: description.aliases.clone(),
            documentation: description.documentation.clone(),
        }
    }
}

fn grants(def: &ConfigDef) -> Vec<KeyGrant> {
    let mut grants = Vec::new();
    for key in def.keys() {
        let mut add = |grant| {
            grants.push(KeyGrant {
                key: key.name.clone(),
                grant,
            });
        };
        match key.grants {
            Some(Grant::PathRead) => add("path-read"),
            Some(Grant::PathWrite) => add("path-write"),
            Some(Grant::Endpoint) => add("endpoint"),
            Some(Grant::Listen) => add("listen"),
            None => {}
        }
        if key.grants_stdio_when_empty {
            add("stdio");
        }
    }
    grants
}
