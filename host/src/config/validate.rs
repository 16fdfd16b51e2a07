//! Validation of a connector's configuration: the framework's keys, the plugin's, and what others
//! find out, put together in the order of Kafka's answer.
//!
//! Pure: the plugin's definition, its own messages, refused grants and the other plugins are
//! parameters. Must not know JSON.
//!
//! Kafka counterpart: AbstractHerder.validateConnectorConfig.

mod enrich;
mod parts;
mod versions;

#[cfg(test)]
mod tests;

use super::connector::dead_letter_queue::{has_dead_letter_queue, source_dead_letter_queue_def};
use super::connector::upkeep::{UpkeepConfig, upkeep_def};
use super::connector::{
    CONNECTOR_CLASS, CONNECTOR_VERSION, ConnectorKind, ConverterChoice, DLQ_TOPIC, NAME,
    connector_def, sink_def, source_def,
};
use super::def::{
    ClassResolver, ConfigDef, ConfigError, ConfigKey, ConfigValidation, ConfigValue, HIDDEN,
    PluginBase, Settings,
};
use super::redact::{Secrets, is_secret_key, redact_map};
use super::worker::OverridePolicy;
use super::{ConfigMap, hash_order};

pub use versions::mismatch as version_mismatch;

/// What validation needs to know about plugins other than the connector, which live in a higher
/// layer.
pub trait PluginCatalog: ClassResolver {
    /// The class names that may be chosen.
    fn classes(&self, base: PluginBase) -> Vec<String>;

    /// The definition of a plugin's own keys, by its full class name. The default of
    /// `converter.type` does not matter: the value is supplied.
    fn config_def(&self, base: PluginBase, class: &str) -> Option<ConfigDef>;

    /// The versions of a class, one for each time that it is listed as a plugin.
    fn versions(&self, class: &str) -> Vec<String>;

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
    /// The full class name of the plugin.
    pub plugin_class: &'a str,
    /// The version of the plugin: the one that is wanted, or the newest.
    pub plugin_version: &'a str,
    /// All versions of the plugin, the newest first.
    pub plugin_versions: &'a [String],
    /// The plugin's own keys.
    pub plugin_def: &'a ConfigDef,
    /// What the plugin found, as key and message.
    pub plugin_messages: &'a [(String, String)],
    /// What the plugin recommends.
    pub recommendations: &'a [Recommendation],
    /// Grants that the worker refuses, as key and message.
    pub refusals: &'a [(String, String)],
    /// The plugins other than connectors that there are.
    pub plugins: &'a dyn PluginCatalog,
    /// The worker's converters.
    pub worker_converters: Option<WorkerConverters<'a>>,
    /// What connectors may set of their clients.
    pub override_policy: &'a OverridePolicy,
    /// The group of the worker itself, which no sink may join; a standalone worker has none.
    pub worker_group: Option<&'a str>,
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

    /// Adds a message to a key. Keys that nobody defines come first in the answer.
    fn add_error(&mut self, name: &str, message: &str) {
        if let Some(entry) = self.entry_mut(name) {
            entry.value.errors.push(message.to_owned());
            return;
        }
        let mut value = ConfigValidation::new(name, ConfigValue::Null);
        value.errors.push(message.to_owned());
        self.add_undefined(value);
    }

