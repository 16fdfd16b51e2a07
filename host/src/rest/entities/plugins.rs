//! Uploaded and other plugins, as the resources tell of them that Kafka does not have.

use serde::Serialize;
use utoipa::ToSchema;

use crate::herder::plugins::{KeyGrant, PluginDetails, PluginFacts};

/// A version of a plugin.
#[derive(Serialize, ToSchema)]
#[schema(as = PluginVersion)]
pub(in crate::rest) struct PluginVersionEntity<'a> {
    class: &'a str,
    /// `source` or `sink`.
    r#type: &'static str,
    version: &'a str,
    /// Of the file, in hexadecimal digits.
    sha256: &'a str,
    /// Bytes of the file.
    size: u64,
    /// The version of the contract `connect-wasm:plugin` that it was built for.
    wit_version: &'a str,
    /// The interfaces that it imports.
    imports: &'a [String],
    /// What the values of its keys open to it.
    grants: Vec<KeyGrantEntity<'a>>,
}

/// A key whose value opens something to the plugin.
#[derive(Serialize, ToSchema)]
#[schema(as = PluginGrant)]
struct KeyGrantEntity<'a> {
    key: &'a str,
    /// `path-read`, `path-write`, `endpoint`, `listen` or `stdio`.
    grant: &'static str,
}

impl<'a> From<&'a PluginFacts> for PluginVersionEntity<'a> {
    fn from(plugin: &'a PluginFacts) -> Self {
        let grant = |grant: &'a KeyGrant| KeyGrantEntity {
            key: &grant.key,
            grant: grant.grant,
        };
        Self {
            class: &plugin.class,
            r#type: plugin.kind,
            version: &plugin.version,
            sha256: &plugin.sha256,
            size: plugin.size,
            wit_version: &plugin.wit_version,
            imports: &plugin.imports,
            grants: plugin.grants.iter().map(grant).collect(),
        }
    }
}

/// Everything about a version of a plugin.
#[derive(Serialize, ToSchema)]
#[schema(as = PluginDetails)]
pub(in crate::rest) struct PluginDetailsEntity<'a> {
    #[serde(flatten)]
    plugin: PluginVersionEntity<'a>,
    /// `bundled`, `plugin.path` or `store`.
    origin: String,
    /// The file on the worker's machine.
    path: String,
    /// The connectors that want it or run it.
    used_by: &'a [String],
    /// Other class names that it answers to.
    aliases: &'a [String],
    documentation: &'a str,
}

impl<'a> From<&'a PluginDetails> for PluginDetailsEntity<'a> {
    fn from(details: &'a PluginDetails) -> Self {
        let plugin = &details.plugin;
        Self {
            plugin: plugin.into(),
            origin: plugin.origin.to_string(),
            path: plugin.path.display().to_string(),
            used_by: &details.used_by,
            aliases: &plugin.aliases,
            documentation: &plugin.documentation,
        }
    }
}
