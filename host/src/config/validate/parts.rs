//! The parts of the answer that follow the connector's keys: client overrides and converters.

use super::{
    ConfigValidation, ConfigValue, ConnectorKind, PluginBase, Settings, ValidationEntry,
    ValidationRequest, ValidationResult, converter_base, uses_dead_letter_queue,
};
use crate::config::connector::{ADMIN_OVERRIDE, CONSUMER_OVERRIDE, PRODUCER_OVERRIDE};
use crate::config::with_prefix_stripped;

/// Adds the keys of client overrides that take part in validation. Java's definitions of client
/// settings are not known here; whether a value can be used is told when the client is made.
pub(super) fn add_client_overrides(request: &ValidationRequest<'_>, result: &mut ValidationResult) {
    let source = request.kind == ConnectorKind::Source;
    let dead_letters = uses_dead_letter_queue(request);
    let creates_topics = source
        && request
            .config
            .keys()
            .any(|key| key.starts_with("topic.creation."));
    let prefixes = [
        (PRODUCER_OVERRIDE, source || dead_letters),
        (CONSUMER_OVERRIDE, !source),
        (ADMIN_OVERRIDE, creates_topics || dead_letters),
    ];
    for (prefix, _) in prefixes.iter().filter(|(_, validated)| *validated) {
        for (setting, text) in with_prefix_stripped(request.config, prefix) {
            let name = format!("{prefix}{setting}");
            let shown = if crate::config::redact::is_secret_key(&setting) {
                ConfigValue::Password(text)
            } else {
                ConfigValue::String(text)
            };
            let mut value = ConfigValidation::new(&name, shown);
            if !request.override_policy.allows(&setting) {
                value
                    .errors
                    .push(request.override_policy.violation(&setting));
            }
            result.entries.push(ValidationEntry {
                definition: None,
                value,
            });
        }
    }
}

/// A converter that a configuration names and whose own keys are to be validated.
pub(super) struct NamedConverter {
    key: &'static str,
    base: PluginBase,
    class: String,
}

/// The converters that a configuration names and that have no error so far, in the order of the
/// answer.
pub(super) fn valid_converters(
    request: &ValidationRequest<'_>,
    result: &ValidationResult,
) -> Vec<NamedConverter> {
    ["header.converter", "key.converter", "value.converter"]
        .into_iter()
        .filter(|key| request.config.contains_key(*key))
        .filter_map(|key| {
            let entry = result
                .entries
                .iter()
                .find(|entry| entry.value.name == key)?;
            match &entry.value.value {
                ConfigValue::Class(class) if entry.value.errors.is_empty() => {
                    Some(NamedConverter {
                        key,
                        base: converter_base(key)?,
                        class: class.clone(),
                    })
                }
                _ => None,
            }
        })
        .collect()
}

/// Adds the keys of a converter.
pub(super) fn add_converter_keys(
    request: &ValidationRequest<'_>,
    converter: &NamedConverter,
    result: &mut ValidationResult,
) {
    let Some(def) = request
        .converters
        .config_def(converter.base, &converter.class)
    else {
        return;
    };
    let prefix = format!("{}.", converter.key);
    let mut config = with_prefix_stripped(request.config, &prefix);
    let kind = converter.key.trim_end_matches(".converter");
    config
        .entry("converter.type".to_owned())
        .or_insert_with(|| kind.to_owned());
    // COMPAT: errors name the key without prefix, entries with it (AbstractHerder).
    for mut value in def.validate_settings(Settings::new(&config)) {
        let definition = def.key(&value.name).cloned().map(|mut key| {
            key.name = format!("{prefix}{}", key.name);
            key
        });
        value.name = format!("{prefix}{}", value.name);
        result.add_group(definition.as_ref().and_then(|key| key.group.as_deref()));
        result.entries.push(ValidationEntry { definition, value });
    }
}
