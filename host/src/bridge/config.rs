//! Connector configurations, descriptions of plugins, and ConfigDef keys.

use indexmap::IndexMap;

use crate::sandbox::bindings::any::connect_wasm::plugin::types as wit;
use crate::sandbox::bindings::any::exports::connect_wasm::plugin::plugin as wit_plugin;
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
    }
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
    if said != world {
        return Some(format!(
            "it says that it is a {}, but exports a {}",
            said.name(),
            world.name()
        ));
    }
    let named = [
        ("class", &description.class),
        ("version", &description.version),
        ("task-class", &description.task_class),
    ];
    named
        .iter()
        .find(|(_, value)| value.trim().is_empty())
        .map(|(name, _)| format!("its {name} is empty"))
}
