//! Versions of plugins in the answer: what there is to choose from, and what does not match.
//!
//! Must not know how plugins are found. Kafka counterparts: PluginsRecommenders,
//! ConnectorConfig.ConverterDefaults.

use super::{
    ConfigError, ConfigKey, ConfigValue, PluginBase, ValidationEntry, ValidationRequest,
    ValidationResult,
};
use crate::config::connector::{CONNECTOR_VERSION, ConverterChoice};
use crate::config::def::{DefaultValue, java_trim};
use crate::config::version_range::{VersionRange, compare};

/// The keys that name a converter.
pub(super) const CONVERTER_KEYS: [&str; 3] =
    ["key.converter", "value.converter", "header.converter"];

/// What kind of converter a key names.
pub(super) fn converter_base(key: &str) -> PluginBase {
    match key {
        "header.converter" => PluginBase::HeaderConverter,
        _ => PluginBase::Converter,
    }
}

/// The text for a class that has no version within the range.
pub fn mismatch(class: &str, range: &VersionRange, available: &[String]) -> String {
    format!(
        "Plugin {class} not found that matches the version range {range}, available versions: [{}]",
        available.join(", ")
    )
}

/// What is wrong with the wanted version of the connector; an error when it cannot be read.
pub(super) fn connector_mismatch(
    request: &ValidationRequest<'_>,
) -> Result<Option<String>, ConfigError> {
    let Some(text) = request.config.get(CONNECTOR_VERSION) else {
        return Ok(None);
    };
    let range = VersionRange::parse(text)
        .map_err(|error| ConfigError::rule(CONNECTOR_VERSION, error.to_string()))?;
    Ok((!range.contains(request.plugin_version))
        .then(|| mismatch(request.plugin_class, &range, request.plugin_versions)))
}

/// Versions to choose from, the newest first, each once.
pub(super) fn to_choose_from(versions: &[String]) -> Vec<String> {
    let mut versions = versions.to_vec();
    versions.sort_by(|one, other| compare(other, one));
    versions.dedup();
    versions
}

/// A class and a wanted version of it, as a configuration names them.
pub(super) struct Choice {
    /// The full name of the class that was found, ignoring white space around the name.
    pub(super) class: Option<String>,
    /// Whether the class was found by the very text, and can be used.
    pub(super) usable: bool,
    /// Why the class cannot be used.
    pub(super) refusal: Option<String>,
    /// The versions of the class, as often as it is listed; none when it cannot be used.
    pub(super) versions: Vec<String>,
    /// What is wrong with the wanted version; the range may be unreadable.
    pub(super) version_error: Option<String>,
    /// Whether the range can be read.
    pub(super) range_is_readable: bool,
}

impl Choice {
    /// Looks up a class that is named `name`, in a version that `version` wants.
    pub(super) fn new(
        request: &ValidationRequest<'_>,
        base: PluginBase,
        name: Option<&String>,
        version: Option<&String>,
    ) -> Self {
        let class = name.and_then(|name| request.plugins.find(base, java_trim(name)));
        let refusal = class
            .as_ref()
            .and_then(|class| request.plugins.refusal(base, class));
        let fits = class.is_some() && refusal.is_none();
        let versions = match &class {
            Some(class) if fits => request.plugins.versions(class),
            _ => Vec::new(),
        };
        let range = version.map(|text| VersionRange::parse(text));
        let range_is_readable = !matches!(range, Some(Err(_)));
        let version_error = match (range, &class) {
            (Some(Err(error)), _) => Some(error.to_string()),
            (Some(Ok(range)), Some(class))
                if fits && !versions.iter().any(|version| range.contains(version)) =>
            {
                Some(mismatch(class, &range, &versions))
            }
            _ => None,
        };
        Self {
            usable: fits && name.is_some_and(|name| java_trim(name) == name),
            class,
            refusal,
            versions,
            version_error,
            range_is_readable,
        }
    }

    /// The version that counts when none is wanted.
    pub(super) fn default_version(&self) -> DefaultValue {
        match to_choose_from(&self.versions).into_iter().next() {
            Some(version) if self.usable => DefaultValue::Value(version),
            _ => DefaultValue::Null,
        }
    }
}

/// Fills in what there is to choose from for the connector's version.
pub(super) fn complete_connector(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    let versions = request.plugin_versions;
    let Some(entry) = result.entry_mut(CONNECTOR_VERSION) else {
        return;
    };
    let newest = versions.first().cloned();
    set_default(
        request,
        entry,
        &newest.map_or(DefaultValue::Null, DefaultValue::Value),
    );
    entry.value.recommended_values = versions.to_vec();
}

/// Fills in what there is to choose from for converters and their versions, and the worker's as
/// defaults.
pub(super) fn complete_converters(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    for key in CONVERTER_KEYS {
        let base = converter_base(key);
        let version_key = format!("{key}.plugin.version");
        let worker = worker_converter(request, key).map(|choice| &choice.class);
        let is_null = request.nulls.iter().any(|null| null == key);
        let named = request.config.get(key);
        let wanted = request.config.get(&version_key);
        let default = Choice::new(request, base, worker, None);
        let choice = match named {
            Some(_) => Choice::new(request, base, named, wanted),
            None => Choice::new(request, base, worker, None),
        };
        if let Some(entry) = result.entry_mut(key) {
            entry.value.recommended_values = request.plugins.classes(base);
            if let Some(class) = &default.class {
                set_default(request, entry, &DefaultValue::Value(class.clone()));
            }
        }
        if let Some(entry) = result.entry_mut(&version_key) {
            set_default(request, entry, &choice.default_version());
            entry.value.visible = choice.class.is_some() && !is_null;
            if !is_null {
                entry.value.recommended_values = to_choose_from(&choice.versions);
            }
        }
        if let Some(error) = choice.version_error.filter(|_| choice.range_is_readable) {
            result.add_error(key, &error);
            result.add_error(&version_key, &error);
        }
    }
}

/// Without a connector nothing is known of the converters.
pub(super) fn hide_converters(result: &mut ValidationResult) {
    for key in CONVERTER_KEYS {
        if let Some(entry) = result.entry_mut(&format!("{key}.plugin.version")) {
            entry.value.visible = false;
        }
    }
}

/// Changes the default of a key, also where it is the value.
fn set_default(request: &ValidationRequest<'_>, entry: &mut ValidationEntry, to: &DefaultValue) {
    let name = &entry.value.name;
    let unset = !request.config.contains_key(name) && !request.nulls.contains(name);
    let Some(definition) = &mut entry.definition else {
        return;
    };
    definition.default = to.clone();
    if unset {
        entry.value.value = default_value(definition);
    }
}

fn default_value(definition: &ConfigKey) -> ConfigValue {
    match definition.default_text() {
        None => ConfigValue::Null,
        Some(text) if definition.config_type == crate::config::def::ConfigType::Class => {
            ConfigValue::Class(text)
        }
        Some(text) => ConfigValue::String(text),
    }
}

fn worker_converter<'a>(request: &ValidationRequest<'a>, key: &str) -> Option<&'a ConverterChoice> {
    let worker = request.worker_converters?;
    match key {
        "key.converter" => Some(worker.key),
        "value.converter" => Some(worker.value),
        _ => Some(worker.header),
    }
}
