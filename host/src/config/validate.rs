//! Validation of a connector's configuration: the framework's keys, the plugin's, and what others
//! find out, put together in the order of Kafka's answer.
//!
//! Pure: the plugin's definition, its own messages, refused grants and converters are parameters.
//! Must not know JSON.
//!
//! Kafka counterpart: AbstractHerder.validateConnectorConfig.

mod parts;

#[cfg(test)]
mod tests;

use super::ConfigMap;
use super::connector::{
    CONNECTOR_CLASS, ConnectorKind, ConverterChoice, DLQ_TOPIC, PREDICATES, TRANSFORMS, sink_def,
    source_def,
};
use super::def::{
    ClassResolver, ConfigDef, ConfigKey, ConfigValidation, ConfigValue, DefaultValue, PluginBase,
    Settings, split_list,
};
use super::redact::redact_map;
use super::worker::OverridePolicy;

/// What validation needs to know about converters, which live in a higher layer.
pub trait ConverterCatalog: ClassResolver {
    /// The class names that may be chosen.
    fn classes(&self, base: PluginBase) -> Vec<String>;

    /// The definition of a converter's own keys, by its full class name. The default of
    /// `converter.type` does not matter: the value is supplied.
    fn config_def(&self, base: PluginBase, class: &str) -> Option<ConfigDef>;

    /// The classes as a [`ClassResolver`].
    fn as_resolver(&self) -> &dyn ClassResolver;
}

/// The worker's converters, which a connector's have as defaults.
#[derive(Clone, Copy, Debug)]
pub struct WorkerConverters<'a> {
    /// `key.converter`
    pub key: &'a ConverterChoice,
    /// `value.converter`
    pub value: &'a ConverterChoice,
    /// `header.converter`
    pub header: &'a ConverterChoice,
}

/// A recommendation of a plugin for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The key.
    pub name: String,
    /// Values to choose from.
    pub values: Vec<String>,
    /// Whether to show the key.
    pub visible: bool,
}

/// What to validate.
#[derive(Clone, Copy)]
pub struct ValidationRequest<'a> {
    /// The configuration, references resolved.
    pub config: &'a ConfigMap,
    /// Keys that were given as null.
    pub nulls: &'a [String],
    /// The kind of the plugin.
    pub kind: ConnectorKind,
    /// The plugin's own keys.
    pub plugin_def: &'a ConfigDef,
    /// What the plugin found, as key and message.
    pub plugin_messages: &'a [(String, String)],
    /// What the plugin recommends.
    pub recommendations: &'a [Recommendation],
    /// Grants that the worker refuses, as key and message.
    pub refusals: &'a [(String, String)],
    /// The converters that there are.
    pub converters: &'a dyn ConverterCatalog,
    /// The worker's converters.
    pub worker_converters: Option<WorkerConverters<'a>>,
    /// What connectors may set of their clients.
    pub override_policy: &'a OverridePolicy,
}

/// A key in the answer.
#[derive(Clone, Debug)]
pub struct ValidationEntry {
    /// The definition; none for a key that nobody defines.
    pub definition: Option<ConfigKey>,
    /// The value and its errors.
    pub value: ConfigValidation,
}

/// What validation found.
#[derive(Clone, Debug, Default)]
pub struct ValidationResult {
    /// `connector.class` as it was sent.
    pub name: String,
    /// How many errors there are, counted as Kafka counts.
    pub error_count: usize,
    /// The groups of the keys, each once.
    pub groups: Vec<String>,
    /// The keys, in Kafka's order.
    pub entries: Vec<ValidationEntry>,
}

impl ValidationResult {
    /// All messages, in the order of the keys.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .flat_map(|entry| entry.value.errors.iter().map(String::as_str))
    }

    /// The text of the answer 400; nothing when there are no errors.
    pub fn error_message(&self) -> Option<String> {
        if self.error_count == 0 {
            return None;
        }
        let mut text = format!(
            "Connector configuration is invalid and contains the following {} error(s):",
            self.error_count
        );
        for message in self.messages() {
            text.push('\n');
            text.push_str(message);
        }
        text.push_str(
            "\nYou can also find the above list of errors at the endpoint \
             `/connector-plugins/{connectorType}/config/validate`",
        );
        Some(text)
    }

    fn entry_mut(&mut self, name: &str) -> Option<&mut ValidationEntry> {
        self.entries
            .iter_mut()
            .find(|entry| entry.value.name == name)
    }

    /// Adds a message to a key. A key that nobody defines comes first in the answer.
    fn add_error(&mut self, name: &str, message: &str) {
        if let Some(entry) = self.entry_mut(name) {
            entry.value.errors.push(message.to_owned());
            return;
        }
        let mut value = ConfigValidation::new(name, ConfigValue::Null);
        value.errors.push(message.to_owned());
        let undefined = self
            .entries
            .iter()
            .take_while(|entry| entry.definition.is_none());
        let index = undefined.count();
        self.entries.insert(
            index,
            ValidationEntry {
                definition: None,
                value,
            },
        );
    }

    fn add_group(&mut self, group: Option<&str>) {
        if let Some(group) = group
            && !self.groups.iter().any(|known| known == group)
        {
            self.groups.push(group.to_owned());
        }
    }
}

