//! Plugins as administrators see and change them: versions, details, uploads, deletions.
//!
//! Owns the trait that REST sees, and who uses which plugin. Must not know files. Kafka has no
//! counterpart: there plugins are files and need a restart.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ids::ConnectorName;
use crate::plugin::{PluginLibrary, Upload};
use crate::storage::config::{ConfigBackingStore, ConnectorConfigState};
use crate::worker::api::Worker;

pub use crate::plugin::{KeyGrant, LibraryError, PluginFacts, PluginOrigin, Uploaded};

/// A plugin, and the connectors that use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginDetails {
    /// What it is.
    pub plugin: PluginFacts,
    /// Connectors whose configuration wants it or whose instance is made from it, sorted.
    pub used_by: Vec<String>,
}

/// What administrators ask for.
#[async_trait]
pub trait PluginAdministration: Send + Sync {
    /// All versions of a class or alias, the newest first.
    fn versions(&self, class: &str) -> Result<Vec<PluginFacts>, LibraryError>;

    /// The newest version, of those in a range if one is given.
    fn details(&self, class: &str, version: Option<&str>) -> Result<PluginDetails, LibraryError>;

    /// Begins an upload, of so many bytes if the client says so.
    async fn begin_upload(
        &self,
        announced: Option<u64>,
    ) -> Result<Box<dyn PluginUpload>, LibraryError>;

    /// Deletes an uploaded plugin that nobody uses. The version may be left out when there is one.
    async fn delete(&self, class: &str, version: Option<&str>) -> Result<(), LibraryError>;
}

/// An upload that is arriving. Dropping it leaves nothing behind.
#[async_trait]
pub trait PluginUpload: Send {
    /// Takes the next bytes.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), LibraryError>;

    /// All bytes are there; the plugin is offered when this returns.
    async fn finish(self: Box<Self>) -> Result<Uploaded, LibraryError>;
}

#[async_trait]
impl PluginUpload for Upload {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), LibraryError> {
        Upload::write(self, bytes).await
    }

    async fn finish(self: Box<Self>) -> Result<Uploaded, LibraryError> {
        Upload::finish(*self).await
    }
}

/// The plugins of this process.
pub struct LocalPlugins {
    library: Arc<PluginLibrary>,
    worker: Arc<dyn Worker>,
    configs: Arc<dyn ConfigBackingStore>,
}

impl LocalPlugins {
    /// The plugins of a library, used by the connectors of a worker and of a store.
    pub fn new(
        library: Arc<PluginLibrary>,
        worker: Arc<dyn Worker>,
        configs: Arc<dyn ConfigBackingStore>,
    ) -> Self {
        Self {
            library,
            worker,
            configs,
        }
    }

    fn users(&self, class: &str, version: &str) -> Vec<String> {
        users(&*self.worker, &*self.configs, class, version)
    }
}

/// The connectors whose configuration wants a class and version, or that run it.
fn users(
    worker: &dyn Worker,
    configs: &dyn ConfigBackingStore,
    class: &str,
    version: &str,
) -> Vec<String> {
    let snapshot = configs.snapshot();
    let uses = |name: &ConnectorName| {
        let is_it = |(one, its): &(String, String)| one == class && its == version;
        let stored = snapshot.connector(name);
        stored
            .and_then(|stored| wanted(worker, stored))
            .is_some_and(|wanted| is_it(&wanted))
            || worker.plugins_in_use(name).iter().any(is_it)
            || stored.is_some_and(|stored| {
                let named = worker.record_plugins_wanted(&stored.config);
                named.iter().any(is_it)
            })
    };
    let mut users: Vec<String> = snapshot
        .connectors()
        .filter(|name| uses(name))
        .map(|name| name.as_str().to_owned())
        .collect();
    users.sort();
    users
}

/// Class and version that a configuration would be started with now.
fn wanted(worker: &dyn Worker, stored: &ConnectorConfigState) -> Option<(String, String)> {
    let plugin = worker.wanted_plugin(&stored.config).ok()?;
    Some((plugin.class, plugin.version))
}

#[async_trait]
impl PluginAdministration for LocalPlugins {
    fn versions(&self, class: &str) -> Result<Vec<PluginFacts>, LibraryError> {
        self.library.versions(class)
    }

    fn details(&self, class: &str, version: Option<&str>) -> Result<PluginDetails, LibraryError> {
        let plugin = self.library.details(class, version)?;
        let used_by = self.users(&plugin.class, &plugin.version);
        Ok(PluginDetails { plugin, used_by })
    }

    async fn begin_upload(
        &self,
        announced: Option<u64>,
    ) -> Result<Box<dyn PluginUpload>, LibraryError> {
        Ok(Box::new(self.library.begin_upload(announced).await?))
    }

    async fn delete(&self, class: &str, version: Option<&str>) -> Result<(), LibraryError> {
        let users = |class: &str, version: &str| self.users(class, version);
        self.library.delete(class, version, users).await
    }
}
