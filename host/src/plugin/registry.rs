//! The plugins of this worker, by class, alias and version.
//!
//! Several versions of a class stand side by side. What is looked up is a clone that stays usable
//! whatever becomes of the registry. Must not know where files come from.
//!
//! COMPAT: the texts for unknown and ambiguous names are those of Plugins.newConnector and
//! PluginDesc.toString.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;

use super::alias::{self, Match};
use super::discovery::{Folders, bundled_folder};
use super::loader::{self, FileFacts, LoadedPlugin};
use super::origin::PluginPlace;
use crate::config::version_range::{VersionRange, compare};
use crate::sandbox::{CompiledPlugin, PluginKind, Sandbox};

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
    /// The class is there, but in no version that will do.
    #[error(
        "Plugin {class} not found that matches the version range {range}, available versions: \
         [{}]", .available.join(", ")
    )]
    Version {
        /// The class.
        class: String,
        /// What was wanted.
        range: String,
        /// The versions that there are, the newest first.
        available: Vec<String>,
    },
}

/// A plugin and where it came from.
#[derive(Clone, Debug)]
pub struct RegisteredPlugin {
    /// The plugin.
    pub plugin: CompiledPlugin,
    /// What its file tells.
    pub file: Arc<FileFacts>,
    /// Where it was found.
    pub place: PluginPlace,
}

impl RegisteredPlugin {
    fn class(&self) -> &str {
        &self.plugin.description().class
    }

    fn version(&self) -> &str {
        &self.plugin.description().version
    }
}

/// The plugins of this worker. Shared; may change at any time.
#[derive(Debug)]
pub struct PluginRegistry {
    known: RwLock<Known>,
    generation: watch::Sender<u64>,
}

/// What the lock guards.
#[derive(Debug, Default)]
struct Known {
    /// Every loaded file, in the order of precedence.
    loaded: Vec<RegisteredPlugin>,
    /// The first of each class and version, in the order of precedence.
    offered: Vec<RegisteredPlugin>,
}

impl Default for PluginRegistry {
    fn default() -> Self {
        Self {
            known: RwLock::default(),
            generation: watch::Sender::new(0),
        }
    }
}

impl PluginRegistry {
    /// Loads what `plugins/` beside `executable` and the entries of `plugin.path` hold. What
    /// cannot be loaded is told in the log and left out.
    pub async fn load(sandbox: &Sandbox, executable: &Path, plugin_path: &[PathBuf]) -> Self {
        let folders = Folders {
            bundled: bundled_folder(executable),
            plugin_path: plugin_path.to_vec(),
            store: None,
        };
        let found = folders.look();
        found.warn();
        let registry = Self::default();
        for place in found.plugins {
            match loader::load_place(sandbox, &place).await {
                Ok(loaded) => registry.add(loaded, place),
                Err(error) => tracing::error!("a plugin is left out: {error}"),
            }
        }
        registry
    }

    /// Adds a plugin, or replaces the one that was loaded from the same file. Of a class and
    /// version that several places have, the first counts: bundled plugins, then the order of
    /// `plugin.path`, then the store.
    pub(super) fn add(&self, loaded: LoadedPlugin, place: PluginPlace) {
        let added = RegisteredPlugin {
            plugin: loaded.plugin,
            file: loaded.file,
            place,
        };
        let shadowed_by = self.change(|known| {
            known
                .loaded
                .retain(|one| one.place.path != added.place.path);
            let index = known.loaded.partition_point(|one| one.place <= added.place);
            known.loaded.insert(index, added.clone());
            known.offer();
            known
                .offered(added.class(), added.version())
                .filter(|first| first.place.path != added.place.path)
                .cloned()
        });
        let description = added.plugin.description();
        match shadowed_by {
            None => tracing::info!(
                "Added plugin {} {} ({}) from {}",
                description.class,
                description.version,
                description.kind.name(),
                added.place.path.display()
            ),
            Some(first) if first.plugin.digest() != added.plugin.digest() => tracing::warn!(
                "the plugin {} is left out: {} has the class {} in version {} already, with other \
                 content",
                added.place.path.display(),
                first.place.path.display(),
                description.class,
                description.version
            ),
            Some(first) => tracing::info!(
                "the plugin {} is left out: it is the same as {}",
                added.place.path.display(),
                first.place.path.display()
            ),
        }
    }

    /// Puts back what was removed.
    pub(super) fn add_again(&self, removed: RegisteredPlugin) {
        let loaded = LoadedPlugin {
            plugin: removed.plugin,
            file: removed.file,
        };
        self.add(loaded, removed.place);
    }

    /// Forgets the plugin that was loaded from a file; another file of the same class and version
    /// takes its place.
    pub(super) fn remove(&self, path: &Path) -> Option<RegisteredPlugin> {
        let removed = self
            .known()
            .loaded
            .iter()
            .find(|one| one.place.path == path)
            .cloned()?;
        self.change(|known| {
            known.loaded.retain(|one| one.place.path != path);
            known.offer();
        });
        let description = removed.plugin.description();
        tracing::info!(
            "Removed plugin {} {} ({}) of {}; instances that run keep it",
            description.class,
            description.version,
            description.kind.name(),
            path.display()
        );
        Some(removed)
    }

    /// All plugins, one for each class and version, in the order of precedence.
    pub fn list(&self) -> Vec<CompiledPlugin> {
        let known = self.known();
        let plugins = known.offered.iter().map(|one| one.plugin.clone());
        plugins.collect()
    }

