//! Whether a connector's configuration may be stored: ConfigDef, plugin, grants and converters
//! asked in one place.
//!
//! Owns the wiring of `config::validate` to what only higher layers know. Kafka's counterpart:
//! `AbstractHerder.validateConnectorConfig`.

use std::sync::Arc;

use async_trait::async_trait;

use crate::config::ConfigMap;
use crate::config::connector::{CONNECTOR_CLASS, ConnectorKind, DLQ_TOPIC};
use crate::config::def::{ClassResolver, ConfigDef, PluginBase};
use crate::config::provider::ConfigProviders;
use crate::config::validate::{
    ConverterCatalog, ValidationRequest, WorkerConverters, no_connector_class, validate,
};
use crate::config::worker::WorkerConfig;
use crate::converter;
use crate::herder::{ConnectorValidator, HerderError, SubmittedConfig};
use crate::storage::config::ConfigOrigin;
use crate::worker::api::Worker;

/// The built-in converters, as configuration sees them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BuiltInConverters;

fn known(base: PluginBase) -> &'static [converter::ConverterClass] {
    match base {
        PluginBase::Converter => converter::known_converters(),
        PluginBase::HeaderConverter => converter::known_header_converters(),
    }
}

impl ClassResolver for BuiltInConverters {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        converter::resolve_class(name).map(str::to_owned)
    }

    fn implements(&self, base: PluginBase, class: &str) -> bool {
        known(base).iter().any(|known| known.class == class)
    }
}

impl ConverterCatalog for BuiltInConverters {
    fn classes(&self, base: PluginBase) -> Vec<String> {
        known(base)
            .iter()
            .map(|known| known.class.to_owned())
            .collect()
    }

    fn config_def(&self, _base: PluginBase, class: &str) -> Option<ConfigDef> {
        converter::config_def(class)
    }

    fn as_resolver(&self) -> &dyn ClassResolver {
        self
    }
}

/// Validates configurations for one worker.
pub(super) struct ConfigValidator {
    pub(super) worker: Arc<dyn Worker>,
    pub(super) config: Arc<WorkerConfig>,
    pub(super) providers: Arc<ConfigProviders>,
}

#[async_trait]
impl ConnectorValidator for ConfigValidator {
    async fn validate(
        &self,
        submitted: &SubmittedConfig,
        origin: ConfigOrigin,
    ) -> Result<(), HerderError> {
        let config = self
            .providers
            .resolve(&submitted.values)
            .map_err(|error| HerderError::InvalidConfig(error.to_string()))?
            .config;
        let Some(class) = config.get(CONNECTOR_CLASS) else {
            return Err(HerderError::InvalidConfig(no_connector_class(
                &submitted.values,
            )));
        };
        let plugin = self
            .worker
            .connector_plugin(class)
            .map_err(|error| HerderError::InvalidConfig(error.to_string()))?;
        let kind = plugin.kind;
        let plugin_messages = self.worker.validate(class, &config).await?;
        let mut refusals = self.worker.check_grants(class, &config, origin);
        refusals.extend(not_supported_yet(&config, kind));
        let result = validate(&ValidationRequest {
            config: &config,
            nulls: &submitted.null_keys,
            kind,
            plugin_def: &plugin.config_def,
            plugin_messages: &plugin_messages,
            recommendations: &[],
            refusals: &refusals,
            converters: &BuiltInConverters,
            worker_converters: Some(WorkerConverters {
                key: &self.config.key_converter,
                value: &self.config.value_converter,
                header: &self.config.header_converter,
            }),
            override_policy: &self.config.override_policy,
        });
        match result.error_message() {
            Some(message) => Err(HerderError::InvalidConfig(message)),
            None => Ok(()),
        }
    }
}

/// Keys that this worker would have to ignore: records would go elsewhere than they say.
fn not_supported_yet(config: &ConfigMap, kind: ConnectorKind) -> Vec<(String, String)> {
    let mut refused = Vec::new();
    let dead_letter_queue = config
        .get(DLQ_TOPIC)
        .filter(|topic| !topic.trim().is_empty());
    if let (ConnectorKind::Sink, Some(topic)) = (kind, dead_letter_queue) {
        refused.push((
            DLQ_TOPIC.to_owned(),
            format!(
                "Invalid value {topic} for configuration {DLQ_TOPIC}: Dead letter queues are not \
                 supported by this worker yet. Remove the key; failed records would not be kept."
            ),
        ));
    }
    let creation = config.keys().find(|key| key.starts_with("topic.creation."));
    if let (ConnectorKind::Source, Some(key)) = (kind, creation) {
        refused.push((
            "topic.creation.groups".to_owned(),
            format!(
                "Configuration {key}: creation of topics by the worker is not supported yet. \
                 Create the topic beforehand and remove the topic.creation.* keys."
            ),
        ));
    }
    refused
}
