//! Whether a connector's configuration may be stored: ConfigDef, plugin, grants, and the other
//! plugins that it names, asked in one place.
//!
//! Owns the wiring of `config::validate` to what only higher layers know, and the definitions that
//! users may ask for. Must not know how answers are sent. Kafka's counterparts:
//! `AbstractHerder.validateConnectorConfig` and `connectorPluginConfig`.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::HerderError;
use super::catalog::KnownPlugins;
use super::request::{ConnectorValidator, Stages, SubmittedConfig};
use crate::config::ConfigMap;
use crate::config::connector::{CONNECTOR_CLASS, CONNECTOR_VERSION, sink_def, source_def};
use crate::config::def::{ConfigError, ConfigKey, DefaultValue, PluginBase};
use crate::config::provider::ConfigProviders;
use crate::config::topic_creation::TopicCreationConfig;
use crate::config::validate::{
    PluginCatalog as _, ValidationRequest, ValidationResult, WorkerConverters, no_connector_class,
    validate, version_mismatch,
};
use crate::config::version_range::VersionRange;
use crate::config::worker::WorkerConfig;
use crate::storage::config::ConfigOrigin;
use crate::worker::api::{ConnectorKind, ConnectorPlugin, PluginFindings, Worker};

/// LIMIT: validations at the same time, each of which may hold an instance of a plugin; others
/// wait.
const VALIDATIONS_MAX: usize = 64;

/// Validates configurations for one worker.
pub struct ConfigValidator {
    worker: Arc<dyn Worker>,
    config: Arc<WorkerConfig>,
    providers: Arc<ConfigProviders>,
    turns: Semaphore,
}

impl ConfigValidator {
    /// A validator for a worker.
    pub fn new(
        worker: Arc<dyn Worker>,
        config: Arc<WorkerConfig>,
        providers: Arc<ConfigProviders>,
    ) -> Self {
        Self {
            worker,
            config,
            providers,
            turns: Semaphore::new(VALIDATIONS_MAX),
        }
    }

    async fn validate_now(
        &self,
        submitted: &SubmittedConfig,
        origin: ConfigOrigin,
        stages: &Stages,
    ) -> Result<ValidationResult, HerderError> {
        stages.begin("resolving transformed configuration properties for the connector");
        let config = self
            .providers
            .resolve(&submitted.values)
            .map_err(|error| HerderError::InvalidConfig(error.to_string()))?
            .config;
        stages.complete();
        let Some(class) = config.get(CONNECTOR_CLASS) else {
            return Err(HerderError::InvalidConfig(no_connector_class(
                &submitted.values,
                &submitted.null_keys,
            )));
        };
        let (plugin, fits) = self.wanted_plugin(class, &config)?;
        stages.begin("performing multi-property validation for the connector");
        let mut findings = PluginFindings::default();
        let mut refusals = Vec::new();
        if fits {
            findings = self.worker.validate(&config).await?;
            refusals = self.worker.check_grants(&config, origin);
            refusals.extend(self.wrong_topic_creation(&config, plugin.kind));
        }
        let result = validate(&ValidationRequest {
            config: &config,
            nulls: &submitted.null_keys,
            kind: plugin.kind,
            plugin_class: &plugin.class,
            plugin_version: &plugin.version,
            plugin_versions: &plugin.versions,
            plugin_def: &plugin.config_def,
            plugin_messages: &findings.messages,
            recommendations: &findings.recommendations,
            refusals: &refusals,
            plugins: &self.plugins(),
            worker_converters: Some(WorkerConverters {
                key: &self.config.key_converter,
                value: &self.config.value_converter,
                header: &self.config.header_converter,
            }),
            override_policy: &self.config.override_policy,
            worker_group: None,
        });
        stages.complete();
        result.map_err(|error| HerderError::InvalidConfig(error.to_string()))
    }
}

impl ConfigValidator {
    /// What is wrong with the groups of topics that the worker is to make. Kafka finds it when it starts the
    /// connector, and answers 500.
    fn wrong_topic_creation(
        &self,
        config: &ConfigMap,
        kind: ConnectorKind,
    ) -> Option<(String, String)> {
        // What the framework's own keys break is told on those keys.
        if kind != ConnectorKind::Source
            || !self.config.topic_creation_enable
            || source_def().parse(config).is_err()
        {
            return None;
        }
        let error = TopicCreationConfig::new(config).err()?;
        Some(("topic.creation.groups".to_owned(), error.to_string()))
    }