    /// Adds a value that nobody defines, behind the others of its kind.
    fn add_undefined(&mut self, value: ConfigValidation) {
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

/// The text of the answer 400 for a configuration without `connector.class`, in which the keys are
/// in the order of a Java map.
pub fn no_connector_class(config: &ConfigMap, nulls: &[String]) -> String {
    let shown = redact_map(config, None);
    let values = shown.iter().map(|(key, value)| (key, value.as_str()));
    let all = values.chain(nulls.iter().map(|key| (key, "null")));
    let pairs: Vec<String> = hash_order::copied(all.collect(), |(key, _)| key.as_str())
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!(
        "Connector config {{{}}} contains no connector type",
        pairs.join(", ")
    )
}

/// Validates a connector's configuration. An error means that there is no list to answer with: the
/// version of the connector or the value of a client's setting cannot be read.
pub fn validate(request: &ValidationRequest<'_>) -> Result<ValidationResult, ConfigError> {
    let mut result = ValidationResult {
        name: request
            .config
            .get(CONNECTOR_CLASS)
            .cloned()
            .unwrap_or_default(),
        ..ValidationResult::default()
    };
    if let Some(mismatch) = versions::connector_mismatch(request)? {
        add_without_plugin(request, &mismatch, &mut result);
        result.error_count = result.messages().count();
        return Ok(result);
    }
    add_framework_keys(request, &mut result)?;
    let converters = parts::valid_converters(request, &mut result);
    add_plugin_keys(request, &mut result);
    add_own_keys(request, &mut result);
    for (key, message) in request.plugin_messages.iter().chain(request.refusals) {
        result.add_error(key, message);
    }
    let conflict = group_conflict(request);
    if let Some((NAME, message)) = &conflict {
        result.add_error(NAME, message);
    }
    result.error_count = result.messages().count();
    let added = result.entries.len();
    parts::add_client_overrides(request, &mut result)?;
    if let Some((GROUP_OVERRIDE, message)) = &conflict {
        result.add_error(GROUP_OVERRIDE, message);
    }
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
    hide_secrets(request, &mut result);
    Ok(result)
}

fn settings<'a>(request: &ValidationRequest<'a>) -> Settings<'a> {
    Settings::new(request.config)
        .nulls(request.nulls)
        .classes(request.plugins.as_resolver())
}

fn framework_def(kind: ConnectorKind) -> &'static ConfigDef {
    match kind {
        ConnectorKind::Source => source_def(),
        ConnectorKind::Sink => sink_def(),
    }
}

fn add_def(def: &ConfigDef, settings: Settings<'_>, result: &mut ValidationResult) {
    for (key, value) in def.keys().zip(def.validate_settings(settings)) {
        result.add_group(key.group.as_deref());
        result.entries.push(ValidationEntry {
            definition: Some(key.clone()),
            value,
        });
    }
}

/// COMPAT: without a connector of the wanted version, 4.3.1 answers with what all connectors have.
fn add_without_plugin(
    request: &ValidationRequest<'_>,
    mismatch: &str,
    result: &mut ValidationResult,
) {
    add_def(connector_def(), settings(request), result);
    versions::complete_connector(request, result);
    versions::hide_converters(result);
    for key in [CONNECTOR_CLASS, CONNECTOR_VERSION] {
        result.add_error(key, mismatch);
    }
}

fn add_framework_keys(
    request: &ValidationRequest<'_>,
    result: &mut ValidationResult,
) -> Result<(), ConfigError> {
    let enriched = enrich::enrich(framework_def(request.kind), request)?;
    add_def(&enriched.def, settings(request), result);
    versions::complete_connector(request, result);
    versions::complete_converters(request, result);
    enriched.complete(request, result);
    if request.kind == ConnectorKind::Sink {
        for (key, message) in super::sink::topic_errors(request.config) {
            result.add_error(key, &message);
        }
    }
    add_null_errors(request, &enriched.def, result);
    Ok(())
}

/// Keys without a value are errors, but for the plugin's own.
fn add_null_errors(
    request: &ValidationRequest<'_>,
    framework: &ConfigDef,
    result: &mut ValidationResult,
) {
    let own = |name: &str| framework.key(name).is_none() && request.plugin_def.key(name).is_some();
    let given = request.config.keys().chain(request.nulls);
    let given = hash_order::copied(given.collect(), |name| name.as_str());
    let nulls = given
        .into_iter()
        .filter(|name| request.nulls.contains(name) && framework.key(name).is_none());
    // COMPAT: the unknown ones are listed as a map lists them that has the framework's keys, too.
    let known = framework.keys().map(|key| &key.name);
    let all = hash_order::filled(known.chain(nulls).collect(), |name| name.as_str());
    for name in all {
        if request.nulls.contains(name) && !own(name) {
            result.add_error(
                name,
                "Null value can not be supplied as the configuration value.",
            );
        }
    }
}