    /// Every file that is loaded, also those whose class and version another one has already.
    pub fn loaded(&self) -> Vec<RegisteredPlugin> {
        self.known().loaded.clone()
    }

    /// The connector for a class name, one of its aliases, or the simple form of either: the newest
    /// version within the range.
    pub fn resolve(
        &self,
        class_or_alias: &str,
        version: Option<&VersionRange>,
    ) -> Result<CompiledPlugin, PluginError> {
        self.resolve_among(class_or_alias, version, PluginKind::is_connector)
    }

    /// As `resolve`, for a plugin of another kind.
    pub fn resolve_kind(
        &self,
        kind: PluginKind,
        class_or_alias: &str,
        version: Option<&VersionRange>,
    ) -> Result<CompiledPlugin, PluginError> {
        self.resolve_among(class_or_alias, version, |one| one == kind)
    }

    fn resolve_among(
        &self,
        class_or_alias: &str,
        version: Option<&VersionRange>,
        of_kind: impl Fn(PluginKind) -> bool,
    ) -> Result<CompiledPlugin, PluginError> {
        let versions = self.known().find(class_or_alias, of_kind)?;
        let fits =
            |one: &&RegisteredPlugin| version.is_none_or(|range| range.contains(one.version()));
        match versions.iter().find(fits) {
            Some(found) => Ok(found.plugin.clone()),
            None => Err(PluginError::Version {
                class: versions
                    .first()
                    .map_or(class_or_alias, RegisteredPlugin::class)
                    .to_owned(),
                range: version.map(VersionRange::to_string).unwrap_or_default(),
                available: versions
                    .iter()
                    .map(|one| one.version().to_owned())
                    .collect(),
            }),
        }
    }

    /// All versions of a connector's class, the newest first; none for a name that stands for no
    /// class or for several.
    pub fn versions(&self, class_or_alias: &str) -> Vec<CompiledPlugin> {
        let versions = self.known().find(class_or_alias, PluginKind::is_connector);
        let versions = versions.unwrap_or_default();
        versions.into_iter().map(|one| one.plugin).collect()
    }

    /// All versions of a class of any kind with their places, the newest first.
    pub fn registered(&self, class_or_alias: &str) -> Result<Vec<RegisteredPlugin>, PluginError> {
        self.known().find(class_or_alias, |_| true)
    }

    /// A number that grows with every addition or removal.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock is given back before anyone is told.
    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        let result = change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
        self.generation.send_modify(|generation| *generation += 1);
        result
    }
}

/// Maven's order turned round; versions that it holds for equal have an order, too.
fn newest_first(one: &str, other: &str) -> Ordering {
    compare(other, one).then_with(|| other.cmp(one))
}

impl Known {
    /// Chooses the first of each class and version.
    fn offer(&mut self) {
        self.offered.clear();
        for one in &self.loaded {
            let same = |first: &RegisteredPlugin| {
                first.class() == one.class() && first.version() == one.version()
            };
            if !self.offered.iter().any(same) {
                self.offered.push(one.clone());
            }
        }
    }

    fn offered(&self, class: &str, version: &str) -> Option<&RegisteredPlugin> {
        self.offered
            .iter()
            .find(|one| one.class() == class && one.version() == version)
    }

    /// All versions of a class of these kinds, the newest first.
    fn find(
        &self,
        class_or_alias: &str,
        of_kind: impl Fn(PluginKind) -> bool,
    ) -> Result<Vec<RegisteredPlugin>, PluginError> {
        let classes = self.classes(of_kind);
        // The name of a class is its own, whatever aliases others give themselves.
        let exact = classes
            .iter()
            .position(|(class, _)| *class == class_or_alias);
        let names = classes.iter().map(|(_, names)| names.clone());
        let found = exact.map_or_else(|| alias::find(class_or_alias, names), Match::One);
        match found {
            Match::One(index) => {
                let class = classes[index].0;
                let of_class = self.offered.iter().filter(|one| one.class() == class);
                let mut versions: Vec<RegisteredPlugin> = of_class.cloned().collect();
                versions.sort_by(|one, other| newest_first(one.version(), other.version()));
                Ok(versions)
            }
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

    /// Each class with all the full names that it answers to.
    fn classes(&self, of_kind: impl Fn(PluginKind) -> bool) -> Vec<(&str, Vec<&str>)> {
        let mut classes: Vec<(&str, Vec<&str>)> = Vec::new();
        let offered = self.offered.iter();
        for one in offered.filter(|one| of_kind(one.plugin.description().kind)) {
            let aliases = one.plugin.description().aliases.iter().map(String::as_str);
            match classes.iter_mut().find(|(class, _)| *class == one.class()) {
                Some((_, names)) => names.extend(aliases),
                None => {
                    let names = std::iter::once(one.class()).chain(aliases);
                    classes.push((one.class(), names.collect()));
                }
            }
        }
        classes
    }

    fn available(&self) -> String {
        let connectors = self.offered.iter();
        let shown: Vec<String> = connectors
            .filter(|one| one.plugin.description().kind.is_connector())
            .map(|one| {
                let description = one.plugin.description();
                let (class, version, kind) =
                    (&description.class, &description.version, description.kind.name());
                format!(
                    "PluginDesc{{klass=class {class}, name='{class}', version='{version}', \
                     encodedVersion={version}, type={kind}, typeName='{kind}', location='file:{}'}}",
                    one.place.path.display()
                )
            })
            .collect();
        shown.join(", ")
    }
}