    /// The plugins that there are now.
    fn plugins(&self) -> KnownPlugins {
        KnownPlugins::new(self.worker.plugins()).with_files(self.worker.record_plugins())
    }

    /// The version of the connector that the configuration wants, or else the newest one, and
    /// whether it is the wanted one.
    fn wanted_plugin(
        &self,
        class: &str,
        config: &ConfigMap,
    ) -> Result<(ConnectorPlugin, bool), HerderError> {
        let newest = self.worker.connector_plugin(class, None)?;
        let range = VersionRange::of(config, CONNECTOR_VERSION).map_err(|error| {
            let error = ConfigError::rule(CONNECTOR_VERSION, error.to_string());
            HerderError::InvalidConfig(error.to_string())
        })?;
        match range {
            None => Ok((newest, true)),
            range => match self.worker.connector_plugin(class, range.as_ref()) {
                Ok(plugin) => Ok((plugin, true)),
                Err(_) => Ok((newest, false)),
            },
        }
    }
}

#[async_trait]
impl ConnectorValidator for ConfigValidator {
    async fn validate(
        &self,
        submitted: &SubmittedConfig,
        origin: ConfigOrigin,
        stages: &Stages,
    ) -> Result<ValidationResult, HerderError> {
        stages.begin("waiting for a new thread to become available for connector validation");
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await;
        stages.complete();
        self.validate_now(submitted, origin, stages).await
    }

    fn plugin_config(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Vec<ConfigKey>, HerderError> {
        let range = match version.map(VersionRange::parse).transpose() {
            Ok(range) => range.unwrap_or(VersionRange::Latest),
            Err(_) => {
                let version = version.unwrap_or_default();
                return Err(HerderError::PluginVersion(format!(
                    "Invalid version specification: {version}"
                )));
            }
        };
        let (class, versions, keys) = match self.worker.connector_plugin(name, None) {
            Ok(newest) => {
                let fitting = self.worker.connector_plugin(name, Some(&range));
                let keys = connector_keys(fitting.as_ref().unwrap_or(&newest));
                (newest.class, newest.versions, keys)
            }
            Err(_) => self.other_plugin(name)?,
        };
        if versions.iter().any(|version| range.contains(version)) {
            return Ok(keys);
        }
        let mismatch = version_mismatch(&class, &range, &versions);
        Err(HerderError::PluginVersion(mismatch))
    }
}

impl ConfigValidator {
    /// Class, versions and keys of a plugin that is no connector.
    fn other_plugin(
        &self,
        name: &str,
    ) -> Result<(String, Vec<String>, Vec<ConfigKey>), HerderError> {
        let plugins = self.plugins();
        let class = plugins.find_any(name).ok_or_else(|| {
            if KnownPlugins::is_of_other_kind(name) {
                HerderError::InvalidPluginClass(name.to_owned())
            } else {
                HerderError::UnknownPlugin(name.to_owned())
            }
        })?;
        if let Some(refusal) = KnownPlugins::abstract_refusal(&class) {
            return Err(HerderError::InvalidConfig(format!("{class}: {refusal}")));
        }
        let bases = [
            PluginBase::Transformation,
            PluginBase::Predicate,
            PluginBase::HeaderConverter,
            PluginBase::Converter,
        ];
        let keys = bases
            .iter()
            .find_map(|base| plugins.config_def(*base, &class))
            .map(|def| def.keys().cloned().collect())
            .unwrap_or_default();
        let versions = plugins.versions(&class);
        Ok((class, versions, keys))
    }
}

/// The keys of a connector, and those of the framework that it does not define itself. The default
/// of the connector's version is the version that there is.
fn connector_keys(plugin: &ConnectorPlugin) -> Vec<ConfigKey> {
    let framework = match plugin.kind {
        ConnectorKind::Source => source_def(),
        ConnectorKind::Sink => sink_def(),
    };
    let added = framework
        .keys()
        .filter(|key| plugin.config_def.key(&key.name).is_none())
        .cloned()
        .map(|mut key| {
            if key.name == CONNECTOR_VERSION {
                key.default = DefaultValue::Value(plugin.version.clone());
            }
            key
        });
    plugin.config_def.keys().cloned().chain(added).collect()
}

#[cfg(test)]
mod tests;
