//! The parts of the answer that follow the connector's keys: client overrides and converters.

use super::versions::{CONVERTER_KEYS, converter_base};
use super::{
    ConfigError, ConfigValidation, ConfigValue, ConnectorKind, PluginBase, Settings,
    ValidationEntry, ValidationRequest, ValidationResult, uses_dead_letter_queue,
};
use crate::config::clients::Client;
use crate::config::connector::{ADMIN_OVERRIDE, CONSUMER_OVERRIDE, PRODUCER_OVERRIDE};
use crate::config::def::{AnyClass, java_trim};
use crate::config::{hash_order, with_prefix_stripped};

/// Adds the keys of client overrides that take part in validation, with the definitions of Kafka's
/// clients.
///
/// COMPAT: the clients' validators are not asked, and a value that is not of the setting's type is
/// an error of the whole request, which names the setting without prefix
/// (AbstractHerder.validateClientOverrides).
pub(super) fn add_client_overrides(
    request: &ValidationRequest<'_>,
    result: &mut ValidationResult,
) -> Result<(), ConfigError> {
    let source = request.kind == ConnectorKind::Source;
    let dead_letters = uses_dead_letter_queue(request);
    let creates_topics = source
        && request
            .config
            .keys()
            .chain(request.nulls)
            .any(|key| key.starts_with("topic.creation."));
    let clients = [
        (Client::Producer, PRODUCER_OVERRIDE, source || dead_letters),
        (Client::Consumer, CONSUMER_OVERRIDE, !source),
        (
            Client::Admin,
            ADMIN_OVERRIDE,
            creates_topics || dead_letters,
        ),
    ];
    for (client, prefix, _) in clients.into_iter().filter(|(_, _, validated)| *validated) {
        for (setting, text) in overrides(request, prefix) {
            let entry = client_override(request, client, prefix, setting, text)?;
            result.add_group(
                entry
                    .definition
                    .as_ref()
                    .and_then(|key| key.group.as_deref()),
            );
            result.entries.push(entry);
        }
    }
    Ok(())
}

/// Settings under a prefix, without it, in the order of Kafka's maps.
fn overrides<'a>(request: &ValidationRequest<'a>, prefix: &str) -> Vec<(&'a str, Option<&'a str>)> {
    let values = request
        .config
        .iter()
        .map(|(key, text)| (key.as_str(), Some(text.as_str())));
    let nulls = request.nulls.iter().map(|key| (key.as_str(), None));
    let all = hash_order::copied(values.chain(nulls).collect(), |(key, _)| key);
    let settings = all
        .into_iter()
        .filter_map(|(key, text)| Some((key.strip_prefix(prefix)?, text)))
        .filter(|(setting, _)| !setting.is_empty());
    hash_order::filled(settings.collect(), |(setting, _)| setting)
}

fn client_override(
    request: &ValidationRequest<'_>,
    client: Client,
    prefix: &str,
    setting: &str,
    text: Option<&str>,
) -> Result<ValidationEntry, ConfigError> {
    let name = format!("{prefix}{setting}");
    let known = client.setting(setting);
    let shown = match (known, text) {
        (_, None) => ConfigValue::Null,
        (Some(key), Some(text)) => key.parse(text, &AnyClass)?,
        (None, Some(text)) if crate::config::redact::is_secret_key(setting) => {
            ConfigValue::Password(text.to_owned())
        }
        (None, Some(text)) => ConfigValue::String(text.to_owned()),
    };
    let mut value = ConfigValidation::new(&name, shown);
    if !request.override_policy.allows(setting) {
        value
            .errors
            .push(request.override_policy.violation(setting));
    }
    let definition = known.map(|key| {
        let mut key = key.clone();
        key.name = name;
        key
    });
    Ok(ValidationEntry { definition, value })
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
    result: &mut ValidationResult,
) -> Vec<NamedConverter> {
    let [key, value, header] = CONVERTER_KEYS;
    let mut named = Vec::new();
    for key in [header, key, value] {
        let Some(text) = request.config.get(key) else {
            continue;
        };
        let Some(entry) = result.entry_mut(key) else {
            continue;
        };
        let class = match &entry.value.value {
            ConfigValue::Class(class) if entry.value.errors.is_empty() => class.clone(),
            _ => continue,
        };
        if java_trim(text) == text {
            named.push(NamedConverter {
                key,
                base: converter_base(key),
                class,
            });
        } else {
            // COMPAT: the class is loaded by the very text (AbstractHerder.validateConverterConfig),
            // while its key is parsed without the white space around it.
            entry
                .value
                .errors
                .push(format!("Failed to load class {text}: {text}"));
        }
    }
    named
}

/// Adds the keys of a converter.
pub(super) fn add_converter_keys(
    request: &ValidationRequest<'_>,
    converter: &NamedConverter,
    result: &mut ValidationResult,
) {
    let Some(def) = request.plugins.config_def(converter.base, &converter.class) else {
        return;
    };
    let prefix = format!("{}.", converter.key);
    let mut config = with_prefix_stripped(request.config, &prefix);
    let nulls: Vec<String> = request
        .nulls
        .iter()
        .filter_map(|key| key.strip_prefix(&prefix).map(str::to_owned))
        .collect();
    let kind = converter.key.trim_end_matches(".converter");
    config
        .entry("converter.type".to_owned())
        .or_insert_with(|| kind.to_owned());
    let values = def.validate_settings(Settings::new(&config).nulls(&nulls));
    // COMPAT: errors name the key without prefix, entries with it (AbstractHerder).
    for mut value in hash_order::filled(values, |value| value.name.as_str()) {
        let definition = def.key(&value.name).cloned().map(|mut key| {
            key.name = format!("{prefix}{}", key.name);
            key
        });
        value.name = format!("{prefix}{}", value.name);
        result.add_group(definition.as_ref().and_then(|key| key.group.as_deref()));
        result.entries.push(ValidationEntry { definition, value });
    }
}