fn add_plugin_keys(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    // The classes that a plugin's own keys name are not known here.
    let own = Settings::new(request.config).nulls(request.nulls);
    for mut value in request.plugin_def.validate_settings(own) {
        let Some(definition) = request.plugin_def.key(&value.name).cloned() else {
            result.add_undefined(value);
            continue;
        };
        if let Some(recommendation) = request
            .recommendations
            .iter()
            .find(|one| one.name == value.name)
        {
            value.recommended_values.clone_from(&recommendation.values);
            value.visible = recommendation.visible;
        }
        result.add_group(definition.group.as_deref());
        let entry = ValidationEntry {
            definition: Some(definition),
            value,
        };
        match result.entry_mut(&entry.value.name) {
            Some(existing) => *existing = entry,
            None => result.entries.push(entry),
        }
    }
}

/// The keys that Kafka Connect does not have come behind its own, and only when one of them is used: to
/// those who do not know them, the list is what it always was.
fn add_own_keys(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    if UpkeepConfig::is_used(request.config) {
        let valid = add_keys(upkeep_def(), request, result);
        if let (true, Err(error)) = (valid, UpkeepConfig::new(request.config)) {
            result.add_error(error.key(), &error.to_string());
        }
    }
    if request.kind == ConnectorKind::Source && has_dead_letter_queue(request.config) {
        add_keys(source_dead_letter_queue_def(), request, result);
    }
}

/// Adds keys with their values; whether these are valid.
fn add_keys(
    def: &ConfigDef,
    request: &ValidationRequest<'_>,
    result: &mut ValidationResult,
) -> bool {
    let values = def.validate_settings(settings(request));
    let valid = values.iter().all(|value| value.errors.is_empty());
    for (key, value) in def.keys().zip(values) {
        // A plugin that has a key of that name means its own.
        if result.entry_mut(&key.name).is_some() {
            continue;
        }
        result.add_group(key.group.as_deref());
        result.entries.push(ValidationEntry {
            definition: Some(key.clone()),
            value,
        });
    }
    valid
}

/// The setting with which a sink chooses its group.
const GROUP_OVERRIDE: &str = "consumer.override.group.id";

/// A sink whose consumers would be members of the workers' own group, as key and message.
fn group_conflict(request: &ValidationRequest<'_>) -> Option<(&'static str, String)> {
    let of_worker = request
        .worker_group
        .filter(|_| request.kind == ConnectorKind::Sink)?;
    if let Some(group) = request.config.get(GROUP_OVERRIDE) {
        let message =
            format!("Consumer group {group} conflicts with Connect worker group {of_worker}");
        return (group == of_worker).then_some((GROUP_OVERRIDE, message));
    }
    let name = request.config.get(NAME)?;
    let message = format!(
        "Consumer group for sink connector named {name} conflicts with Connect worker group {of_worker}"
    );
    (of_worker.strip_prefix("connect-") == Some(name)).then_some((NAME, message))
}

/// Values that are secret by their name are not shown, whatever type a plugin gives them.
fn hide_secrets(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    let secrets = Secrets::of(request.config, Some(request.plugin_def));
    for entry in &mut result.entries {
        if is_secret_key(&entry.value.name) && entry.value.value.as_text().is_some() {
            entry.value.value = ConfigValue::Password(HIDDEN.to_owned());
        }
        for message in &mut entry.value.errors {
            if let std::borrow::Cow::Owned(hidden) = secrets.hide(message) {
                *message = hidden;
            }
        }
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
