//! Connector configurations, descriptions of plugins, and ConfigDef keys.

use indexmap::IndexMap;

use crate::config::def::{
    ConfigDef, ConfigError, ConfigKey, ConfigType, DefaultValue, Grant, Importance, Validator,
    Width,
};
use crate::sandbox::bindings::any::connect_wasm::plugin::config_def as wit_def;
use crate::sandbox::bindings::any::connect_wasm::plugin::types as wit;
use crate::sandbox::bindings::any::exports::connect_wasm::plugin::plugin as wit_plugin;
use crate::sandbox::bindings::record::exports::connect_wasm::plugin::record_plugin as wit_record;
use crate::sandbox::{Description, PluginKind};

/// A configuration for a guest.
pub fn to_wit(config: &IndexMap<String, String>) -> wit::Config {
    config
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A configuration of a guest. Of a key that occurs twice the last value counts.
pub fn from_wit(config: wit::Config) -> IndexMap<String, String> {
    config.into_iter().collect()
}

/// What a plugin says about itself.
pub fn description_from_wit(description: wit_plugin::Description) -> Description {
    Description {
        class: description.class,
        kind: match description.kind {
            wit_plugin::Kind::Source => PluginKind::Source,
            wit_plugin::Kind::Sink => PluginKind::Sink,
        },
        version: description.version,
        task_class: description.task_class,
        aliases: description.aliases,
        documentation: description.documentation,
        header_converter: false,
    }
}

/// What a transformation, predicate or converter says about itself.
pub fn record_description_from_wit(description: wit_record::Description) -> Description {
    Description {
        class: description.class,
        kind: record_kind_from_wit(description.kind),
        version: description.version,
        task_class: String::new(),
        aliases: description.aliases,
        documentation: description.documentation,
        header_converter: description.header_converter,
    }
}

fn record_kind_from_wit(kind: wit_record::Kind) -> PluginKind {
    match kind {
        wit_record::Kind::Transformation => PluginKind::Transformation,
        wit_record::Kind::Predicate => PluginKind::Predicate,
        wit_record::Kind::Converter => PluginKind::Converter,
    }
}

/// What is wrong with the description of a transformation, predicate or converter, if anything.
pub fn wrong_record_description(
    description: &wit_record::Description,
    world: PluginKind,
) -> Option<String> {
    let said = record_kind_from_wit(description.kind);
    if description.header_converter && said != PluginKind::Converter {
        return Some(format!(
            "it says that it converts headers, but is a {}",
            said.name()
        ));
    }
    wrong_kind(said, world).or_else(|| {
        empty_name(&[
            ("class", &description.class),
            ("version", &description.version),
        ])
    })
}

fn wrong_kind(said: PluginKind, world: PluginKind) -> Option<String> {
    (said != world).then(|| {
        format!(
            "it says that it is a {}, but exports a {}",
            said.name(),
            world.name()
        )
    })
}

fn empty_name(names: &[(&str, &String)]) -> Option<String> {
    names
        .iter()
        .find(|(_, value)| value.trim().is_empty())
        .map(|(name, _)| format!("its {name} is empty"))
}

/// What is wrong with a description, if anything.
pub fn wrong_description(
    description: &wit_plugin::Description,
    world: PluginKind,
) -> Option<String> {
    let said = match description.kind {
        wit_plugin::Kind::Source => PluginKind::Source,
        wit_plugin::Kind::Sink => PluginKind::Sink,
    };
    wrong_kind(said, world).or_else(|| {
        empty_name(&[
            ("class", &description.class),
            ("version", &description.version),
            ("task-class", &description.task_class),
        ])
    })
}

/// The ConfigDef of a plugin; an error when its keys contradict each other or a default breaks
/// the key's own rule.
pub fn config_def_from_wit(keys: &[wit_def::ConfigKey]) -> Result<ConfigDef, ConfigError> {
    ConfigDef::new(keys.iter().map(key_from_wit))
}

fn key_from_wit(key: &wit_def::ConfigKey) -> ConfigKey {
    ConfigKey {
        name: key.name.clone(),
        config_type: match key.type_ {
            wit_def::ConfigType::Boolean => ConfigType::Boolean,
            wit_def::ConfigType::Text => ConfigType::String,
            wit_def::ConfigType::Int => ConfigType::Int,
            wit_def::ConfigType::Short => ConfigType::Short,
            wit_def::ConfigType::Long => ConfigType::Long,
            wit_def::ConfigType::Double => ConfigType::Double,
            wit_def::ConfigType::ListOfText => ConfigType::List,
            wit_def::ConfigType::Class => ConfigType::Class,
            wit_def::ConfigType::Password => ConfigType::Password,
        },
        default: match &key.default {
            wit_def::DefaultValue::Required => DefaultValue::Required,
            wit_def::DefaultValue::Null => DefaultValue::Null,
            wit_def::DefaultValue::Value(text) => DefaultValue::Value(text.clone()),
        },
        validator: key.validator.as_ref().map(validator_from_wit),
        importance: match key.importance {
            wit_def::Importance::High => Importance::High,
            wit_def::Importance::Medium => Importance::Medium,
            wit_def::Importance::Low => Importance::Low,
        },
        documentation: key.documentation.clone(),
        group: key.group.clone(),
        order_in_group: key.order_in_group,
        width: match key.width {
            wit_def::Width::None => Width::None,
            wit_def::Width::Short => Width::Short,
            wit_def::Width::Medium => Width::Medium,
            wit_def::Width::Long => Width::Long,
        },
        display_name: key.display_name.clone(),
        dependents: key.dependents.clone(),
        recommender: key.has_recommender,
        grants: key.grants.map(|grant| match grant {
            wit_def::Grant::PathRead => Grant::PathRead,
            wit_def::Grant::PathWrite => Grant::PathWrite,
            wit_def::Grant::Endpoint => Grant::Endpoint,
            wit_def::Grant::Listen => Grant::Listen,
        }),
        grants_stdio_when_empty: key.grants_stdio_when_empty,
    }
}

fn validator_from_wit(validator: &wit_def::Validator) -> Validator {
    match validator {
        wit_def::Validator::Range((min, max)) => Validator::Range {
            min: *min,
            max: *max,
        },
        wit_def::Validator::OneOf(texts) => Validator::OneOf(texts.clone()),
        wit_def::Validator::OneOfIgnoringCase(texts) => Validator::OneOfIgnoringCase(texts.clone()),
        wit_def::Validator::NonEmptyText => Validator::NonEmptyText,
        wit_def::Validator::NonEmptyTextWithoutControlCharacters => {
            Validator::NonEmptyTextWithoutControlCharacters
        }
        wit_def::Validator::NonNull => Validator::NonNull,
        wit_def::Validator::Regex => Validator::Regex,
        wit_def::Validator::ValidList((allowed, empty_allowed)) => Validator::ValidList {
            allowed: allowed.clone(),
            empty_allowed: *empty_allowed,
            null_allowed: true,
        },
    }
}

#[cfg(test)]
mod tests;
