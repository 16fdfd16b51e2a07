//! Plugins in memory. The body of an upload is its class and version, and more that makes it
//! differ; `FileStreamSourceConnector` is used by a connector.

use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;

use crate::herder::plugins::{
    KeyGrant, LibraryError, PluginAdministration, PluginDetails, PluginFacts, PluginOrigin,
    PluginUpload, Uploaded,
};

/// What is longer is refused.
pub(crate) const UPLOAD_MAX_BYTES: u64 = 100;

/// The plugins, the newest first.
#[derive(Debug, Default)]
pub(crate) struct FakePlugins {
    plugins: std::sync::Arc<Mutex<Vec<PluginFacts>>>,
    /// Why uploads are refused, if they are.
    pub(crate) refusal: Mutex<Option<LibraryError>>,
}

impl FakePlugins {
    fn of_class(&self, class: &str) -> Result<Vec<PluginFacts>, LibraryError> {
        let plugins = self.plugins.lock().unwrap();
        let of_class: Vec<PluginFacts> = plugins
            .iter()
            .filter(|plugin| plugin.class == class)
            .cloned()
            .collect();
        if of_class.is_empty() {
            let class = class.to_owned();
            return Err(LibraryError::Unknown { class });
        }
        Ok(of_class)
    }

    /// Says that a plugin's file is another.
    pub(crate) fn set_path(&self, path: &Path, size: u64) {
        for plugin in &mut *self.plugins.lock().unwrap() {
            plugin.path = path.to_owned();
            plugin.size = size;
        }
    }
}

fn versions(plugins: &[PluginFacts]) -> Vec<String> {
    plugins
        .iter()
        .map(|plugin| plugin.version.clone())
        .collect()
}

#[async_trait]
impl PluginAdministration for FakePlugins {
    fn versions(&self, class: &str) -> Result<Vec<PluginFacts>, LibraryError> {
        self.of_class(class)
    }

    fn details(&self, class: &str, version: Option<&str>) -> Result<PluginDetails, LibraryError> {
        let plugins = self.of_class(class)?;
        let fits = |plugin: &&PluginFacts| version.is_none_or(|version| plugin.version == version);
        match plugins.iter().find(fits) {
            Some(plugin) => Ok(PluginDetails {
                plugin: plugin.clone(),
                used_by: vec!["user".to_owned()],
            }),
            None => Err(LibraryError::NoVersion {
                class: class.to_owned(),
                version: version.unwrap_or_default().to_owned(),
                versions: versions(&plugins),
            }),
        }
    }

    async fn begin_upload(
        &self,
        announced: Option<u64>,
    ) -> Result<Box<dyn PluginUpload>, LibraryError> {
        if let Some(refusal) = &*self.refusal.lock().unwrap() {
            return Err(refusal.clone());
        }
        if announced.is_some_and(|bytes| bytes > UPLOAD_MAX_BYTES) {
            let limit = UPLOAD_MAX_BYTES;
            return Err(LibraryError::TooLarge { limit });
        }
        Ok(Box::new(FakeUpload {
            plugins: self.plugins.clone(),
            bytes: Vec::new(),
        }))
    }

    async fn delete(&self, class: &str, version: Option<&str>) -> Result<(), LibraryError> {
        let plugins = self.of_class(class)?;
        let (class, there) = (class.to_owned(), versions(&plugins));
        let version = match (version, &*there) {
            (Some(version), _) => version.to_owned(),
            (None, [version]) => version.clone(),
            (None, _) => {
                return Err(LibraryError::VersionNeeded {
                    class,
                    versions: there,
                });
            }
        };
        if version == "used" {
            return Err(LibraryError::InUse {
                class,
                version,
                users: vec!["a".to_owned(), "b".to_owned()],
            });
        }
        let is_it = |plugin: &PluginFacts| plugin.class == class && plugin.version == version;
        self.plugins.lock().unwrap().retain(|plugin| !is_it(plugin));
        Ok(())
    }
}

struct FakeUpload {
    plugins: std::sync::Arc<Mutex<Vec<PluginFacts>>>,
    bytes: Vec<u8>,
}

#[async_trait]
impl PluginUpload for FakeUpload {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), LibraryError> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() as u64 > UPLOAD_MAX_BYTES {
            let limit = UPLOAD_MAX_BYTES;
            return Err(LibraryError::TooLarge { limit });
        }
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<Uploaded, LibraryError> {
        let text = String::from_utf8(self.bytes).unwrap();
        let mut words = text.split(' ');
        let (Some(class), Some(version)) = (words.next(), words.next()) else {
            return Err(LibraryError::Invalid {
                reason: "it has no two words".to_owned(),
            });
        };
        let plugin = PluginFacts {
            class: class.to_owned(),
            kind: "source",
            version: version.to_owned(),
            sha256: text.replace(' ', "-"),
            size: text.len() as u64,
            wit_version: "0.1.0".to_owned(),
            imports: vec!["wasi:io/poll@0.2.6".to_owned()],
            grants: vec![KeyGrant {
                key: "file".to_owned(),
                grant: "path-read",
            }],
            origin: PluginOrigin::Store,
            path: "/store/x.wasm".into(),
            aliases: vec!["x.Alias".to_owned()],
            documentation: "Does things.".to_owned(),
        };
        let mut plugins = self.plugins.lock().unwrap();
        let same = |one: &&PluginFacts| one.class == class && one.version == version;
        match plugins.iter().find(same) {
            Some(there) if there.sha256 == plugin.sha256 => Ok(Uploaded {
                created: false,
                plugin,
            }),
            Some(there) => Err(LibraryError::Conflict {
                class: there.class.clone(),
                version: there.version.clone(),
                sha256: there.sha256.clone(),
                path: there.path.clone(),
            }),
            None => {
                plugins.insert(0, plugin.clone());
                Ok(Uploaded {
                    created: true,
                    plugin,
                })
            }
        }
    }
}
