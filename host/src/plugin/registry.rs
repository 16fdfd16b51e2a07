//! The plugins of this worker, by class and alias.
//!
//! COMPAT: the texts for unknown and ambiguous names are those of Plugins.newConnector and
//! PluginDesc.toString.

use std::path::{Path, PathBuf};

use super::alias::{self, Match};
use super::discovery::{Found, bundled_folder};
use super::loader;
use crate::sandbox::{CompiledPlugin, Sandbox};

/// Why a name does not stand for a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginError {
    /// No class of that name.
    #[error(
        "Failed to find any class that implements Connector and which name matches {class}, \
         available connectors are: {available}"
    )]
    Unknown {
        /// The name.
        class: String,
        /// All connectors.
        available: String,
    },
    /// Several classes of that simple name.
    #[error(
        "More than one connector matches alias {alias}. Please use full package and class name \
         instead. Classes found: {available}"
    )]
    Ambiguous {
        /// The name.
        alias: String,
        /// All connectors.
        available: String,
    },
}

/// The plugins of this worker.
#[derive(Clone, Debug, Default)]
pub struct PluginRegistry {
    plugins: Vec<CompiledPlugin>,
}

impl PluginRegistry {
    /// Loads what `plugins/` beside `executable` and the entries of `plugin.path` hold. What
    /// cannot be loaded is told in the log and left out.
    pub async fn load(sandbox: &Sandbox, executable: &Path, plugin_path: &[PathBuf]) -> Self {
        let bundled = bundled_folder(executable);
        let found = Found::look(bundled.as_deref(), plugin_path);
        for (path, reason) in &found.unreadable {
            tracing::warn!("plugin.path: {} is passed over: {reason}", path.display());
        }
        if !found.jars.is_empty() {
            let names: Vec<String> = found
                .jars
                .iter()
                .map(|jar| jar.display().to_string())
                .collect();
            tracing::warn!(
                "plugin.path: Java archives need the JVM worker and are passed over; connectors \
                 here are .wasm components: {}",
                names.join(", ")
            );
        }
        let mut registry = Self::default();
        for path in &found.plugins {
            match loader::load(sandbox, path).await {
                Ok(plugin) => registry.add(plugin),
                Err(error) => tracing::error!("a plugin is left out: {error}"),
            }
        }
        registry
    }

    /// Adds a plugin. A class that is there already stays: bundled plugins come first, then the
    /// order of `plugin.path`.
    pub fn add(&mut self, plugin: CompiledPlugin) {
        let class = &plugin.description().class;
        match self
            .plugins
            .iter()
            .find(|known| known.description().class == *class)
        {
            Some(known) => tracing::warn!(
                "the plugin {} is left out: {} has the class {class} already",
                plugin.path().display(),
                known.path().display()
            ),
            None => {
                let description = plugin.description();
                tracing::info!(
                    "Added plugin {class} {} ({}) from {}",
                    description.version,
                    description.kind.name(),
                    plugin.path().display()
                );
                self.plugins.push(plugin);
            }
        }
    }

    /// All plugins, in the order of their loading.
    pub fn list(&self) -> &[CompiledPlugin] {
        &self.plugins
    }

    /// The plugin for a class name, one of its aliases, or the simple form of either.
    pub fn resolve(&self, class_or_alias: &str) -> Result<CompiledPlugin, PluginError> {
        let classes = self.plugins.iter().map(|plugin| {
            let description = plugin.description();
            let aliases = description.aliases.iter().map(String::as_str);
            std::iter::once(description.class.as_str())
                .chain(aliases)
                .collect::<Vec<_>>()
        });
        match alias::find(class_or_alias, classes) {
            Match::One(index) => Ok(self.plugins[index].clone()),
            Match::None => Err(PluginError::Unknown {
                class: class_or_alias.to_owned(),
                available: self.available(),
            }),
            Match::Many => Err(PluginError::Ambiguous {
                alias: class_or_alias.to_owned(),
                available: self.available(),
            }),
        }
    }

    fn available(&self) -> String {
        let shown: Vec<String> = self
            .plugins
            .iter()
            .map(|plugin| {
                let description = plugin.description();
                let (class, version, kind) =
                    (&description.class, &description.version, description.kind.name());
                format!(
                    "PluginDesc{{klass=class {class}, name='{class}', version='{version}', \
                     encodedVersion={version}, type={kind}, typeName='{kind}', location='file:{}'}}",
                    plugin.path().display()
                )
            })
            .collect();
        shown.join(", ")
    }
}