/// The text of the answer 400 for a configuration without `connector.class`.
pub fn no_connector_class(config: &ConfigMap) -> String {
    let pairs: Vec<String> = redact_map(config, None)
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!(
        "Connector config {{{}}} contains no connector type",
        pairs.join(", ")
    )
}

/// Validates a connector's configuration.
pub fn validate(request: &ValidationRequest<'_>) -> ValidationResult {
    let mut result = ValidationResult {
        name: request
            .config
            .get(CONNECTOR_CLASS)
            .cloned()
            .unwrap_or_default(),
        ..ValidationResult::default()
    };
    add_framework_keys(request, &mut result);
    let converters = parts::valid_converters(request, &result);
    add_plugin_keys(request, &mut result);
    for (key, message) in request.plugin_messages.iter().chain(request.refusals) {
        result.add_error(key, message);
    }
    result.error_count = result.messages().count();
    let added = result.entries.len();
    parts::add_client_overrides(request, &mut result);
    for converter in &converters {
        parts::add_converter_keys(request, converter, &mut result);
    }
    // COMPAT: of clients and converters, the keys with errors are counted, not the errors
    // (AbstractHerder.mergeConfigInfos).
    let keys_with_errors = result.entries[added..]
        .iter()
        .filter(|entry| !entry.value.errors.is_empty())
        .count();
    result.error_count += keys_with_errors;
    result
}

fn settings<'a>(request: &ValidationRequest<'a>) -> Settings<'a> {
    Settings::new(request.config)
        .nulls(request.nulls)
        .classes(request.converters.as_resolver())
}

fn add_framework_keys(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    let def = match request.kind {
        ConnectorKind::Source => source_def(),
        ConnectorKind::Sink => sink_def(),
    };
    let values = def.validate_settings(settings(request));
    for (key, mut value) in def.keys().zip(values) {
        let mut key = key.clone();
        if let Some(base) = converter_base(&key.name) {
            value.recommended_values = request.converters.classes(base);
            if let Some(choice) = worker_converter(request, &key.name) {
                let unset =
                    !request.config.contains_key(&key.name) && !request.nulls.contains(&key.name);
                if unset {
                    value.value = ConfigValue::Class(choice.class.clone());
                }
                key.default = DefaultValue::Value(choice.class.clone());
            }
        }
        result.add_group(key.group.as_deref());
        result.entries.push(ValidationEntry {
            definition: Some(key),
            value,
        });
    }
    if request.kind == ConnectorKind::Sink {
        for (key, message) in super::sink::topic_errors(request.config) {
            result.add_error(key, &message);
        }
    }
    refuse_transformations(request, result);
    for null in request.nulls {
        if def.key(null).is_some() || request.plugin_def.key(null).is_none() {
            result.add_error(
                null,
                "Null value can not be supplied as the configuration value.",
            );
        }
    }
}

/// Records would be wrong if the keys were ignored.
fn refuse_transformations(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    for (key, what) in [(TRANSFORMS, "Transformations"), (PREDICATES, "Predicates")] {
        let aliases = request
            .config
            .get(key)
            .map(|text| split_list(text))
            .unwrap_or_default();
        if !aliases.is_empty() {
            let shown = ConfigValue::List(aliases);
            result.add_error(
                key,
                &format!(
                    "Invalid value {shown} for configuration {key}: {what} are not supported by \
                     this worker yet. Remove the key; the records would not be what it asks for."
                ),
            );
        }
    }
}

fn add_plugin_keys(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    // The classes that a plugin's own keys name are not known here.
    let own = Settings::new(request.config).nulls(request.nulls);
    let values = request.plugin_def.validate_settings(own);
    for mut value in values {
        let definition = request.plugin_def.key(&value.name).cloned();
        if let Some(recommendation) = request
            .recommendations
            .iter()
            .find(|one| one.name == value.name)
        {
            value.recommended_values.clone_from(&recommendation.values);
            value.visible = recommendation.visible;
        }
        let group = definition.as_ref().and_then(|key| key.group.clone());
        let entry = ValidationEntry { definition, value };
        match result.entry_mut(&entry.value.name) {
            Some(existing) => *existing = entry,
            None => result.entries.push(entry),
        }
        result.add_group(group.as_deref());
    }
}

fn converter_base(key: &str) -> Option<PluginBase> {
    match key {
        "key.converter" | "value.converter" => Some(PluginBase::Converter),
        "header.converter" => Some(PluginBase::HeaderConverter),
        _ => None,
    }
}

fn worker_converter<'a>(request: &ValidationRequest<'a>, key: &str) -> Option<&'a ConverterChoice> {
    let worker = request.worker_converters?;
    match key {
        "key.converter" => Some(worker.key),
        "value.converter" => Some(worker.value),
        "header.converter" => Some(worker.header),
        _ => None,
    }
}

/// Whether a key has a text that is not blank.
fn is_set(config: &ConfigMap, key: &str) -> bool {
    config.get(key).is_some_and(|text| !text.trim().is_empty())
}

/// Whether a sink connector keeps records with errors.
fn uses_dead_letter_queue(request: &ValidationRequest<'_>) -> bool {
    request.kind == ConnectorKind::Sink && is_set(request.config, DLQ_TOPIC)
}
